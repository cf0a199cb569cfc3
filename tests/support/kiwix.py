"""A stand-in for ``kiwix-serve``: takes its arguments, serves a catalogue and pages of the files it was given, on a real port.

What the real one answers (kiwix-tools 3.3.0) was read off it: a catalogue in Atom, redirects to the first page, CORS for everybody.
"""

from __future__ import annotations

import sys
from pathlib import Path

PROGRAM = """#!{python}
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
told = dict(zip(sys.argv[1:], sys.argv[2:]))
root, port = told["--urlRootLocation"], int(told["--port"])
archives = [Path(one) for one in sys.argv[1:] if one.endswith(".zim")]
if any(b"broken" in one.read_bytes() for one in archives):
    sys.exit(1)
entry = '<entry><title>Isi {{0}}</title><summary>Tentang</summary><link rel="x" type="image/png" href="/i"/><link type="text/html" href="{{1}}"/></entry>'
feed = '<feed xmlns="http://www.w3.org/2005/Atom">%s</feed>'
class Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *_): pass
    def do_GET(self):
        status, kind, body, more = 200, "text/html", b"<script>1</script>" + self.path.encode(), {{}}
        if self.path.startswith(root + "/catalog"):
            entries = [(one.stem, root + "/" + one.stem) for one in archives] + [("asing", "https://example.org/")]
            kind, body = "application/atom+xml", (feed % "".join(entry.format(*one) for one in entries)).encode()
        elif self.path == root + "/away":
            status, body, more = 302, b"", {{"Location": "https://example.org/"}}
        elif self.path == root + "/first":
            status, body, more = 302, b"", {{"Location": root + "/page"}}
        elif self.headers.get("if-none-match") == '"e"':
            status, body = 304, b""
        self.send_response(status)
        for name, value in {{"Content-Type": kind, "Content-Length": str(len(body)), "ETag": '"e"', "Set-Cookie": "a=b", "Access-Control-Allow-Origin": "*",
                            "X-Saw-Cookie": self.headers.get("cookie", ""), **more}}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
ThreadingHTTPServer((told["--address"], port), Answers).serve_forever()
"""


def archive(said: bytes = b"") -> bytes:
    """Return a file with the head of a ZIM archive, as long as it tells."""
    end = 80 + len(said)
    return b"ZIM\x04" + bytes(68) + end.to_bytes(8, "little") + said + bytes(16)


def stand_in(folder: Path) -> str:
    """Write the program into ``folder`` and return its path."""
    path = folder / "kiwix-stand-in"
    path.write_text(PROGRAM.format(python=sys.executable))
    path.chmod(0o755)
    return str(path)
