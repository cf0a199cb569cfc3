"""The village's list of residents: who is in it is known by a mark that only this hall's key can make. Functions take the open transaction; none commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from gateway.store.outbox import Reads
from gateway.store.script import run_script

COMING, CURRENT, LEAVING = "coming", "current", "leaving"

SCHEMA = """
CREATE TABLE resident_list (
    id INTEGER PRIMARY KEY, state TEXT NOT NULL CHECK (state IN ('coming', 'current', 'leaving')), brought_at TEXT NOT NULL, brought_by TEXT NOT NULL
);
CREATE TABLE resident (
    record TEXT PRIMARY KEY, list INTEGER NOT NULL REFERENCES resident_list (id), mark BLOB NOT NULL, UNIQUE (list, mark)
) WITHOUT ROWID;
"""
"""``mark``: the NIK under a key that is itself sealed. A list is seen whole or not at all: ``coming`` until all of it is there."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The list as a page tells of it."""

    people: int
    brought_at: str
    """ISO 8601."""
    brought_by: str


def create(db: Database) -> None:
    """Make the tables of this feature, inside the migration's transaction."""
    run_script(db, SCHEMA)


def begin(tx: Reads, at: str, by: str) -> int:
    """Begin another list, which nobody sees yet; what was begun before and not ended goes."""
    abandon(tx)
    return int(
        tx.execute(
            "INSERT INTO resident_list (state, brought_at, brought_by) VALUES ('coming', ?, ?) RETURNING id", (at, by)
        ).fetchone()[0]
    )


def abandon(tx: Reads) -> None:
    """Let a list that was begun and cut off go."""
    tx.execute("UPDATE resident_list SET state = 'leaving' WHERE state = 'coming'")


def add(tx: Reads, belongs_to: int, record: str, mark: bytes) -> None:
    """Add one person to a list."""
    tx.execute("INSERT INTO resident (record, list, mark) VALUES (?, ?, ?)", (record, belongs_to, mark))


def show(tx: Reads, one: int) -> bool:
    """Let a list be the one that is seen, in place of the former; return whether it was still coming."""
    tx.execute("UPDATE resident_list SET state = 'leaving' WHERE state = 'current' AND id <> ?", (one,))
    return bool(tx.execute("UPDATE resident_list SET state = 'current' WHERE id = ? AND state = 'coming'", (one,)).rowcount)


def dismiss(tx: Reads) -> None:
    """Let the present list go."""
    tx.execute("UPDATE resident_list SET state = 'leaving' WHERE state = 'current'")


def leaving(db: Reads, limit: int) -> Sequence[str]:
    """Return records of lists that go."""
    sql = "SELECT record FROM resident JOIN resident_list ON id = list WHERE state = 'leaving' LIMIT ?"
    return [str(row[0]) for row in db.execute(sql, (limit,))]


def remove(tx: Reads, record: str) -> None:
    """Take one person out of the list."""
    tx.execute("DELETE FROM resident WHERE record = ?", (record,))
    tx.execute(
        "DELETE FROM resident_list WHERE state = 'leaving' AND NOT EXISTS (SELECT 1 FROM resident WHERE list = resident_list.id)"
    )


def by_mark(db: Reads, mark: bytes) -> str | None:
    """Return the record of a person in the present list."""
    row = db.execute(
        "SELECT record FROM resident JOIN resident_list ON id = list WHERE state = 'current' AND mark = ?", (mark,)
    ).fetchone()
    return str(row[0]) if row else None


def is_current(db: Reads, record: str) -> bool:
    """Return whether a record is of the present list."""
    return (
        db.execute(
            "SELECT 1 FROM resident JOIN resident_list ON id = list WHERE state = 'current' AND record = ?", (record,)
        ).fetchone()
        is not None
    )


def set_mark(tx: Reads, record: str, mark: bytes) -> None:
    """Let a person be found by another NIK."""
    tx.execute("UPDATE resident SET mark = ? WHERE record = ?", (mark, record))


def current(db: Reads) -> Sequence[str]:
    """Return the records of the present list."""
    return [
        str(row[0]) for row in db.execute("SELECT record FROM resident JOIN resident_list ON id = list WHERE state = 'current'")
    ]


def kept(db: Reads) -> Kept | None:
    """Return what there is."""
    sql = "SELECT (SELECT count(*) FROM resident WHERE list = l.id), brought_at, brought_by FROM resident_list l WHERE state = 'current'"
    row = db.execute(sql).fetchone()
    return Kept(int(row[0]), str(row[1]), str(row[2])) if row else None
