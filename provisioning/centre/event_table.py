"""How events lie in the centre's database: narrow rows, and what rows of a lane or of a type have in common said once.

A row names its lane by the number of a ``place`` and its type and clock by that of a ``kind``; what hardly any row has is null.
Programs read the views ``events`` and ``facts``, which say all of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from provisioning.centre.model import ACCEPTED, GENESIS, EventRow, LaneKey, Link, Reject
from provisioning.centre.run_rows import RunRows
from provisioning.centre.sql import Sql

PARCEL = "parcel"
"""The lane whose rows are found by what they are about."""

NUMBER_LIMIT = 2**63 - 1

FIRST_WINS = "ON CONFLICT (place, seq) DO NOTHING"
OWN = ("id", "was", "rest", "verdict", "reason", "flags")
"""The columns that hardly any row has."""
COLUMNS = ("place", "seq", "kind", "received_ms", "subject", "time", "bootid", "uptime", "data", *OWN, "parcel")

LINKS_AT_ONCE = (256, 4096)
"""So many rows of a lane are fetched first, and so many at the most: a lane with a gap needs only the first of them."""

NEAR = 5000
"""A kept head is looked for among so many rows: with batches of 2000 no two lie further apart than 3000."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class EventTable:
    """The rows of events, within one transaction: what it has looked up stands until that ends."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql
        self._places: dict[LaneKey, int] = {}
        self._kinds: dict[tuple[str, str], int] = {}

    def add(self, rows: Sequence[EventRow]) -> int:
        """Keep the rows whose number is free and return how many those were."""
        return self._sql.insert(f"event_rows ({', '.join(COLUMNS)})", [self._narrowed(row) for row in rows], FIRST_WINS)

    def add_run(self, rows: RunRows) -> int:
        """Do so with a run, in columns."""
        shared = {"place": self._number(rows.key), "received_ms": milliseconds(rows.received_at)}
        if rows.key.lane == PARCEL:
            shared["parcel"] = 1
        kinds = {kind: self._kind(*kind) for kind in dict.fromkeys(rows.kinds)}
        columns = {"kind": list(map(kinds.__getitem__, rows.kinds)), **rows.columns}
        return self._sql.insert_columns("event_rows", shared, columns, FIRST_WINS)

    def keep_head(self, lane: LaneKey, seq: int, head: str) -> None:
        """Keep the running head at a row."""
        self._sql.execute("UPDATE event_rows SET head = ? WHERE place = ? AND seq = ?", (head, self._place(lane), seq))

    def links(self, lane: LaneKey, after: int, through: int | None = None) -> Iterator[Link]:
        """Yield the rows above ``after`` (up to ``through``) in order."""
        (limit, most), prefix = LINKS_AT_ONCE, f"{lane.epoch}-{lane.lane}-"
        while True:
            page = self._sql.execute(
                "SELECT seq, coalesce(was, id), time, bootid, uptime, verdict FROM event_rows"
                " WHERE place = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?",
                (self._place(lane), after, NUMBER_LIMIT if through is None else through, limit),
            ).fetchall()
            for seq, first, time, bootid, uptime, verdict in page:
                yield Link(seq, first or f"{prefix}{seq}", time, bootid, uptime, verdict or ACCEPTED)
            if len(page) < limit:
                return
            after, limit = page[-1][0], min(limit * 4, most)

    def head_below(self, lane: LaneKey, seq: int) -> tuple[int, str] | None:
        """Return the nearest head kept at or below ``seq`` with its number, the beginning included, or None when there is none near."""
        found = self._sql.execute(
            "SELECT seq, head FROM event_rows WHERE place = ? AND seq <= ? AND seq > ? AND head IS NOT NULL ORDER BY seq DESC LIMIT 1",
            (self._place(lane), seq, seq - NEAR),
        ).fetchone()
        return tuple(found) if found else (0, GENESIS) if seq <= NEAR else None

    def top(self, lane: LaneKey) -> int:
        """Return the greatest number of a lane, or 0."""
        found = self._sql.execute("SELECT max(seq) FROM event_rows WHERE place = ?", (self._place(lane),))
        return found.fetchone()[0] or 0

    def rejects(self, lane: LaneKey, after: int, through: int, limit: int) -> list[Reject]:
        """Return the first ``limit`` rejects of (``after``, ``through``], in order."""
        found = self._sql.execute(
            "SELECT seq, verdict, coalesce(reason, ''), coalesce(head, '') FROM event_rows"
            " WHERE place = ? AND seq > ? AND seq <= ? AND verdict IS NOT NULL ORDER BY seq LIMIT ?",
            (self._place(lane), after, through, limit),
        )
        return [Reject(*row) for row in found]

    def stamp(self, lane: LaneKey, seq: int) -> tuple[str, str, str] | None:
        """Return time, boot and uptime of an accepted row, or None."""
        found = self._sql.execute(
            "SELECT time, bootid, uptime FROM event_rows WHERE place = ? AND seq = ? AND verdict IS NULL",
            (self._place(lane), seq),
        ).fetchone()
        return None if found is None else tuple(found)

    def occupant(self, lane: LaneKey, seq: int) -> tuple[int, str, str] | None:
        """Return arrival, verdict and type of the row with that number, or None while it is free."""
        found = self._sql.execute(
            "SELECT arrival, coalesce(verdict, ?), type FROM event_rows r JOIN kinds k ON k.kind = r.kind WHERE place = ? AND seq = ?",
            (ACCEPTED, self._place(lane), seq),
        ).fetchone()
        return tuple(found) if found else None

    def _narrowed(self, row: EventRow) -> tuple[object, ...]:
        own = (None if row.id == f"{row.epoch}-{row.lane}-{row.seq}" else row.id, row.was, row.rest)
        judged = (None if row.verdict == ACCEPTED else row.verdict, row.reason, row.flags)
        return (
            *(self._number(row.key), row.seq, self._kind(row.type, row.clock), milliseconds(row.received_at)),
            *(row.subject, row.time, row.bootid, row.uptime, row.data),
            *(value or None for value in (*own, *judged)),
            int(row.lane == PARCEL),
        )

    def _place(self, lane: LaneKey) -> int:
        """Return the number of a lane, 0 while nothing of it is here."""
        if lane not in self._places:
            found = self._sql.execute("SELECT place FROM places WHERE hall = ? AND epoch = ? AND lane = ?", lane).fetchone()
            if found is None:
                return 0
            self._places[lane] = found[0]
        return self._places[lane]

    def _number(self, lane: LaneKey) -> int:
        """Return the number of a lane, which it is given now if it has none."""
        number = self._place(lane)
        if not number:
            self._sql.execute("INSERT INTO places (hall, epoch, lane) VALUES (?, ?, ?)", lane)
            number = self._place(lane)
        return number

    def _kind(self, type_: str, clock: str) -> int:
        """Return the number of a type by a clock of some state, which it is given now if it has none."""
        kind = (type_, clock)
        if kind not in self._kinds:
            find = "SELECT kind FROM kinds WHERE type = ? AND clock = ?"
            found = self._sql.execute(find, kind).fetchone()
            if found is None:
                self._sql.execute("INSERT INTO kinds (type, clock) VALUES (?, ?)", kind)
                found = self._sql.execute(find, kind).fetchone()
            self._kinds[kind] = found[0]
        return self._kinds[kind]


@lru_cache(maxsize=64)
def milliseconds(instant: str) -> int:
    """Return the milliseconds since 1970 of an instant in ISO 8601: the same for all that came together."""
    return (datetime.fromisoformat(instant) - _EPOCH) // timedelta(milliseconds=1)
