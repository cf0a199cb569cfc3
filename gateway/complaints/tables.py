"""Complaints in the database: where each stands and who has written when. What is written is in the vault. None of it commits.

Promises: nothing here leads to whoever complained. There is no address, no session and no time of day, and the rows lie in the order of
numbers that mean nothing.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sqlite_utils import Database

from gateway.complaints.model import Author, State
from gateway.store.outbox import Reads
from gateway.store.script import run_script

SCHEMA = """
CREATE TABLE complaint (
    id TEXT PRIMARY KEY, code TEXT NOT NULL UNIQUE, epoch TEXT NOT NULL, category TEXT NOT NULL, anonymous INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('received', 'forwarded', 'with-regency', 'answered', 'closed')),
    handler TEXT NOT NULL DEFAULT '', received_on TEXT NOT NULL, since_on TEXT NOT NULL, why TEXT NOT NULL DEFAULT '',
    late INTEGER NOT NULL DEFAULT 0, told TEXT NOT NULL DEFAULT '', held INTEGER NOT NULL DEFAULT 1,
    changed_on TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX complaint_state ON complaint (state);
CREATE TABLE complaint_message (
    complaint TEXT NOT NULL REFERENCES complaint (id), n INTEGER NOT NULL, author TEXT NOT NULL CHECK (author IN ('villager', 'hall', 'regency')),
    photo INTEGER NOT NULL, on_day TEXT NOT NULL, once TEXT NOT NULL, PRIMARY KEY (complaint, n), UNIQUE (complaint, once)
) WITHOUT ROWID;
"""
"""``since_on``: since when it stands so; empty days were not known when it was written. ``late``: whether some deadline was missed.
``told``: what the centre has heard of it last; ``held``: whether there is more. ``n``: the version in the vault that holds the words."""

COLUMNS = "id, epoch, category, anonymous, state, handler, received_on, since_on, why, late, told, held, changed_on"


class Complaint(NamedTuple):
    """Where one stands."""

    id: str
    epoch: str
    category: str
    anonymous: bool
    state: State
    handler: str
    received_on: date | None
    since_on: date | None
    """Since when it stands so, None while no day was known."""
    why: str
    late: bool
    told: str
    held: bool
    """Whether the centre has yet to hear something of it."""
    changed_on: date | None


class Message(NamedTuple):
    """Who has written, and on which day."""

    n: int
    author: Author
    photo: bool
    on_day: date | None


def create(db: Database) -> None:
    """Make the tables of this feature, inside the migration's transaction."""
    run_script(db, SCHEMA)


def add(tx: Reads, id_: str, code: str, epoch: str, category: str, *, anonymous: bool, today: date | None) -> Complaint:
    """Write a new one; ``code`` is its digest."""
    on = text(today)
    tx.execute(
        "INSERT INTO complaint (id, code, epoch, category, anonymous, state, received_on, since_on, changed_on)"
        " VALUES (?, ?, ?, ?, ?, 'received', ?, ?, ?)",
        (id_, code, epoch, category, int(anonymous), on, on, on),
    )
    found = find(tx, id_)
    assert found is not None  # noqa: S101 - it was written above
    return found


def find(db: Reads, id_: str) -> Complaint | None:
    """Return one by its number."""
    row = db.execute(f"SELECT {COLUMNS} FROM complaint WHERE id = ?", (id_,)).fetchone()  # noqa: S608 - names of columns, written here
    return _complaint(row) if row else None


def by_code(db: Reads, digest: str) -> Complaint | None:
    """Return one by the digest of its code."""
    row = db.execute(f"SELECT {COLUMNS} FROM complaint WHERE code = ?", (digest,)).fetchone()  # noqa: S608 - as above
    return _complaint(row) if row else None


def every(db: Reads, *, closed: bool) -> list[Complaint]:
    """Return all that are closed, or all that are not."""
    rows = db.execute(f"SELECT {COLUMNS} FROM complaint WHERE (state = 'closed') = ?", (int(closed),))  # noqa: S608 - as above
    return [_complaint(row) for row in rows]


def waiting(db: Reads) -> int:
    """Return how many are not closed."""
    return int(db.execute("SELECT count(*) FROM complaint WHERE state <> 'closed'").fetchone()[0])


def untold(db: Reads) -> list[Complaint]:
    """Return those of which the centre has not heard the newest."""
    return [_complaint(row) for row in db.execute(f"SELECT {COLUMNS} FROM complaint WHERE held = 1")]  # noqa: S608 - as above


def write(tx: Reads, one: Complaint) -> None:
    """Let a complaint, which is there, stand as ``one`` says."""
    tx.execute(
        "UPDATE complaint SET state = ?, handler = ?, received_on = ?, since_on = ?, why = ?, late = ?, told = ?, held = ?, changed_on = ? WHERE id = ?",
        (
            one.state,
            one.handler,
            text(one.received_on),
            text(one.since_on),
            one.why,
            int(one.late),
            one.told,
            int(one.held),
            text(one.changed_on),
            one.id,
        ),
    )


def add_message(tx: Reads, id_: str, n: int, author: Author, today: date | None, once: str, *, photo: bool) -> None:
    """Note who has written version ``n``."""
    tx.execute(
        "INSERT INTO complaint_message (complaint, n, author, photo, on_day, once) VALUES (?, ?, ?, ?, ?, ?)",
        (id_, n, author, int(photo), text(today), once),
    )


def is_written(db: Reads, id_: str, once: str) -> bool:
    """Return whether this very message is there already."""
    return db.execute("SELECT 1 FROM complaint_message WHERE complaint = ? AND once = ?", (id_, once)).fetchone() is not None


def messages(db: Reads, id_: str) -> list[Message]:
    """Return who has written to a complaint, in order."""
    rows = db.execute("SELECT n, author, photo, on_day FROM complaint_message WHERE complaint = ? ORDER BY n", (id_,))
    return [Message(n, Author(author), bool(photo), day(on)) for n, author, photo, on in rows]


def counts(db: Reads, year: int) -> tuple[dict[str, int], int, int]:
    """Return how many came in a year by category, how many of them are closed, and how many were late in some step."""
    rows = db.execute(
        "SELECT category, count(*), sum(state = 'closed'), sum(late) FROM complaint WHERE received_on LIKE ? GROUP BY category",
        (f"{year:04d}-%",),
    ).fetchall()
    return {str(row[0]): int(row[1]) for row in rows}, sum(int(row[2]) for row in rows), sum(int(row[3]) for row in rows)


def text(on: date | None) -> str:
    """Return a day as it is kept."""
    return on.isoformat() if on else ""


def day(kept: str) -> date | None:
    """Return a day as it was kept."""
    return date.fromisoformat(kept) if kept else None


def _complaint(row: tuple[str, str, str, int, str, str, str, str, str, int, str, int, str]) -> Complaint:
    id_, epoch, category, anonymous, state, handler, received, since, why, late, told, held, changed = row
    return Complaint(
        id_, epoch, category, bool(anonymous), State(state), handler, day(received), day(since), why, bool(late), told, bool(held), day(changed)
    )  # fmt: skip
