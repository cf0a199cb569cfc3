"""Reports of neighbours in need in the database: where each stands, who was there when. Who it is about is in the vault. None of it commits."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sqlite_utils import Database

from gateway.needs.model import Author, State
from gateway.store.outbox import Reads
from gateway.store.script import run_script

SCHEMA = """
CREATE TABLE need (
    id TEXT PRIMARY KEY, code TEXT NOT NULL UNIQUE, epoch TEXT NOT NULL, category TEXT NOT NULL, urgent INTEGER NOT NULL, anonymous INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('reported', 'visited', 'helped', 'closed', 'joined')), joined TEXT NOT NULL DEFAULT '',
    reported_on TEXT NOT NULL, since_on TEXT NOT NULL, again_on TEXT NOT NULL DEFAULT '', why TEXT NOT NULL DEFAULT '', late INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX need_state ON need (state);
CREATE TABLE need_entry (
    need TEXT NOT NULL REFERENCES need (id), n INTEGER NOT NULL, author TEXT NOT NULL CHECK (author IN ('villager', 'hall', 'regency')),
    result TEXT NOT NULL, on_day TEXT NOT NULL, once TEXT NOT NULL, PRIMARY KEY (need, n), UNIQUE (need, once)
) WITHOUT ROWID;
CREATE TABLE aid_programme (
    id TEXT NOT NULL, layer TEXT NOT NULL CHECK (layer IN ('regency', 'village')), body TEXT NOT NULL, changed_at TEXT NOT NULL, PRIMARY KEY (id, layer)
) WITHOUT ROWID;
CREATE TABLE aid_recipient (
    programme TEXT NOT NULL, mark TEXT NOT NULL, period TEXT NOT NULL, PRIMARY KEY (mark, programme)
) WITHOUT ROWID;
"""
"""``n``: the version in the vault that holds the words. ``result``: what a visit has found; empty for what is none. ``mark``: what is kept of
somebody's number, under a key that is in the vault."""

COLUMNS = "id, epoch, category, urgent, anonymous, state, joined, reported_on, since_on, again_on, why, late"


class Need(NamedTuple):
    """Where one report stands."""

    id: str
    epoch: str
    category: str
    urgent: bool
    anonymous: bool
    state: State
    joined: str
    """The report that it is joined to."""
    reported_on: date | None
    since_on: date | None
    """Since when it stands so, or the last time that somebody was there; None while no day was known."""
    again_on: date | None
    why: str
    late: bool


class Entry(NamedTuple):
    """Who has written, on which day, and what a visit has found."""

    n: int
    author: Author
    result: str
    on_day: date | None


def create(db: Database) -> None:
    """Make the tables of this feature, inside the migration's transaction."""
    run_script(db, SCHEMA)


def add(tx: Reads, one: Need, code: str) -> None:
    """Write a new report; ``code`` is the digest of its code."""
    tx.execute(
        f"INSERT INTO need (code, {COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - names of columns, written here
        (code, *_row(one)),
    )


def write(tx: Reads, one: Need) -> None:
    """Let a report, which is there, stand as ``one`` says."""
    tx.execute(
        "UPDATE need SET urgent = ?, state = ?, joined = ?, reported_on = ?, since_on = ?, again_on = ?, why = ?, late = ? WHERE id = ?",
        (
            *(int(one.urgent), one.state, one.joined, text(one.reported_on), text(one.since_on), text(one.again_on), one.why),
            *(int(one.late), one.id),
        ),
    )


def find(db: Reads, id_: str) -> Need | None:
    """Return one by its number."""
    row = db.execute(f"SELECT {COLUMNS} FROM need WHERE id = ?", (id_,)).fetchone()  # noqa: S608 - as above
    return _need(row) if row else None


def by_code(db: Reads, digest: str) -> Need | None:
    """Return one by the digest of its code."""
    row = db.execute(f"SELECT {COLUMNS} FROM need WHERE code = ?", (digest,)).fetchone()  # noqa: S608 - as above
    return _need(row) if row else None


def every(db: Reads, *, ended: bool) -> list[Need]:
    """Return all where nobody goes any more, or all where somebody does."""
    rows = db.execute(f"SELECT {COLUMNS} FROM need WHERE (state IN ('closed', 'joined')) = ?", (int(ended),))  # noqa: S608 - as above
    return [_need(row) for row in rows]


def waiting(db: Reads) -> int:
    """Return where somebody still goes."""
    return int(db.execute("SELECT count(*) FROM need WHERE state NOT IN ('closed', 'joined')").fetchone()[0])


def joined_to(db: Reads, id_: str) -> list[Need]:
    """Return the reports that are joined to this one."""
    return [_need(row) for row in db.execute(f"SELECT {COLUMNS} FROM need WHERE joined = ? ORDER BY id", (id_,))]  # noqa: S608 - as above


def add_entry(tx: Reads, id_: str, n: int, author: Author, today: date | None, once: str, result: str = "") -> None:
    """Note who has written version ``n``."""
    tx.execute("INSERT INTO need_entry VALUES (?, ?, ?, ?, ?, ?)", (id_, n, author, result, text(today), once))


def is_written(db: Reads, id_: str, once: str) -> bool:
    """Return whether this very entry is there already."""
    return db.execute("SELECT 1 FROM need_entry WHERE need = ? AND once = ?", (id_, once)).fetchone() is not None


def entries(db: Reads, id_: str) -> list[Entry]:
    """Return who has written about a report, in order."""
    rows = db.execute("SELECT n, author, result, on_day FROM need_entry WHERE need = ? ORDER BY n", (id_,))
    return [Entry(n, Author(author), result, day(on)) for n, author, result, on in rows]


def counts(db: Reads, year: int) -> tuple[dict[str, int], int, int]:
    """Return how many came in a year by category, how many were helped, and how many visits were late; joined ones count once."""
    rows = db.execute(
        "SELECT category, count(*), sum(state = 'helped' OR EXISTS (SELECT 1 FROM need_entry WHERE need = id AND result = 'helped')), sum(late)"
        " FROM need WHERE reported_on LIKE ? AND state <> 'joined' GROUP BY category",
        (f"{year:04d}-%",),
    ).fetchall()
    return {str(row[0]): int(row[1]) for row in rows}, sum(int(row[2]) for row in rows), sum(int(row[3]) for row in rows)


def text(on: date | None) -> str:
    """Return a day as it is kept."""
    return on.isoformat() if on else ""


def day(kept: str) -> date | None:
    """Return a day as it was kept."""
    return date.fromisoformat(kept) if kept else None


def _row(one: Need) -> tuple[str | int, ...]:
    days = (text(one.reported_on), text(one.since_on), text(one.again_on))
    flags = (int(one.urgent), int(one.anonymous))
    return (one.id, one.epoch, one.category, *flags, one.state, one.joined, *days, one.why, int(one.late))


def _need(row: tuple[str, str, str, int, int, str, str, str, str, str, str, int]) -> Need:
    id_, epoch, category, urgent, anonymous, state, joined, reported, since, again, why, late = row
    return Need(
        id_, epoch, category, bool(urgent), bool(anonymous), State(state), joined, day(reported), day(since), day(again), why, bool(late)
    )  # fmt: skip
