"""R4: thirty days without uplink, and then everything arrives, the urgent first, while the hall notices nothing.

A real hall's outbox gets 100,000 events of hall-days on a clock that is told what time it is, while nobody listens at the broker's
address. Then Mosquitto and the real intake come back. While the backlog drains, the hall goes on committing acts of its own, in spells with
the uplink at work and spells without it, in turns: the figure is the ratio of the 99th percentile over all acts of either kind of spell. Each sync of
the hall's card lasts 10 ms longer (SYNC_MS=, slow_sync.c), as a card's do: on this machine's disk the figure would tell of Python's threads alone.

Negative control: an uplink that packs its batches while it holds the store's turn must make the hall wait.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from gateway.relay.batches import BATCH_LIMIT, READ_LIMIT, pack
from gateway.relay.envelope import Envelope
from gateway.relay.progress import WINDOW
from gateway.store import outbox
from gateway.store.outbox import Event
from tests.bench.verdict import quick, seed, show, verdict
from tests.support.clock import FakeClock
from tests.support.hall_days import fill
from tests.support.intake_process import IntakeProcess
from tests.support.mosquitto import Mosquitto
from tests.support.relaying import HALL, LOOK_S, Relaying

DAYS = 30
SPELL_S = 0.4
SPELLS = 60
"""Pairs of spells, at the most; a quick run and the control have fewer."""
FEW_SPELLS = 6
LEAST_ACTS = 10
SYNC_MS = 10
ACT_REST_S = 0.002
"""Between two acts of the hall."""
LIMIT_S = 600.0
GOAL = "drained=all, urgent within the first window, grown_mb<20, p99_ratio<=1.5 (quick: far below the control's)"
QUICK_SHARE = 5
"""A quick run, made on any machine by `make test`, judges the ratio against the control's only, never by the clock."""
URGENT = Event("urgent", "id.balai.need.reported.v1", "need/1", {"kind": "hungry"})
ACT = Event("bulk", "id.balai.visit.rated.v1", "rating/7f3a90c2/1/surat", {"line": "surat", "score": 4, "origin": "phone"})


class Working:
    """Something that goes on in a thread of its own, and stands still while it is told to."""

    def __init__(self, step: Callable[[], object]) -> None:
        self._go, self._end, self._stepping = threading.Event(), threading.Event(), threading.Lock()
        self._step = step
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def go(self, *, on: bool) -> None:
        """Let it go on; or let it end its present step, and stand still."""
        (self._go.set if on else self._go.clear)()
        if not on:
            with self._stepping:
                return

    def end(self) -> None:
        """End it."""
        self._end.set()
        self._go.set()
        self._thread.join(30)

    def _run(self) -> None:
        while self._go.wait() and not self._end.is_set():
            with self._stepping:
                if self._go.is_set():
                    self._step()


def main() -> None:
    """Live without an uplink, let it come back, watch the hall meanwhile, and judge."""
    on_a_slow_card()
    chosen, events = seed(), 20_000 if quick() else 100_000
    with tempfile.TemporaryDirectory(prefix=".bench-", dir=Path.cwd()) as name:
        folder, clock = Path(name), FakeClock()
        broker = Mosquitto(folder / "broker", extra="log_type none\n")
        with Relaying(folder / "hall", broker.address, clock, seed=chosen) as hall:
            live_without_uplink(hall, clock, events, chosen)
            before_mb = resident_mb()
            with broker, IntakeProcess(broker.address, folder / "centre.db"):
                left = come_back(hall, clock)
                drain = Working(lambda: look(hall, clock))
                ratio, acts = spells(hall, drain, hall.drained, FEW_SPELLS if quick() else SPELLS)
                drain.go(on=True)
                until(hall.drained)
                drain.end()
            grown_mb = resident_mb() - before_mb
            packer = Working(lambda: pack_in_turn(hall))
            control, _ = spells(hall, packer, lambda: False, FEW_SPELLS)
            packer.end()
    show(
        events=events,
        days=DAYS,
        left_when_urgent_was_confirmed=left,
        grown_mb=grown_mb,
        acts=acts,
        p99_ratio=ratio,
        control_ratio=control,
    )
    figure = {"drained": events, "left_when_urgent": left, "grown_mb": round(grown_mb, 1), "p99_ratio": round(ratio, 2)}
    unnoticed = ratio * QUICK_SHARE < control if quick() else ratio <= 1.5 < control
    holds = left >= events - WINDOW * READ_LIMIT and grown_mb < 20 and unnoticed
    verdict("outage", chosen, figure, GOAL, {"p99_ratio": round(control, 2)}, holds)


def live_without_uplink(hall: Relaying, clock: FakeClock, events: int, chosen: int) -> None:
    """Let thirty days pass, with their events, and the uplink look in vain every few hours; at the end something is urgent."""
    for day in range(DAYS):
        fill(hall.store, events // DAYS + (events % DAYS if day == 0 else 0), chosen + day)
        for _ in range(6):
            clock.advance(4 * 3600)
            hall.uplink.step()
    hall.append(URGENT)


def look(hall: Relaying, clock: FakeClock) -> None:
    """Let the uplink act once, and as much time pass as has passed."""
    began_s = time.monotonic()
    hall.uplink.step()
    threading.Event().wait(LOOK_S / 4)
    clock.advance(time.monotonic() - began_s)


def come_back(hall: Relaying, clock: FakeClock) -> int:
    """Let the uplink find the broker; return how much was left when the urgent event was confirmed."""
    while hall.confirmed("urgent") == 0:
        look(hall, clock)
    return sum(state.last - state.confirmed for state in hall.stands())


def spells(hall: Relaying, work: Working, is_over: Callable[[], bool], most: int) -> tuple[float, int]:
    """Commit acts in spells with the work going on and without, in turns; return the ratio of their 99th percentiles, and how many acts."""
    took_s: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(most):
        if is_over():
            break
        for on in (True, False):
            work.go(on=on)
            threading.Event().wait(0.02)
            took_s[on] += spell(hall)
    with_ms, without_ms = ([1e3 * percentile(took_s[on], share) for share in (50, 90, 99)] for on in (True, False))
    show(acts=len(took_s[True]), draining_ms=[round(one, 2) for one in with_ms], quiet_ms=[round(one, 2) for one in without_ms])
    return with_ms[-1] / without_ms[-1], sum(map(len, took_s.values()))


def spell(hall: Relaying) -> list[float]:
    """Return what each act of one spell took."""
    took_s: list[float] = []
    end_s = time.monotonic() + SPELL_S
    while time.monotonic() < end_s or len(took_s) < LEAST_ACTS:
        began_s = time.perf_counter()
        hall.append(ACT)
        took_s.append(time.perf_counter() - began_s)
        threading.Event().wait(ACT_REST_S)
    return took_s


def percentile(values: list[float], share: int) -> float:
    """Return the value that ``share`` percent do not exceed."""
    return statistics.quantiles(values, n=100, method="inclusive")[share - 1]


def on_a_slow_card() -> None:
    """Begin again as a process whose syncs last longer, unless this is one; its children's do not."""
    loaded = os.environ.pop("LD_PRELOAD", "")
    if "slow_sync" not in loaded:
        library = Path(tempfile.mkdtemp(prefix="bench-sync-")) / "slow_sync.so"
        subprocess.run(
            ["gcc", "-O2", "-shared", "-fPIC", "-o", library, Path(__file__).with_name("slow_sync.c"), "-ldl"], check=True
        )
        pause_us = int(os.environ.get("SYNC_MS") or SYNC_MS) * 1000
        told = {"LD_PRELOAD": str(library), "SLOW_SYNC_US": str(pause_us)}
        os.execve(sys.executable, [sys.executable, "-m", "tests.bench.outage"], {**os.environ, **told})  # noqa: S606 - itself
    shutil.rmtree(Path(loaded).parent, ignore_errors=True)


def pack_in_turn(hall: Relaying) -> None:
    """Claim and pack in the store's own turn, as a queue does that marks what it sends: the control."""
    with suppress(IndexError), hall.store.transaction() as tx:
        rows = outbox.claim(tx, hall.epoch, "record", 0, 25 * BATCH_LIMIT)
        for first in range(0, len(rows), BATCH_LIMIT):
            pack([Envelope(HALL, *row) for row in rows[first : first + BATCH_LIMIT]])


def until(happened: Callable[[], bool]) -> None:
    """Wait until it has happened. Raises TimeoutError."""
    end_s = time.monotonic() + LIMIT_S
    while not happened():
        if time.monotonic() > end_s:
            raise TimeoutError("the backlog has not drained")
        threading.Event().wait(LOOK_S)


def resident_mb() -> float:
    """Return this process's memory."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
