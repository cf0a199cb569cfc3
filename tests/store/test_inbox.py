"""Promises of the inbox: kept once, tried a bounded number of times, applied once, never superseded backwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.errors import Refusal
from gateway.store import inbox
from gateway.store.database import Store, Transaction
from gateway.store.inbox import Answer, Command, CommandState
from tests.support.clock import MORNING
from tests.support.store import open_test_store

TOMORROW = MORNING + timedelta(days=1)
TYPE = "id.balai.announcement.put.v1"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A new hall's store, with a place for effects."""
    store = open_test_store(tmp_path)
    with store.transaction() as tx:
        tx.execute("CREATE TABLE effect (id TEXT)")
    yield store
    store.close()


def command(name: str, rev: int = 1, subject: str = "announcement/1") -> Command:
    """Return a command about an announcement."""
    return Command(name, "id.balai.announcement.put.v1", subject, rev, TOMORROW, {"teks": "Posyandu"})


def writing(tx: Transaction, command: Command) -> None:
    """Leave a mark: the effect of every command here."""
    tx.execute("INSERT INTO effect VALUES (?)", (command.id,))


def receive_and_apply(store: Store, command: Command, *, withdraws: bool = False) -> Answer:
    """Receive a command and apply it."""
    with store.transaction() as tx:
        inbox.receive(tx, command, MORNING)
        return inbox.apply(tx, command, writing, withdraws=withdraws)


def effects(store: Store) -> list[str]:
    """Return what was applied."""
    with store.reader() as db:
        return [str(row[0]) for row in db.execute("SELECT id FROM effect")]


def test_a_command_is_kept_once(store: Store) -> None:
    """The centre may send it again; it stays one command."""
    with store.transaction() as tx:
        received = [inbox.receive(tx, command("c-1"), MORNING), inbox.receive(tx, command("c-1"), MORNING)]
        assert (received, inbox.due(tx, [TYPE], MORNING)) == ([True, False], [command("c-1")])


def test_a_command_is_applied_once(store: Store) -> None:
    """Applied again, it has the same answer and no second effect."""
    answers = [receive_and_apply(store, command("c-1")) for _ in range(2)]
    assert (answers, effects(store)) == ([Answer(CommandState.APPLIED)] * 2, ["c-1"])


def test_an_older_revision_is_superseded(store: Store) -> None:
    """A late put brings nothing back, not even after a withdrawal."""
    receive_and_apply(store, command("c-2", rev=2), withdraws=True)
    late = receive_and_apply(store, command("c-1", rev=1))
    assert (late.state, effects(store)) == (CommandState.SUPERSEDED, ["c-2"])


def test_a_refused_command_leaves_no_effect(store: Store) -> None:
    """A rule that refuses is answered with its code, and what it had begun is undone."""

    def refusing(tx: Transaction, command: Command) -> None:
        writing(tx, command)
        raise Refusal("unknown-line", line="z")

    with store.transaction() as tx:
        inbox.receive(tx, command("c-1"), MORNING)
        answer = inbox.apply(tx, command("c-1"), refusing)
    assert ((answer.state, answer.code), effects(store)) == ((CommandState.REJECTED, "unknown-line"), [])


def test_a_crashing_command_is_given_up(store: Store) -> None:
    """Tries are counted before the effect, so that a command which crashes the hall does so five times at most."""
    with store.transaction() as tx:
        inbox.receive(tx, command("c-1"), MORNING)
    outcomes = []
    for _ in range(6):
        with store.transaction() as tx:
            outcomes.append(inbox.begin_try(tx, "c-1", MORNING))
    assert (outcomes[:5], outcomes[5] and outcomes[5].code) == ([None] * 5, "failed")


def test_a_command_too_old_is_not_applied(store: Store) -> None:
    """After ``notafter`` there is no attempt, and the centre hears why."""
    with store.transaction() as tx:
        inbox.receive(tx, command("c-1"), MORNING)
        answer = inbox.begin_try(tx, "c-1", TOMORROW + timedelta(seconds=1))
        assert answer is not None
        assert (answer.state, answer.code, inbox.due(tx, [TYPE], MORNING)) == (CommandState.REJECTED, "expired", [])


def test_answered_commands_are_forgotten_after_their_time(store: Store) -> None:
    """What waits is kept, and revisions are remembered for ever."""
    receive_and_apply(store, command("c-2", rev=2))
    with store.transaction() as tx:
        inbox.receive(tx, command("c-3", rev=3), MORNING)
        forgotten = inbox.prune(tx, TOMORROW + timedelta(days=1))
    assert (forgotten, receive_and_apply(store, command("c-1", rev=1)).state) == (1, CommandState.SUPERSEDED)


def test_an_unknown_command_has_no_answer(store: Store) -> None:
    """Asking for what was never received is a mistake in the code."""
    with pytest.raises(LookupError), store.reader() as db:
        inbox.answer_of(db, "c-9")
