"""A look at the centre's database from beside a running intake: read-only, never in its way."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from provisioning.centre.database import LaneView
from provisioning.centre.model import Alarm, LaneKey, Standing
from provisioning.centre.orders import OrderAnswer, OrderRow
from provisioning.centre.schema import require_current
from provisioning.centre.sql import Sql
from provisioning.centre.transaction import ORDER
from provisioning.centre.watching import HallView

PARCELS = (
    "FROM event_rows r JOIN kinds k ON k.kind = r.kind JOIN places p ON p.place = r.place"
    " WHERE parcel = 1 AND verdict IS NULL AND (flags IS NULL OR flags NOT LIKE '%repeated%')"
)
"""The facts of the lane of parcels, found by type and subject without a look at the others."""


class CentreReader:
    """The questions people ask. ``close`` lets go of the connection of ``sql``."""

    def __init__(self, sql: Sql, close: Callable[[], None]) -> None:
        self._sql = sql
        self.close = close
        self.centre: str = sql.execute("SELECT value FROM centre WHERE name = 'id'").fetchone()[0]

    def lanes(self) -> list[LaneView]:
        """Return every lane of every hall, in order."""
        found = self._sql.execute(
            "SELECT hall, epoch, lane, through, head, closed_last, gap_at,"
            " (SELECT max(seq) FROM event_rows r WHERE r.place = p.place),"
            " (SELECT count(*) FROM event_rows r WHERE r.place = p.place AND verdict IS NOT NULL),"
            " (SELECT CAST(sum(last - first + 1) AS BIGINT) FROM absences a"
            "   WHERE (a.hall, a.epoch, a.lane) = (l.hall, l.epoch, l.lane))"
            " FROM lanes l LEFT JOIN places p USING (hall, epoch, lane) ORDER BY hall, epoch, lane"
        )
        return [LaneView(LaneKey(*row[:3]), Standing(*row[3:7]), row[7] or 0, row[8], row[9] or 0) for row in found]

    def alarms(self) -> list[Alarm]:
        """Return what people must look at, the newest first."""
        return [Alarm(*row) for row in self._sql.execute("SELECT * FROM alarms ORDER BY last_at DESC")]

    def events(self, after: int, limit: int) -> list[tuple[int, str, str, str, str, str, str]]:
        """Return up to ``limit`` rows above ``after``: (arrival, hall, id, type, subject, time, verdict)."""
        return self._sql.execute(
            "SELECT arrival, hall, id, type, subject, time, verdict FROM events WHERE arrival > ? ORDER BY arrival LIMIT ?",
            (after, limit),
        ).fetchall()

    def last_arrival(self) -> int:
        """Return the greatest arrival number, or 0."""
        return int(self._sql.execute("SELECT coalesce(max(arrival), 0) FROM event_rows").fetchone()[0])

    def parcel_facts(self, type_: str, hall: str = "", subject: str = "") -> list[tuple[str, str, str, str]]:
        """Return what the lane of parcels has of a type, oldest first: (hall, subject, time, data)."""
        return self._sql.execute(
            f"SELECT hall, subject, time, data {PARCELS} AND type = ? AND hall LIKE ? AND subject LIKE ? ORDER BY arrival",
            (type_, hall or "%", subject or "%"),
        ).fetchall()

    def parcel_counts(self, type_: str) -> dict[tuple[str, str], int]:
        """Return how many facts of a type the lane of parcels has about each subject of each hall."""
        found = self._sql.execute(
            f"SELECT hall, subject, count(*) {PARCELS} AND type = ? GROUP BY hall, subject",
            (type_,),
        )
        return {(hall, subject): count for hall, subject, count in found}

    def facts(self, *types: str) -> list[tuple[str, str, str]]:
        """Return every fact of some types, oldest first: (hall, type, data)."""
        marks = ", ".join("?" * len(types))
        return self._sql.execute(f"SELECT hall, type, data FROM facts WHERE type IN ({marks}) ORDER BY arrival", types).fetchall()  # noqa: S608 - question marks

    def orders(self, last: int) -> list[OrderRow]:
        """Return the newest ``last`` orders, the oldest of them first."""
        found = self._sql.execute(f"SELECT {ORDER} FROM orders o ORDER BY o.asked_at DESC, o.id LIMIT ?", (last,))  # noqa: S608 - names of columns, written there
        return [OrderRow(*row) for row in found][::-1]

    def order_answers(self, order: str) -> list[OrderAnswer]:
        """Return the answers to one order, by hall."""
        found = self._sql.execute("SELECT * FROM order_answers WHERE order_id = ? ORDER BY hall", (order,))
        return [OrderAnswer(*row) for row in found]

    def halls(self) -> list[str]:
        """Return every hall that has ever said hello."""
        return [hall for (hall,) in self._sql.execute("SELECT hall FROM halls ORDER BY hall")]

    def dead_letters(self, limit: int) -> list[tuple[str, str, str, str, str]]:
        """Return the newest of what could not be taken: (hall, kind, id or SHA-256, reason, received_at)."""
        return self._sql.execute("SELECT * FROM dead_letters ORDER BY received_at DESC, id LIMIT ?", (limit,)).fetchall()

    def watch(self) -> list[HallView]:
        """Return every hall that has ever been heard, with what is known of its state now."""
        views: dict[str, HallView] = {}

        def learn(hall: str, **known: Any) -> None:  # noqa: ANN401 - fields of a HallView
            view = views.get(hall, HallView(hall))
            heard = [at for at in (view.heard_at, known.get("heard_at")) if at is not None]
            views[hall] = replace(view, **{**known, "heard_at": max(heard, default=None)})

        for hall, hello_at in self._sql.execute("SELECT hall, hello_at FROM halls"):
            learn(hall, heard_at=_instant(hello_at))
        newest = (
            "SELECT l.hall, k.clock, r.received_ms FROM lanes l LEFT JOIN places p USING (hall, epoch, lane)"  # LEFT: begin with the few lanes
            " LEFT JOIN event_rows r ON r.place = p.place AND r.seq = l.through LEFT JOIN kinds k ON k.kind = r.kind ORDER BY r.received_ms"
        )
        for hall, clock, received_ms in self._sql.execute(newest):
            if received_ms is not None:
                learn(hall, clock=clock, heard_at=datetime.fromtimestamp(received_ms / 1000, UTC))
        presences = "SELECT hall, state, version, clock, depth, oldest_age_s, heard_at, certificate_until FROM presences"
        for hall, state, version, clock, depth, oldest_age_s, heard_at, until in self._sql.execute(presences):
            at, known = _instant(heard_at), {"clock": clock} if clock else {}
            ends_on = date.fromisoformat(until) if until else None
            learn(
                hall,
                state=state,
                version=version,
                depth=depth,
                oldest_age_s=oldest_age_s,
                presence_at=at,
                heard_at=at,
                certificate_until=ends_on,
                **known,
            )
        for hall, gaps, gap_at in self._sql.execute(
            "SELECT hall, count(*), min(gap_at) FROM lanes WHERE gap_at <> '' GROUP BY hall"
        ):
            learn(hall, gaps=gaps, gap_at=_instant(gap_at))
        for kind, fact in (("two-live-epochs", "alarm_at"), ("audit-not-continued", "audit_at")):
            for hall, at in self._sql.execute("SELECT hall, max(last_at) FROM alarms WHERE kind = ? GROUP BY hall", (kind,)):
                learn(hall, **{fact: _instant(at)})
        for hall, dead in self._sql.execute("SELECT hall, count(*) FROM dead_letters GROUP BY hall"):
            learn(hall, dead=dead)
        return list(views.values())


def _instant(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def look(sql: Sql, close: Callable[[], None], version: int, name: object) -> CentreReader:
    """Return a reader of tables of this version. Raises Refusal ``centre-older`` or ``centre-newer``, with the connection closed."""
    with ExitStack() as stack:
        stack.callback(close)
        require_current(version, name)
        made = CentreReader(sql, close)
        stack.pop_all()
        return made
