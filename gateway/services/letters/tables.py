"""Letters, the books of their numbers, templates and keys in the database. Functions take the open transaction; none commits.

Promises: nothing personal stands here: what a letter says is in the vault; a number that was given out stays in its book for ever.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlite_utils import Database

from gateway.store.outbox import Reads
from gateway.store.script import run_script

UNSIGNED, SIGNED, COLLECTED, VOID, REPLACED, OUTSIDE = "unsigned", "signed", "collected", "void", "replaced", "outside"
"""How a number stands: its letter waits for the signature, is ready, was handed over; it counts no more; it was used on paper."""
STANDS = (UNSIGNED, SIGNED, COLLECTED)
"""A letter that counts, or will."""

SCHEMA = """
CREATE TABLE letter_book (
    book TEXT NOT NULL, year INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, epoch TEXT NOT NULL, PRIMARY KEY (book, year)
) WITHOUT ROWID;
CREATE TABLE letter (
    id INTEGER PRIMARY KEY, epoch TEXT NOT NULL, book TEXT NOT NULL, year INTEGER NOT NULL, running INTEGER NOT NULL, number TEXT NOT NULL UNIQUE,
    dated TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('unsigned', 'signed', 'collected', 'void', 'replaced', 'outside')),
    service TEXT NOT NULL, version INTEGER NOT NULL, kind TEXT NOT NULL, request INTEGER, replaces INTEGER UNIQUE REFERENCES letter (id),
    reason TEXT NOT NULL DEFAULT '', issued_at TEXT NOT NULL, issued_by TEXT NOT NULL, template INTEGER NOT NULL, made_by TEXT NOT NULL DEFAULT '',
    printed INTEGER NOT NULL DEFAULT 0, UNIQUE (book, year, running)
);
CREATE INDEX letter_by_state ON letter (state, id);
CREATE INDEX letter_by_request ON letter (request) WHERE request IS NOT NULL;
CREATE TABLE letter_template (name TEXT NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL, made_at TEXT NOT NULL, PRIMARY KEY (name, version)) WITHOUT ROWID;
CREATE TABLE letter_key (key TEXT PRIMARY KEY, public BLOB NOT NULL, village TEXT NOT NULL, since TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE letter_logo (one INTEGER PRIMARY KEY CHECK (one = 1), jpeg BLOB NOT NULL);
"""


KEPT = """
ALTER TABLE letter ADD COLUMN keep_until TEXT NOT NULL DEFAULT '';
ALTER TABLE letter ADD COLUMN forgotten INTEGER NOT NULL DEFAULT 0;
CREATE INDEX letter_to_forget ON letter (keep_until) WHERE forgotten = 0 AND keep_until != '';
"""


class Book(NamedTuple):
    """One book in one year."""

    book: str
    """Its code; empty for the main one."""
    year: int
    first: int
    """Its first number that stands in this database."""
    last: int
    epoch: str
    """The hall's history in which its last number was found right."""


class Letter(NamedTuple):
    """One number of a book, and the letter that has it."""

    id: int
    epoch: str
    """Of its birth."""
    book: str
    year: int
    running: int
    number: str
    on: date
    state: str
    service: str = ""
    """Empty for a number that was used on paper, and so is what follows."""
    version: int = 0
    kind: str = ""
    """In words."""
    request: int | None = None
    replaces: int | None = None
    """The id of the letter whose place it takes."""
    reason: str = ""
    """Why it counts no more."""
    issued_at: str = ""
    issued_by: str = ""
    template: int = 0
    """The version of the village's template when it was issued; 0 for none."""
    made_by: str = ""
    """By which template its document was made: ``desa 3``, ``bawaan``, ``umum``; empty while there is none."""
    printed: bool = False
    """Whether its document was opened."""
    keep_until: str = ""
    """The day after which nobody needs what it says, ISO 8601."""
    forgotten: bool = False

    @property
    def record(self) -> str:
        """How the vault knows it."""
        return f"{self.epoch}-{self.id}"

    @property
    def counts(self) -> bool:
        """Whether it is good, or will be once it is signed."""
        return self.state in STANDS


_COLUMNS = (
    "id, epoch, book, year, running, number, dated, state, service, version, kind, request, replaces, reason, issued_at, issued_by, template,"
    " made_by, printed, keep_until, forgotten"
)


def create(db: Database) -> None:
    """Make the tables of this feature, inside the migration's transaction."""
    run_script(db, SCHEMA)


def add_kept(db: Database) -> None:
    """Let each letter say until when what it says is kept."""
    run_script(db, KEPT)


def books(db: Reads, year: int) -> list[Book]:
    """Return the books of a year, the main one first."""
    rows = db.execute("SELECT book, year, first, last, epoch FROM letter_book WHERE year = ? ORDER BY book", (year,))
    return [Book(*row) for row in rows]


def newest_book(db: Reads, book: str, through: int) -> Book | None:
    """Return a book of the newest year up to ``through`` in which it has numbers."""
    sql = "SELECT book, year, first, last, epoch FROM letter_book WHERE book = ? AND year <= ? ORDER BY year DESC LIMIT 1"
    row = db.execute(sql, (book, through)).fetchone()
    return Book(*row) if row else None


def write_book(tx: Reads, book: Book) -> None:
    """Let a book stand so."""
    tx.execute(
        "INSERT INTO letter_book VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET first = ?3, last = ?4, epoch = ?5", book
    )


def newest_date(db: Reads, book: str) -> date | None:
    """Return the date of the newest letter of a book that counts."""
    sql = "SELECT max(dated) FROM letter WHERE book = ? AND state IN ('unsigned', 'signed', 'collected')"
    row = db.execute(sql, (book,)).fetchone()
    return date.fromisoformat(row[0]) if row[0] else None


def has_number(db: Reads, number: str) -> bool:
    """Return whether a number stands in any book."""
    return db.execute("SELECT 1 FROM letter WHERE number = ?", (number,)).fetchone() is not None


def add(tx: Reads, letter: Letter) -> Letter:
    """Enter a letter or a number in its book; its ``id`` is given here."""
    row = (None, *letter[1:6], letter.on.isoformat(), *letter[7:])
    marks = ", ".join("?" * len(row))
    [(id_,)] = tx.execute(f"INSERT INTO letter ({_COLUMNS}) VALUES ({marks}) RETURNING id", row).fetchall()  # noqa: S608 - question marks
    return letter._replace(id=int(id_))


def find(db: Reads, id_: int) -> Letter | None:
    """Return a letter."""
    return _one(db, "id = ?", id_)


def find_number(db: Reads, number: str) -> Letter | None:
    """Return the letter that has a number."""
    return _one(db, "number = ?", number)


def of_request(db: Reads, request: int) -> list[Letter]:
    """Return the letters of a request, the newest first."""
    return _all(db, "request = ? ORDER BY id DESC", request)


def follower(db: Reads, id_: int) -> Letter | None:
    """Return the letter that took a letter's place."""
    return _one(db, "replaces = ?", id_)


def to_forget(db: Reads, before: str, limit: int) -> list[Letter]:
    """Return letters whose time of keeping was over before a day, the longest over first."""
    return _all(db, "forgotten = 0 AND keep_until != '' AND keep_until < ? ORDER BY keep_until, id LIMIT ?", before, limit)


def listed(db: Reads, states: Sequence[str], wanted: Mapping[str, str], before: int, limit: int) -> list[Letter]:
    """Return letters, the newest first, from below the id ``before``; ``wanted`` filters by ``number``, ``service``, ``since``, ``until``."""
    marks = ",".join("?" * len(states))
    sql, values = f"state IN ({marks}) AND id < ?", [*states, before]
    clauses = {
        "number": "number LIKE '%' || ? || '%'",
        "service": "service = ?",
        "since": "dated >= ?",
        "until": "dated <= ?",
    }
    for name, clause in clauses.items():
        if wanted.get(name):
            sql, values = f"{sql} AND {clause}", [*values, wanted[name]]
    return _all(db, f"{sql} ORDER BY id DESC LIMIT ?", *values, limit)


def counted(db: Reads) -> dict[str, int]:
    """Return how many letters stand in each state."""
    return {str(state): int(number) for state, number in db.execute("SELECT state, count(*) FROM letter GROUP BY state")}


def write(tx: Reads, id_: int, **changes: object) -> None:
    """Change what becomes of a letter: ``state``, ``reason``, ``made_by``, ``printed``; never its number."""
    names = ", ".join(f"{name} = ?" for name in changes)
    tx.execute(f"UPDATE letter SET {names} WHERE id = ?", (*changes.values(), id_))  # noqa: S608 - names of columns, from our own code


def templates(db: Reads, name: str, through: int, limit: int) -> list[tuple[int, str]]:
    """Return the village's versions of a template up to ``through``, the newest first; an empty one says: the shipped one."""
    sql = "SELECT version, body FROM letter_template WHERE name = ? AND version <= ? ORDER BY version DESC LIMIT ?"
    return [(int(version), str(body)) for version, body in db.execute(sql, (name, through, limit))]


def newest_template(db: Reads, name: str) -> tuple[int, str]:
    """Return number and text of the village's newest version of a template; 0 and nothing where it has none."""
    row = db.execute("SELECT version, body FROM letter_template WHERE name = ? ORDER BY version DESC LIMIT 1", (name,)).fetchone()
    return (int(row[0]), str(row[1])) if row else (0, "")


def written_templates(db: Reads) -> set[str]:
    """Return the names of the templates that are the village's now."""
    sql = (
        "SELECT name, body FROM letter_template t WHERE version = (SELECT max(version) FROM letter_template WHERE name = t.name)"
    )
    return {str(name) for name, body in db.execute(sql) if body}


def add_template(tx: Reads, name: str, body: str, at: str) -> None:
    """Keep another version of a template."""
    version, _ = newest_template(tx, name)
    tx.execute("INSERT INTO letter_template VALUES (?, ?, ?, ?)", (name, version + 1, body, at))


def keys(db: Reads) -> dict[str, bytes]:
    """Return the public keys with which this hall has signed, by name."""
    return {str(key): bytes(public) for key, public in db.execute("SELECT key, public FROM letter_key ORDER BY since")}


def tell_key(tx: Reads, key: str, public: bytes, village: str, at: str) -> bool:
    """Keep a public key and what the hall calls itself; return whether that is new."""
    row = tx.execute("SELECT village FROM letter_key WHERE key = ?", (key,)).fetchone()
    if row is not None and row[0] == village:
        return False
    tx.execute(
        "INSERT INTO letter_key VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET village = ?3", (key, public, village, at)
    )
    return True


def logo(db: Reads) -> bytes | None:
    """Return the picture at the head of letters."""
    row = db.execute("SELECT jpeg FROM letter_logo").fetchone()
    return bytes(row[0]) if row else None


def write_logo(tx: Reads, jpeg: bytes | None) -> None:
    """Put another picture at the head of letters, or none."""
    tx.execute("DELETE FROM letter_logo")
    if jpeg is not None:
        tx.execute("INSERT INTO letter_logo VALUES (1, ?)", (jpeg,))


def _one(db: Reads, where: str, *values: object) -> Letter | None:
    return next(iter(_all(db, where, *values)), None)


def _all(db: Reads, where: str, *values: object) -> list[Letter]:
    rows = db.execute(f"SELECT {_COLUMNS} FROM letter WHERE {where}", values)  # noqa: S608 - clauses from our own code
    return [Letter(*row)._replace(on=date.fromisoformat(row[6]), printed=bool(row[17]), forgotten=bool(row[19])) for row in rows]
