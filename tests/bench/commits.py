"""P1: durable acceptance. Many who wait share one sync of the card, and so are served many times faster.

One act is one INSERT. The baseline is plain SQLite, no store around it: BEGIN IMMEDIATE, the act, COMMIT,
with the product's own pragmas. Against it stand 100 submitters, each of which waits until its act is
durable before its next. Both run on fresh files on the same disk, in turns within one process; the
figure is the median of the rounds' ratios. Syncs are counted by a library loaded before libc's, which
in the second part makes each of them last 10 ms longer, as a card's do.

Negative control: the same store with sharing switched off must miss the goals.
"""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from gateway.store.connection import connect_writing
from gateway.store.database import GROUP_LIMIT, Store, Transaction
from tests.bench.verdict import quick, seed, show, verdict

SUBMITTERS = 100
GOAL = "syncs_per_group<=1.05, ratio>=30, ratio_at_10ms>=80"
TABLE = "CREATE TABLE fact (id INTEGER PRIMARY KEY, word TEXT, number INTEGER)"
INSERT = "INSERT INTO fact (word, number) VALUES (?, ?)"


def main() -> None:
    """Measure without and with slow syncs, show the figures, and judge."""
    chosen = seed()
    rounds = 5 if quick() else 11
    with tempfile.TemporaryDirectory(prefix=".bench-", dir=Path.cwd()) as folder:
        library = Path(folder) / "slow_sync.so"
        source = Path(__file__).with_name("slow_sync.c")
        subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
        fast = measure_elsewhere(library, 0, rounds, chosen)
        slow = measure_elsewhere(library, 10_000, max(3, rounds // 2), chosen)
    for name, part in (("fast", fast), ("10ms", slow)):
        for line in part["rounds"]:
            show(part=name, seed=chosen, **line)
    figure = {
        "ratio": fast["ratio"], "ratio_at_10ms": slow["ratio"], "syncs_per_group": max(fast["syncs"], slow["syncs"]),
        "threads_ratio": fast["threads_ratio"], "threads_ratio_at_10ms": slow["threads_ratio"],
        "acts_per_s": fast["acts_per_s"], "alone_per_s": fast["alone_per_s"],
    }  # fmt: skip
    control = {"ratio": fast["control_ratio"], "ratio_at_10ms": slow["control_ratio"]}
    holds = figure["ratio"] >= 30 and figure["ratio_at_10ms"] >= 80 and figure["syncs_per_group"] <= 1.05
    control_fails = control["ratio"] < 30 and control["ratio_at_10ms"] < 80
    verdict("commits", chosen, figure, GOAL, control, holds and control_fails)


def measure_elsewhere(library: Path, pause_us: int, rounds: int, chosen: int) -> dict[str, Any]:
    """Measure in a process of its own that has the library loaded."""
    environment = os.environ | {"LD_PRELOAD": str(library), "SLOW_SYNC_US": str(pause_us)}
    command = [
        sys.executable,
        "-m",
        "tests.bench.commits",
        "measure",
        str(pause_us),
        str(rounds),
        str(chosen),
        str(library.parent),
    ]
    answer = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    measured: dict[str, Any] = json.loads(answer.stdout)
    return measured


def measure(pause_us: int, rounds: int, chosen: int, folder: Path) -> dict[str, Any]:
    """Run the rounds in turns and return their medians."""
    alone_acts, acts_each = (40, 20) if pause_us else (1000, 300)
    order = random.Random(chosen)
    lines = []
    for number in range(rounds):
        measurements = {
            "alone": lambda at: alone(at, alone_acts),
            "shared": lambda at: shared(at, acts_each, GROUP_LIMIT),
            "threads": lambda at: in_threads(at, max(5, acts_each // 5)),
            "control": lambda at: shared(at, max(1, acts_each // 100), 1),
        }
        names = list(measurements)
        order.shuffle(names)
        lines.append({name: measurements[name](fresh(folder / f"{pause_us}us", f"{name}-{number}")) for name in names})
    return summary(lines)


def summary(lines: list[dict[str, tuple[float, float]]]) -> dict[str, Any]:
    """Return medians of the ratios, and of the syncs for each group of the sharing doors."""

    def ratio(name: str) -> float:
        return round(statistics.median(line[name][0] / line["alone"][0] for line in lines), 2)

    return {
        "ratio": ratio("shared"),
        "threads_ratio": ratio("threads"),
        "control_ratio": ratio("control"),
        "syncs": round(max(statistics.median(line[name][1] for line in lines) for name in ("shared", "threads")), 4),
        "acts_per_s": round(statistics.median(line["shared"][0] for line in lines)),
        "alone_per_s": round(statistics.median(line["alone"][0] for line in lines)),
        "rounds": [
            {f"{name}_per_s": round(line[name][0]) for name in line} | {"syncs_per_group": round(line["shared"][1], 3)}
            for line in lines
        ],
    }


def fresh(folder: Path, name: str) -> Path:
    """Return the place of a database that is not there yet."""
    (folder / name).mkdir(parents=True)
    return folder / name / "hall.db"


def act(tx: Transaction | sqlite3.Connection) -> None:
    """Insert one row: the act of both sides."""
    tx.execute(INSERT, ("A-012", 12))


def alone(path: Path, acts: int) -> tuple[float, float]:
    """Return acts per second and syncs per commit of plain SQLite, one commit each."""
    connection = connect_writing(path)
    connection.execute(TABLE)
    syncs, began = sync_count(), time.perf_counter()
    for _ in range(acts):
        connection.execute("BEGIN IMMEDIATE")
        act(connection)
        connection.execute("COMMIT")
    took_s, syncs = time.perf_counter() - began, sync_count() - syncs
    connection.close()
    return acts / took_s, syncs / acts


def shared(path: Path, acts_each: int, group_limit: int) -> tuple[float, float]:
    """Return acts per second and syncs per group of 100 submitters in an event loop."""
    store = Store(path, group_limit=group_limit)
    create(store)

    async def submitter() -> None:
        for _ in range(acts_each):
            await store.submit(act)

    async def all_submitters() -> tuple[float, float]:
        syncs, commits, began = sync_count(), store.commits, time.perf_counter()
        await asyncio.gather(*(submitter() for _ in range(SUBMITTERS)))
        took_s = time.perf_counter() - began
        return SUBMITTERS * acts_each / took_s, (sync_count() - syncs) / (store.commits - commits)

    measured = asyncio.run(all_submitters())
    close_and_count(store, SUBMITTERS * acts_each)
    return measured


def in_threads(path: Path, acts_each: int) -> tuple[float, float]:
    """Return acts per second and syncs per group of 100 threads that use ``transaction``."""
    store = Store(path)
    create(store)
    together = threading.Barrier(SUBMITTERS + 1)

    def submitter() -> None:
        together.wait()
        for _ in range(acts_each):
            with store.transaction() as tx:
                act(tx)

    threads = [threading.Thread(target=submitter) for _ in range(SUBMITTERS)]
    for thread in threads:
        thread.start()
    syncs, commits = sync_count(), store.commits
    together.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    took_s = time.perf_counter() - began
    measured = SUBMITTERS * acts_each / took_s, (sync_count() - syncs) / (store.commits - commits)
    close_and_count(store, SUBMITTERS * acts_each)
    return measured


def create(store: Store) -> None:
    """Make the one table."""
    with store.transaction() as tx:
        tx.execute(TABLE)


def close_and_count(store: Store, expected: int) -> None:
    """Close the store after having seen that every accepted act is there: speed without them counts nothing."""
    with store.reader() as db:
        found = db.execute("SELECT count(*) FROM fact").fetchone()[0]
    store.close()
    if found != expected:
        raise SystemExit(f"{found} facts of {expected} accepted ones: nothing was measured")


def sync_count() -> int:
    """Return how many syncs this process has made."""
    return int(COUNTER.slow_sync_count())


COUNTER = ctypes.CDLL(None)

if __name__ == "__main__":
    if sys.argv[1:2] == ["measure"]:
        print(json.dumps(measure(int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), Path(sys.argv[5]))))
    else:
        main()
