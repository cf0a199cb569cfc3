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
from gateway.tickets import forecast, tables
from gateway.tickets.model import HallDay
from gateway.tickets.waits import Outlook

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
    claim: str
    was: str
    place: float
    for_counter: str
    serving_at: str
    held_at: str
    successor: str
    """Token of the ticket that replaces this one, or empty."""
    rated: int
    ended_at: str


COLUMNS = (
    "id, token, label, line, day, priority, origin, state, reason, coalesce(counter, ''), calls, issued_at, coalesce(called_at, ''), "
    "claim, was, place, coalesce(for_counter, ''), coalesce(serving_at, ''), coalesce(held_at, ''), "
    "coalesce((SELECT token FROM ticket AS later WHERE later.id = ticket.successor), ''), "
    "EXISTS (SELECT 1 FROM rating WHERE rating.ticket = ticket.id), coalesce(ended_at, '')"
)


class LineRow(NamedTuple):
    """A line with the priority of its latest calls."""

    id: str
    letter: str
    name: str
    colour: str
    icon: str
    open: int
    cap: int
    issued: int
    """So many numbers of today count against the cap."""
    latest_calls_priority: list[bool]


class CounterRow(NamedTuple):
    """A counter, its lines, and its last act with the uptime of it, while that could still be taken back in this boot."""

    id: str
    name: str
    lines: tuple[str, ...]
    paused_at: str
    act: str
    number: str
    bootid: str
    uptime_s: float


LINES = "SELECT id, letter, name, colour, icon, open, cap FROM line WHERE retired = 0 ORDER BY position"
COUNTERS = (
    "SELECT counter.id, name, coalesce(paused_at, ''), coalesce(act, ''), coalesce(number, ''), coalesce(bootid, ''), "
    "coalesce(uptime_s, 0.0) FROM counter LEFT JOIN last_act ON last_act.counter = counter.id WHERE retired = 0 ORDER BY position"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that a new snapshot needs besides the former one."""

    revision: int
    epoch: str
    day: HallDay | None
    lines: list[LineRow]
    counters: list[CounterRow]
    outlook: Outlook
    calls: list[tuple[int, str, str, str, str, int]]
    """Id, number, counter, counter's name, time, count: the latest of each ticket, newest first."""
    tickets: list[TicketRow]
    """Those that may have changed, in the order of issue."""
    newest_rating: int


@dataclass(frozen=True, slots=True)
class Known:
    """What a former reading has found, so that it need not be read again."""

    newest: int
    """Id of the newest ticket."""
    unfinished: Collection[int]
    newest_rating: int


def revision(db: Reads) -> int:
    """Return the queue's revision."""
    return int(db.execute("SELECT revision FROM queue").fetchone()[0])


def read(db: Reads, known: Known, in_a_row: int, breaks: tuple[tuple[float, float], ...] = ()) -> Reading:
    """Read what may have changed since the snapshot that ``known`` tells of; ``breaks`` of the hall's hours lie ahead."""
    day = tables.current_day(db)
    ordinal = day.ordinal if day else 0
    lines = [
        LineRow(
            *(line_id, letter, name, colour, icon, is_open, cap),
            tables.issued_today(db, ordinal, line_id) if cap else 0,
            tables.latest_calls_priority(db, ordinal, [line_id], in_a_row),
        )
        for line_id, letter, name, colour, icon, is_open, cap in db.execute(LINES).fetchall()
    ]
    served: dict[str, tuple[str, ...]] = {}
    for counter, line in db.execute("SELECT counter, line FROM counter_line ORDER BY counter, rank, line"):
        served[counter] = (*served.get(counter, ()), line)
    counters = [CounterRow(counter, name, served.get(counter, ()), *last) for counter, name, *last in db.execute(COUNTERS)]
    return Reading(
        revision=revision(db),
        epoch=epochs.current(db),
        day=day,
        lines=lines,
        counters=counters,
        outlook=forecast.outlook(db, breaks),
        calls=_latest_calls(db, ordinal),
        tickets=_changed_tickets(db, ordinal, known),
        newest_rating=int(db.execute("SELECT coalesce(max(id), 0) FROM rating").fetchone()[0]),
    )


def _latest_calls(db: Reads, day: int) -> list[tuple[int, str, str, str, str, int]]:
    sql = (
        "SELECT call.id, call.ticket, ticket.label, call.counter, counter.name, call.called_at, call.count FROM call "
        "JOIN ticket ON ticket.id = call.ticket JOIN counter ON counter.id = call.counter "
        "WHERE call.day = ? AND call.undone = 0 ORDER BY call.id DESC"
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


def _changed_tickets(db: Reads, day: int, known: Known) -> list[TicketRow]:
    """Read new tickets of today and the former day, those that are or were unfinished, and those rated since."""
    found: dict[int, TicketRow] = {}
    # The + keeps SQLite from walking the whole day where a few new ids are asked for.
    for condition in (
        f"id > {known.newest:d} AND +day >= {day - 1:d}",
        "state = 'waiting'",
        "state IN ('called', 'serving')",
        "state = 'held'",
    ):
        found |= {row[0]: TicketRow(*row) for row in db.execute(f"SELECT {COLUMNS} FROM ticket WHERE {condition}")}
    rated = {row[0] for row in db.execute("SELECT ticket FROM rating WHERE id > ?", (known.newest_rating,))}
    for finished in (rated if known.newest else set()) | set(known.unfinished) - found.keys():
        row = db.execute(f"SELECT {COLUMNS} FROM ticket WHERE id = ?", (finished,)).fetchone()
        if row is not None:
            found[row[0]] = TicketRow(*row)
    return [found[ticket] for ticket in sorted(found)]
