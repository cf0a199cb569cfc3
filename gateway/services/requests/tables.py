"""Requests in the database, and the tables of their drafts. Functions take the open transaction; none commits.

Promises: nothing personal stands here unsealed: of a request the answers and photographs are in the vault, of a draft they are sealed under its link; a
registration number is given once and never again.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlite_utils import Database

from gateway.services.requests.model import CLOSED, State
from gateway.store.outbox import Reads
from gateway.store.script import run_script

SCHEMA = """
CREATE TABLE request_draft (
    id INTEGER PRIMARY KEY, address TEXT NOT NULL UNIQUE, service TEXT NOT NULL, version INTEGER NOT NULL, origin TEXT NOT NULL, ground TEXT NOT NULL,
    paged INTEGER NOT NULL, body BLOB NOT NULL, filed INTEGER NOT NULL DEFAULT 0, begun_at TEXT NOT NULL, changed_at TEXT NOT NULL
);
CREATE TABLE request_draft_photo (
    draft INTEGER NOT NULL REFERENCES request_draft (id) ON DELETE CASCADE, requirement TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (draft, requirement)
);
CREATE TABLE request_numbering (epoch TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE request (
    number INTEGER PRIMARY KEY, epoch TEXT NOT NULL, token TEXT NOT NULL UNIQUE, code TEXT NOT NULL UNIQUE, service TEXT NOT NULL, version INTEGER NOT NULL,
    origin TEXT NOT NULL, ground TEXT NOT NULL, state TEXT NOT NULL, sealed INTEGER NOT NULL, unanswered TEXT NOT NULL, shown TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '', pickup TEXT NOT NULL DEFAULT '', filed_at TEXT NOT NULL, changed_at TEXT NOT NULL, complete_on TEXT NOT NULL DEFAULT '',
    promised_on TEXT NOT NULL DEFAULT '', ready_at TEXT NOT NULL DEFAULT '', closed_at TEXT NOT NULL DEFAULT '', keep_days INTEGER NOT NULL,
    forgotten INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX request_by_state ON request (state, number);
CREATE INDEX request_to_forget ON request (closed_at) WHERE forgotten = 0;
CREATE TABLE request_step (
    request INTEGER NOT NULL REFERENCES request (number), seq INTEGER NOT NULL, act TEXT NOT NULL, state TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (request, seq)
) WITHOUT ROWID;
CREATE TABLE request_slip (
    request INTEGER PRIMARY KEY REFERENCES request (number), wanted_at TEXT NOT NULL, bootid TEXT NOT NULL, uptime_s REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, printed_at TEXT
);
"""

NUMBERS_JUMP = 100
"""In a new history of the hall so many numbers are left out, once: slips with them may be in people's hands."""


class Request(NamedTuple):
    """A request without what is personal."""

    number: int
    epoch: str
    token: str
    code: str
    service: str
    version: int
    origin: str
    ground: str
    state: State
    sealed: int
    """The version of its record in the vault."""
    unanswered: tuple[str, ...]
    """Ids of the needed questions without an answer."""
    shown: Mapping[str, str]
    """How each requirement was shown, by its id."""
    reason: str
    """Of a rejection: one of ``model.REASONS``."""
    pickup: str
    """The token of the ticket with which it is collected; empty for none."""
    filed_at: str
    changed_at: str
    complete_on: str
    """The local date since which nothing is missing; empty while something is, or when no date could be trusted."""
    promised_on: str
    ready_at: str
    closed_at: str
    keep_days: int
    forgotten: bool

    @property
    def record(self) -> str:
        """What it is called in the vault and by the centre."""
        return f"{self.epoch}-{self.number}"


class Step(NamedTuple):
    """One thing that has happened to a request."""

    act: str
    state: State
    by: str
    """``holder``, ``hall``, or an officer's id."""
    at: str


COLUMNS = ", ".join(Request._fields)
JSON = frozenset({"unanswered", "shown"})


def create(db: Database) -> None:
    """Make the tables of this room, inside the migration's transaction."""
    run_script(db, SCHEMA)


def next_number(tx: Reads, epoch: str) -> tuple[int, int]:
    """Return the next registration number, and how many were left out before it: only at the beginning of a new history."""
    row = tx.execute("UPDATE request_numbering SET last = last + 1 WHERE epoch = ? RETURNING last", (epoch,)).fetchall()
    if row:
        return int(row[0][0]), 0
    [(last, histories)] = tx.execute(
        "SELECT coalesce((SELECT max(last) FROM request_numbering), 0), (SELECT count(*) FROM epoch)"
    ).fetchall()
    jump = NUMBERS_JUMP if histories > 1 else 0
    tx.execute("INSERT INTO request_numbering VALUES (?, ?)", (epoch, last + jump + 1))
    return int(last) + jump + 1, jump


def add(tx: Reads, request: Request) -> None:
    """Keep a new request."""
    values = tuple(_kept(name, value) for name, value in zip(Request._fields, request, strict=True))
    tx.execute(f"INSERT INTO request ({COLUMNS}) VALUES ({', '.join('?' * len(values))})", values)  # noqa: S608 - names of this file


def write(tx: Reads, number: int, changes: Mapping[str, object]) -> None:
    """Change columns of a request."""
    assigned = ", ".join(f"{name} = ?" for name in changes)
    values = (*(_kept(name, value) for name, value in changes.items()), number)
    tx.execute(f"UPDATE request SET {assigned} WHERE number = ?", values)  # noqa: S608 - names of columns, from code


def find(db: Reads, number: int) -> Request | None:
    """Return a request by its number."""
    return _one(db, "number = ?", number)


def find_by_token(db: Reads, token: str) -> Request | None:
    """Return a request by the token of its page."""
    return _one(db, "token = ?", token)


def find_by_code(db: Reads, code: str) -> Request | None:
    """Return a request by its tracking code."""
    return _one(db, "code = ?", code)


def is_taken(db: Reads, token: str, code: str) -> bool:
    """Return whether a token or a code is somebody's."""
    return db.execute("SELECT 1 FROM request WHERE token = ? OR code = ?", (token, code)).fetchone() is not None


def listed(db: Reads, states: Collection[State], limit: int, service: str = "") -> list[Request]:
    """Return requests in ``states``, the oldest first; closed ones the newest first."""
    marks = ", ".join("?" * len(states))
    order = "DESC" if set(states) <= CLOSED else "ASC"
    sql = f"SELECT {COLUMNS} FROM request WHERE state IN ({marks}) AND (?{len(states) + 1} = '' OR service = ?{len(states) + 1}) ORDER BY number {order} LIMIT ?{len(states) + 2}"  # noqa: S608 - names and marks of this file
    return _read(db.execute(sql, (*states, service, limit)))


def filed_on(db: Reads, on: str, limit: int) -> list[Request]:
    """Return the requests of one local date, the oldest first."""
    sql = f"SELECT {COLUMNS} FROM request WHERE substr(filed_at, 1, 10) = ? ORDER BY number LIMIT ?"  # noqa: S608 - names of this file
    return _read(db.execute(sql, (on, limit)))


def newest(db: Reads, limit: int) -> list[Request]:
    """Return the newest requests that the hall has not forgotten, the newest first."""
    sql = f"SELECT {COLUMNS} FROM request WHERE forgotten = 0 ORDER BY number DESC LIMIT ?"  # noqa: S608 - names of this file
    return _read(db.execute(sql, (limit,)))


def counts(db: Reads) -> dict[State, int]:
    """Return how many requests are in each state that has any."""
    return {State(state): int(n) for state, n in db.execute("SELECT state, count(*) FROM request GROUP BY state")}


def late(db: Reads, on: str) -> int:
    """Return how many requests were promised for a day before ``on`` and are not ready."""
    sql = "SELECT count(*) FROM request WHERE state IN ('review', 'signature') AND promised_on <> '' AND promised_on < ?"
    return int(db.execute(sql, (on,)).fetchone()[0])


def lately_ready(db: Reads, limit: int) -> list[tuple[int, str]]:
    """Return numbers of requests that wait to be collected, and since when, the newest first."""
    sql = "SELECT number, ready_at FROM request WHERE state = 'ready' ORDER BY datetime(ready_at) DESC, number DESC LIMIT ?"
    return [(int(number), str(at)) for number, at in db.execute(sql, (limit,))]


def to_forget(db: Reads, on: str, limit: int) -> list[Request]:
    """Return the closed requests whose time of keeping was over before the local date ``on``, the oldest first."""
    sql = (
        f"SELECT {COLUMNS} FROM request WHERE forgotten = 0 AND closed_at <> ''"  # noqa: S608 - names of this file
        " AND date(substr(closed_at, 1, 10), '+' || keep_days || ' days') < ? ORDER BY number LIMIT ?"
    )
    return _read(db.execute(sql, (on, limit)))


def add_step(tx: Reads, number: int, step: Step) -> None:
    """Note what has happened to a request."""
    sql = "INSERT INTO request_step SELECT ?1, 1 + count(*), ?2, ?3, ?4, ?5 FROM request_step WHERE request = ?1"
    tx.execute(sql, (number, step.act, step.state, step.by, step.at))


def steps(db: Reads, number: int) -> list[Step]:
    """Return what has happened to a request, in order."""
    rows = db.execute("SELECT act, state, by, at FROM request_step WHERE request = ? ORDER BY seq", (number,))
    return [Step(act, State(state), by, at) for act, state, by, at in rows]


def _one(db: Reads, where: str, value: object) -> Request | None:
    found = _read(db.execute(f"SELECT {COLUMNS} FROM request WHERE {where}", (value,)))  # noqa: S608 - names of this file
    return found[0] if found else None


def _read(rows: Iterable[Sequence[object]]) -> list[Request]:
    found = []
    for row in rows:
        told = dict(zip(Request._fields, row, strict=True))
        told |= {"state": State(str(told["state"])), "unanswered": tuple(json.loads(str(told["unanswered"])))}
        told |= {"shown": json.loads(str(told["shown"])), "forgotten": bool(told["forgotten"])}
        found.append(Request(**told))  # type: ignore[arg-type]  # as its columns are
    return found


def _kept(name: str, value: object) -> object:
    if name in JSON:
        return json.dumps(value, separators=(",", ":"))
    return int(value) if isinstance(value, bool) else value
