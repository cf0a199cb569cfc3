"""The SQL of one group of arrivals, in either database. Never begins, commits or rolls back: its database does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from provisioning.centre.database import Overview
from provisioning.centre.event_table import NUMBER_LIMIT, EventTable
from provisioning.centre.model import (
    REPLAYED,
    Absence,
    EventRow,
    Hello,
    LaneKey,
    Letter,
    Link,
    Presence,
    Reject,
    Standing,
)
from provisioning.centre.orders import OrderAnswer, OrderRow
from provisioning.centre.reading import Unread
from provisioning.centre.run_rows import RunRows
from provisioning.centre.sql import Sql

REFUSALS_KEPT = 100
"""So many unreadable payloads are remembered for each hall, the newest: a babbling hall cannot fill the disk."""

PAYLOAD_LIMIT_BYTES = 64 * 1024
"""A longer one is recorded without its content: no hall sends such."""

ORDER = "o.id, o.hall, o.kind, o.subject, o.rev, o.asked_at, o.notafter, o.data"
"""The columns of an ``OrderRow``."""


class SqlTransaction:
    """Implements ``IntakeTransaction`` on a connection whose transaction somebody else begins and ends."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql
        self._events = EventTable(sql)

    def add(self, rows: Sequence[EventRow]) -> int:
        """Keep the rows whose number is free and return how many those were: the first verdict wins."""
        return self._events.add(rows)

    def add_run(self, rows: RunRows) -> int:
        """Keep the rows whose number is free and return how many those were, as ``add`` does, in less time."""
        return self._events.add_run(rows)

    def standing(self, lane: LaneKey) -> Standing:
        """Return where a lane stands. One group is entered at a time, so nobody else can move it."""
        found = self._sql.execute(
            "SELECT through, head, closed_last, gap_at FROM lanes WHERE hall = ? AND epoch = ? AND lane = ?", lane
        ).fetchone()
        return Standing(*found) if found else Standing()

    def keep_standing(self, lane: LaneKey, standing: Standing, heads: Sequence[tuple[int, str]]) -> None:
        """Record where a lane stands now, and heads that it has passed, each with its number."""
        self._sql.execute(
            "INSERT INTO lanes VALUES (?,?,?,?,?,?,?) ON CONFLICT (hall, epoch, lane) DO UPDATE SET"
            " through = excluded.through, head = excluded.head, closed_last = excluded.closed_last, gap_at = excluded.gap_at",
            (*lane, standing.through, standing.head, standing.closed_last, standing.gap_at),
        )
        for seq, head in heads:
            self._events.keep_head(lane, seq, head)

    def links(self, lane: LaneKey, after: int, through: int | None = None) -> Iterator[Link]:
        """Yield the rows above ``after`` (up to ``through``) in order."""
        return self._events.links(lane, after, through)

    def head_below(self, lane: LaneKey, seq: int) -> tuple[int, str] | None:
        """Return the nearest head kept at or below ``seq`` with its number, or None when there is none near."""
        return self._events.head_below(lane, seq)

    def top(self, lane: LaneKey) -> int:
        """Return the greatest number of a lane, or 0."""
        return self._events.top(lane)

    def absences(self, lane: LaneKey) -> list[Absence]:
        """Return what is recorded as absent, in order."""
        found = self._sql.execute(
            "SELECT first, last, kind FROM absences WHERE hall = ? AND epoch = ? AND lane = ? ORDER BY first", lane
        )
        return [Absence(*row) for row in found]

    def record_absences(self, lane: LaneKey, absences: Iterable[Absence], recorded_at: str) -> None:
        """Record numbers that will not come any more."""
        rows = [(*lane, absence.first, absence.last, absence.kind, recorded_at) for absence in absences]
        self._sql.insert("absences", rows, "")

    def rejects(self, lane: LaneKey, after: int, through: int, limit: int) -> list[Reject]:
        """Return the first ``limit`` rejects of (``after``, ``through``], in order."""
        return self._events.rejects(lane, after, through, limit)

    def fact_is_known(self, row: EventRow) -> bool:
        """Return whether the fact of ``row`` is here already under another number."""
        reissued = self._sql.execute(
            "SELECT epoch, lane, seq FROM reissues WHERE hall = ? AND first = ? AND time = ? AND bootid = ? AND uptime = ?",
            (row.hall, row.first, *row.stamp),
        ).fetchone()
        if reissued is not None and tuple(reissued) != (row.epoch, row.lane, row.seq):
            return True
        if not row.was:
            return False
        epoch, lane, seq = row.was.split("-")
        return self._events.stamp(LaneKey(row.hall, epoch, lane), int(seq)) == row.stamp

    def has_reissues(self, hall: str) -> bool:
        """Return whether this hall has ever issued a fact again in a new epoch."""
        return self._sql.execute("SELECT 1 FROM reissues WHERE hall = ? LIMIT 1", (hall,)).fetchone() is not None

    def keep_reissue(self, row: EventRow) -> None:
        """Remember the identity of a fact that was issued again."""
        self._sql.execute(
            "INSERT INTO reissues VALUES (?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
            (row.hall, row.first, *row.stamp, row.epoch, row.lane, row.seq),
        )

    def keep_conflict(self, row: EventRow) -> None:
        """Keep a row whose number is taken by a different fact, as evidence of a clone or a rewritten card."""
        self._sql.execute(
            "INSERT INTO conflicts VALUES (?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
            (*row.key, row.seq, row.first, *row.stamp, row.type, row.subject, row.data, row.received_at),
        )

    def keep_refusal(self, unread: Unread, received_at: str) -> None:
        """Record a payload that could not be read, and forget the oldest beyond ``REFUSALS_KEPT`` of this hall."""
        payload = unread.payload if len(unread.payload) <= PAYLOAD_LIMIT_BYTES else None
        self._sql.execute(
            "INSERT INTO refusals (hall, sha256, topic, reason, received_at, times, payload) VALUES (?,?,?,?,?,1,?)"
            " ON CONFLICT (hall, sha256) DO UPDATE SET received_at = excluded.received_at, times = refusals.times + 1",
            (unread.hall, unread.sha256, unread.topic, unread.reason, received_at, payload),
        )
        self._sql.execute(
            "DELETE FROM refusals WHERE hall = ? AND sha256 IN"
            " (SELECT sha256 FROM refusals WHERE hall = ? ORDER BY received_at DESC LIMIT ? OFFSET ?)",
            (unread.hall, unread.hall, NUMBER_LIMIT, REFUSALS_KEPT),
        )

    def letters(self, after: tuple[str, str], limit: int) -> list[Letter]:
        """Return unread payloads that were never read since, in the order of (hall, sha256), after that one."""
        found = self._sql.execute(
            "SELECT hall, sha256, topic, payload, received_at FROM refusals"
            " WHERE (hall, sha256) > (?, ?) AND replayed_at = '' AND payload IS NOT NULL ORDER BY hall, sha256 LIMIT ?",
            (*after, limit),
        )
        return [Letter(*row) for row in found]

    def settle_letter(self, letter: Letter, at: str) -> None:
        """Record that an unread payload has been read since."""
        self._sql.execute("UPDATE refusals SET replayed_at = ? WHERE hall = ? AND sha256 = ?", (at, letter.hall, letter.sha256))

    def rejected(self, after: int, limit: int) -> list[tuple[int, EventRow]]:
        """Return rejected rows that were never replayed, each with its arrival, in that order, after ``after``."""
        found = self._sql.execute(
            f"SELECT arrival, {', '.join(EventRow._fields)} FROM events e WHERE arrival IN"  # noqa: S608 - names of columns, written here
            " (SELECT r.arrival FROM event_rows r JOIN places p ON p.place = r.place WHERE r.verdict IS NOT NULL AND +r.arrival > ?"
            " AND NOT EXISTS (SELECT 1 FROM event_rows b JOIN places q ON q.place = b.place WHERE q.hall = p.hall AND q.epoch = p.epoch"
            " AND q.lane = ? AND b.seq = r.arrival) ORDER BY +r.arrival LIMIT ?) ORDER BY arrival",  # +: by the index of rejects
            (after, REPLAYED, limit),
        )
        return [(row[0], EventRow(*row[1:])) for row in found]

    def occupant(self, row: EventRow) -> tuple[int, str, str] | None:
        """Return arrival, verdict and type of the row that has the number of ``row``, or None while it is free."""
        return self._events.occupant(row.key, row.seq)

    def overview(self, now: datetime) -> Overview:
        """Return how everything stands."""
        lanes, gaps, gap_at, dead = self._sql.execute(
            "SELECT (SELECT count(*) FROM lanes), (SELECT count(*) FROM lanes WHERE gap_at <> ''),"
            " (SELECT min(gap_at) FROM lanes WHERE gap_at <> ''), (SELECT count(*) FROM dead_letters)"
        ).fetchone()
        oldest_gap_s = (now - datetime.fromisoformat(gap_at)).total_seconds() if gap_at else 0.0
        halls = {"online": 0, "offline": 0, **dict(self._sql.execute("SELECT state, count(*) FROM presences GROUP BY state"))}
        return Overview(lanes, gaps, oldest_gap_s, dead, halls)

    def keep_presence(self, presence: Presence) -> None:
        """Record what a hall says of its state, in the place of what it said before."""
        self._sql.execute(
            "INSERT INTO presences VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT (hall) DO UPDATE SET state = excluded.state,"
            " version = excluded.version, bootid = excluded.bootid, epoch = excluded.epoch, clock = excluded.clock,"
            " depth = excluded.depth, oldest_age_s = excluded.oldest_age_s, certificate_until = excluded.certificate_until,"
            " heard_at = CASE WHEN excluded.heard_at = '' THEN presences.heard_at ELSE excluded.heard_at END",
            presence,
        )

    def keep_hello(self, hello: Hello, received_at: str) -> None:
        """Record that a hall has spoken, and which epoch it holds open."""
        self._sql.execute(
            "INSERT INTO halls VALUES (?,?,?,?) ON CONFLICT (hall) DO UPDATE SET epoch = excluded.epoch,"
            " bootid = excluded.bootid, hello_at = excluded.hello_at",
            (hello.hall, hello.open_epoch, hello.bootid, received_at),
        )
        self._sql.execute(
            "INSERT INTO epochs SELECT ?, ?, count(*), ?, ?, ?, ?, ? FROM epochs WHERE hall = ?"
            " ON CONFLICT (hall, epoch) DO UPDATE SET nonce = excluded.nonce, bootid = excluded.bootid, last_at = excluded.last_at,"
            " uptime_ms = excluded.uptime_ms WHERE epochs.bootid <> excluded.bootid OR epochs.uptime_ms < excluded.uptime_ms",
            (hello.hall, hello.open_epoch, hello.nonce, hello.bootid, received_at, received_at, hello.uptime_ms, hello.hall),
        )

    def epochs_heard(self, hall: str) -> list[tuple[str, str, int]]:
        """Return the epochs in which a hall has said hello, in the order of their first, each with the last boot and uptime (ms)."""
        return self._sql.execute("SELECT epoch, bootid, uptime_ms FROM epochs WHERE hall = ? ORDER BY number", (hall,)).fetchall()

    def audit_heard(self, hall: str) -> tuple[int, str] | None:
        """Return how far a hall's audit log had come: the number of its newest entry, and the head over all of them."""
        row = self._sql.execute("SELECT seq, head FROM audits WHERE hall = ?", (hall,)).fetchone()
        return (int(row[0]), str(row[1])) if row else None

    def keep_audit(self, hall: str, seq: int, head: str, at: str) -> None:
        """Record how far a hall's audit log has come."""
        self._sql.execute(
            "INSERT INTO audits VALUES (?,?,?,?) ON CONFLICT (hall) DO UPDATE SET seq = excluded.seq, head = excluded.head,"
            " heard_at = excluded.heard_at",
            (hall, seq, head, at),
        )

    def raise_alarm(self, hall: str, kind: str, subject: str, at: str) -> None:
        """Record an alarm, once for each subject, with how often and since when."""
        self._sql.execute(
            "INSERT INTO alarms VALUES (?,?,?,?,?,1) ON CONFLICT (hall, kind, subject) DO UPDATE SET"
            " last_at = excluded.last_at, times = alarms.times + 1",
            (hall, kind, subject, at, at),
        )

    def keep_correction(self, hall: str, bootid: str, offset_ms: int) -> None:
        """Record by how much the clock of one run of a hall's machine was wrong; the first word counts."""
        self._sql.execute("INSERT INTO corrections VALUES (?,?,?) ON CONFLICT DO NOTHING", (hall, bootid, offset_ms))

    def keep_order(self, order: OrderRow) -> None:
        """Keep an order that is not here yet; its revision is raised above every other of its hall and subject."""
        found = self._sql.execute(
            "SELECT max(rev) FROM orders WHERE subject = ? AND (hall IN (?, 'all') OR ? = 'all')",
            (order.subject, order.hall, order.hall),
        )
        order = order._replace(rev=max(order.rev, 1 + (found.fetchone()[0] or 0)))
        self._sql.execute(
            "INSERT INTO orders (id, hall, kind, subject, rev, asked_at, notafter, data) VALUES (?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
            order,
        )

    def unsent_orders(self, now: str, limit: int) -> list[OrderRow]:
        """Return the oldest orders that were never sent and are not void ``now``."""
        found = self._sql.execute(
            f"SELECT {ORDER} FROM orders o WHERE o.sent_at = '' AND o.notafter > ? ORDER BY o.asked_at, o.id LIMIT ?",  # noqa: S608 - names of columns, written here
            (now, limit),
        )
        return [OrderRow(*row) for row in found]

    def mark_order_sent(self, order: str, at: str) -> None:
        """Record that an order was handed to the wire for the first time."""
        self._sql.execute("UPDATE orders SET sent_at = ? WHERE id = ?", (at, order))

    def orders_owed(self, hall: str, epoch: str, now: str, limit: int) -> list[OrderRow]:
        """Return the oldest orders that were sent to ``hall``, are not void, and have no answer of it (in ``epoch``)."""
        found = self._sql.execute(
            f"SELECT {ORDER} FROM orders o LEFT JOIN order_answers a ON a.order_id = o.id AND a.hall = ?"  # noqa: S608 - names of columns, written here
            " WHERE o.hall IN (?, 'all') AND o.notafter > ? AND o.sent_at <> '' AND (a.order_id IS NULL"
            " OR (? <> '' AND a.epoch <> ? AND a.state IN ('applied', 'kept'))) ORDER BY o.asked_at, o.id LIMIT ?",
            (hall, hall, now, epoch, epoch, limit),
        )
        return [OrderRow(*row) for row in found]

    def order_is_for(self, order: str, hall: str) -> bool:
        """Return whether an order was asked of ``hall``, alone or with all."""
        found = self._sql.execute("SELECT 1 FROM orders WHERE id = ? AND hall IN (?, 'all')", (order, hall))
        return found.fetchone() is not None

    def order_answer(self, order: str, hall: str) -> OrderAnswer | None:
        """Return what counts as the answer of a hall so far."""
        found = self._sql.execute("SELECT * FROM order_answers WHERE order_id = ? AND hall = ?", (order, hall)).fetchone()
        return OrderAnswer(*found) if found else None

    def keep_order_answer(self, answer: OrderAnswer) -> None:
        """Keep what counts as the answer of a hall from now on."""
        self._sql.execute(
            "INSERT INTO order_answers VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (order_id, hall) DO UPDATE SET state = excluded.state,"
            " code = excluded.code, reason = excluded.reason, said = excluded.said, epoch = excluded.epoch,"
            " answered_at = excluded.answered_at",
            answer,
        )
