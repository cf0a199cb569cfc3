"""A backlog read in columns: what goes up by the thousand costs a list each, not an object each."""

from __future__ import annotations

from gateway.runs import Run
from gateway.store.outbox import QUARANTINED, Reads, base_of


def claim_run(db: Reads, hall: str, epoch: str, lane: str, after: int, limit: int) -> Run | None:
    """Return the rows that ``outbox.claim`` does, as events of ``hall``, in less time.

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
    return Run(hall, epoch, lane, range(first, first + len(rows)), *columns)
