"""Hall-days, tickets and calls in the database. Functions take the open transaction; none commits.

Promises, kept by the database itself: a number is given once per hall-day and line, a counter has at most one
ticket, a token names one ticket.
"""

# ruff: noqa: S608 - only names and marks of this file stand in the statements; values are always bound

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlite_utils import Database

from gateway.store.outbox import Reads
from gateway.store.script import run_script
from gateway.store.stamp import Stamp
from gateway.tickets.model import HallDay, TicketState

SCHEMA = """
CREATE TABLE line (
    id TEXT PRIMARY KEY, letter TEXT NOT NULL UNIQUE, name TEXT NOT NULL, colour TEXT NOT NULL, icon TEXT NOT NULL,
    open INTEGER NOT NULL DEFAULT 1, position INTEGER NOT NULL, jump INTEGER NOT NULL DEFAULT 0, cap INTEGER NOT NULL DEFAULT 0,
    retired INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE counter (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, position INTEGER NOT NULL, paused_at TEXT, retired INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
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
    epoch TEXT NOT NULL, day INTEGER NOT NULL REFERENCES hall_day(ordinal), numbered_in TEXT NOT NULL REFERENCES line(id),
    number INTEGER NOT NULL, label TEXT NOT NULL, token TEXT NOT NULL UNIQUE, claim TEXT NOT NULL,
    priority TEXT NOT NULL, origin TEXT NOT NULL, was TEXT NOT NULL DEFAULT '', successor INTEGER REFERENCES ticket(id),
    state TEXT NOT NULL CHECK (state IN ('waiting', 'called', 'serving', 'held', 'completed', 'no_show', 'cancelled')),
    line TEXT NOT NULL REFERENCES line(id), place REAL NOT NULL, for_counter TEXT REFERENCES counter(id),
    counter TEXT REFERENCES counter(id), calls INTEGER NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '',
    version INTEGER NOT NULL DEFAULT 0,
    issued_at TEXT NOT NULL, issued_clock TEXT NOT NULL, issued_bootid TEXT NOT NULL, issued_uptime_s REAL NOT NULL,
    called_at TEXT, called_bootid TEXT, called_uptime_s REAL, serving_at TEXT, serving_bootid TEXT, serving_uptime_s REAL,
    held_at TEXT, ended_at TEXT, ended_by TEXT, waited_s REAL, service_s REAL,
    UNIQUE (day, numbered_in, number)
);
CREATE INDEX ticket_waiting ON ticket (line, (priority <> ''), place) WHERE state = 'waiting';
CREATE INDEX ticket_held ON ticket (id) WHERE state = 'held';
CREATE UNIQUE INDEX ticket_called ON ticket (counter) WHERE state IN ('called', 'serving');
CREATE INDEX ticket_served ON ticket (line, id) WHERE service_s IS NOT NULL;
CREATE INDEX ticket_served_hour ON ticket (line, substr(called_at, 12, 2), id) WHERE service_s IS NOT NULL;
CREATE INDEX ticket_claim ON ticket (day, claim);
CREATE INDEX ticket_label ON ticket (day, label);
CREATE TABLE call (
    id INTEGER PRIMARY KEY, day INTEGER NOT NULL, ticket INTEGER NOT NULL REFERENCES ticket(id), line TEXT NOT NULL,
    counter TEXT NOT NULL, priority INTEGER NOT NULL, count INTEGER NOT NULL, recall INTEGER NOT NULL, officer TEXT NOT NULL,
    called_at TEXT NOT NULL, undone INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX call_day ON call (day);
CREATE TABLE last_act (
    counter TEXT PRIMARY KEY REFERENCES counter(id), act TEXT NOT NULL, number TEXT NOT NULL, bootid TEXT NOT NULL,
    uptime_s REAL NOT NULL, before TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE rating (
    id INTEGER PRIMARY KEY, ticket INTEGER NOT NULL UNIQUE REFERENCES ticket(id),
    score INTEGER NOT NULL CHECK (score BETWEEN 1 AND 4), origin TEXT NOT NULL
);
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


class Ticket(NamedTuple):
    """A ticket as the desk needs it."""

    id: int
    epoch: str
    day: int
    line: str
    """Where it waits or was served: another than its letter's after a transfer."""
    label: str
    priority: str
    state: TicketState
    counter: str
    calls: int
    version: int
    """Grows with every change."""
    place: float
    token: str
    issued_bootid: str
    issued_uptime_s: float
    called_bootid: str
    called_uptime_s: float
    serving_bootid: str
    serving_uptime_s: float


TICKET_COLUMNS = (
    "id, epoch, day, line, label, priority, state, coalesce(counter, ''), calls, version, place, token, issued_bootid, issued_uptime_s, "
    "coalesce(called_bootid, ''), coalesce(called_uptime_s, 0.0), coalesce(serving_bootid, ''), coalesce(serving_uptime_s, 0.0)"
)
CHANGING = (
    "state", "line", "place", "for_counter", "counter", "calls", "reason", "called_at", "called_bootid", "called_uptime_s",
    "serving_at", "serving_bootid", "serving_uptime_s", "held_at", "ended_at", "ended_by", "waited_s", "service_s",
)  # fmt: skip
"""The columns that acts at a counter change, and that taking an act back restores."""


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


def token_exists(db: Reads, token: str) -> bool:
    """Return whether a ticket has this token."""
    return db.execute("SELECT 1 FROM ticket WHERE token = ?", (token,)).fetchone() is not None


def add_ticket(tx: Reads, stamp: Stamp, columns: dict[str, object]) -> int:
    """Write a new waiting ticket (epoch, day, line, numbered_in, number, label, token, claim, priority, origin); return its id.

    Its place is that of its issue: the last.
    """
    row = {
        **columns,
        "state": TicketState.WAITING.value,
        "issued_at": stamp.time,
        "issued_clock": stamp.clock,
        "issued_bootid": stamp.bootid,
        "issued_uptime_s": float(stamp.uptime),
    }
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    last = "(SELECT coalesce(max(id), 0) + 1 FROM ticket)"
    cursor = tx.execute(f"INSERT INTO ticket ({names}, place) VALUES ({marks}, {last}) RETURNING id", list(row.values()))
    return int(cursor.fetchone()[0])


def find_ticket(db: Reads, ticket_id: int) -> Ticket:
    """Return the ticket with this id, which must exist."""
    return _tickets(db.execute(f"SELECT {TICKET_COLUMNS} FROM ticket WHERE id = ?", (ticket_id,)))[0]


def find_by_label(db: Reads, day: int, label: str) -> Ticket | None:
    """Return the day's ticket with this number as people read it."""
    found = _tickets(db.execute(f"SELECT {TICKET_COLUMNS} FROM ticket WHERE day = ? AND label = ?", (day, label)))
    return found[0] if found else None


def find_by_token(db: Reads, token: str) -> Ticket | None:
    """Return the ticket of this link."""
    found = _tickets(db.execute(f"SELECT {TICKET_COLUMNS} FROM ticket WHERE token = ?", (token,)))
    return found[0] if found else None


def claim_exists(db: Reads, day: int, claim: str) -> bool:
    """Return whether a ticket of the day has this claim code."""
    return db.execute("SELECT 1 FROM ticket WHERE day = ? AND claim = ?", (day, claim)).fetchone() is not None


def present_ticket(db: Reads, counter_id: str) -> Ticket | None:
    """Return the ticket that the counter has called and not yet finished."""
    sql = f"SELECT {TICKET_COLUMNS} FROM ticket WHERE counter = ? AND state IN ('called', 'serving')"
    found = _tickets(db.execute(sql, (counter_id,)))
    return found[0] if found else None


def unfinished_tickets(db: Reads, day: int) -> list[Ticket]:
    """Return those who wait, are held or are at a counter, in the order of issue."""
    wanted = [
        f"SELECT {TICKET_COLUMNS} FROM ticket WHERE {states} AND day = ?1"
        for states in ("state = 'waiting'", "state IN ('called', 'serving')", "state = 'held'")
    ]
    return _tickets(db.execute(" UNION ALL ".join(wanted) + " ORDER BY 1", (day,)))


def issued_today(db: Reads, day: int, line_id: str) -> int:
    """Return how many of the line's numbers of that day count against its cap: all but those given back."""
    sql = "SELECT count(*) FROM ticket WHERE day = ? AND numbered_in = ? AND NOT (state = 'cancelled' AND reason = 'holder')"
    return int(db.execute(sql, (day, line_id)).fetchone()[0])


def first_waiting(db: Reads, counter_id: str, lines: Sequence[str], *, priority: bool) -> int | None:
    """Return who is first in these lines for this counter, with or without priority."""
    marks = ", ".join("?" * len(lines))
    sql = (
        f"SELECT id FROM ticket WHERE state = 'waiting' AND line IN ({marks}) AND (priority <> '') = ? "
        "AND coalesce(for_counter, ?) = ? ORDER BY place, id LIMIT 1"
    )
    row = db.execute(sql, (*lines, int(priority), counter_id, counter_id)).fetchone()
    return int(row[0]) if row else None


def sent_to(db: Reads, counter_id: str) -> int | None:
    """Return who was transferred to this very counter and waits longest."""
    sql = "SELECT id FROM ticket WHERE state = 'waiting' AND for_counter = ? ORDER BY place, id LIMIT 1"
    row = db.execute(sql, (counter_id,)).fetchone()
    return int(row[0]) if row else None


def places(db: Reads, line_id: str) -> list[float]:
    """Return the places of everybody who waits in a line."""
    return [row[0] for row in db.execute("SELECT place FROM ticket WHERE state = 'waiting' AND line = ?", (line_id,))]


def image(db: Reads, ticket_id: int) -> dict[str, Any]:
    """Return the changing columns of a ticket as they are."""
    row = db.execute(f"SELECT {', '.join(CHANGING)} FROM ticket WHERE id = ?", (ticket_id,)).fetchone()
    return dict(zip(CHANGING, row, strict=True))


def latest_calls_priority(db: Reads, day: int, lines: Sequence[str], limit: int) -> list[bool]:
    """Return whether each of the latest ``limit`` calls in these lines was priority, recalls left out, the last one first."""
    marks = ", ".join("?" * len(lines))
    sql = f"SELECT priority FROM call WHERE day = ? AND recall = 0 AND undone = 0 AND line IN ({marks}) ORDER BY id DESC LIMIT ?"
    return [bool(row[0]) for row in db.execute(sql, (day, *lines, limit))]


def waiting_counts(db: Reads) -> dict[str, tuple[int, int]]:
    """Return how many wait in each line: without and with priority."""
    counts: dict[str, tuple[int, int]] = {}
    sql = "SELECT line, priority <> '', count(*) FROM ticket WHERE state = 'waiting' GROUP BY line, priority <> ''"
    for line, priority, count in db.execute(sql):
        regular, favoured = counts.get(line, (0, 0))
        counts[line] = (regular, favoured + count) if priority else (regular + count, favoured)
    return counts


def write_ticket(tx: Reads, ticket_id: int, columns: dict[str, object]) -> None:
    """Write changed columns of a ticket."""
    assignments = ", ".join(f"{name} = ?" for name in columns)
    tx.execute(f"UPDATE ticket SET {assignments}, version = version + 1 WHERE id = ?", (*columns.values(), ticket_id))


def add_call(tx: Reads, ticket: Ticket, counter: str, count: int, officer: str, at: str, *, recall: bool) -> int:
    """Write a call or recall, the ``count``-th of this ticket; return its id, which only grows."""
    sql = (
        "INSERT INTO call (day, ticket, line, counter, priority, count, recall, officer, called_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"
    )
    row = (ticket.day, ticket.id, ticket.line, counter, int(ticket.priority != ""), count, int(recall), officer, at)
    return int(tx.execute(sql, row).fetchone()[0])
