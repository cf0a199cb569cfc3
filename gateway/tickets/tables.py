"""Lines, counters, hall-days and tickets in the database. Functions take the open transaction; none commits.

Promises, kept by the database itself: a number is given once per hall-day and line, a counter has at most one
ticket, a token names one ticket. Numbers come from ``numbering`` in the transaction of the ticket.
"""

# ruff: noqa: S608 - only names and marks of this file stand in the statements; values are always bound

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlite_utils import Database

from gateway.store.outbox import Reads
from gateway.store.script import run_script
from gateway.store.stamp import Stamp
from gateway.tickets.model import PRIORITY_IN_A_ROW, HallDay, TicketState

SCHEMA = """
CREATE TABLE line (
    id TEXT PRIMARY KEY, letter TEXT NOT NULL UNIQUE, name TEXT NOT NULL, colour TEXT NOT NULL, icon TEXT NOT NULL,
    open INTEGER NOT NULL DEFAULT 1, position INTEGER NOT NULL, jump INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE counter (id TEXT PRIMARY KEY, name TEXT NOT NULL, position INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE counter_line (
    counter TEXT NOT NULL REFERENCES counter(id), line TEXT NOT NULL REFERENCES line(id), rank INTEGER NOT NULL,
    PRIMARY KEY (counter, line)
) WITHOUT ROWID;
CREATE TABLE hall_day (
    ordinal INTEGER PRIMARY KEY, on_date TEXT NOT NULL, clock TEXT NOT NULL, opened_by TEXT NOT NULL, opened_at TEXT NOT NULL
);
CREATE TABLE numbering (
    day INTEGER NOT NULL, line TEXT NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (day, line)
) WITHOUT ROWID;
CREATE TABLE ticket (
    id INTEGER PRIMARY KEY,
    epoch TEXT NOT NULL, day INTEGER NOT NULL REFERENCES hall_day(ordinal), line TEXT NOT NULL REFERENCES line(id),
    number INTEGER NOT NULL, label TEXT NOT NULL, token TEXT NOT NULL UNIQUE,
    priority TEXT NOT NULL, origin TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'called', 'completed', 'no_show', 'cancelled')),
    counter TEXT REFERENCES counter(id), calls INTEGER NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '',
    issued_at TEXT NOT NULL, issued_clock TEXT NOT NULL, issued_bootid TEXT NOT NULL, issued_uptime_s REAL NOT NULL,
    called_at TEXT, called_bootid TEXT, called_uptime_s REAL, ended_at TEXT, ended_by TEXT, waited_s REAL, service_s REAL,
    UNIQUE (day, line, number)
);
CREATE INDEX ticket_waiting ON ticket (line, (priority <> ''), id) WHERE state = 'waiting';
CREATE UNIQUE INDEX ticket_called ON ticket (counter) WHERE state = 'called';
CREATE INDEX ticket_served ON ticket (line, id) WHERE service_s IS NOT NULL;
CREATE TABLE call (
    id INTEGER PRIMARY KEY, day INTEGER NOT NULL, ticket INTEGER NOT NULL REFERENCES ticket(id), line TEXT NOT NULL,
    counter TEXT NOT NULL, priority INTEGER NOT NULL, count INTEGER NOT NULL, officer TEXT NOT NULL, called_at TEXT NOT NULL
);
CREATE INDEX call_day ON call (day);
CREATE TABLE slip (
    ticket INTEGER PRIMARY KEY REFERENCES ticket(id), ahead INTEGER NOT NULL, wait_low_s INTEGER NOT NULL,
    wait_high_s INTEGER NOT NULL, wanted_at TEXT NOT NULL, bootid TEXT NOT NULL, uptime_s REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, printed_at TEXT
);
CREATE INDEX slip_unprinted ON slip (ticket) WHERE printed_at IS NULL;
CREATE TABLE queue (only INTEGER PRIMARY KEY CHECK (only = 1), revision INTEGER NOT NULL);
INSERT INTO queue VALUES (1, 0);
"""


def create(db: Database) -> None:
    """Make the tables of this feature, inside the migration's transaction."""
    run_script(db, SCHEMA)


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is kept."""

    id: str
    letter: str
    name: str
    open: bool


class Ticket(NamedTuple):
    """A ticket as the desk needs it."""

    id: int
    epoch: str
    day: int
    line: str
    label: str
    priority: str
    state: TicketState
    counter: str
    calls: int
    issued_bootid: str
    issued_uptime_s: float
    called_bootid: str
    called_uptime_s: float


TICKET_COLUMNS = (
    "id, epoch, day, line, label, priority, state, coalesce(counter, ''), calls, issued_bootid, issued_uptime_s, "
    "coalesce(called_bootid, ''), coalesce(called_uptime_s, 0.0)"
)


def _tickets(cursor: Iterable[Sequence[Any]]) -> list[Ticket]:
    return [Ticket(*row)._replace(state=TicketState(row[6])) for row in cursor]


def bump_revision(tx: Reads) -> int:
    """Say that the queue has changed; return its new revision."""
    return int(tx.execute("UPDATE queue SET revision = revision + 1 RETURNING revision").fetchone()[0])


def current_day(db: Reads) -> HallDay | None:
    """Return the hall-day, or None before the hall is furnished."""
    row = db.execute("SELECT ordinal, on_date, clock FROM hall_day ORDER BY ordinal DESC LIMIT 1").fetchone()
    return HallDay(row[0], date.fromisoformat(row[1]), row[2]) if row else None


def add_day(tx: Reads, day: HallDay, by: str, at: str) -> None:
    """Begin a hall-day."""
    tx.execute("INSERT INTO hall_day VALUES (?, ?, ?, ?, ?)", (day.ordinal, day.on.isoformat(), day.clock, by, at))


def correct_day(tx: Reads, day: HallDay) -> None:
    """Write the better-known date of the day with this ordinal."""
    tx.execute("UPDATE hall_day SET on_date = ?, clock = ? WHERE ordinal = ?", (day.on.isoformat(), day.clock, day.ordinal))


def latest_undated_issue_uptime_s(db: Reads, day: int, bootid: str) -> float | None:
    """Return the uptime at which the day's last number was given, if in this boot and before its clock could be trusted."""
    sql = "SELECT issued_uptime_s FROM ticket WHERE day = ? AND issued_bootid = ? AND issued_clock <> 'trusted' ORDER BY id DESC"
    row = db.execute(sql + " LIMIT 1", (day, bootid)).fetchone()
    return float(row[0]) if row else None


def add_lines(tx: Reads, lines: Sequence[tuple[str, str, str, str, str]]) -> None:
    """Write lines (id, letter, name, colour, icon) in the order in which they are shown."""
    for position, line in enumerate(lines):
        tx.execute("INSERT INTO line (id, letter, name, colour, icon, position) VALUES (?, ?, ?, ?, ?, ?)", (*line, position))


def add_counter(tx: Reads, counter_id: str, name: str, position: int, lines: Sequence[tuple[str, int]]) -> None:
    """Write a counter and its lines with their rank (0 is preferred)."""
    tx.execute("INSERT INTO counter VALUES (?, ?, ?)", (counter_id, name, position))
    for line, rank in lines:
        tx.execute("INSERT INTO counter_line VALUES (?, ?, ?)", (counter_id, line, rank))


def find_line(db: Reads, line_id: str) -> Line | None:
    """Return one line."""
    row = db.execute("SELECT id, letter, name, open FROM line WHERE id = ?", (line_id,)).fetchone()
    return Line(row[0], row[1], row[2], bool(row[3])) if row else None


def counter_exists(db: Reads, counter_id: str) -> bool:
    """Return whether there is such a counter."""
    return db.execute("SELECT 1 FROM counter WHERE id = ?", (counter_id,)).fetchone() is not None


def take_pending_jump(tx: Reads) -> int:
    """Return by how many numbers every line must leap after a restore, and forget it."""
    row = tx.execute("SELECT value FROM meta WHERE key = 'numbers_jump_pending'").fetchone()
    if row is None:
        return 0
    tx.execute("DELETE FROM meta WHERE key = 'numbers_jump_pending'")
    return int(row[0])


def set_jumps(tx: Reads, by: int) -> None:
    """Let each line's next number leap over ``by`` numbers."""
    tx.execute("UPDATE line SET jump = ?", (by,))


def take_jump(tx: Reads, line_id: str) -> int:
    """Return how many numbers the line leaps over now, and forget it."""
    jump = int(tx.execute("SELECT jump FROM line WHERE id = ?", (line_id,)).fetchone()[0])
    if jump:
        tx.execute("UPDATE line SET jump = 0 WHERE id = ?", (line_id,))
    return jump


def next_number(tx: Reads, day: int, line_id: str, jump: int) -> int:
    """Return the line's next number on that hall-day, after leaving out ``jump``: never given before, no hole besides."""
    sql = "INSERT INTO numbering VALUES (?1, ?2, 1 + ?3) ON CONFLICT DO UPDATE SET last = last + 1 + ?3 RETURNING last"
    return int(tx.execute(sql, (day, line_id, jump)).fetchone()[0])


def token_exists(db: Reads, token: str) -> bool:
    """Return whether a ticket has this token."""
    return db.execute("SELECT 1 FROM ticket WHERE token = ?", (token,)).fetchone() is not None


def add_ticket(tx: Reads, stamp: Stamp, columns: dict[str, object]) -> int:
    """Write a new waiting ticket (epoch, day, line, number, label, token, priority, origin); return its id."""
    row = {
        **columns,
        "state": TicketState.WAITING.value,
        "issued_at": stamp.time,
        "issued_clock": stamp.clock,
        "issued_bootid": stamp.bootid,
        "issued_uptime_s": float(stamp.uptime),
    }
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    cursor = tx.execute(f"INSERT INTO ticket ({names}) VALUES ({marks}) RETURNING id", list(row.values()))
    return int(cursor.fetchone()[0])


def find_ticket(db: Reads, ticket_id: int) -> Ticket:
    """Return the ticket with this id, which must exist."""
    return _tickets(db.execute(f"SELECT {TICKET_COLUMNS} FROM ticket WHERE id = ?", (ticket_id,)))[0]


def present_ticket(db: Reads, counter_id: str) -> Ticket | None:
    """Return the ticket that the counter has called and not yet finished."""
    found = _tickets(db.execute(f"SELECT {TICKET_COLUMNS} FROM ticket WHERE counter = ? AND state = 'called'", (counter_id,)))
    return found[0] if found else None


def unfinished_tickets(db: Reads, day: int) -> list[Ticket]:
    """Return those who wait or are at a counter, in the order of issue."""
    sql = f"SELECT {TICKET_COLUMNS} FROM ticket WHERE state = 'waiting' AND day = ?1 UNION ALL "
    sql += f"SELECT {TICKET_COLUMNS} FROM ticket WHERE state = 'called' AND day = ?1 ORDER BY 1"
    return _tickets(db.execute(sql, (day,)))


def lines_by_preference(db: Reads, counter_id: str) -> list[list[str]]:
    """Return the counter's lines: those it prefers first, each rank together."""
    ranks: dict[int, list[str]] = {}
    for rank, line in db.execute("SELECT rank, line FROM counter_line WHERE counter = ? ORDER BY rank, line", (counter_id,)):
        ranks.setdefault(rank, []).append(line)
    return list(ranks.values())


def first_waiting(db: Reads, lines: Sequence[str], *, priority: bool) -> int | None:
    """Return who has waited longest in these lines, with or without priority."""
    marks = ", ".join("?" * len(lines))
    sql = f"SELECT min(id) FROM ticket WHERE state = 'waiting' AND line IN ({marks}) AND (priority <> '') = ?"
    found: int | None = db.execute(sql, (*lines, int(priority))).fetchone()[0]
    return found


def latest_calls_priority(db: Reads, day: int, lines: Sequence[str]) -> list[bool]:
    """Return whether each of the latest first calls in these lines was priority, the last one first."""
    marks = ", ".join("?" * len(lines))
    sql = f"SELECT priority FROM call WHERE day = ? AND count = 1 AND line IN ({marks}) ORDER BY id DESC LIMIT ?"
    return [bool(row[0]) for row in db.execute(sql, (day, *lines, PRIORITY_IN_A_ROW))]


def waiting_counts(db: Reads) -> dict[str, tuple[int, int]]:
    """Return how many wait in each line: without and with priority."""
    counts: dict[str, tuple[int, int]] = {}
    sql = "SELECT line, priority <> '', count(*) FROM ticket WHERE state = 'waiting' GROUP BY line, priority <> ''"
    for line, priority, count in db.execute(sql):
        regular, favoured = counts.get(line, (0, 0))
        counts[line] = (regular, favoured + count) if priority else (regular + count, favoured)
    return counts


def service_times_s(db: Reads, line_id: str, limit: int) -> list[float]:
    """Return the latest measured service times of a line, in seconds."""
    sql = "SELECT service_s FROM ticket WHERE line = ? AND service_s IS NOT NULL ORDER BY id DESC LIMIT ?"
    return [row[0] for row in db.execute(sql, (line_id, limit))]


def lines_at_work(db: Reads) -> list[tuple[str, ...]]:
    """Return the lines of each counter that has a ticket now."""
    sql = (
        "SELECT counter_line.counter, counter_line.line FROM ticket JOIN counter_line ON counter_line.counter = ticket.counter "
        "WHERE ticket.state = 'called' AND counter_line.rank = 0"
    )
    lines: dict[str, tuple[str, ...]] = {}
    for counter, line in db.execute(sql):
        lines[counter] = (*lines.get(counter, ()), line)
    return list(lines.values())


def write_ticket(tx: Reads, ticket_id: int, columns: dict[str, object]) -> None:
    """Write changed columns of a ticket."""
    assignments = ", ".join(f"{name} = ?" for name in columns)
    tx.execute(f"UPDATE ticket SET {assignments} WHERE id = ?", (*columns.values(), ticket_id))


def add_call(tx: Reads, ticket: Ticket, counter: str, count: int, officer: str, at: str) -> int:
    """Write a call or recall; return its id, which only grows."""
    sql = (
        "INSERT INTO call (day, ticket, line, counter, priority, count, officer, called_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"
    )
    row = (ticket.day, ticket.id, ticket.line, counter, int(ticket.priority != ""), count, officer, at)
    return int(tx.execute(sql, row).fetchone()[0])
