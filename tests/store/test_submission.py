"""Promises of the event loop's door: one commit for all that wait, each with its own answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import Refusal
from gateway.store.database import Store, Transaction
from tests.support.card import WornCard


@pytest.fixture
def card() -> WornCard:
    """A card that works until told otherwise."""
    return WornCard()


@pytest.fixture
def store(tmp_path: Path, card: WornCard) -> Iterator[Store]:
    """A store with one table, on the card."""
    store = Store(tmp_path / "hall.db", connect=card.connect)
    with store.transaction() as tx:
        tx.execute("CREATE TABLE fact (id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE)")
    yield store
    store.close()


def count(store: Store) -> int:
    """Return how many facts are durable."""
    with store.reader() as db:
        return int(db.execute("SELECT count(*) FROM fact").fetchone()[0])


def adding(word: str) -> Callable[[Transaction], int]:
    """Return an act that adds one fact and answers with its number."""

    def act(tx: Transaction) -> int:
        return int(tx.execute("INSERT INTO fact (word) VALUES (?) RETURNING id", (word,)).fetchall()[0][0])

    return act


def refusing(tx: Transaction) -> int:
    """Write and then refuse."""
    tx.execute("INSERT INTO fact (word) VALUES ('salah')")
    raise Refusal("nobody-waiting")


async def submit_all(store: Store, acts: list[Callable[[Transaction], int]]) -> list[object]:
    """Submit all acts at once and return answers and exceptions."""

    async def one(act: Callable[[Transaction], int]) -> int:
        return await store.submit(act)

    return list(await asyncio.gather(*(one(act) for act in acts), return_exceptions=True))


def test_a_crowd_beyond_the_limit_is_answered_too(tmp_path: Path) -> None:
    """What does not fit into one commit goes into the next ones: nobody is forgotten."""
    store = Store(tmp_path / "crowd.db", group_limit=3)
    with store.transaction() as tx:
        tx.execute("CREATE TABLE fact (id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE)")
    answers = asyncio.run(submit_all(store, [adding(str(number)) for number in range(10)]))
    store.close()
    assert sorted(int(str(answer)) for answer in answers) == list(range(1, 11))


def test_a_hundred_submitters_share_one_commit(store: Store) -> None:
    """All that wait in one turn of the loop cost one commit, and each has its own answer."""
    before = store.commits
    answers = asyncio.run(submit_all(store, [adding(str(index)) for index in range(100)]))
    assert (answers, store.commits - before, count(store)) == (list(range(1, 101)), 1, 100)


def test_a_refusal_fails_alone(store: Store) -> None:
    """A refusing act is undone alone, however many wait with it."""
    answers = asyncio.run(submit_all(store, [adding("a"), refusing, adding("b")]))
    assert [type(answer) for answer in answers] == [int, Refusal, int]
    assert count(store) == 2


def test_two_acts_that_exclude_each_other_are_answered_apart(store: Store) -> None:
    """Two clerks who take the same thing at once: one gets it, the other hears why not."""
    answers = asyncio.run(submit_all(store, [adding("sama"), adding("sama")]))
    assert [type(answer).__name__ for answer in answers] == ["int", "IntegrityError"]


@pytest.mark.parametrize("statement", ["BEGIN", "SAVEPOINT", "INSERT", "RELEASE", "COMMIT"])
def test_a_failing_card_fails_all_and_comes_back(store: Store, card: WornCard, statement: str) -> None:
    """When the card fails, every submitter hears 503 and nothing is kept; the next act works."""
    card.fail(statement)
    answers = asyncio.run(submit_all(store, [adding("a"), adding("b")]))
    assert [getattr(answer, "code", answer) for answer in answers] == ["storage-failed"] * 2
    assert asyncio.run(submit_all(store, [adding("c")])) == [1]


def test_who_does_not_wait_any_more_disturbs_nobody(store: Store) -> None:
    """A phone that hangs up leaves the others their answers."""

    async def hang_up() -> list[object]:
        gone = asyncio.ensure_future(store.submit(adding("pergi")))
        staying = asyncio.ensure_future(store.submit(adding("tinggal")))
        await asyncio.sleep(0)
        gone.cancel()
        return list(await asyncio.gather(gone, staying, return_exceptions=True))

    answers = asyncio.run(hang_up())
    assert [type(answer).__name__ for answer in answers] == ["CancelledError", "int"]


def test_acts_of_the_loop_and_of_threads_live_together(store: Store) -> None:
    """Both doors lead to the same database, and neither loses anything to the other."""

    def in_thread(name: str) -> None:
        for turn in range(20):
            with store.transaction() as tx:
                adding(f"{name}-{turn}")(tx)

    async def both() -> None:
        threads = [asyncio.to_thread(in_thread, f"thread{index}") for index in range(3)]
        loops = [submit_all(store, [adding(f"loop{index}-{turn}") for turn in range(20)]) for index in range(3)]
        await asyncio.gather(*threads, *loops)

    asyncio.run(both())
    assert count(store) == 120


def test_a_stopping_store_refuses_kindly(tmp_path: Path) -> None:
    """After the end a submitter hears that the hall is stopping."""
    store = Store(tmp_path / "hall.db")
    store.close()
    [answer] = asyncio.run(submit_all(store, [refusing]))
    assert isinstance(answer, Refusal)
    assert answer.code == "hall-stopping"


@settings(max_examples=20, deadline=None)
@given(plan=st.lists(st.booleans(), min_size=1, max_size=60))
def test_gaps_never_appear_whoever_refuses(plan: list[bool], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Numbers given in the transaction stay gapless, whichever of the acts that share a commit refuse."""
    store = Store(tmp_path_factory.mktemp("store") / "hall.db")
    with store.transaction() as tx:
        tx.execute("CREATE TABLE counter (last INTEGER)")
        tx.execute("INSERT INTO counter VALUES (0)")

    def numbering(*, accepts: bool) -> Callable[[Transaction], int]:
        def act(tx: Transaction) -> int:
            [(number,)] = tx.execute("UPDATE counter SET last = last + 1 RETURNING last").fetchall()
            if not accepts:
                raise Refusal("nobody-waiting")
            return int(number)

        return act

    answers = asyncio.run(submit_all(store, [numbering(accepts=accepts) for accepts in plan]))
    store.close()
    assert [answer for answer in answers if isinstance(answer, int)] == list(range(1, sum(plan) + 1))
