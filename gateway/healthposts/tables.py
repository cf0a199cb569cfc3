"""Health posts in the database. Functions take the open transaction; none commits."""

from __future__ import annotations

import json
from datetime import date, time

from sqlite_utils import Database

from gateway.healthposts.model import Draft, Post, Rule
from gateway.store.outbox import Reads
from gateway.store.script import run_script

SCHEMA = """
CREATE TABLE healthpost (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, place TEXT NOT NULL, bring TEXT NOT NULL, starts TEXT NOT NULL, ends TEXT NOT NULL,
    rule TEXT NOT NULL, extra TEXT NOT NULL, skipped TEXT NOT NULL, line TEXT NOT NULL
);
CREATE TABLE healthpost_line (line TEXT PRIMARY KEY, on_day TEXT NOT NULL, is_open INTEGER NOT NULL) WITHOUT ROWID;
"""
"""The second table remembers what was last done to a line of the queue, so that a clerk who does otherwise is not overruled."""


def create(db: Database) -> None:
    """Make the tables of this feature, inside the migration's transaction."""
    run_script(db, SCHEMA)


def every(db: Reads) -> list[Post]:
    """Return all health posts, by name."""
    sql = "SELECT id, name, place, bring, starts, ends, rule, extra, skipped, line FROM healthpost ORDER BY name, id"
    return [_post(row) for row in db.execute(sql)]


def add(tx: Reads, draft: Draft) -> int:
    """Write a new one; return its id."""
    sql = """INSERT INTO healthpost (name, place, bring, starts, ends, rule, extra, skipped, line) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        RETURNING id"""
    return int(tx.execute(sql, _row(draft)).fetchone()[0])


def change(tx: Reads, post: int, draft: Draft) -> None:
    """Let a health post be as ``draft`` says."""
    sql = """UPDATE healthpost SET name = ?, place = ?, bring = ?, starts = ?, ends = ?, rule = ?, extra = ?, skipped = ?, line = ?
        WHERE id = ?"""
    tx.execute(sql, (*_row(draft), post))


def remove(tx: Reads, post: int) -> bool:
    """Delete one; return whether it was there."""
    return bool(tx.execute("DELETE FROM healthpost WHERE id = ?", (post,)).rowcount)


def last_done(db: Reads) -> dict[str, tuple[date, bool]]:
    """Return on which day each line was last opened or closed for a health post, and which of both."""
    rows = db.execute("SELECT line, on_day, is_open FROM healthpost_line")
    return {line: (date.fromisoformat(day), bool(is_open)) for line, day, is_open in rows}


def note_done(tx: Reads, line: str, on: date, *, is_open: bool) -> None:
    """Note that a line was opened or closed."""
    sql = "INSERT INTO healthpost_line VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET on_day = ?2, is_open = ?3"
    tx.execute(sql, (line, on.isoformat(), is_open))


def _row(draft: Draft) -> tuple[str, ...]:
    rule = draft.rule
    return (
        draft.name, draft.place, draft.bring, f"{draft.starts:%H:%M}", f"{draft.ends:%H:%M}",
        json.dumps([rule.kind, rule.nth, rule.weekday, rule.day]), _dates(draft.extra), _dates(draft.skipped), draft.line,
    )  # fmt: skip


def _dates(days: tuple[date, ...]) -> str:
    return json.dumps([day.isoformat() for day in days])


def _post(row: tuple[int, str, str, str, str, str, str, str, str, str]) -> Post:
    id_, name, place, bring, starts, ends, rule, extra, skipped, line = row
    read = [tuple(date.fromisoformat(day) for day in json.loads(kept)) for kept in (extra, skipped)]
    draft = Draft(
        name, place, bring, time.fromisoformat(starts), time.fromisoformat(ends), Rule(*json.loads(rule)), read[0], read[1], line
    )
    return Post(id_, draft)
