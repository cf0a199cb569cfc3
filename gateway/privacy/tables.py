"""Sealed records, their wrapped keys and the audit log in the database. Functions take the open transaction; none commits."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
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

PAPER_SCHEMA = """
CREATE TABLE recovery_key (
    id INTEGER PRIMARY KEY CHECK (id = 1), public TEXT NOT NULL, kept_at TEXT NOT NULL, kept_by TEXT NOT NULL
);
CREATE INDEX sealed_key_by_whose ON sealed_key (whose, key);
"""
"""The public half of the key on paper: base64."""


class Wanted(NamedTuple):
    """Which entries of the audit log; what is empty is not asked for."""

    who: str = ""
    act: str = ""
    kind: str = ""
    record: str = ""
    since: str = ""
    """ISO 8601."""
    until: str = ""
    before: int = 0
    """Only entries with a lower number."""
    or_by: tuple[str, ...] = ()
    """Besides ``who``: the numbers of officers of that name."""


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


def add_paper(db: Database) -> None:
    """Make room for the public half of the recovery key."""
    run_script(db, PAPER_SCHEMA)


def keep_paper(tx: Reads, public: str, at: str, by: str) -> None:
    """Keep the public half of the recovery key, in place of a former one."""
    tx.execute(
        "INSERT INTO recovery_key VALUES (1, ?1, ?2, ?3) ON CONFLICT DO UPDATE SET public = ?1, kept_at = ?2, kept_by = ?3",
        (public, at, by),
    )


def paper(db: Reads) -> tuple[str, str, str] | None:
    """Return the public half, when it was kept and by whom; None when nobody has printed one."""
    row = db.execute("SELECT public, kept_at, kept_by FROM recovery_key").fetchone()
    return (str(row[0]), str(row[1]), str(row[2])) if row else None


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


def was_sent(db: Reads, sealed: int) -> bool:
    """Return whether a version is, or was, in the outbox."""
    return bool(db.execute("SELECT sent FROM sealed_record WHERE id = ?", (sealed,)).fetchone()[0])


def choose_lane(tx: Reads, sealed: int, lane: str) -> None:
    """Let a version that has not gone up go in ``lane``."""
    tx.execute("UPDATE sealed_record SET lane = ? WHERE id = ? AND sent = 0", (lane, sealed))


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


def drop_keys(tx: Reads, kind: str, record: str, *readers: str) -> int:
    """Delete the data keys of all versions of a record, as wrapped for ``readers``; return how many.

    A ciphertext that nobody opens any more becomes empty; its row stays and tells that there was one.
    """
    marks = ",".join("?" * len(readers))
    sql = f"DELETE FROM sealed_key WHERE whose IN ({marks}) AND sealed IN (SELECT id FROM sealed_record WHERE kind = ? AND record = ?)"  # noqa: S608 - question marks
    dropped = tx.execute(sql, (*readers, kind, record)).rowcount
    sql = "UPDATE sealed_record SET ciphertext = x'' WHERE kind = ? AND record = ? AND NOT EXISTS (SELECT 1 FROM sealed_key WHERE sealed = sealed_record.id)"
    tx.execute(sql, (kind, record))
    return int(dropped)


def is_open(db: Reads, kind: str, record: str) -> bool:
    """Return whether a record is here and was not erased."""
    sql = "SELECT 1 FROM sealed_record r JOIN sealed_key k ON k.sealed = r.id AND k.whose = 'hall' WHERE r.kind = ? AND r.record = ? LIMIT 1"
    return db.execute(sql, (kind, record)).fetchone() is not None


def generations(db: Reads) -> set[str]:
    """Return the generations of the hall's key under which something is wrapped."""
    return {str(row[0]) for row in db.execute("SELECT DISTINCT key FROM sealed_key WHERE whose = 'hall'")}


def holds_any(db: Reads, but: str) -> bool:
    """Return whether any record is open that is not of the kind ``but``."""
    sql = "SELECT 1 FROM sealed_record r JOIN sealed_key k ON k.sealed = r.id AND k.whose = 'hall' WHERE r.kind <> ? LIMIT 1"
    return db.execute(sql, (but,)).fetchone() is not None


def counts(db: Reads) -> dict[str, tuple[int, int]]:
    """Return, by kind, how many records the hall keeps open, and how many are erased."""
    sql = (
        "SELECT kind, count(DISTINCT CASE WHEN k.sealed IS NULL THEN NULL ELSE record END), count(DISTINCT record)"
        " FROM sealed_record r LEFT JOIN sealed_key k ON k.sealed = r.id AND k.whose = 'hall' GROUP BY kind"
    )
    return {str(kind): (int(still), int(ever) - int(still)) for kind, still, ever in db.execute(sql)}


def not_under(db: Reads, whose: str, key: str, generations: Sequence[str], not_of: Collection[str], limit: int) -> list[Kept]:
    """Return versions that the hall opens by one of ``generations`` and that are not wrapped under ``key`` for ``whose``.

    Those of the kinds ``not_of`` are left out, and the ciphertexts.
    """
    marks, kinds = ",".join("?" * len(generations)), ",".join("?" * len(not_of))
    rows = db.execute(
        "SELECT r.id, r.kind, r.record, r.version, x'' FROM sealed_record r"  # noqa: S608 - question marks
        f" JOIN sealed_key h ON h.sealed = r.id AND h.whose = 'hall' AND h.key IN ({marks})"
        f" LEFT JOIN sealed_key k ON k.sealed = r.id AND k.whose = ? AND k.key = ? WHERE k.sealed IS NULL AND r.kind NOT IN ({kinds})"
        " ORDER BY r.id LIMIT ?",
        (*generations, whose, key, *not_of, limit),
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


def log(db: Reads) -> Iterator[tuple[Entry, str]]:
    """Yield the whole audit log with the head kept beside each entry."""
    for row in db.execute("SELECT seq, at, who, act, kind, record, version, why, head FROM audit ORDER BY seq"):
        yield Entry(*row[:-1]), row[-1]


def entries(db: Reads, wanted: Wanted, limit: int) -> list[Entry]:
    """Return the newest entries that are wanted."""
    sql = "SELECT seq, at, who, act, kind, record, version, why FROM audit WHERE seq < ?"
    values: list[object] = [wanted.before or 2**62]
    if wanted.who:
        sql += f" AND who IN ({', '.join('?' * (1 + len(wanted.or_by)))})"
        values += [wanted.who, *wanted.or_by]
    for column, value in (("act", wanted.act), ("kind", wanted.kind), ("record", wanted.record)):
        if value:
            sql += f" AND {column} = ?"
            values.append(value)
    for sign, value in ((">=", wanted.since), ("<", wanted.until)):
        if value:
            sql += f" AND at {sign} ?"
            values.append(value)
    return [Entry(*row) for row in db.execute(sql + " ORDER BY seq DESC LIMIT ?", (*values, limit))]


def last_of(db: Reads, act: str) -> str:
    """Return when something was last done, or empty."""
    row = db.execute("SELECT at FROM audit WHERE act = ? ORDER BY seq DESC LIMIT 1", (act,)).fetchone()
    return str(row[0]) if row else ""


def last_seq(db: Reads, act: str) -> int:
    """Return the number of the newest entry of an act; 0 for none."""
    row = db.execute("SELECT max(seq) FROM audit WHERE act = ?", (act,)).fetchone()
    return int(row[0] or 0)


def newest(db: Reads) -> tuple[int, str]:
    """Return number and head of the newest entry."""
    row = db.execute("SELECT seq, head FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    return (int(row[0]), str(row[1])) if row else (0, BEGINNING)


def write(tx: Reads, entry: Entry, head: str) -> None:
    """Add an entry."""
    values = (entry.seq, entry.at, entry.who, entry.act, entry.kind, entry.record, entry.version, entry.why, head)
    tx.execute("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
