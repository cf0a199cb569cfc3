"""Announcements in the database. Functions take the open transaction; none commits."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from sqlite_utils import Database

from gateway.bulletin.model import Announcement, Draft
from gateway.store.outbox import Reads
from gateway.store.script import run_script

SCHEMA = """
CREATE TABLE announcement (
    id INTEGER PRIMARY KEY AUTOINCREMENT, texts TEXT NOT NULL, starts_on TEXT, ends_on TEXT, important INTEGER NOT NULL,
    media TEXT NOT NULL CHECK (media IN ('', 'image', 'video')), blob TEXT NOT NULL, published_at TEXT NOT NULL
);
"""

COLUMNS = "id, texts, starts_on, ends_on, important, media, blob, regency, category, held_on, held_at, place"


def create(db: Database) -> None:
    """Make the table of this feature, inside the migration's transaction."""
    run_script(db, SCHEMA)


def add_regency(db: Database) -> None:
    """Make room for the regency's announcements: each has a name there, the hall's own have none."""
    db.execute("ALTER TABLE announcement ADD COLUMN regency TEXT NOT NULL DEFAULT ''")
    db.execute("CREATE UNIQUE INDEX announcement_regency ON announcement (regency) WHERE regency <> ''")


def add_events(db: Database) -> None:
    """Make room for what an announcement is about, and for the day, hour and place of what happens."""
    for column in (
        "category TEXT NOT NULL DEFAULT ''",
        "held_on TEXT",
        "held_at TEXT NOT NULL DEFAULT ''",
        "place TEXT NOT NULL DEFAULT ''",
    ):
        db.execute(f"ALTER TABLE announcement ADD COLUMN {column}")


def add(tx: Reads, draft: Draft, at: str, regency: str = "") -> Announcement:
    """Write a new announcement, of the regency if it has a name there."""
    row = tx.execute(
        f"INSERT INTO announcement (texts, starts_on, ends_on, important, media, blob, category, held_on, held_at, place, published_at, regency) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING {COLUMNS}",  # noqa: S608 - names of columns, written here
        (*_row(draft), at, regency),
    ).fetchone()
    return _announcement(row)


def change(tx: Reads, announcement: int, draft: Draft) -> Announcement:
    """Let an announcement, which is there, be as ``draft`` says."""
    row = tx.execute(
        f"UPDATE announcement SET texts = ?, starts_on = ?, ends_on = ?, important = ?, media = ?, blob = ?, category = ?, held_on = ?, held_at = ?, place = ? WHERE id = ? RETURNING {COLUMNS}",  # noqa: S608 - names of columns, written here
        (*_row(draft), announcement),
    ).fetchone()
    return _announcement(row)


def remove(tx: Reads, announcement: int) -> Announcement | None:
    """Delete an announcement and return it; None when it is gone already."""
    row = tx.execute(f"DELETE FROM announcement WHERE id = ? RETURNING {COLUMNS}", (announcement,)).fetchall()  # noqa: S608 - names of columns, written here
    return _announcement(row[0]) if row else None


def remove_regency(tx: Reads, name: str) -> None:
    """Delete the regency's announcement of this name, if it is there."""
    tx.execute("DELETE FROM announcement WHERE regency = ?", (name,))


def is_regency(db: Reads, announcement: int) -> bool:
    """Return whether an announcement is the regency's."""
    return db.execute("SELECT 1 FROM announcement WHERE id = ? AND regency <> ''", (announcement,)).fetchone() is not None


def every(db: Reads) -> list[Announcement]:
    """Return all announcements, the oldest first."""
    return [_announcement(row) for row in db.execute(f"SELECT {COLUMNS} FROM announcement ORDER BY id")]  # noqa: S608 - names of columns, written here


def number(db: Reads, *, regency: bool) -> int:
    """Return how many there are of the hall's own, or of the regency's."""
    return int(db.execute("SELECT count(*) FROM announcement WHERE (regency <> '') = ?", (regency,)).fetchone()[0])


def mentions(db: Reads, blob: str) -> bool:
    """Return whether an announcement shows this blob."""
    return db.execute("SELECT 1 FROM announcement WHERE blob = ?", (blob,)).fetchone() is not None


def _row(draft: Draft) -> tuple[str | int | None, ...]:
    texts = json.dumps(dict(draft.texts), ensure_ascii=False)
    shown = (texts, _text(draft.starts_on), _text(draft.ends_on), int(draft.important), draft.media, draft.blob)
    return (*shown, draft.category, _text(draft.held_on), draft.held_at, draft.place)


def _text(on: date | None) -> str | None:
    return on.isoformat() if on else None


def _announcement(row: tuple[Any, ...]) -> Announcement:
    id_, texts, starts_on, ends_on, important, media, blob, regency, category, held_on, held_at, place = row
    days = [date.fromisoformat(on) if on else None for on in (starts_on, ends_on, held_on)]
    return Announcement(
        id_, json.loads(texts), days[0], days[1], bool(important), media, blob, regency, category, days[2], held_at, place
    )
