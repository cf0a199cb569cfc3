"""Histories of this hall: each has its own gapless sequences, so that none is taken for another.

The hall decides its epoch, at random, when its database is made, when a backup is opened, when the card has come into
another machine, and when the centre knows another history: facts made from then on can never be swallowed as
duplicates of what others made under the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from gateway.store import outbox
from gateway.store.database import Transaction
from gateway.store.stamp import Stamp
from gateway.store.tables import EPOCH_STEP, LANE_STEP, LANES

NUMBERS_JUMP = 100
"""After a restore every line leaves out so many numbers: slips given out since the copy may still be in hands."""


def current(db: outbox.Reads) -> str:
    """Return the open epoch: 8 hexadecimal digits."""
    return str(db.execute("SELECT epoch FROM epoch WHERE state = 'open'").fetchone()[0])


def open_new(
    tx: Transaction, stamp: Stamp, randomness: Random, reason: str, above: Mapping[tuple[str, str], int] | None = None
) -> str:
    """Close the former epoch, if any, open a new one and return it.

    The first fact of every epoch but the hall's very first is ``id.balai.epoch.opened.v1``, which names
    the closed epochs with the last sequence of each lane. ``reason`` is ``made``, ``restored``, ``recovered``,
    ``moved`` or ``diverged``. What lies ``above`` a number, by epoch and lane, is issued again in the new epoch
    and no longer belongs to the old one.
    """
    closed = _closed(tx, above or {})
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
    for (former, lane), last in (above or {}).items():
        reissue(tx, former, lane, last)
    return epoch


def leave(tx: Transaction, stamp: Stamp, randomness: Random, reason: str, above: Mapping[str, int] | None = None) -> str:
    """Leave the open epoch for a new one, because others may make facts in it, and return the new one.

    Everything unconfirmed is issued again there; of lanes in ``above`` all that lies above that number. The next numbers
    of all lines jump: who goes on in the old epoch gives out numbers too.
    """
    open_lanes = [state for state in outbox.lanes(tx) if state.state == "open"]
    ends = {(state.epoch, state.lane): state.confirmed for state in open_lanes}
    ends |= {(open_lanes[0].epoch, lane): number for lane, number in (above or {}).items()}
    ask_for_jump(tx)
    return open_new(tx, stamp, randomness, reason, ends)


def reissue(tx: Transaction, epoch: str, lane: str, above: int) -> None:
    """Issue the events above ``above`` of a closed epoch's lane again in the open one.

    They keep their order, their stamp and the id they had first (``was``); their former numbers are never used again.
    ``above`` is the lane's ``confirmed`` or one less than its ``oldest``.
    """
    [(base, last)] = tx.execute(
        "SELECT base, last FROM lane JOIN epoch ON epoch.number = lane.number WHERE epoch = ? AND lane = ?", (epoch, lane)
    ).fetchall()
    [(onto, its_last)] = tx.execute(
        "UPDATE lane SET last = last + ? WHERE lane = ? AND number = (SELECT max(number) FROM epoch) RETURNING base, last",
        (last - above, lane),
    ).fetchall()
    shift = its_last - last
    tx.execute(
        "UPDATE outbox SET was = CASE was WHEN '' THEN ?1 || (position - ?2) ELSE was END, position = position + ?3"
        " WHERE position > ?2 + ?4 AND position <= ?2 + ?5",
        (f"{epoch}-{lane}-", base, onto - base + shift, above, last),
    )
    if lane == "parcel":
        tx.execute(
            "UPDATE OR REPLACE parcel SET last = last + ?, epoch = (SELECT epoch FROM epoch WHERE state = 'open')"
            " WHERE epoch = ? AND last > ?",
            (shift, epoch, above),
        )
    tx.execute(
        "UPDATE lane SET last = ?1, head = CASE confirmed WHEN ?1 THEN head ELSE base_head END, confirmed = ?1 WHERE base = ?2",
        (above, base),
    )


def ask_for_jump(tx: Transaction) -> None:
    """Let the next number of every line leave out ``NUMBERS_JUMP`` more: slips with them may be in people's hands."""
    tx.execute(
        "INSERT INTO meta (key, value) VALUES ('numbers_jump_pending', ?1) ON CONFLICT DO UPDATE SET value = value + ?1",
        (NUMBERS_JUMP,),
    )


def put(tx: Transaction, key: str, value: str) -> None:
    """Set one of the facts about the file itself."""
    tx.execute("INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", (key, value))


def _closed(tx: Transaction, above: Mapping[tuple[str, str], int]) -> list[dict[str, Any]]:
    lanes: dict[str, dict[str, int]] = {}
    for state in outbox.lanes(tx):
        lanes.setdefault(state.epoch, {})[state.lane] = above.get((state.epoch, state.lane), state.last)
    return [{"epoch": epoch, "lanes": lasts} for epoch, lasts in lanes.items()]
