"""What the centre has sent down: kept before it is acknowledged, applied once, and answered for ever after.

The tries are committed before each attempt, so that a command which crashes the hall is given up after
five of them. A subject has a revision: an older one never brings back what a newer one changed or took away.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from gateway.errors import Refusal
from gateway.store.database import Transaction
from gateway.store.outbox import Reads

TRIES_LIMIT = 5
"""After so many attempts a command is rejected and reported."""


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


Effect = Callable[[Transaction, Command], None]
"""Applies a command inside the transaction that marks it; refuses with a Refusal."""


def receive(tx: Transaction, command: Command, at: datetime) -> bool:
    """Keep ``command``; return whether it was new. One that comes again is left as it is."""
    sql = (
        "INSERT INTO inbox (id, type, subject, rev, notafter, received_at, data) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING RETURNING id"
    )
    data = json.dumps(command.data, ensure_ascii=False, separators=(",", ":"))
    row = (command.id, command.type, command.subject, command.rev, _utc(command.notafter), _utc(at), data)
    return bool(tx.execute(sql, row).fetchall())


def waiting(db: Reads, limit: int = 50) -> list[Command]:
    """Return the commands that have no terminal answer, oldest first."""
    cursor = db.execute(
        "SELECT id, type, subject, rev, notafter, data FROM inbox WHERE state = 'waiting' ORDER BY received_at, id LIMIT ?",
        (limit,),
    )
    return [
        Command(id_, type_, subject, rev, datetime.fromisoformat(notafter), json.loads(data))
        for id_, type_, subject, rev, notafter, data in cursor
    ]


def begin_try(tx: Transaction, command_id: str, now: datetime) -> Answer | None:
    """Count an attempt, in a transaction of its own before the effect; return the answer if there shall be none.

    A command is given up when it is too old, or after five attempts.
    """
    [(tries, notafter)] = tx.execute(
        "UPDATE inbox SET tries = tries + 1 WHERE id = ? RETURNING tries, notafter", (command_id,)
    ).fetchall()
    if now > datetime.fromisoformat(notafter):
        return _answer(tx, command_id, Answer(CommandState.REJECTED, "expired", f"not after {notafter}"))
    if tries > TRIES_LIMIT:
        return _answer(tx, command_id, Answer(CommandState.REJECTED, "failed", f"gave up after {TRIES_LIMIT} tries"))
    return None


def apply(tx: Transaction, command: Command, effect: Effect, *, withdraws: bool = False) -> Answer:
    """Apply ``command`` and mark it, in this transaction; return its terminal answer, the former one if it has one.

    A lower revision than the subject's is ``superseded``; an equal one of another command too. ``withdraws``
    leaves a tombstone, so that a late put with a lower revision brings nothing back.
    """
    former = answer_of(tx, command.id)
    if former.state is not CommandState.WAITING:
        return former
    known = tx.execute("SELECT rev FROM inbox_subject WHERE subject = ?", (command.subject,)).fetchone()
    if known is not None and command.rev <= known[0]:
        return _answer(tx, command.id, Answer(CommandState.SUPERSEDED, "superseded", f"revision {known[0]} is known"))
    tx.execute("SAVEPOINT effect")
    try:
        effect(tx, command)
    except Refusal as refusal:
        tx.execute("ROLLBACK TO effect")
        return _answer(tx, command.id, Answer(CommandState.REJECTED, refusal.code, refusal.sentence))
    finally:
        tx.execute("RELEASE effect")
    tx.execute(
        "INSERT INTO inbox_subject VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET rev = ?2, withdrawn = ?3",
        (command.subject, command.rev, int(withdraws)),
    )
    return _answer(tx, command.id, Answer(CommandState.APPLIED))


def answer_of(db: Reads, command_id: str) -> Answer:
    """Return what became of a command so far. Raises LookupError for one that was never received."""
    found = db.execute("SELECT state, code, reason FROM inbox WHERE id = ?", (command_id,)).fetchone()
    if found is None:
        raise LookupError(command_id)
    return Answer(CommandState(found[0]), found[1], found[2])


def prune(tx: Transaction, before: datetime) -> int:
    """Forget answered commands whose ``notafter`` lies before ``before``; return how many. Revisions stay."""
    return int(tx.execute("DELETE FROM inbox WHERE state != 'waiting' AND notafter < ?", (_utc(before),)).rowcount)


def _answer(tx: Transaction, command_id: str, answer: Answer) -> Answer:
    tx.execute(
        "UPDATE inbox SET state = ?, code = ?, reason = ? WHERE id = ?", (answer.state, answer.code, answer.reason, command_id)
    )
    return answer


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds")
