"""The guest book in the database: days, purposes and counts; names are in the vault. Functions take the open transaction; none commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlite_utils import Database

from gateway.store.outbox import Reads
from gateway.store.script import run_script

SCHEMA = """
CREATE TABLE guest (id INTEGER PRIMARY KEY AUTOINCREMENT, on_day TEXT NOT NULL, at TEXT NOT NULL, purpose TEXT NOT NULL);
CREATE TABLE guest_month (month TEXT NOT NULL, purpose TEXT NOT NULL, guests INTEGER NOT NULL, PRIMARY KEY (month, purpose)) WITHOUT ROWID;
"""
"""An ``on_day`` that is empty is a day that nobody knew. ``guest`` has those whose names are still kept; ``guest_month`` counts everybody, and stays."""


def create(db: Database) -> None:
    """Make the tables of this feature, inside the migration's transaction."""
    run_script(db, SCHEMA)


def add(tx: Reads, on: date | None, at: str, purpose: str) -> int:
    """Count a guest of a day, where it is known; return the id."""
    if on is not None:
        _count(tx, on, purpose)
    sql = "INSERT INTO guest (on_day, at, purpose) VALUES (?, ?, ?) RETURNING id"
    return int(tx.execute(sql, (on.isoformat() if on else "", at, purpose)).fetchone()[0])


def date_undated(tx: Reads, today: date) -> None:
    """Give a day to those who came while nobody knew it, and count them."""
    for id_, purpose in tx.execute("SELECT id, purpose FROM guest WHERE on_day = ''").fetchall():
        tx.execute("UPDATE guest SET on_day = ? WHERE id = ?", (today.isoformat(), id_))
        _count(tx, today, purpose)


def _count(tx: Reads, on: date, purpose: str) -> None:
    month = on.isoformat()[:7]
    tx.execute("INSERT INTO guest_month VALUES (?1, ?2, 1) ON CONFLICT DO UPDATE SET guests = guests + 1", (month, purpose))


def remove(tx: Reads, guest: int) -> None:
    """Forget that a guest's name was kept; the count stays."""
    tx.execute("DELETE FROM guest WHERE id = ?", (guest,))


def days(db: Reads, limit: int) -> list[tuple[date, int]]:
    """Return the days with guests whose names are kept, the newest first."""
    rows = db.execute(
        "SELECT on_day, count(*) FROM guest WHERE on_day <> '' GROUP BY on_day ORDER BY on_day DESC LIMIT ?", (limit,)
    )
    return [(date.fromisoformat(day), int(count)) for day, count in rows]


def of_day(db: Reads, on: date) -> list[tuple[int, str]]:
    """Return the guests of a day, in order, with the time at which each came."""
    return [
        (int(id_), str(at)) for id_, at in db.execute("SELECT id, at FROM guest WHERE on_day = ? ORDER BY id", (on.isoformat(),))
    ]


def before(db: Reads, day: date, limit: int) -> Sequence[int]:
    """Return guests of days before ``day``, the oldest first."""
    return [
        int(id_)
        for (id_,) in db.execute(
            "SELECT id FROM guest WHERE on_day <> '' AND on_day < ? ORDER BY id LIMIT ?", (day.isoformat(), limit)
        )
    ]


def months(db: Reads, limit: int) -> list[tuple[str, dict[str, int]]]:
    """Return how many guests came in each month, by purpose, the newest first."""
    found: dict[str, dict[str, int]] = {}
    for month, purpose, guests in db.execute("SELECT month, purpose, guests FROM guest_month ORDER BY month DESC"):
        if month not in found and len(found) == limit:
            break
        found.setdefault(month, {})[purpose] = guests
    return list(found.items())
