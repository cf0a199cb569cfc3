"""What the centre has sent down: kept before it is acknowledged, applied once, and answered for ever after.

The tries are committed before each attempt, so that a command which crashes the hall is given up after
five of them. A subject has a revision: an older one never brings back what a newer one changed or took away.
What this version cannot do is kept, told once, and done when an update can.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from gateway.errors import Refusal
from gateway.store.database import Transaction
from gateway.store.outbox import Reads

TRIES_LIMIT = 5
"""After so many attempts a command is rejected and reported."""

HELD_LIMIT = 100
"""A hello tells of so many commands at the most."""


class CommandState(StrEnum):
    """How far a command has come; all but ``waiting`` are terminal."""

    WAITING = "waiting"
    APPLIED = "applied"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Command:
    """One event from the centre."""

    id: str
    """With the centre database's own epoch, so that a restored centre repeats none."""
    type: str
    """For example ``id.balai.announcement.put.v1``."""
    subject: str
    """What it is about; its revisions supersede each other."""
    rev: int
    """Higher is newer."""
    notafter: datetime
    """Aware; after this instant it is not applied any more."""
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a command."""

    state: CommandState
    code: str = ""
    reason: str = ""
    said: Mapping[str, Any] = field(default_factory=dict)
    """What the effect has to tell the centre."""


Act = Callable[[Transaction, Command], Mapping[str, Any] | None]
"""Applies a command inside the transaction that marks it, and returns what to tell; refuses with a Refusal."""

OWN_FAULTS = 500
"""A refusal from this status on is the hall's own trouble, such as a full card, and no answer: it is tried again."""


def receive(tx: Transaction, command: Command, at: datetime) -> bool:
    """Keep ``command``; return whether it was new. One that comes again is left as it is."""
    sql = (
        "INSERT INTO inbox (id, type, subject, rev, notafter, received_at, data) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING RETURNING id"
    )
    data = json.dumps(command.data, ensure_ascii=False, separators=(",", ":"))
    row = (command.id, command.type, command.subject, command.rev, _utc(command.notafter), _utc(at), data)
    return bool(tx.execute(sql, row).fetchall())


def due(db: Reads, types: Collection[str], now: datetime, limit: int = 50) -> list[Command]:
    """Return the commands that ask for something now, oldest first: those of ``types``, unknown ones not yet told of, expired ones."""
    cursor = db.execute(
        "SELECT id, type, subject, rev, notafter, data FROM inbox WHERE state = 'waiting'"  # noqa: S608 - question marks
        f" AND (code = '' OR notafter < ? OR type IN ({','.join('?' * len(types))})) ORDER BY received_at, rev, id LIMIT ?",
        (_utc(now), *types, limit),
    )
    return [
        Command(id_, type_, subject, rev, datetime.fromisoformat(notafter), json.loads(data))
        for id_, type_, subject, rev, notafter, data in cursor
    ]


def held(db: Reads, limit: int = HELD_LIMIT) -> list[str]:
    """Return the ids of the newest commands that are kept and not done yet: nobody need send them again."""
    cursor = db.execute("SELECT id FROM inbox WHERE state = 'waiting' ORDER BY received_at DESC, id LIMIT ?", (limit,))
    return [str(id_) for (id_,) in cursor]


def begin_try(tx: Transaction, command_id: str, now: datetime) -> Answer | None:
    """Count an attempt, in a transaction of its own before the effect; return the answer if there shall be none.

    A command is given up when it is too old, or after five attempts.
    """
    [(tries, notafter)] = tx.execute(
        "UPDATE inbox SET tries = tries + 1 WHERE id = ? RETURNING tries, notafter", (command_id,)
    ).fetchall()
    if now > datetime.fromisoformat(notafter):
        return _refuse(tx, command_id, Refusal("expired", notafter=notafter))
    if tries > TRIES_LIMIT:
        return _refuse(tx, command_id, Refusal("failed", tries=TRIES_LIMIT))
    return None


def set_aside(tx: Transaction, command: Command, kind: str) -> Answer:
    """Keep a command that this version cannot do, and return what to tell of it, once: it is done after an update."""
    refusal = Refusal("not-here", kind=kind)
    return _answer(tx, command.id, Answer(CommandState.WAITING, refusal.code, refusal.sentence))


def apply(tx: Transaction, command: Command, act: Act, *, withdraws: bool = False) -> Answer:
    """Apply ``command`` and mark it, in this transaction; return its terminal answer, the former one if it has one.

    A lower revision than the subject's is ``superseded``; an equal one of another command too. ``withdraws``
    leaves a tombstone, so that a late put with a lower revision brings nothing back. A Refusal that is the hall's own
    trouble is raised.
    """
    former = answer_of(tx, command.id)
    if former.state is not CommandState.WAITING:
        return former
    known = tx.execute("SELECT rev FROM inbox_subject WHERE subject = ?", (command.subject,)).fetchone()
    if known is not None and command.rev <= known[0]:
        return _refuse(tx, command.id, Refusal("superseded", subject=command.subject), CommandState.SUPERSEDED)
    tx.execute("SAVEPOINT effect")
    try:
        said = act(tx, command) or {}
    except Refusal as refusal:
        if refusal.fault.status >= OWN_FAULTS:
            raise
        tx.execute("ROLLBACK TO effect")
        return _refuse(tx, command.id, refusal)
    finally:
        tx.execute("RELEASE effect")
    tx.execute(
        "INSERT INTO inbox_subject VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET rev = ?2, withdrawn = ?3",
        (command.subject, command.rev, int(withdraws)),
    )
    return _answer(tx, command.id, Answer(CommandState.APPLIED, said=said))


def answer_of(db: Reads, command_id: str) -> Answer:
    """Return what became of a command so far. Raises LookupError for one that was never received."""
    found = db.execute("SELECT state, code, reason FROM inbox WHERE id = ?", (command_id,)).fetchone()
    if found is None:
        raise LookupError(command_id)
    return Answer(CommandState(found[0]), found[1], found[2])


def note_answer(tx: Transaction, command_id: str, event_id: str) -> None:
    """Record which event has told the centre last what became of a command."""
    tx.execute("UPDATE inbox SET answer = ? WHERE id = ?", (event_id, command_id))


def answered_by(db: Reads, command_id: str) -> str:
    """Return the id of the event that told the centre last what became of a command; empty when none did."""
    return str(db.execute("SELECT answer FROM inbox WHERE id = ?", (command_id,)).fetchone()[0])


def note_centre_time(tx: Transaction, at: datetime) -> None:
    """Remember the latest instant that the centre has signed: it is not earlier now, whatever our clock says."""
    tx.execute("INSERT INTO meta VALUES ('centre-time', ?1) ON CONFLICT DO UPDATE SET value = max(value, ?1)", (_utc(at),))


def centre_time(db: Reads) -> datetime | None:
    """Return the latest instant that the centre has signed, or None."""
    row = db.execute("SELECT value FROM meta WHERE key = 'centre-time'").fetchone()
    return datetime.fromisoformat(row[0]) if row else None


def prune(tx: Transaction, before: datetime) -> int:
    """Forget answered commands whose ``notafter`` lies before ``before``; return how many. Revisions stay."""
    return int(tx.execute("DELETE FROM inbox WHERE state != 'waiting' AND notafter < ?", (_utc(before),)).rowcount)


def _refuse(tx: Transaction, command_id: str, refusal: Refusal, state: CommandState = CommandState.REJECTED) -> Answer:
    return _answer(tx, command_id, Answer(state, refusal.code, refusal.sentence))


def _answer(tx: Transaction, command_id: str, answer: Answer) -> Answer:
    tx.execute(
        "UPDATE inbox SET state = ?, code = ?, reason = ? WHERE id = ?", (answer.state, answer.code, answer.reason, command_id)
    )
    return answer


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds")
