"""The SQL of one group of arrivals. Never begins, commits or rolls back: its database does."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from provisioning.centre.model import ACCEPTED, Absence, EventRow, Hello, LaneKey, Link, Reject, Standing

REFUSALS_KEPT = 1000
"""So many unreadable payloads are remembered for each hall, the newest: a babbling hall cannot fill the disk."""

NUMBER_LIMIT = 2**63 - 1

INSERT_EVENT = (
    "INSERT INTO events (hall, epoch, lane, seq, id, was, type, subject, time, clock, bootid, uptime, data, rest,"
    " received_at, verdict, reason, flags) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
    " ON CONFLICT (hall, epoch, lane, seq) DO NOTHING"
)


class SqliteTransaction:
    """Implements ``IntakeTransaction`` on an open connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, rows: Sequence[EventRow]) -> int:
        """Keep the rows whose number is free and return how many those were: the first verdict wins."""
        return self._connection.executemany(INSERT_EVENT, rows).rowcount

    def standing(self, lane: LaneKey) -> Standing:
        """Return where a lane stands. One intake holds the file, so nobody else can move it."""
        found = self._connection.execute(
            "SELECT through, head, closed_last, gap_at FROM lanes WHERE hall = ? AND epoch = ? AND lane = ?", lane
        ).fetchone()
        return Standing(*found) if found else Standing()

    def keep_standing(self, lane: LaneKey, standing: Standing, rejected_heads: Sequence[tuple[int, str]]) -> None:
        """Record where a lane stands now, and the heads at the rejects it has passed."""
        self._connection.execute(
            "INSERT INTO lanes VALUES (?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET through = excluded.through,"
            " head = excluded.head, closed_last = excluded.closed_last, gap_at = excluded.gap_at",
            (*lane, standing.through, standing.head, standing.closed_last, standing.gap_at),
        )
        self._connection.executemany(
            "UPDATE events SET head = ? WHERE hall = ? AND epoch = ? AND lane = ? AND seq = ?",
            [(head, *lane, seq) for seq, head in rejected_heads],
        )

    def links(self, lane: LaneKey, after: int, through: int | None = None) -> Iterator[Link]:
        """Yield the rows above ``after`` (up to ``through``) in order."""
        found = self._connection.execute(
            "SELECT seq, CASE WHEN was = '' THEN id ELSE was END, time, bootid, uptime, verdict FROM events"
            " WHERE hall = ? AND epoch = ? AND lane = ? AND seq > ? AND seq <= ? ORDER BY seq",
            (*lane, after, NUMBER_LIMIT if through is None else through),
        )
        return map(Link._make, found)

    def top(self, lane: LaneKey) -> int:
        """Return the greatest number of a lane, or 0."""
        found = self._connection.execute("SELECT max(seq) FROM events WHERE hall = ? AND epoch = ? AND lane = ?", lane)
        return found.fetchone()[0] or 0

    def absences(self, lane: LaneKey) -> list[Absence]:
        """Return what is recorded as absent, in order."""
        found = self._connection.execute(
            "SELECT first, last, kind FROM absences WHERE hall = ? AND epoch = ? AND lane = ? ORDER BY first", lane
        )
        return [Absence(*row) for row in found]

    def record_absences(self, lane: LaneKey, absences: Iterable[Absence], recorded_at: str) -> None:
        """Record numbers that will not come any more."""
        self._connection.executemany(
            "INSERT INTO absences VALUES (?,?,?,?,?,?,?)",
            [(*lane, absence.first, absence.last, absence.kind, recorded_at) for absence in absences],
        )

    def rejects(self, lane: LaneKey, after: int, through: int, limit: int) -> list[Reject]:
        """Return the first ``limit`` rejects of (``after``, ``through``], in order."""
        found = self._connection.execute(
            "SELECT seq, verdict, reason, head FROM events WHERE hall = ? AND epoch = ? AND lane = ?"
            " AND seq > ? AND seq <= ? AND verdict <> 'accepted' ORDER BY seq LIMIT ?",
            (*lane, after, through, limit),
        )
        return [Reject(*row) for row in found]

    def fact_is_known(self, row: EventRow) -> bool:
        """Return whether the fact of ``row`` is here already under another number."""
        reissued = self._connection.execute(
            "SELECT epoch, lane, seq FROM reissues WHERE hall = ? AND first = ? AND time = ? AND bootid = ? AND uptime = ?",
            (row.hall, row.first, *row.stamp),
        ).fetchone()
        if reissued is not None and tuple(reissued) != (row.epoch, row.lane, row.seq):
            return True
        if not row.was:
            return False
        epoch, lane, seq = row.was.split("-")
        original = self._connection.execute(
            "SELECT time, bootid, uptime FROM events WHERE hall = ? AND epoch = ? AND lane = ? AND seq = ? AND verdict = ?",
            (row.hall, epoch, lane, int(seq), ACCEPTED),
        ).fetchone()
        return original is not None and tuple(original) == row.stamp

    def has_reissues(self, hall: str) -> bool:
        """Return whether this hall has ever issued a fact again in a new epoch."""
        return self._connection.execute("SELECT 1 FROM reissues WHERE hall = ? LIMIT 1", (hall,)).fetchone() is not None

    def keep_reissue(self, row: EventRow) -> None:
        """Remember the identity of a fact that was issued again."""
        self._connection.execute(
            "INSERT INTO reissues VALUES (?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
            (row.hall, row.first, *row.stamp, row.epoch, row.lane, row.seq),
        )

    def keep_conflict(self, row: EventRow) -> None:
        """Keep a row whose number is taken by a different fact, as evidence of a clone or a rewritten card."""
        self._connection.execute(
            "INSERT INTO conflicts VALUES (?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
            (*row.key, row.seq, row.first, *row.stamp, row.type, row.subject, row.data, row.received_at),
        )

    def keep_refusal(self, hall: str, topic: str, sha256: str, reason: str, received_at: str) -> None:
        """Record a payload that could not be read, and forget the oldest beyond ``REFUSALS_KEPT`` of this hall."""
        self._connection.execute(
            "INSERT INTO refusals VALUES (?,?,?,?,?,1)"
            " ON CONFLICT DO UPDATE SET received_at = excluded.received_at, times = times + 1",
            (hall, sha256, topic, reason, received_at),
        )
        self._connection.execute(
            "DELETE FROM refusals WHERE hall = ?1 AND sha256 IN"
            " (SELECT sha256 FROM refusals WHERE hall = ?1 ORDER BY received_at DESC LIMIT -1 OFFSET ?2)",
            (hall, REFUSALS_KEPT),
        )

    def keep_hello(self, hello: Hello, received_at: str) -> None:
        """Record that a hall has spoken, and which epoch it holds open."""
        still_open = [report.epoch for report in hello.epochs if not report.closed]
        self._connection.execute(
            "INSERT INTO halls VALUES (?,?,?,?) ON CONFLICT DO UPDATE SET epoch = excluded.epoch,"
            " bootid = excluded.bootid, hello_at = excluded.hello_at",
            (hello.hall, ",".join(still_open), hello.bootid, received_at),
        )
