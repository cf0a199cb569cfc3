"""The store's own tables: what is known about the file, epochs, outbox, inbox and kept answers.

An outbox row is found by its ``position``: epoch number, lane and sequence in one integer. So the
rows of a lane lie side by side in the one B-tree, claiming is a walk along it, and appending touches
no second index.
"""

from __future__ import annotations

from sqlite_utils import Database

LANES = ("urgent", "record", "parcel", "bulk")
"""The lanes in the order of their haste; a lane's index is part of a row's position."""

EPOCH_STEP = 1 << 44
"""Positions between one epoch and the next."""
LANE_STEP = 1 << 40
"""Positions between one lane and the next: more events than a hall makes in a thousand years."""


def create(db: Database) -> None:
    """Make the tables of a new hall."""
    for statement in STATEMENTS:
        db.execute(statement)


def add_commands(db: Database) -> None:
    """Make room for what the centre asks: where it was answered, what is done later, what is tried, its keys."""
    for statement in COMMANDS:
        db.execute(statement)


COMMANDS = (
    "ALTER TABLE inbox ADD COLUMN answer TEXT NOT NULL DEFAULT ''",
    """CREATE TABLE job (
        command TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        data TEXT NOT NULL,
        made_at TEXT NOT NULL,
        done INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID""",
    "CREATE INDEX job_open ON job (kind, made_at) WHERE done = 0",
    """CREATE TABLE trial (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        command TEXT NOT NULL,
        put TEXT NOT NULL,
        former TEXT NOT NULL,
        epoch TEXT NOT NULL,
        lane TEXT NOT NULL,
        seq INTEGER NOT NULL,
        bootid TEXT NOT NULL,
        due_s REAL NOT NULL,
        boots INTEGER NOT NULL)""",
    "CREATE TABLE centre_key (use TEXT PRIMARY KEY, key TEXT NOT NULL, pinned TEXT NOT NULL, put_at TEXT NOT NULL) WITHOUT ROWID",
)
"""``answer`` is the id of the event that answered a command last."""

STATEMENTS = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE epoch (
        number INTEGER PRIMARY KEY,
        epoch TEXT NOT NULL UNIQUE,
        state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
        reason TEXT NOT NULL,
        opened_at TEXT NOT NULL)""",
    "CREATE UNIQUE INDEX epoch_one_open ON epoch (state) WHERE state = 'open'",
    """CREATE TABLE lane (
        base INTEGER PRIMARY KEY,
        number INTEGER NOT NULL REFERENCES epoch (number),
        lane TEXT NOT NULL,
        last INTEGER NOT NULL DEFAULT 0,
        confirmed INTEGER NOT NULL DEFAULT 0 CHECK (confirmed <= last),
        oldest INTEGER NOT NULL DEFAULT 1,
        UNIQUE (number, lane))""",
    """CREATE TABLE outbox (
        position INTEGER PRIMARY KEY,
        type TEXT NOT NULL,
        subject TEXT NOT NULL,
        time TEXT NOT NULL,
        clock TEXT NOT NULL,
        bootid TEXT NOT NULL,
        uptime TEXT NOT NULL,
        data TEXT NOT NULL,
        code TEXT,
        reason TEXT)""",
    "CREATE INDEX outbox_troubles ON outbox (position) WHERE code IS NOT NULL",
    """CREATE VIEW events AS
        SELECT epoch.epoch, epoch.state, lane.lane, outbox.position - lane.base AS seq, outbox.type, outbox.subject, outbox.time,
            outbox.clock, outbox.bootid, outbox.uptime, outbox.data, outbox.code, outbox.reason,
            outbox.position - lane.base <= lane.confirmed AS confirmed
        FROM lane JOIN epoch ON epoch.number = lane.number
        JOIN outbox ON outbox.position > lane.base AND outbox.position <= lane.base + lane.last""",
    """CREATE TABLE inbox (
        id TEXT PRIMARY KEY,
        type TEXT NOT NULL,
        subject TEXT NOT NULL,
        rev INTEGER NOT NULL,
        notafter TEXT NOT NULL,
        received_at TEXT NOT NULL,
        data TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'applied', 'rejected', 'superseded')),
        tries INTEGER NOT NULL DEFAULT 0,
        code TEXT NOT NULL DEFAULT '',
        reason TEXT NOT NULL DEFAULT '') WITHOUT ROWID""",
    "CREATE INDEX inbox_waiting ON inbox (received_at, id) WHERE state = 'waiting'",
    """CREATE TABLE inbox_subject (
        subject TEXT PRIMARY KEY,
        rev INTEGER NOT NULL,
        withdrawn INTEGER NOT NULL) WITHOUT ROWID""",
    "CREATE TABLE answers (key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, answer TEXT NOT NULL, at TEXT NOT NULL) WITHOUT ROWID",
    "CREATE INDEX answers_at ON answers (at)",
)
"""In order; a later change is a new migration in schema.py, never an edit here."""


def create_parcels(db: Database) -> None:
    """Make the table of what is sent in pieces: the bytes lie in a blob, the outbox only names them."""
    db.execute(
        """CREATE TABLE parcel (
            blob TEXT NOT NULL,
            epoch TEXT NOT NULL,
            kind TEXT NOT NULL,
            last INTEGER NOT NULL,
            PRIMARY KEY (blob, epoch)) WITHOUT ROWID"""
    )


def add_heads(db: Database) -> None:
    """Let each lane know which history it is, and each event the id under which it was first issued."""
    for statement in HEADS:
        db.execute(statement)


HEADS = (
    "ALTER TABLE lane ADD COLUMN head TEXT DEFAULT ''",  # at confirmed; null when it was never reckoned
    "ALTER TABLE lane ADD COLUMN base_head TEXT DEFAULT ''",  # at oldest - 1
    "UPDATE lane SET head = NULL WHERE confirmed > 0",
    "UPDATE lane SET base_head = NULL WHERE oldest > 1",
    "ALTER TABLE outbox ADD COLUMN was TEXT NOT NULL DEFAULT ''",
)
