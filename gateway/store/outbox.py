"""Events on their way to the centre: kept until its database has confirmed them, each exactly once.

Every lane of an epoch has its own gapless sequence, given in the transaction that writes the fact:
a fact that is undone leaves no hole. Reading walks the rows by their position, so a month of
backlog costs no more than an hour's. Nothing is deleted before it is confirmed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any, NamedTuple, Protocol

from gateway.errors import Refusal
from gateway.heads import head_over
from gateway.store.database import Transaction
from gateway.store.stamp import Stamp
from gateway.store.tables import LANES

EVENT_LIMIT_BYTES = 48 * 1024
"""A larger event would pass no broker: it is refused where it is made."""
ENVELOPE_BYTES = 512
"""What the envelope adds to type, subject and data on the wire, at the most."""
PRUNE_LIMIT = 100
"""At most so many rows are deleted in one act, so that no writer waits long."""
QUARANTINED = "quarantined"
"""The code of a row that cannot be sent."""
WALK_PAGE = 500
"""So many rows are in memory at once while a lane is walked."""
Reject = tuple[int, str, str]
"""A sequence that the centre refuses for ever, its code and its reason."""
TOMBSTONE_TYPE = "id.balai.event.quarantined.v1"
"""What is sent in the place of a quarantined row, so that its lane has no gap."""


class Reads(Protocol):
    """A transaction or a reader."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Any:  # noqa: ANN401 - sqlite3 cursors give tuples of anything
        """Run one statement and return its cursor of tuples."""


@dataclass(frozen=True, slots=True)
class Event:
    """A fact for the centre, before it has a sequence."""

    lane: str
    """urgent, record, parcel or bulk."""
    type: str
    """For example ``id.balai.ticket.called.v1``."""
    subject: str
    """For example ``ticket/7f3a90c2/118/A-012``."""
    data: dict[str, Any]
    """What JSON can hold; nothing personal in the clear."""


class Row(NamedTuple):
    """One event of the outbox, with its place."""

    epoch: str
    lane: str
    seq: int
    type: str
    subject: str
    time: str
    clock: str
    bootid: str
    uptime: str
    data: str
    """JSON text."""
    was: str = ""
    """The id under which a former epoch issued it first, or empty."""

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """What this fact is, whatever number it has: its first id, time, boot and uptime."""
        return (self.was or f"{self.epoch}-{self.lane}-{self.seq}", self.time, self.bootid, self.uptime)


@dataclass(frozen=True, slots=True)
class LaneState:
    """How far one lane of one epoch has come."""

    epoch: str
    state: str
    """``open`` or ``closed``."""
    lane: str
    last: int
    """The newest sequence; 0 when there is none."""
    confirmed: int
    """Every sequence up to here is in the centre's database."""
    oldest: int
    """The lowest sequence that is still kept here; ``last + 1`` when none is."""
    head: str | None = None
    """The running head at ``confirmed``; None when it was never reckoned."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits to be confirmed."""

    depth: int
    oldest_time: str | None
    """The stamp of the oldest unconfirmed event, or None."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """An event that the centre rejected or that could not be sent."""

    epoch: str
    lane: str
    seq: int
    type: str
    subject: str
    time: str
    code: str
    reason: str


def append(tx: Transaction, stamp: Stamp, event: Event) -> int:
    """Add ``event`` to the open epoch and return its sequence in its lane.

    Raises Refusal ``event-too-large`` over 48 KiB, and ValueError for an unknown lane.
    """
    data = json.dumps(event.data, ensure_ascii=False, separators=(",", ":"))
    size_bytes = len(data.encode()) + len(event.type) + len(event.subject.encode()) + ENVELOPE_BYTES
    if size_bytes > EVENT_LIMIT_BYTES:
        raise Refusal("event-too-large", limit_kib=EVENT_LIMIT_BYTES // 1024)
    places = tx.execute(
        "UPDATE lane SET last = last + 1 WHERE lane = ? AND number = (SELECT max(number) FROM epoch) RETURNING base, last",
        (event.lane,),
    ).fetchall()
    if not places:
        raise ValueError(f"no lane {event.lane!r}")
    [(base, seq)] = places
    tx.execute(
        "INSERT INTO outbox (position, type, subject, time, clock, bootid, uptime, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (base + seq, event.type, event.subject, stamp.time, stamp.clock, stamp.bootid, stamp.uptime, data),
    )
    return int(seq)


def claim(db: Reads, epoch: str, lane: str, after: int, limit: int) -> list[Row]:
    """Return up to ``limit`` events of a lane after sequence ``after``, in order.

    A quarantined row appears as its tombstone, so that the sequence has no gap.
    """
    base = base_of(db, epoch, lane)
    cursor = db.execute(
        "SELECT position - ?, type, subject, time, clock, bootid, uptime, data, was, code, reason FROM outbox"
        " WHERE position > ? AND position <= (SELECT base + last FROM lane WHERE base = ?) ORDER BY position LIMIT ?",
        (base, base + after, base, limit),
    )
    return [
        Row(epoch, lane, *row) if code != QUARANTINED else _tombstone(Row(epoch, lane, *row), reason)
        for *row, code, reason in cursor
    ]


def lanes(db: Reads) -> list[LaneState]:
    """Return every lane of every epoch, oldest epoch first, urgent lanes first within it."""
    cursor = db.execute(
        "SELECT epoch.epoch, epoch.state, lane.lane, lane.last, lane.confirmed, lane.oldest, lane.head"
        " FROM lane JOIN epoch ON epoch.number = lane.number ORDER BY lane.base"
    )
    return [LaneState(*row) for row in cursor]


def head_at(db: Reads, epoch: str, lane: str, seq: int) -> str | None:
    """Return the running head of a lane at ``seq``, or None when the rows that it needs are not kept here.

    Walks from what is known: the head at ``confirmed`` or the one before the oldest kept row.
    """
    base = base_of(db, epoch, lane)
    [(confirmed, oldest, head, base_head)] = db.execute(
        "SELECT confirmed, oldest, head, base_head FROM lane WHERE base = ?", (base,)
    ).fetchall()
    start = confirmed
    if head is None or seq < confirmed:
        start, head = oldest - 1, base_head
    if head is None or seq < start:
        return None
    walked = str(head)
    while start < seq:
        rows = claim(db, epoch, lane, start, min(WALK_PAGE, seq - start))
        if not rows or rows[-1].seq != start + len(rows):
            return None
        walked, start = _head_over(walked, rows), start + len(rows)
    return walked


def confirm(
    tx: Transaction, epoch: str, lane: str, through: int, rejected: Sequence[Reject] = (), head: str | None = None
) -> None:
    """Record that the centre has every event up to ``through``, with its rejects as (seq, code, reason).

    Only raises ``confirmed``, and never above what was made here. ``head`` is the one at ``through``, None when unknown.
    """
    base = base_of(tx, epoch, lane)
    tx.execute(
        "UPDATE lane SET head = CASE WHEN min(last, ?1) > confirmed THEN ?2 ELSE head END, confirmed = max(confirmed, min(last, ?1))"
        " WHERE base = ?3",
        (through, head, base),
    )
    tx.executemany(
        "UPDATE outbox SET code = ?, reason = ? WHERE position = ? AND code IS NULL",
        [(code, reason, base + seq) for seq, code, reason in rejected],
    )


def lower(tx: Transaction, epoch: str, lane: str, confirmed: int, head: str | None = None) -> None:
    """Record that the centre knows less than it had confirmed: it was restored. Only for a hello's answer."""
    base = base_of(tx, epoch, lane)
    tx.execute(
        "UPDATE lane SET head = CASE WHEN ?1 < confirmed THEN ?2 ELSE head END, confirmed = min(confirmed, max(?1, 0)) WHERE base = ?3",
        (confirmed, head, base),
    )


def quarantine(tx: Transaction, epoch: str, lane: str, seq: int, reason: str) -> None:
    """Set one event aside that no centre can read; its sequence goes on as a tombstone."""
    tx.execute("UPDATE outbox SET code = ?, reason = ? WHERE position = ?", (QUARANTINED, reason, base_of(tx, epoch, lane) + seq))


def prune(tx: Transaction, epoch: str, lane: str, through: int, before: datetime) -> int:
    """Delete the oldest events up to ``through`` made before ``before``; return how many (at most 100 in one act).

    ``through`` is that of a current hello's answer; what is not confirmed stays in any case.
    """
    base = base_of(tx, epoch, lane)
    [(oldest, confirmed, head)] = tx.execute("SELECT oldest, confirmed, base_head FROM lane WHERE base = ?", (base,)).fetchall()
    kept_from = oldest
    count = max(0, min(PRUNE_LIMIT, min(through, confirmed) - oldest + 1))  # SQLite takes a negative limit for none
    rows = list(takewhile(lambda row: datetime.fromisoformat(row.time) < before, claim(tx, epoch, lane, oldest - 1, count)))
    if rows:
        kept_from = rows[-1].seq + 1
        head = None if head is None else _head_over(head, rows)
        tx.execute("DELETE FROM outbox WHERE position >= ? AND position < ?", (base + oldest, base + kept_from))
        tx.execute("UPDATE lane SET oldest = ?, base_head = ? WHERE base = ?", (kept_from, head, base))
    return int(kept_from - oldest)


def backlog(db: Reads) -> Backlog:
    """Return how many events wait to be confirmed and since when, without counting them."""
    rows = db.execute(
        "SELECT lane.last - lane.confirmed, outbox.time FROM lane LEFT JOIN outbox ON outbox.position = lane.base + lane.confirmed + 1"
        " WHERE lane.last > lane.confirmed"
    ).fetchall()
    times = [time for _, time in rows if time]
    return Backlog(sum(depth for depth, _ in rows), min(times, key=datetime.fromisoformat, default=None))


def troubles(db: Reads, limit: int = 20) -> list[Trouble]:
    """Return the newest events that were rejected or quarantined, with the reason."""
    cursor = db.execute(
        "SELECT epoch.epoch, lane.lane, outbox.position - lane.base, outbox.type, outbox.subject, outbox.time, outbox.code, outbox.reason"
        " FROM outbox JOIN lane ON lane.base = outbox.position & ~? JOIN epoch ON epoch.number = lane.number"
        " WHERE outbox.code IS NOT NULL ORDER BY outbox.position DESC LIMIT ?",
        ((1 << 40) - 1, limit),
    )
    return [Trouble(*row) for row in cursor]


def base_of(db: Reads, epoch: str, lane: str) -> int:
    """Return the position before a lane's first event. Raises LookupError."""
    found = db.execute(
        "SELECT lane.base FROM lane JOIN epoch ON epoch.number = lane.number WHERE epoch.epoch = ? AND lane.lane = ?",
        (epoch, lane),
    ).fetchone()
    if found is None:
        raise LookupError(f"no lane {lane!r} in epoch {epoch!r}; lanes are {', '.join(LANES)}")
    return int(found[0])


def _head_over(head: str, rows: Sequence[Row]) -> str:
    return head_over(head, *zip(*[row.identity for row in rows], strict=True)) if rows else head


def _tombstone(row: Row, reason: str) -> Row:
    data = json.dumps({"type": row.type, "reason": reason}, ensure_ascii=False, separators=(",", ":"))
    return row._replace(type=TOMBSTONE_TYPE, data=data)
