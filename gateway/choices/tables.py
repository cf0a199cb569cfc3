"""The choices in the database: one row for one section. Functions take the open transaction; none commits."""

from __future__ import annotations

from sqlite_utils import Database

from gateway.store.outbox import Reads


def create(db: Database) -> None:
    """Make the table of this foundation, inside the migration's transaction."""
    db.execute("CREATE TABLE choice (section TEXT PRIMARY KEY, value TEXT NOT NULL, changed_at TEXT NOT NULL) WITHOUT ROWID")


def find(db: Reads, section: str) -> str | None:
    """Return the JSON text of a section, or None when the hall has not chosen yet."""
    row = db.execute("SELECT value FROM choice WHERE section = ?", (section,)).fetchone()
    return str(row[0]) if row else None


def write(tx: Reads, section: str, value: str, at: str) -> None:
    """Keep the JSON text of a section."""
    tx.execute(
        "INSERT INTO choice VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET value = ?2, changed_at = ?3", (section, value, at)
    )
