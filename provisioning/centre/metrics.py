"""What an intake has done since it started and how its halls stand, for Prometheus: ``provision centre intake --metrics``.

Read-only and bounded: one page of some thirty numbers without a hall's name, made from memory, to one reader at a time. A
reader that is slow is let go after ``READER_S``; it never holds up the intake.
"""

from __future__ import annotations

import errno
import threading
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

from gateway.errors import Refusal
from provisioning.centre.database import Overview
from provisioning.centre.model import ACCEPTED, Hello
from provisioning.centre.reading import Arrival, Batch, Unread
from provisioning.centre.run_rows import RunRows

READER_S = 5.0
"""How long a reader may take."""
OVERVIEW_S = 30.0
"""How often the database is asked how its lanes stand."""
COMMIT_BOUNDS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""The upper bounds of the histogram of commits."""


class Metrics:
    """The numbers. Written by the intake's loop alone; ``page`` may be called in any thread."""

    def __init__(self) -> None:
        self.served = False
        self.connected = False
        self.waiting = 0
        self.storage_failed = False
        self._overview: Overview | None = None
        self._overview_at_s = 0.0
        self._events = {"accepted": 0, "rejected": 0}
        self._messages = {"batch": 0, "hello": 0, "refused": 0}
        self._answers = self._failures = 0
        self._commits = [0] * (len(COMMIT_BOUNDS_S) + 1)
        self._commits_s = 0.0

    def committed(self, arrivals: Sequence[Arrival], took_s: float) -> None:
        """Count a group that is durable now."""
        for arrival in arrivals:
            match arrival:
                case Batch(rows):
                    accepted = len(rows) if isinstance(rows, RunRows) else sum(row.verdict == ACCEPTED for row in rows)
                    self._messages["batch"] += 1
                    self._events["accepted"] += accepted
                    self._events["rejected"] += len(rows) - accepted
                case Hello():
                    self._messages["hello"] += 1
                case Unread():
                    self._messages["refused"] += 1
        self._commits[bisect_left(COMMIT_BOUNDS_S, took_s)] += 1
        self._commits_s += took_s

    def answered(self) -> None:
        """Count a receipt or refusal that has left."""
        self._answers += 1

    def failed(self) -> None:
        """Count a group that the database did not take."""
        self.storage_failed = True
        self._failures += 1

    def wants_overview(self, now_s: float) -> bool:
        """Whether somebody may read how the lanes stand, and it was not asked lately."""
        return self.served and (self._overview is None or now_s - self._overview_at_s >= OVERVIEW_S)

    def saw(self, overview: Overview, now_s: float) -> None:
        """Learn how the lanes stand."""
        self._overview, self._overview_at_s = overview, now_s

    def page(self) -> str:
        """Return the page in Prometheus's text format."""
        return "".join(f"{line}\n" for line in self._lines())

    def _lines(self) -> Iterator[str]:
        yield from _family("messages_total", "counter", "Messages that are durable, by what they were.", "kind", self._messages)
        yield from _family("events_total", "counter", "Events received, doubles too, by verdict.", "verdict", self._events)
        yield from _single("answers_total", "counter", "Receipts and refusals sent.", self._answers)
        yield from _single("storage_failures_total", "counter", "Groups that the database did not take.", self._failures)
        yield from _single("storage_failed", "gauge", "1 while the database does not take anything.", int(self.storage_failed))
        yield from _single("connected", "gauge", "1 while the broker has accepted this intake.", int(self.connected))
        yield from _single("waiting_messages", "gauge", "Messages that wait to be entered.", self.waiting)
        yield "# HELP balai_intake_commit_seconds How long a group took to become durable."
        yield "# TYPE balai_intake_commit_seconds histogram"
        counted = 0
        for bound_s, count in zip((*COMMIT_BOUNDS_S, "+Inf"), self._commits, strict=True):
            counted += count
            yield f'balai_intake_commit_seconds_bucket{{le="{bound_s}"}} {counted}'
        yield f"balai_intake_commit_seconds_sum {self._commits_s:.6f}"
        yield f"balai_intake_commit_seconds_count {counted}"
        seen = self._overview
        if seen is not None:
            yield from _single("lanes", "gauge", "Lanes of all halls and epochs.", seen.lanes)
            yield from _single("lanes_with_gaps", "gauge", "Lanes in which numbers are missing.", seen.gaps)
            yield from _single("oldest_gap_seconds", "gauge", "The age of the oldest gap.", round(seen.oldest_gap_s))
            yield from _single("dead_letters", "gauge", "Payloads and events that no version has taken yet.", seen.dead)
            yield from _family("halls", "gauge", "Halls by what they last said: a hint.", "state", seen.halls)


def _single(name: str, kind: str, meaning: str, value: int) -> Iterator[str]:
    yield f"# HELP balai_intake_{name} {meaning}"
    yield f"# TYPE balai_intake_{name} {kind}"
    yield f"balai_intake_{name} {value}"


def _family(name: str, kind: str, meaning: str, label: str, values: dict[str, int]) -> Iterator[str]:
    yield f"# HELP balai_intake_{name} {meaning}"
    yield f"# TYPE balai_intake_{name} {kind}"
    for word, value in values.items():
        yield f'balai_intake_{name}{{{label}="{word}"}} {value}'


@contextmanager
def served(metrics: Metrics, host: str, port: int) -> Iterator[int]:
    """Serve ``/metrics`` in a thread of its own while the block runs; give the port.

    Raises Refusal ``port-taken`` or ``port-refused``.
    """
    try:
        server = HTTPServer((host, port), _answering(metrics.page))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Refusal("port-taken", port=port) from error
        raise Refusal("port-refused", port=port, reason=error.strerror or error) from error
    thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
    metrics.served = True
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join(READER_S)


def _answering(page: Callable[[], str]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Answers GET /metrics and nothing else."""

        timeout = READER_S
        server_version = "balai"
        sys_version = ""

        def do_GET(self) -> None:
            """Answer with the page."""
            if self.path != "/metrics":
                self.send_error(404)
                return
            body = page().encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Keep the log for what matters."""

    return Handler
