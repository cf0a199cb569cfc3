"""P6: five hundred boards and phones see a call within 20 ms, none misses it, and each costs little memory.

The product's own portal in a process of its own; 500 streams of ``/api/v1/events`` in another. An act at the desk makes a new
snapshot; the time runs from the moment when the snapshot is announced until a stream has read it whole, on the one monotonic clock of
the machine. Memory is what the portal's process grew by, for each stream.

Negative control: a broadcaster that composes the event anew for each stream must miss the goal.
"""

from __future__ import annotations

import json
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any
from urllib.parse import urlsplit

from starlette.routing import BaseRoute, Route
from starlette.types import Send

from gateway.portal.live import Broadcaster
from gateway.portal.site import Site
from gateway.tickets.desk import TicketsDesk
from gateway.tickets.routes import TicketPages, queue_event
from gateway.tickets.view import QueueView
from tests.bench.verdict import quick, seed, show, verdict
from tests.support.portal import RunningPortal, running_portal

STREAMS = 500
GOAL_MS, GOAL_KB = 20.0, 35.0
PEOPLE = 40
OPEN_LIMIT_S = 30.0
ANSWER_LIMIT_S = 10.0


def main() -> None:
    """Measure product and control, show the figures, and judge."""
    chosen = seed()
    acts = 40 if quick() else 200
    found = {name: measured(path, acts) for name, path in (("product", "/api/v1/events"), ("control", "/satu-satu"))}
    for name, figures in found.items():
        show(what=name, seed=chosen, streams=STREAMS, acts=acts, **figures)
    figure, control = found["product"], found["control"]
    holds = figure["p99_ms"] <= GOAL_MS and figure["missed"] == 0 and figure["kb_each"] <= GOAL_KB
    goal = f"p99 <= {GOAL_MS:g} ms, 0 missed, <= {GOAL_KB:g} kB each"
    verdict("live", chosen, figure, goal, control, holds and control["p99_ms"] > GOAL_MS)


def measured(path: str, acts: int) -> dict[str, float]:
    """Return the figures of one kind of stream."""
    with tempfile.TemporaryDirectory(prefix="live-") as folder, portal_process(Path(folder) / "hall") as process:
        address, before_kb = process.said()
        watch = watched(address, path, process, acts)
        process.ask("end")
        [after_kb] = process.said()
    times_ms = [ms for act in watch for ms in act]
    return {
        "p50_ms": round(statistics.median(times_ms), 2),
        "p99_ms": round(statistics.quantiles(times_ms, n=100)[98], 2),
        "missed": acts * STREAMS - len(times_ms),
        "kb_each": round((after_kb - before_kb) / STREAMS, 1),
    }


def watched(address: str, path: str, process: Served, acts: int) -> list[list[float]]:
    """Open all streams, let the acts happen one after another, and return for each how long every stream waited, in ms.

    One thread reads all sockets as they become readable, with as little of Python as can be: what is measured is the portal.
    """
    url = urlsplit(address)
    with selectors.EpollSelector() as ready, ExitStack() as streams:
        for _ in range(STREAMS):
            stream = streams.enter_context(socket.create_connection((url.hostname or "", url.port or 80)))
            stream.sendall(f"GET {path} HTTP/1.1\r\nHost: {url.netloc}\r\n\r\n".encode())
            stream.setblocking(False)
            ready.register(stream, selectors.EVENT_READ, bytearray())
        _arrivals(ready, b'"revision"', OPEN_LIMIT_S)
        waits_ms = []
        for _ in range(acts):
            identity, announced_s = process.act()
            arrived = _arrivals(ready, f"id: {identity}\n".encode(), ANSWER_LIMIT_S)
            waits_ms.append([1000 * (at_s - announced_s) for at_s in arrived])
    return waits_ms


def _arrivals(ready: selectors.EpollSelector, mark: bytes, limit_s: float) -> list[float]:
    """Return when each stream had read an event with ``mark`` to its end; those that did not within the limit are left out."""
    at_s: list[float] = []
    end_s = time.monotonic() + limit_s
    while len(at_s) < STREAMS and (left_s := end_s - time.monotonic()) > 0:
        for key, _events in ready.select(left_s):
            read: bytearray = key.data
            read += key.fileobj.recv(65_536)  # type: ignore[union-attr]  # what was registered is a socket
            begun = read.find(mark)
            if begun >= 0 and read.find(b"\n\n", begun) >= 0:
                at_s.append(time.monotonic())
                read.clear()
    return at_s


class Served:
    """The portal's process, spoken to in lines of JSON."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, what: str) -> None:
        """Say one word."""
        assert self._process.stdin is not None
        self._process.stdin.write(what + "\n")
        self._process.stdin.flush()

    def said(self) -> list[Any]:
        """Return the next answer."""
        assert self._process.stdout is not None
        return list(json.loads(self._process.stdout.readline()))

    def act(self) -> tuple[str, float]:
        """Let one act happen; return the identity of its event and when it was announced."""
        self.ask("act")
        identity, announced_s = self.said()
        return identity, announced_s


@contextmanager
def portal_process(folder: Path) -> Iterator[Served]:
    """Serve in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.live", "serve", str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Served(process)
        finally:
            process.kill()


class ComposedForEach(Broadcaster):
    """The control: what is told is written anew for each stream."""

    async def _stream(self, send: Send, stream: object) -> None:
        del stream
        seen = self._newest
        while True:
            await send({"type": "http.response.body", "body": self._compose(), "more_body": True})
            if seen is self._newest and not self._ended:
                await self._told.wait()
            seen = self._newest


class PagesWithControl(TicketPages):
    """The product's pages, and the control's stream beside its own."""

    announced: SimpleQueue[tuple[str, float]] = SimpleQueue()
    """Each snapshot's identity, with the moment just before the streams are told of it."""

    def __init__(self, desk: TicketsDesk, view: QueueView, *others: Any) -> None:
        view.watch(lambda: self.announced.put((view.current.etag, time.monotonic())))
        super().__init__(desk, view, *others)
        self._slow = ComposedForEach(lambda: queue_event(self._view.current))
        self._view.watch(self._slow.tell)

    def routes(self, site: Site) -> list[BaseRoute]:
        """Add ``/satu-satu``."""
        return [Route("/satu-satu", endpoint=_Asgi(self._slow)), *super().routes(site)]

    def streams(self) -> tuple[Broadcaster, ...]:
        """Return both streams."""
        return (*super().streams(), self._slow)


class _Asgi:
    def __init__(self, live: Broadcaster) -> None:
        self._live = live

    async def __call__(self, scope: object, receive: object, send: object) -> None:
        await self._live(scope, receive, send)  # type: ignore[arg-type]  # Starlette's own types, seen from outside


def serve(folder: Path) -> None:
    """Serve, and let an act happen whenever it is asked for."""
    folder.mkdir(parents=True)
    with running_portal(folder, pages=PagesWithControl) as portal:
        for number in range(PEOPLE):
            portal.issue("surat" if number % 2 else "bantuan")
        print(json.dumps([portal.address, resident_kb()]), flush=True)
        for line in sys.stdin:
            if line.strip() == "end":
                print(json.dumps([resident_kb()]), flush=True)
                continue
            _happen(portal)
            identity, announced_s = "", 0.0
            while identity != portal.view.current.etag:
                identity, announced_s = PagesWithControl.announced.get()
            print(json.dumps([identity, announced_s]), flush=True)


def _happen(portal: RunningPortal) -> None:
    """Call somebody, or take a number when nobody waits any more."""
    if any(line.waiting for line in portal.view.current.lines):
        portal.call("1")
    else:
        portal.issue()


def resident_kb() -> float:
    """Return the memory that this process holds, in kB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return float(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(Path(sys.argv[2]))
    else:
        main()
