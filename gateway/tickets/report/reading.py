"""The visits of a period, read from the database: a few columns of each number, nothing that leads to a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gateway.store.outbox import Reads
from gateway.tickets.report.model import Period, Visit

VISITS = (
    "SELECT hall_day.on_date, CASE WHEN issued_clock = 'unset' THEN -1 ELSE CAST(substr(issued_at, 12, 2) AS INTEGER) END, "
    "ticket.line, coalesce(counter, ''), priority <> '', ticket.origin, state, reason, calls > 0, waited_s, service_s, coalesce(score, 0) "
    "FROM hall_day CROSS JOIN ticket ON ticket.day = hall_day.ordinal LEFT JOIN rating ON rating.ticket = ticket.id "
    "WHERE on_date BETWEEN ? AND ? AND NOT (state = 'cancelled' AND reason = 'carried')"
)
"""CROSS keeps SQLite from walking all tickets where a few days are asked for. Whoever was carried over to the next day counts there, under the new number."""


@dataclass(frozen=True, slots=True)
class Names:
    """What lines and counters are called, those that were taken away too, in the hall's order."""

    lines: dict[str, str]
    counters: dict[str, str]


def visits(db: Reads, period: Period) -> list[Visit]:
    """Return everybody who took a number in the period."""
    return [Visit._make(row) for row in db.execute(VISITS, (period.first.isoformat(), period.last.isoformat()))]


def names(db: Reads) -> Names:
    """Return the names of lines and counters."""
    lines = db.execute("SELECT id, name FROM line ORDER BY retired, position").fetchall()
    counters = db.execute("SELECT id, name FROM counter ORDER BY retired, position").fetchall()
    return Names(dict(lines), dict(counters))


def today(db: Reads) -> date | None:
    """Return the date of the hall-day, as well as it is known; None before the hall is furnished."""
    row = db.execute("SELECT on_date FROM hall_day ORDER BY ordinal DESC LIMIT 1").fetchone()
    return date.fromisoformat(row[0]) if row else None
