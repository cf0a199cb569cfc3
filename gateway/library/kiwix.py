"""Kiwix beside the hall: Debian's ``kiwix-serve`` as a child on a port of this machine alone, over the ZIM files of the reading corner.

Promises: no archive, no child; files that come or go start it anew; it ends with the hall, also when the hall is killed. What it says
is taken for data: titles and addresses below its own folder.
"""

from __future__ import annotations

import http.client
import logging
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from gateway.clock import Clock
from gateway.library.shelf import Shelf

log = logging.getLogger(__name__)

PROGRAM = "kiwix-serve"
ROOT = "/bacaan/zim"
LOOK_S = 10.0
CATALOG = f"{ROOT}/catalog/v2/entries?count=200"
ATOM = "{http://www.w3.org/2005/Atom}"
ANSWER_LIMIT_S = 15.0
STOP_LIMIT_S = 2.0
PIECE_BYTES = 64 * 1024
CATALOG_LIMIT_BYTES = 2 * 1024**2
AGAIN_AFTER_S = 60.0
"""A child that ended is started again after this: a broken archive wears no processor."""


@dataclass(frozen=True, slots=True)
class Archive:
    """One archive as its own title page says."""

    title: str
    about: str
    address: str
    """Below ``ROOT``."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the child answered: read it, or close it."""

    status: int
    headers: Mapping[str, str]
    """In small letters."""
    connection: http.client.HTTPConnection
    response: http.client.HTTPResponse

    def pieces(self) -> Iterator[bytes]:
        """Yield the content, once; then the connection is closed."""
        try:
            while piece := self.response.read(PIECE_BYTES):
                yield piece
        except (OSError, http.client.HTTPException):
            return  # the phone gets less than was announced, and sees it
        finally:
            self.close()

    def close(self) -> None:
        """Let go of what was not read."""
        self.response.close()
        self.connection.close()


class Kiwix:
    """The child and its archives. ``step`` belongs to a loop; the rest is safe from any thread."""

    def __init__(self, shelf: Shelf, clock: Clock, program: str = PROGRAM) -> None:
        self._shelf = shelf
        self._clock = clock
        self._program = program
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._serves: tuple[Path, ...] = ()
        self._port = 0
        self._ended_at_s = float("-inf")
        self._archives: tuple[Archive, ...] = ()

    @property
    def is_installed(self) -> bool:
        """Whether the program is there."""
        return shutil.which(self._program) is not None

    @property
    def archives(self) -> tuple[Archive, ...]:
        """The archives that can be read now."""
        return self._archives

    def step(self) -> float:
        """Start, stop or start anew, as files and program ask; return the seconds to the next look."""
        wanted = self._shelf.content().archives if self.is_installed else ()
        with self._lock:
            child = self._child
            if child is not None and (child.poll() is not None or self._serves != wanted):
                if child.poll() is not None:
                    log.warning("event=kiwix-ended code=%s", child.returncode)
                    self._ended_at_s = self._clock.monotonic_s()
                self._end()
            if wanted and self._child is None and self._clock.monotonic_s() - self._ended_at_s >= AGAIN_AFTER_S:
                self._start(wanted)
        if self._child is not None and not self._archives:
            self._archives = self._read_catalog()
            return 1.0 if not self._archives else LOOK_S
        return LOOK_S

    def stop(self, timeout_s: float = STOP_LIMIT_S) -> None:
        """End the child."""
        with self._lock:
            self._end(timeout_s)

    def ask(self, target: str, headers: Mapping[str, str]) -> Answer | None:
        """Return the child's answer to a GET of ``target``, a path with its query below ``ROOT``; None when there is none."""
        if self._child is None:
            return None
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=ANSWER_LIMIT_S)
        try:
            connection.request("GET", target, headers=dict(headers))
            response = connection.getresponse()
        except (OSError, http.client.HTTPException):
            connection.close()
            return None
        told = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, told, connection, response)

    def _start(self, archives: tuple[Path, ...]) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        command = [
            self._program, "--address", "127.0.0.1", "--port", str(self._port), "--urlRootLocation", ROOT,
            "--attachToProcess", str(os.getpid()), "--nolibrarybutton", "--blockexternal", "--threads", "2", *map(str, archives),
        ]  # fmt: skip
        try:
            self._child = subprocess.Popen(  # noqa: S603 - Debian's program with files of our own folder
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        except OSError as error:
            log.warning("event=kiwix-failed error=%s", error)
            self._ended_at_s = self._clock.monotonic_s()
            return
        self._serves = archives
        log.info("event=kiwix-started archives=%d", len(archives))

    def _end(self, timeout_s: float = STOP_LIMIT_S) -> None:
        child, self._child, self._serves, self._archives = self._child, None, (), ()
        if child is None:
            return
        child.terminate()
        try:
            child.wait(timeout_s)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    def _read_catalog(self) -> tuple[Archive, ...]:
        answer = self.ask(CATALOG, {})
        if answer is None:
            return ()
        try:
            content = answer.response.read(CATALOG_LIMIT_BYTES) if answer.status == http.client.OK else b""
        except (OSError, http.client.HTTPException):
            content = b""
        answer.close()
        return read_catalog(content)


def read_catalog(content: bytes) -> tuple[Archive, ...]:
    """Return what a catalogue of Kiwix (OPDS) names, as far as it lies below ``ROOT``."""
    try:
        feed = ET.fromstring(content)  # noqa: S314 - of our own child; expat refuses what grows without measure
    except ET.ParseError:
        return ()
    found = []
    for entry in feed.iter(f"{ATOM}entry"):
        address = next((link.get("href", "") for link in entry.iter(f"{ATOM}link") if link.get("type") == "text/html"), "")
        title = " ".join((entry.findtext(f"{ATOM}title") or "").split())
        if address.startswith(f"{ROOT}/") and title:
            found.append(Archive(title, " ".join((entry.findtext(f"{ATOM}summary") or "").split()), address))
    return tuple(found)
