"""A backlog read in columns: what goes up by the thousand costs a list each, not an object each."""

from __future__ import annotations

from typing import NamedTuple

from gateway.store.outbox import QUARANTINED, Reads, base_of


class Claimed(NamedTuple):
    """Events of a lane that follow each other without a gap: each attribute a list in their order."""

    epoch: str
    lane: str
    seq: range
    type: list[str]
    subject: list[str]
    time: list[str]
    clock: list[str]
    bootid: list[str]
    uptime: list[str]
    data: list[str]
    """JSON texts."""


def claim_run(db: Reads, epoch: str, lane: str, after: int, limit: int) -> Claimed | None:
    """Return the rows that ``outbox.claim`` does, in less time.

    None when there are none, or not only such as go up as they are: a gap, a tombstone, a fact that was issued before.
    """
    base = base_of(db, epoch, lane)
    rows = db.execute(
        "SELECT position, was <> '' OR code IS ?, type, subject, time, clock, bootid, uptime, data FROM outbox"
        " WHERE position > ? AND position <= (SELECT base + last FROM lane WHERE base = ?) ORDER BY position LIMIT ?",
        (QUARANTINED, base + after, base, limit),
    ).fetchall()
    if not rows:
        return None
    positions, special, *columns = map(list, zip(*rows, strict=True))
    first = positions[0] - base
    if any(special) or positions[-1] - positions[0] >= len(rows):
        return None
    return Claimed(epoch, lane, range(first, first + len(rows)), *columns)
