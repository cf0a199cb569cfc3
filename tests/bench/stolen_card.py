"""S1: a stolen card. Made-up people use every form that asks for something personal; then everything is searched for them.

What is searched: every byte that the hall and its programs have written to any file, from its first start on (strace), so also what was
deleted or overwritten since; the data folder and all temporary files while the hall runs, after kill -9, and after a restart, a backup and
the stop; everything the hall has said on its streams; and, where this machine mounts loop images, the raw image of the card's file system.
The card is in the weaker mode (``file``), so nothing here depends on a secret elsewhere: what is searched for is what is written, not what
can be opened. The control is the same morning with the sealing off: each person must be found.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from tests.bench.stolen_marks import Searcher
from tests.bench.stolen_people import JPEG, PHOTO, PIN, Morning
from tests.bench.verdict import quick, seed, show, verdict
from tests.support.hall_process import HallProcess, gateway, write_settings

CALLS = "write,pwrite64,writev,pwritev,pwritev2"
STRACE = ("strace", "-D", "-f", "-yy", "-xx", "-s", "67108864", "--seccomp-bpf", "-e", "signal=none", "-e", f"trace={CALLS}")
UNSEALED = (sys.executable, "-m", "tests.bench.stolen_unsealed")
WRITTEN = re.compile(rb"^\d+ +(?:pwritev2|pwritev|pwrite64|writev|write)\(\d+<([^>]*)>.*$", re.MULTILINE)
TEXT = re.compile(rb'"((?:\\x[0-9a-f]{2})+)"')
NOUGHTS = re.compile(rb"\0{4096,}")
"""What was never written in an image: nothing is lost by looking at less of it."""
NO_FILE = (b"pipe:", b"socket:", b"TCP", b"UNIX", b"anon_inode:", b"/dev/")
IMAGE_MIB = 192
WRITTEN_LEAST_BYTES = 500_000
"""A morning writes more: less says that the tracer has not seen it."""


def main() -> None:
    """Live the morning sealed and unsealed, search, and judge."""
    chosen = seed()
    show(bench="stolen-card", seed=chosen, quick=quick())
    sealed = Theft(chosen, unsealed=False).carry_out()
    control = Theft(chosen, unsealed=True).carry_out()
    missed = [
        feature
        for feature in (*Morning(Random(chosen)).people, PHOTO)
        if not any(what.startswith(f"{feature}/") for what in control)
    ]
    figure = {"found": len(sealed), "where": sorted(sealed)[:10]}
    verdict(
        "stolen-card", chosen, figure, "0 marks found", {"unsealed": len(control), "missed": missed}, not sealed and not missed
    )


class Theft:
    """One morning and the search after it."""

    def __init__(self, chosen: int, *, unsealed: bool) -> None:
        self._morning = Morning(Random(chosen))
        self._searcher = Searcher(self._morning.marks(), {JPEG: f"{PHOTO}/jpeg"})
        self._unsealed = unsealed
        self._found: set[str] = set()
        self._searched_bytes = 0
        self._said = b""

    def carry_out(self) -> set[str]:
        """Live the morning; return the marks that were found."""
        with tempfile.TemporaryDirectory(prefix="stolen-") as place, _card(Path(place)) as (folder, image):
            traces = Path(place) / "traces"
            traces.mkdir()
            self._live(folder, traces)
            self._search([self._said], "what the hall has said")
            if image is not None:
                os.sync()
                self._search([NOUGHTS.sub(bytes(64), image.read_bytes())], "raw image of the file system")
            written = [content for trace in traces.iterdir() for content in _written(trace)]
            show(written_bytes=sum(map(len, written)))
            assert sum(map(len, written)) > WRITTEN_LEAST_BYTES
            self._search(written, "every byte ever written")
        show(
            sealed=not self._unsealed,
            spellings=len(self._searcher),
            searched_mb=self._searched_bytes / 1e6,
            found=len(self._found),
        )
        return self._found

    def _live(self, folder: Path, traces: Path) -> None:
        temporary = folder / "tmp"
        temporary.mkdir()
        os.environ["TMPDIR"] = str(temporary)
        settings = write_settings(folder)
        made = gateway("officer", "add", "Siti", "--role", "head", "--pin-stdin", "--config", str(settings), stdin=PIN)
        assert made.returncode == 0, made.stderr
        wrapper = (*STRACE, "-o", str(traces / "first"), *(UNSEALED if self._unsealed else ()))
        with HallProcess(settings, wrapper=wrapper) as hall:
            self._morning.live(hall.address)
            self._search(_files(folder), "during")
            self._kill(hall, traces / "first")
        self._search(_files(folder), "after kill -9")
        if self._unsealed:
            return  # found by now
        with HallProcess(settings, wrapper=(*STRACE, "-o", str(traces / "second"))) as hall:
            assert gateway("backup", "--config", str(settings), str(folder / "copy.balai")).returncode == 0
            hall.terminate()
            self._said += "".join(hall.lines).encode()
        self._search(_files(folder), "after restart, backup and stop")

    def _kill(self, hall: HallProcess, trace: Path) -> None:
        hall.kill()
        self._said += "".join(hall.lines).encode()
        size = -1
        while size != (size := trace.stat().st_size):  # the detached tracer writes its last lines
            time.sleep(0.3)

    def _search(self, contents: list[bytes], where: str) -> None:
        before = len(self._found)
        for content in contents:
            self._found |= self._searcher.found(content)
        self._searched_bytes += sum(map(len, contents))
        show(sealed=not self._unsealed, where=where, files=len(contents), found_more=len(self._found) - before)


@contextmanager
def _card(place: Path) -> Iterator[tuple[Path, Path | None]]:
    """Give the folder of a card, and the image of its file system where this machine lets one be mounted."""
    folder, image = place / "card", place / "card.img"
    folder.mkdir()
    mounted = False
    if not quick() and os.geteuid() == 0 and shutil.which("mkfs.ext4"):
        with image.open("wb") as file:
            file.truncate(IMAGE_MIB * 1024 * 1024)
        made = subprocess.run(["mkfs.ext4", "-q", "-m", "0", str(image)], check=False).returncode == 0
        mounted = (
            made
            and subprocess.run(["mount", "-o", "loop", str(image), str(folder)], capture_output=True, check=False).returncode == 0
        )
    try:
        yield folder, image if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=False)


def _files(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]


def _written(trace: Path) -> Iterator[bytes]:
    """Yield what was written to each file, one call after another, so that a mark cut in two is found too."""
    by_file: dict[bytes, bytearray] = {}
    for call in WRITTEN.finditer(trace.read_bytes()):
        name = bytes.fromhex(call[1].replace(b"\\x", b"").decode()) if call[1].startswith(b"\\x") else call[1]
        if not name.startswith(NO_FILE):
            kept = by_file.setdefault(name, bytearray())
            for text in TEXT.finditer(call[0], call.end(1) - call.start(0)):
                kept += bytes.fromhex(text[1].replace(b"\\x", b"").decode())
    yield from (bytes(content) for content in by_file.values())


if __name__ == "__main__":
    main()
