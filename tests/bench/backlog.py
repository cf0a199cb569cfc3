"""P4: a month of backlog costs no more than an hour's.

Claiming and confirming at 1,000,000 waiting rows against the same at 10,000, measured in turns within one process; each figure is the median of many turns.

Negative control: the same questions asked by a state flag instead of the sequence must miss the goal.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from random import Random

from gateway.clock import SystemClock
from gateway.store import epochs, outbox
from gateway.store.database import Store
from gateway.store.opening import open_store
from gateway.store.stamp import Stamp
from tests.bench.verdict import quick, seed, show, verdict

SMALL, LARGE = 10_000, 1_000_000
BATCH = 200
GOAL = 1.3


def main() -> None:
    """Fill two outboxes, measure both in turns, show the figures, and judge."""
    chosen = seed()
    turns = 60 if quick() else 200
    order = random.Random(chosen)
    with tempfile.TemporaryDirectory(prefix=".bench-", dir=Path.cwd()) as folder:
        stores = {rows: filled(Path(folder) / str(rows), rows) for rows in (SMALL, LARGE)}
        figures = ratio_of(stores, by_sequence, turns, order)
        control = ratio_of(stores, by_flag, 7, order)
        for store in stores.values():
            store.close()
    show(seed=chosen, rows=LARGE, batch=BATCH, turns=turns, figure=figures, control=control)
    verdict("backlog", chosen, figures, f"<={GOAL}", control, figures <= GOAL < control)


def filled(directory: Path, rows: int) -> Store:
    """Return a hall's store with ``rows`` unconfirmed events, and beside them the control's flagged copy."""
    store = open_store(directory, lambda: None, SystemClock(), randomness=Random(rows))
    stamp = Stamp.of(SystemClock(), UTC)
    row = (
        "id.balai.ticket.called.v1",
        "ticket/7f3a90c2/118/A-012",
        stamp.time,
        stamp.clock,
        stamp.bootid,
        stamp.uptime,
        '{"line":"a"}',
    )
    with store.transaction() as tx:
        [(base,)] = tx.execute("SELECT base FROM lane WHERE lane = 'record'").fetchall()
        tx.executemany(
            "INSERT INTO outbox (position, type, subject, time, clock, bootid, uptime, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            ((base + seq, *row) for seq in range(1, rows + 1)),
        )
        tx.execute("UPDATE lane SET last = ? WHERE base = ?", (rows, base))
        tx.execute("CREATE TABLE flagged (seq INTEGER PRIMARY KEY, state TEXT, data TEXT)")
        tx.execute("INSERT INTO flagged SELECT position - ?, 'waiting', data FROM outbox", (base,))
    return store


def ratio_of(stores: dict[int, Store], turn: Callable[[Store], None], turns: int, order: random.Random) -> float:
    """Return how many times more the turn costs with the large backlog."""
    took_s: dict[int, list[float]] = {rows: [] for rows in stores}
    for number in range(turns + 3):
        for rows in order.sample(list(stores), len(stores)):
            began = time.perf_counter()
            turn(stores[rows])
            if number >= 3:
                took_s[rows].append(time.perf_counter() - began)
    medians = {rows: statistics.median(times) for rows, times in took_s.items()}
    show(turn=turn.__name__, **{f"ms_at_{rows}": round(median_s * 1000, 3) for rows, median_s in medians.items()})
    return round(medians[LARGE] / medians[SMALL], 3)


def by_sequence(store: Store) -> None:
    """Claim a batch and confirm it, as the uplink does, then look at the depth as the health page does."""
    with store.reader() as db:
        epoch = epochs.current(db)
        confirmed = next(state.confirmed for state in outbox.lanes(db) if state.lane == "record")
        rows = outbox.claim(db, epoch, "record", confirmed, BATCH)
    with store.transaction() as tx:
        outbox.confirm(tx, epoch, "record", rows[-1].seq)
    with store.reader() as db:
        outbox.backlog(db)
    # Lowered before it runs dry, so that each turn does the same in both.
    if confirmed + 2 * BATCH > SMALL:
        with store.transaction() as tx:
            outbox.lower(tx, epoch, "record", 0)


def by_flag(store: Store) -> None:
    """Do the same as queues with a state column do: find the waiting by their flag, mark them, count the rest."""
    with store.reader() as db:
        rows = db.execute(
            "SELECT seq, data FROM flagged WHERE state = 'waiting' ORDER BY state, seq LIMIT ?", (BATCH,)
        ).fetchall()
    with store.transaction() as tx:
        tx.executemany("UPDATE flagged SET state = 'sent' WHERE seq = ?", [(seq,) for seq, _ in rows])
    with store.reader() as db:
        db.execute("SELECT count(*) FROM flagged WHERE state = 'waiting'").fetchone()


if __name__ == "__main__":
    main()
