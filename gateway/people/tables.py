"""Officers, sessions and wrong PINs in the database. Functions take the open transaction; none commits.

Promises: no PIN and no session token can be read from the card, only be compared.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from gateway.store.outbox import Reads
from gateway.store.script import run_script

FAILURES_KEPT = 1000
"""Wrong PINs of so many names and devices are remembered: a flood of made-up ones fills no card."""

SCHEMA = """
CREATE TABLE officer (id INTEGER PRIMARY KEY, name TEXT NOT NULL, folded TEXT NOT NULL UNIQUE, pin TEXT NOT NULL, added_at TEXT NOT NULL);
CREATE TABLE session (
    token TEXT PRIMARY KEY, officer INTEGER NOT NULL REFERENCES officer(id), device TEXT NOT NULL,
    used_at TEXT NOT NULL, bootid TEXT NOT NULL, uptime_s REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE wrong_pin (
    id INTEGER PRIMARY KEY, subject TEXT NOT NULL UNIQUE, failures INTEGER NOT NULL, bootid TEXT NOT NULL, uptime_s REAL NOT NULL
);
"""


def create(db: Database) -> None:
    """Make the tables of this foundation, inside the migration's transaction."""
    run_script(db, SCHEMA)


@dataclass(frozen=True, slots=True)
class Officer:
    """An officer; ``pin`` is an Argon2id hash."""

    id: int
    name: str
    pin: str


@dataclass(frozen=True, slots=True)
class KeptSession:
    """A session and when it was last used: by the wall clock, and by the uptime of a boot."""

    officer: int
    name: str
    used_at: str
    bootid: str
    uptime_s: float


@dataclass(frozen=True, slots=True)
class WrongPins:
    """How many wrong PINs in a row, and when the last one was."""

    failures: int
    bootid: str
    uptime_s: float


def find_officer(db: Reads, name: str) -> Officer | None:
    """Return the officer of this name; capitals do not matter."""
    row = db.execute("SELECT id, name, pin FROM officer WHERE folded = ?", (name.casefold(),)).fetchone()
    return Officer(*row) if row else None


def officer_names(db: Reads) -> list[str]:
    """Return all names, in alphabetical order."""
    return [row[0] for row in db.execute("SELECT name FROM officer ORDER BY folded")]


def add_officer(tx: Reads, name: str, pin: str, at: str) -> None:
    """Write a new officer; ``pin`` is an Argon2id hash."""
    tx.execute("INSERT INTO officer (name, folded, pin, added_at) VALUES (?, ?, ?, ?)", (name, name.casefold(), pin, at))


def wrong_pins(db: Reads, subject: str) -> WrongPins | None:
    """Return the wrong PINs of an officer or a device."""
    row = db.execute("SELECT failures, bootid, uptime_s FROM wrong_pin WHERE subject = ?", (subject,)).fetchone()
    return WrongPins(*row) if row else None


def add_wrong_pin(tx: Reads, subject: str, bootid: str, uptime_s: float) -> None:
    """Count a try against an officer or a device, and forget the oldest devices of too many: no flood shortens an officer's delay."""
    tx.execute(
        "INSERT INTO wrong_pin (subject, failures, bootid, uptime_s) VALUES (?1, 1, ?2, ?3) "
        "ON CONFLICT (subject) DO UPDATE SET failures = failures + 1, bootid = ?2, uptime_s = ?3",
        (subject, bootid, uptime_s),
    )
    tx.execute(
        "DELETE FROM wrong_pin WHERE id <= (SELECT max(id) FROM wrong_pin) - ? AND subject LIKE 'device:%'", (FAILURES_KEPT,)
    )


def forget_wrong_pins(tx: Reads, subject: str) -> None:
    """Forget them: the right PIN was given."""
    tx.execute("DELETE FROM wrong_pin WHERE subject = ?", (subject,))


def add_session(tx: Reads, token: str, officer: int, device: str, used_at: str, bootid: str, uptime_s: float) -> None:
    """Write a new session; ``token`` is a hash."""
    tx.execute("INSERT INTO session VALUES (?, ?, ?, ?, ?, ?)", (token, officer, device, used_at, bootid, uptime_s))


def find_session(db: Reads, token: str) -> KeptSession | None:
    """Return the session with this hash."""
    row = db.execute(
        "SELECT officer, name, used_at, bootid, uptime_s FROM session JOIN officer ON officer.id = session.officer WHERE token = ?",
        (token,),
    ).fetchone()
    return KeptSession(*row) if row else None


def session_used(tx: Reads, token: str, used_at: str, bootid: str, uptime_s: float) -> bool:
    """Record that a session is in use; return False when it has ended meanwhile."""
    sql = "UPDATE session SET used_at = ?, bootid = ?, uptime_s = ? WHERE token = ? RETURNING token"
    return bool(tx.execute(sql, (used_at, bootid, uptime_s, token)).fetchall())


def sessions(db: Reads) -> list[tuple[str, KeptSession]]:
    """Return every session with its hash."""
    sql = "SELECT token, officer, name, used_at, bootid, uptime_s FROM session JOIN officer ON officer.id = session.officer"
    return [(row[0], KeptSession(*row[1:])) for row in db.execute(sql)]


def end_session(tx: Reads, token: str) -> None:
    """End a session."""
    tx.execute("DELETE FROM session WHERE token = ?", (token,))
