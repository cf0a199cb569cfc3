"""Every form of every page, with what no browser would send: nonsense, missing, repeated and huge fields, bad UTF-8, other kinds of body.

A whole hall serves; its forms are found by walking its pages as the head of the hall does. What answers 500 or above, takes a second of
processor time or does not answer at all is a fault. Live streams never end by themselves: only their heads are read.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from random import Random
from urllib.parse import quote_from_bytes, urljoin, urlsplit

import httpx
from starlette.routing import Route

from gateway.hall import Hall
from gateway.people.model import Role
from gateway.people.session_routes import COOKIE
from gateway.settings import Settings
from tests.bench.fuzz.parser import SLOW_S, Ran
from tests.support.hall_process import write_settings

PIN = "739164"
PAGES_LIMIT = 150
PAGE_LIMIT_BYTES = 1 << 20
ANSWER_LIMIT_S = 20.0
ROUND = 100
"""After so many inputs the pages are walked anew by a new head: forms may have signed out, dismissed or locked the former."""
STREAMS = ("/api/v1/events",)
TEXTS = (
    b"", b" ", b"\0", b"\xff\xfe", b"\xed\xa0\x80", "\u202e\u200b".encode(), b"-1", b"0", b"9" * 400, b"1e999", b"NaN", b"2026-13-45", b"24:61",
    b"../../etc/passwd", b"<script>alert(1)</script>", b"{{7*7}}", b"%s%n{0}", b"Siti'; --", b"a" * 10_000, b"\r\nSet-Cookie: a=b", "٣".encode() * 9,
    b"on", b"[]", b"true", b"0001-01-01", b"9999-12-31", b"23:59-00:00", "🙂".encode() * 40, b"\xc0\xaf",
)  # fmt: skip
KINDS = (
    "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-16", "multipart/form-data; boundary=tepi", "multipart/form-data",
    "multipart/form-data; boundary=" + "x" * 300, "application/json", "text/plain", "", "application/x-www-form-urlencoded, text/html", "\xff",
)  # fmt: skip


@dataclass(frozen=True)
class Form:
    """One form of a page."""

    page: str
    action: str
    method: str
    multipart: bool
    fields: tuple[tuple[str, str], ...]


class _Reading(HTMLParser):
    """Collects a page's forms and its links within the hall."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.links, self.forms = page, set[str](), list[Form]()
        self._open: tuple[str, str, bool] | None = None
        self._fields: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See one tag."""
        told = {name: value or "" for name, value in attrs}
        if tag == "a" and not urlsplit(told.get("href", "")).netloc:
            self.links.add(urljoin(self.page, told.get("href", "")).partition("#")[0])
        if tag == "form":
            self._open = (
                urljoin(self.page, told.get("action", "")),
                told.get("method", "get").lower(),
                "multipart" in told.get("enctype", ""),
            )
            self._fields = []
        if tag in {"input", "select", "textarea", "button"} and told.get("name") and self._open:
            self._fields.append((told["name"], told.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        """See one end."""
        if tag == "form" and self._open:
            action, method, multipart = self._open
            self.forms.append(Form(self.page, action, method, multipart, tuple(self._fields)))
            self._open = None


@contextmanager
def open_hall(folder: Path) -> Iterator[tuple[Hall, str]]:
    """Run a whole hall that has given a few numbers; yield it with the token of one of them."""
    with Hall(Settings.load(write_settings(folder, devices=False))) as hall:
        issued = [hall.tickets.issue("administrasi", origin="phone") for _ in range(3)]
        yield hall, issued[0].token


def run(hall: Hall, token: str, count: int, randomness: Random) -> Ran:
    """Send ``count`` strange forms; return what became of them. ``token`` opens the page of a number."""
    ran, statuses, forms = Ran(), Counter[int](), list[Form]()
    while ran.inputs < count:
        head = f"Siti {ran.inputs}"
        hall.people.add_officer(head, PIN, Role.HEAD)
        session = hall.people.sign_in(head, PIN, head)  # not at the page, which makes whoever has guessed PINs wait
        with httpx.Client(
            base_url=hall.address, timeout=ANSWER_LIMIT_S, trust_env=False, cookies={COOKIE: session.token}
        ) as client:
            forms = walked(client, entrances(hall, token))
            ran.places = max(ran.places, len(forms))
            for _ in range(min(ROUND, count - ran.inputs)):
                _send(client, randomness.choice(forms), randomness, ran, statuses)
    ran.accepted = sum(number for status, number in statuses.items() if 0 < status < 400)
    return ran


def entrances(hall: Hall, token: str) -> list[str]:
    """Return a page of each kind that the hall has, with something in place of its variable parts."""
    routes = hall.portal._app._guarded._app.routes  # type: ignore[attr-defined]
    pages = [route.path for route in routes if isinstance(route, Route) and "GET" in (route.methods or {"GET"})]
    return sorted(
        re.sub(r"\{\w+(:\w+)?\}", "1", re.sub(r"\{token(:\w+)?\}", token, page)) for page in pages if page not in STREAMS
    )


def walked(client: httpx.Client, entrances: Sequence[str]) -> list[Form]:
    """Return the forms of all pages that links lead to, each place and set of fields once."""
    waiting, seen, forms = list(entrances), set(entrances), dict[tuple[str, str, tuple[str, ...]], Form]()
    while waiting and len(seen) < PAGES_LIMIT:
        reading = _Reading(page := waiting.pop(0))
        reading.feed(_read(client, page))
        for form in reading.forms:
            forms.setdefault(
                (re.sub(r"[0-9a-f]{16,}", "*", form.action), form.method, tuple(name for name, _ in form.fields)), form
            )
        for link in sorted(reading.links - seen):
            if "bahasa=" in link:
                continue  # the same page once more
            seen.add(link)
            waiting.append(link)
    return [*forms.values()]


def _read(client: httpx.Client, page: str) -> str:
    with client.stream("GET", page, follow_redirects=False) as answer:
        if not answer.headers.get("content-type", "").startswith("text/html"):
            return ""
        return answer.read()[:PAGE_LIMIT_BYTES].decode("utf-8", "replace")


def _send(client: httpx.Client, form: Form, randomness: Random, ran: Ran, statuses: Counter[int]) -> None:
    kind, body = changed(form, randomness)
    ran.inputs += 1
    before_s = time.process_time()  # the hall is in this process: what it reckons is counted, not who else is at work
    try:
        method = form.method if randomness.random() < 0.97 else randomness.choice(("PUT", "DELETE", "PATCH", "POST", "GET"))
        place, content = (form.action, body) if method != "get" else (f"{form.action}?{body[:4000].decode('latin-1')}", b"")
        headers = {b"origin": str(client.base_url).rstrip("/").encode(), b"content-type": kind.encode("latin-1")}
        with client.stream(method.upper(), place, content=content, headers=headers) as answer:
            next(answer.iter_raw(), b"")
            status = answer.status_code
    except httpx.InvalidURL:
        return
    except httpx.TimeoutException:
        ran.note(f"silence after {ANSWER_LIMIT_S:g} s", f"{form.action} {kind} {body[:200]!r}")
        return
    except httpx.TransportError:
        statuses[0] += 1  # the server has let go of what is no HTTP
        return
    spent_s = time.process_time() - before_s
    ran.slowest_s = max(ran.slowest_s, spent_s)
    statuses[status] += 1
    if status >= 500 and status != 503:
        ran.note(f"status-{status}", f"{form.action} {kind} {body[:200]!r}")
    if spent_s > SLOW_S:
        ran.note(f"slow {spent_s:.2f} s", f"{form.action} {kind} {body[:200]!r}")


def changed(form: Form, randomness: Random) -> tuple[str, bytes]:
    """Return a kind of body and a body as no browser sends it for this form."""
    fields = [(name.encode(), value.encode()) for name, value in form.fields]
    for _ in range(randomness.choice((1, 1, 2, 3, 8))):
        fields = _changed_fields(fields, randomness)
    urlencoded = b"&".join(quote_from_bytes(name).encode() + b"=" + quote_from_bytes(value).encode() for name, value in fields)
    parts = b"".join(
        b'--tepi\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
        % (name, randomness.choice((b"", b"", b'; filename="../x.toml"', b"\r\nContent-Type: image/png")), value)
        for name, value in fields
    )
    honest = (KINDS[2], parts + b"--tepi--\r\n") if form.multipart else (KINDS[0], urlencoded)
    match randomness.randrange(10):
        case 0:
            return randomness.choice(KINDS), honest[1]
        case 1:
            return honest[0], honest[1][: randomness.randrange(len(honest[1]) + 1)]
        case 2:
            return honest[0], honest[1] + randomness.randbytes(randomness.choice((1, 40, 5000)))
        case 3:
            return KINDS[2] if honest[0] == KINDS[0] else KINDS[0], honest[1]
        case _:
            return honest


def _changed_fields(fields: list[tuple[bytes, bytes]], randomness: Random) -> list[tuple[bytes, bytes]]:
    if not fields:
        return [(randomness.choice(TEXTS), randomness.choice(TEXTS))]
    at = randomness.randrange(len(fields))
    name, value = fields[at]
    if name == b"csrf" and randomness.random() < 0.9:
        return fields  # else nothing behind the token would ever be met
    nonsense = (name, randomness.choice(TEXTS))
    before, after = fields[:at], fields[at + 1 :]
    changes = (
        [*before, *after],
        [*fields, nonsense],
        [*fields, *[(name, value)] * randomness.choice((1, 30, 2000))],
        [*fields, (randomness.choice(TEXTS), value)],
        [*before, (name, randomness.randbytes(randomness.choice((1, 20, 300)))), *after],
        *[[*before, nonsense, *after]] * 3,
    )
    return randomness.choice(changes)


def run_streams(hall: Hall, count: int, randomness: Random) -> Ran:
    """Ask for live streams with strange words, read their heads, and leave."""
    ran, statuses = Ran(places=len(STREAMS)), Counter[int]()
    with httpx.Client(base_url=hall.address, timeout=ANSWER_LIMIT_S, trust_env=False) as client:
        for _ in range(count):
            told = quote_from_bytes(randomness.choice(TEXTS)[:200])
            form = Form(
                "",
                f"{randomness.choice(STREAMS)}?{randomness.choice(('bahasa', 'sejak', 'layar'))}={told}",
                "get",
                multipart=False,
                fields=(),
            )
            _send(client, form, randomness, ran, statuses)
    ran.accepted = statuses[200]
    return ran
