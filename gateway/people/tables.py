"""Officers, sessions and wrong PINs in the database. Functions take the open transaction; none commits.

Promises: no PIN and no session token can be read from the card, only be compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from gateway.people.model import Role
from gateway.store.outbox import Reads
from gateway.store.script import run_script

FAILURES_KEPT = 1000
"""Wrong PINs of so many names and devices are remembered: a flood of made-up ones fills no card."""

SCHEMA = """
CREATE TABLE officer (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, folded TEXT UNIQUE, pin TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('clerk', 'head', 'technician')), added_at TEXT NOT NULL, ended_at TEXT
);
CREATE TABLE session (
    token TEXT PRIMARY KEY, officer INTEGER NOT NULL REFERENCES officer(id), age_s REAL NOT NULL,
    used_at TEXT NOT NULL, bootid TEXT NOT NULL, uptime_s REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE wrong_pin (
    id INTEGER PRIMARY KEY, subject TEXT NOT NULL UNIQUE, failures INTEGER NOT NULL, bootid TEXT NOT NULL, uptime_s REAL NOT NULL
);
CREATE TABLE set_up_visit (path TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID;
"""
"""An officer whose access has ended keeps the row, since records name it, but no ``folded`` name: the name is free again."""


def create(db: Database) -> None:
    """Make the tables of this foundation, inside the migration's transaction."""
    run_script(db, SCHEMA)


@dataclass(frozen=True, slots=True)
class Officer:
    """An officer who has access; ``pin`` is an Argon2id hash."""

    id: int
    name: str
    role: Role
    pin: str


@dataclass(frozen=True, slots=True)
class KeptSession:
    """A session: how old it was at its last use, and when that was by the wall clock and by the uptime of a boot."""

    officer: int
    name: str
    role: Role
    age_s: float
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
    row = db.execute("SELECT id, name, role, pin FROM officer WHERE folded = ?", (name.casefold(),)).fetchone()
    return _officer(row) if row else None


def officer_by_id(db: Reads, id: int) -> Officer | None:
    """Return the officer with this number, if the access has not ended."""
    row = db.execute("SELECT id, name, role, pin FROM officer WHERE id = ? AND ended_at IS NULL", (id,)).fetchone()
    return _officer(row) if row else None


def officers(db: Reads) -> list[Officer]:
    """Return all who have access, in alphabetical order."""
    return [_officer(row) for row in db.execute("SELECT id, name, role, pin FROM officer WHERE ended_at IS NULL ORDER BY folded")]


def names(db: Reads) -> dict[str, str]:
    """Return the names of all who have or had access, by their numbers as text."""
    return {str(id_): str(name) for id_, name in db.execute("SELECT id, name FROM officer")}


def add_officer(tx: Reads, name: str, pin: str, role: Role, at: str) -> int:
    """Write a new officer and return the number; ``pin`` is an Argon2id hash."""
    sql = "INSERT INTO officer (name, folded, pin, role, added_at) VALUES (?, ?, ?, ?, ?) RETURNING id"
    return int(tx.execute(sql, (name, name.casefold(), pin, role, at)).fetchall()[0][0])


def write_pin(tx: Reads, id: int, pin: str) -> None:
    """Give an officer another PIN, as its hash."""
    tx.execute("UPDATE officer SET pin = ? WHERE id = ?", (pin, id))


def write_role(tx: Reads, id: int, role: Role) -> None:
    """Give an officer another role."""
    tx.execute("UPDATE officer SET role = ? WHERE id = ?", (role, id))


def end_officer(tx: Reads, id: int, at: str) -> None:
    """End an officer's access; the PIN is forgotten and the name is free."""
    tx.execute("UPDATE officer SET ended_at = ?, folded = NULL, pin = '' WHERE id = ?", (at, id))


def heads(db: Reads) -> int:
    """Return how many heads have access."""
    return int(db.execute("SELECT count(*) FROM officer WHERE role = 'head' AND ended_at IS NULL").fetchone()[0])


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


def add_session(tx: Reads, token: str, officer: int, used_at: str, bootid: str, uptime_s: float) -> None:
    """Write a new session; ``token`` is a hash."""
    tx.execute("INSERT INTO session VALUES (?, ?, 0, ?, ?, ?)", (token, officer, used_at, bootid, uptime_s))


SESSION = "SELECT token, officer, name, role, age_s, used_at, bootid, uptime_s FROM session JOIN officer ON officer.id = session.officer"


def find_session(db: Reads, token: str) -> KeptSession | None:
    """Return the session with this hash."""
    row = db.execute(f"{SESSION} WHERE token = ?", (token,)).fetchone()
    return _session(row)[1] if row else None


def sessions(db: Reads) -> list[tuple[str, KeptSession]]:
    """Return every session with its hash."""
    return [_session(row) for row in db.execute(SESSION)]


def session_used(tx: Reads, token: str, age_s: float, used_at: str, bootid: str, uptime_s: float) -> bool:
    """Record that a session is in use; return False when it has ended meanwhile."""
    sql = "UPDATE session SET age_s = ?, used_at = ?, bootid = ?, uptime_s = ? WHERE token = ? RETURNING token"
    return bool(tx.execute(sql, (age_s, used_at, bootid, uptime_s, token)).fetchall())


def end_session(tx: Reads, token: str) -> None:
    """End a session."""
    tx.execute("DELETE FROM session WHERE token = ?", (token,))


def end_sessions_of(tx: Reads, officer: int) -> list[str]:
    """End every session of an officer; return their hashes."""
    return [row[0] for row in tx.execute("DELETE FROM session WHERE officer = ? RETURNING token", (officer,)).fetchall()]


def secret(db: Reads) -> str | None:
    """Return the hall's secret, from which tokens are derived; None until one was made."""
    row = db.execute("SELECT value FROM meta WHERE key = 'secret'").fetchone()
    return str(row[0]) if row else None


def write_secret(tx: Reads, secret: str) -> None:
    """Keep the hall's secret."""
    tx.execute("INSERT INTO meta (key, value) VALUES ('secret', ?)", (secret,))


def visited(db: Reads) -> set[str]:
    """Return the pages of setting up that were opened."""
    return {row[0] for row in db.execute("SELECT path FROM set_up_visit")}


def visit(tx: Reads, path: str, at: str) -> None:
    """Record that a page of setting up was opened."""
    tx.execute("INSERT INTO set_up_visit VALUES (?, ?) ON CONFLICT DO NOTHING", (path, at))


def _officer(row: Sequence[Any]) -> Officer:
    return Officer(row[0], row[1], Role(row[2]), row[3])


def _session(row: Sequence[Any]) -> tuple[str, KeptSession]:
    return row[0], KeptSession(row[1], row[2], Role(row[3]), *row[4:])
