"""What a fleet has cost, and whether the centre has everything that it wrote, once and in order."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from gateway.store.outbox import Event
from gateway.store.stamp import Stamp

TICKS_PER_S = os.sysconf("SC_CLK_TCK")

Written = Mapping[str, Mapping[str, Sequence[tuple[Stamp, Event]]]]
"""By hall and lane, what was written, in order."""


@dataclass(frozen=True, slots=True)
class Costs:
    """Processor time in seconds since each process began, and memory in MiB, of broker and intake."""

    broker_cpu_s: float
    intake_cpu_s: float
    broker_mib: float
    intake_mib: float


@dataclass(slots=True)
class Found:
    """What the centre has, held against what was written."""

    lost: int = 0
    doubled: int = 0
    disordered: int = 0


def costs_of(broker: Iterable[int], intake: Iterable[int]) -> Costs:
    """Read from the kernel what these processes have cost until now."""
    brokers, intakes = list(broker), list(intake)
    return Costs(
        *(sum(map(cpu_s, brokers)), sum(map(cpu_s, intakes))),
        *(sum(map(resident_mib, brokers)), sum(map(resident_mib, intakes))),
    )


def reckon(written: Written, centre: Path) -> Found:
    """Compare every event of every hall with the centre's database."""
    found = Found()
    with closing(sqlite3.connect(f"{centre.absolute().as_uri()}?mode=ro", uri=True)) as db:
        [(found.doubled,)] = db.execute("SELECT count(*) - count(DISTINCT hall || first) FROM facts")
        for hall, lanes in written.items():
            for lane, rows in lanes.items():
                kept = db.execute(
                    "SELECT seq, type, subject, time FROM events WHERE hall = ? AND lane = ? ORDER BY seq", (hall, lane)
                ).fetchall()
                expected = [(seq, event.type, event.subject, stamp.time) for seq, (stamp, event) in enumerate(rows, 1)]
                found.lost += len(set(expected) - set(kept))
                found.disordered += len(set(kept) - set(expected))
    return found


def cpu_s(pid: int) -> float:
    """Return the processor time of a process in seconds since it began."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def resident_mib(pid: int) -> float:
    """Return the memory that a process holds now."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))
