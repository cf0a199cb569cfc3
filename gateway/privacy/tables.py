"""Sealed records, their wrapped keys and the audit log in the database. Functions take the open transaction; none commits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlite_utils import Database

from gateway.privacy.audit import BEGINNING, Entry
from gateway.store.outbox import Reads
from gateway.store.script import run_script

HALL, CENTRE, RECOVERY = "hall", "centre", "recovery"
"""For whom a data key is wrapped."""

SCHEMA = """
CREATE TABLE sealed_record (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, record TEXT NOT NULL, version INTEGER NOT NULL, ciphertext BLOB NOT NULL, sealed_at TEXT NOT NULL,
    UNIQUE (kind, record, version)
);
CREATE TABLE sealed_key (
    sealed INTEGER NOT NULL REFERENCES sealed_record (id), whose TEXT NOT NULL CHECK (whose IN ('hall', 'centre', 'recovery')),
    key TEXT NOT NULL, wrapped BLOB NOT NULL, PRIMARY KEY (sealed, whose)
) WITHOUT ROWID;
CREATE TABLE audit (
    seq INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, act TEXT NOT NULL, kind TEXT NOT NULL, record TEXT NOT NULL,
    version INTEGER NOT NULL, why TEXT NOT NULL, head TEXT NOT NULL
);
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
CREATE TRIGGER audit_is_not_cut BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
"""
"""``key`` names the generation of the hall's key, or the public key of the other readers."""

TRAVELS = """
ALTER TABLE sealed_record ADD COLUMN lane TEXT NOT NULL DEFAULT '';
ALTER TABLE sealed_record ADD COLUMN sent INTEGER NOT NULL DEFAULT 0;
"""
"""``lane`` is empty for what never leaves the hall."""


class Kept(NamedTuple):
    """One version of a record."""

    id: int
    kind: str
    record: str
    version: int
    ciphertext: bytes


def create(db: Database) -> None:
    """Make the tables of this foundation, inside the migration's transaction."""
    run_script(db, SCHEMA)


def add_travels(db: Database) -> None:
    """Make room for the lane in which a version goes up, inside the migration's transaction."""
    run_script(db, TRAVELS)


def add(tx: Reads, kind: str, record: str, version: int, ciphertext: bytes, at: str, lane: str = "") -> int:
    """Keep one version; return its id."""
    sql = "INSERT INTO sealed_record (kind, record, version, ciphertext, sealed_at, lane) VALUES (?, ?, ?, ?, ?, ?) RETURNING id"
    return int(tx.execute(sql, (kind, record, version, ciphertext, at, lane)).fetchone()[0])


def to_send(db: Reads, sealed: int) -> tuple[str, Kept, tuple[str, bytes] | None]:
    """Return the lane of a version, empty when it stays here or is sent, the version, and its key as wrapped for the centre."""
    sql = "SELECT CASE sent WHEN 0 THEN lane ELSE '' END, id, kind, record, version, ciphertext FROM sealed_record WHERE id = ?"
    lane, *kept = db.execute(sql, (sealed,)).fetchone()
    return str(lane), Kept(*kept), wrapped_for(db, sealed, CENTRE)


def mark_sent(tx: Reads, sealed: int) -> None:
    """Note that a version is in the outbox."""
    tx.execute("UPDATE sealed_record SET sent = 1 WHERE id = ?", (sealed,))


def last_version(db: Reads, kind: str, record: str) -> int:
    """Return the number of a record's newest version; 0 for none."""
    sql = "SELECT max(version) FROM sealed_record WHERE kind = ? AND record = ?"
    return int(db.execute(sql, (kind, record)).fetchone()[0] or 0)


def find(db: Reads, kind: str, record: str, version: int) -> Kept | None:
    """Return one version of a record."""
    sql = "SELECT id, kind, record, version, ciphertext FROM sealed_record WHERE kind = ? AND record = ? AND version = ?"
    row = db.execute(sql, (kind, record, version)).fetchone()
    return Kept(*row) if row else None


def wrapped_for(db: Reads, sealed: int, whose: str) -> tuple[str, bytes] | None:
    """Return the name of the key and the data key wrapped for it."""
    row = db.execute("SELECT key, wrapped FROM sealed_key WHERE sealed = ? AND whose = ?", (sealed, whose)).fetchone()
    return (str(row[0]), bytes(row[1])) if row else None


def keep_key(tx: Reads, sealed: int, whose: str, key: str, wrapped: bytes) -> None:
    """Keep a wrapped data key, in place of a former one for the same reader."""
    tx.execute(
        "INSERT INTO sealed_key VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET key = ?3, wrapped = ?4",
        (sealed, whose, key, wrapped),
    )


def drop_keys(tx: Reads, kind: str, record: str, whose: str) -> int:
    """Delete the data keys of all versions of a record, as wrapped for one reader; return how many."""
    sql = "DELETE FROM sealed_key WHERE whose = ? AND sealed IN (SELECT id FROM sealed_record WHERE kind = ? AND record = ?)"
    return int(tx.execute(sql, (whose, kind, record)).rowcount)


def not_under(db: Reads, whose: str, key: str, generations: Sequence[str], limit: int) -> list[Kept]:
    """Return versions that the hall opens by one of ``generations`` and that are not wrapped under ``key`` for ``whose``.

    Their ciphertexts are left out.
    """
    marks = ",".join("?" * len(generations))
    rows = db.execute(
        "SELECT r.id, r.kind, r.record, r.version, x'' FROM sealed_record r"  # noqa: S608 - question marks
        f" JOIN sealed_key h ON h.sealed = r.id AND h.whose = 'hall' AND h.key IN ({marks})"
        " LEFT JOIN sealed_key k ON k.sealed = r.id AND k.whose = ? AND k.key = ? WHERE k.sealed IS NULL ORDER BY r.id LIMIT ?",
        (*generations, whose, key, limit),
    )
    return [Kept(*row) for row in rows]


def locked(db: Reads, generations: Sequence[str], limit: int) -> list[Kept]:
    """Return versions that are not erased and that none of ``generations`` opens, without their ciphertexts."""
    marks = ",".join("?" * len(generations))
    rows = db.execute(
        "SELECT r.id, r.kind, r.record, r.version, x'' FROM sealed_record r JOIN sealed_key h ON h.sealed = r.id"  # noqa: S608 - question marks
        f" WHERE h.whose = 'hall' AND h.key NOT IN ({marks}) ORDER BY r.id LIMIT ?",
        (*generations, limit),
    )
    return [Kept(*row) for row in rows]


def log(db: Reads) -> list[tuple[Entry, str]]:
    """Return the whole audit log with the head kept beside each entry."""
    rows = db.execute("SELECT seq, at, who, act, kind, record, version, why, head FROM audit ORDER BY seq")
    return [(Entry(*row[:-1]), row[-1]) for row in rows]


def newest(db: Reads) -> tuple[int, str]:
    """Return number and head of the newest entry."""
    row = db.execute("SELECT seq, head FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    return (int(row[0]), str(row[1])) if row else (0, BEGINNING)


def write(tx: Reads, entry: Entry, head: str) -> None:
    """Add an entry."""
    values = (entry.seq, entry.at, entry.who, entry.act, entry.kind, entry.record, entry.version, entry.why, head)
    tx.execute("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
