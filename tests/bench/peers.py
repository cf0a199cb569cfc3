"""Beside its peer: the product (uplink, Mosquitto, intake) and a Mosquitto bridge carry the same events, in turns in one run.

Prints what each accepts and drains in a second, its processor time and memory, and what is lost and doubled when each of its
processes is ended by SIGKILL half-way. A bridge has no database at its end: its events count when they leave the far broker.
"""

from __future__ import annotations

import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import IO

from gateway.relay.envelope import Envelope
from gateway.store import outbox
from tests.bench.fleet_reckoning import cpu_s, resident_mib
from tests.bench.verdict import quick, seed, show, verdict
from tests.support.bridge import UNLIMITED, Bridge
from tests.support.hall_days import fill
from tests.support.intake_process import IntakeProcess
from tests.support.mosquitto import Mosquitto
from tests.support.relaying import HALL, Relaying

QUIET_S = 3.0
"""When a bridge has brought nothing for so long, it brings nothing any more."""


@dataclass(frozen=True, slots=True)
class Speed:
    """What one of them did with the same events."""

    accepted_per_s: float
    drained_per_s: float
    cpu_s_per_million: float
    """Of all its processes, to drain."""
    mib: float


@dataclass(frozen=True, slots=True)
class Damage:
    """What was left of acknowledged events after a death."""

    killed: str
    lost: int
    doubled: int


class Hall:
    """The product's hall as a process."""

    def __init__(self, folder: Path, broker: Mosquitto, events: int, number: int) -> None:
        command = [sys.executable, "-m", "tests.bench.peers_hall", str(folder), broker.address, str(events), str(number)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._into: IO[str] = self.process.stdin
        self._out: IO[str] = self.process.stdout
        self.accepted_s = self.told()

    def told(self) -> float:
        """Return the seconds that it says next."""
        line = self._out.readline()
        return float(line.split()[1])

    def go_on(self) -> None:
        """Let it do what comes next."""
        print(file=self._into, flush=True)

    def kill(self) -> None:
        """End it like kill -9."""
        self.process.kill()
        self.process.wait()
        self._into.close()
        self._out.close()


def product_speed(folder: Path, events: int, number: int) -> Speed:
    """Let the product carry the events undisturbed."""
    with Mosquitto(folder / "broker", extra=UNLIMITED) as broker, IntakeProcess(broker.address, folder / "centre.db") as intake:
        hall = Hall(folder / "hall", broker, events, number)
        try:
            pids = [hall.process.pid, broker.pid, intake.pid]
            before_s = sum(map(cpu_s, pids))
            hall.go_on()
            drained_s = hall.told()
            cost_s, mib = sum(map(cpu_s, pids)) - before_s, sum(map(resident_mib, pids))
        finally:
            hall.kill()
    return Speed(events / hall.accepted_s, events / drained_s, cost_s * 1e6 / events, mib)


def bridge_speed(folder: Path, payloads: list[bytes]) -> Speed:
    """Let the bridge carry the same events undisturbed."""
    bridge = Bridge(folder)
    try:
        accepted_s = bridge.load(payloads)
        before_s = cpu_s(bridge.near.pid)
        with bridge.far:
            drained_s = bridge.count(payloads)
            pids = [bridge.near.pid, bridge.far.pid]
            cost_s, mib = sum(map(cpu_s, pids)) - before_s, sum(map(resident_mib, pids))
    finally:
        bridge.near.kill()
    events = len(payloads)
    return Speed(events / accepted_s, events / drained_s, cost_s * 1e6 / events, mib)


def product_damage(folder: Path, events: int, number: int, killed: str) -> Damage:
    """Kill one process of the product while it drains, start it again, and look at the centre's database."""
    with Mosquitto(folder / "broker", extra=UNLIMITED) as broker, IntakeProcess(broker.address, folder / "centre.db") as intake:
        hall = Hall(folder / "hall", broker, events, number)
        try:
            hall.go_on()
            threading.Event().wait(Random(number).uniform(0.1, 0.6))
            if killed == "hall":
                hall.kill()
                hall = Hall(folder / "hall", broker, events, number)
                hall.go_on()
            elif killed == "broker":
                broker.kill()
                broker.start()
            else:
                intake.kill()
                intake.start()
            hall.told()
        finally:
            hall.kill()
        intake.stop()
    with closing(sqlite3.connect(folder / "centre.db")) as db:
        [(facts, distinct)] = db.execute("SELECT count(*), count(DISTINCT first) FROM facts WHERE hall = ?", (HALL,))
    return Damage(killed, events - distinct, facts - distinct)


def bridge_damage(folder: Path, payloads: list[bytes], killed: str) -> Damage:
    """Kill one broker of the bridge, both with their default persistence, once it has acknowledged everything."""
    bridge = Bridge(folder, kept=True)
    try:
        bridge.load(payloads)
        if killed == "near":
            bridge.near.kill()
            bridge.near.start()
        bridge.far.start()
        if killed == "far":
            threading.Event().wait(QUIET_S)
            bridge.far.kill()
            bridge.far.start()
        arrived = Counter(bridge.arrived(QUIET_S))
    finally:
        bridge.near.kill()
        bridge.far.kill()
    return Damage(killed, len(set(payloads) - arrived.keys()), sum(count - 1 for count in arrived.values()))


def payloads_of(folder: Path, events: int, number: int) -> list[bytes]:
    """Return the same events as one message each."""
    with Relaying(folder, "mqtt://127.0.0.1:1") as hall:
        fill(hall.store, events, number)
        with hall.store.reader() as db:
            return [Envelope(HALL, *row).encode() for row in outbox.claim(db, hall.epoch, "record", 0, events)]


def main() -> None:
    """Let both carry in turns, then kill each process of each, and give the verdict."""
    number = seed()
    rounds, events, fewer = (1, 20_000, 5_000) if quick() else (5, 50_000, 20_000)
    products, bridges = [], []
    with tempfile.TemporaryDirectory(prefix=".bench-", dir=Path.cwd()) as name:
        folder = Path(name)
        for one in range(rounds):
            at = folder / f"round-{one}"
            payloads = payloads_of(at / "copy", events, number + one)
            products.append(product_speed(at / "product", events, number + one))
            bridges.append(bridge_speed(at / "bridge", payloads))
            show(round=one, product=_brief(products[-1]), bridge=_brief(bridges[-1]))
        payloads = payloads_of(folder / "copy", fewer, number)
        harm = [product_damage(folder / killed, fewer, number, killed) for killed in ("hall", "broker", "intake")]
        harmed = [bridge_damage(folder / killed, payloads, killed) for killed in ("near", "far")]
    for whose, damages in (("product", harm), ("bridge", harmed)):
        for damage in damages:
            show(whose=whose, events=fewer, **asdict(damage))
    figure = {"product": _median(products), "after kill -9": [asdict(one) for one in harm]}
    control = {"bridge": _median(bridges), "after kill -9": [asdict(one) for one in harmed]}
    holds = not any(one.lost or one.doubled for one in harm) and any(one.lost for one in harmed)
    goal = "0 lost, 0 doubled after kill -9 of each process; the bridge, which commits nothing, must lose"
    verdict("peers", number, figure, goal, control, holds)


def _median(speeds: list[Speed]) -> dict[str, int]:
    rows = [asdict(speed) for speed in speeds]
    return {name: round(statistics.median(row[name] for row in rows)) for name in rows[0]}


def _brief(speed: Speed) -> str:
    return ",".join(f"{name}:{value:.0f}" for name, value in asdict(speed).items())


if __name__ == "__main__":
    main()
