"""Histories of this hall: each has its own gapless sequences, so that none is taken for another.

The hall decides its epoch, at random, when its database is made and when a backup is opened: facts
made after a restore can then never be swallowed as duplicates of what was lost.
"""

from __future__ import annotations

from random import Random
from typing import Any

from gateway.store import outbox
from gateway.store.database import Transaction
from gateway.store.stamp import Stamp
from gateway.store.tables import EPOCH_STEP, LANE_STEP, LANES


def current(db: outbox.Reads) -> str:
    """Return the open epoch: 8 hexadecimal digits."""
    return str(db.execute("SELECT epoch FROM epoch WHERE state = 'open'").fetchone()[0])


def open_new(tx: Transaction, stamp: Stamp, randomness: Random, reason: str) -> str:
    """Close the former epoch, if any, open a new one and return it.

    The first fact of every epoch but the hall's very first is ``id.balai.epoch.opened.v1``, which names
    the closed epochs with the last sequence of each lane. ``reason`` is ``made``, ``restored`` or
    ``recovered``.
    """
    closed = _closed(tx)
    tx.execute("UPDATE epoch SET state = 'closed' WHERE state = 'open'")
    epoch = f"{randomness.getrandbits(32):08x}"
    [(number,)] = tx.execute(
        "INSERT INTO epoch (epoch, state, reason, opened_at) VALUES (?, 'open', ?, ?) RETURNING number",
        (epoch, reason, stamp.time),
    ).fetchall()
    tx.executemany(
        "INSERT INTO lane (base, number, lane) VALUES (?, ?, ?)",
        [(number * EPOCH_STEP + index * LANE_STEP, number, lane) for index, lane in enumerate(LANES)],
    )
    if closed:
        opened = outbox.Event("record", "id.balai.epoch.opened.v1", f"epoch/{epoch}", {"reason": reason, "closed": closed})
        outbox.append(tx, stamp, opened)
    return epoch


def _closed(tx: Transaction) -> list[dict[str, Any]]:
    lanes: dict[str, dict[str, int]] = {}
    for state in outbox.lanes(tx):
        lanes.setdefault(state.epoch, {})[state.lane] = state.last
    return [{"epoch": epoch, "lanes": lasts} for epoch, lasts in lanes.items()]
