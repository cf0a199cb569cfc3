"""What a snapshot is made of, read from the database in one look.

Promises: all rows are of one moment; a day of thousands of tickets costs no more than those that changed, because
finished tickets are read once.
"""

# ruff: noqa: S608 - only names and marks of this file stand in the statements; values are always bound

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from gateway.store import epochs
from gateway.store.outbox import Reads
from gateway.tickets import tables
from gateway.tickets.model import HallDay

CALLS_SHOWN = 6


class TicketRow(NamedTuple):
    """A ticket as snapshots need it."""

    id: int
    token: str
    number: str
    line: str
    day: int
    priority: str
    origin: str
    state: str
    reason: str
    counter: str
    calls: int
    issued_at: str
    called_at: str


COLUMNS = "id, token, label, line, day, priority, origin, state, reason, coalesce(counter, ''), calls, issued_at, coalesce(called_at, '')"


class LineRow(NamedTuple):
    """A line with its latest service times and the priority of its latest calls."""

    id: str
    letter: str
    name: str
    colour: str
    icon: str
    open: int
    service_times_s: list[float]
    latest_calls_priority: list[bool]


LINES = "SELECT id, letter, name, colour, icon, open FROM line ORDER BY position"


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that a new snapshot needs besides the former one."""

    revision: int
    epoch: str
    day: HallDay | None
    lines: list[LineRow]
    counters: list[tuple[str, str, tuple[str, ...]]]
    """Id, name, lines."""
    at_work: list[tuple[str, ...]]
    calls: list[tuple[int, str, str, str, str, int]]
    """Id, number, counter, counter's name, time, count: the latest of each ticket, newest first."""
    tickets: list[TicketRow]
    """Those that may have changed, in the order of issue."""


def revision(db: Reads) -> int:
    """Return the queue's revision."""
    return int(db.execute("SELECT revision FROM queue").fetchone()[0])


def read(db: Reads, newest_known: int, unfinished_known: Collection[int], measured_limit: int) -> Reading:
    """Read what may have changed since a snapshot whose newest ticket and unfinished tickets are given."""
    day = tables.current_day(db)
    ordinal = day.ordinal if day else 0
    lines = [
        LineRow(
            *(line_id, letter, name, colour, icon, is_open),
            tables.service_times_s(db, line_id, measured_limit),
            tables.latest_calls_priority(db, ordinal, [line_id]),
        )
        for line_id, letter, name, colour, icon, is_open in db.execute(LINES).fetchall()
    ]
    served: dict[str, tuple[str, ...]] = {}
    for counter, line in db.execute("SELECT counter, line FROM counter_line ORDER BY counter, rank, line"):
        served[counter] = (*served.get(counter, ()), line)
    counters = [
        (counter, name, served.get(counter, ())) for counter, name in db.execute("SELECT id, name FROM counter ORDER BY position")
    ]
    return Reading(
        revision=revision(db),
        epoch=epochs.current(db),
        day=day,
        lines=lines,
        counters=counters,
        at_work=tables.lines_at_work(db),
        calls=_latest_calls(db, ordinal),
        tickets=_changed_tickets(db, ordinal, newest_known, unfinished_known),
    )


def _latest_calls(db: Reads, day: int) -> list[tuple[int, str, str, str, str, int]]:
    sql = (
        "SELECT call.id, call.ticket, ticket.label, call.counter, counter.name, call.called_at, call.count FROM call "
        "JOIN ticket ON ticket.id = call.ticket JOIN counter ON counter.id = call.counter WHERE call.day = ? ORDER BY call.id DESC"
    )
    seen: set[int] = set()
    latest: list[tuple[int, str, str, str, str, int]] = []
    for call, ticket, *shown in db.execute(sql, (day,)):
        if ticket not in seen:
            seen.add(ticket)
            latest.append((call, *shown))
            if len(latest) == CALLS_SHOWN:
                break
    return latest


def _changed_tickets(db: Reads, day: int, newest_known: int, unfinished_known: Collection[int]) -> list[TicketRow]:
    """Read new tickets of today and the former day, and those that are or were unfinished."""
    found: dict[int, TicketRow] = {}
    # The + keeps SQLite from walking the whole day where a few new ids are asked for.
    for condition in (f"id > {newest_known:d} AND +day >= {day - 1:d}", "state = 'waiting'", "state = 'called'"):
        found |= {row[0]: TicketRow(*row) for row in db.execute(f"SELECT {COLUMNS} FROM ticket WHERE {condition}")}
    for finished in set(unfinished_known) - found.keys():
        row = db.execute(f"SELECT {COLUMNS} FROM ticket WHERE id = ?", (finished,)).fetchone()
        if row is not None:
            found[row[0]] = TicketRow(*row)
    return [found[ticket] for ticket in sorted(found)]
