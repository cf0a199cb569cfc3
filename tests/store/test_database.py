"""Promises of the shared commit: durable when it returns, alone when it refuses, together when the card fails."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from gateway.errors import Refusal
from gateway.store.connection import connect_writing
from gateway.store.database import Store, Transaction
from tests.support.card import WornCard
from tests.support.store import open_test_store

WAIT_S = 20.0
NORMAL, FULL = 1, 2


class Announcements:
    """Counts what was announced."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        """Count one."""
        self.count += 1


@pytest.fixture
def card() -> WornCard:
    """A card that works until told otherwise."""
    return WornCard()


@pytest.fixture
def announced() -> Announcements:
    """Counts the store's announcements."""
    return Announcements()


@pytest.fixture
def store(tmp_path: Path, card: WornCard, announced: Announcements) -> Iterator[Store]:
    """A store with one table, on the card."""
    store = Store(tmp_path / "hall.db", announced, connect=card.connect)
    with store.transaction() as tx:
        tx.execute("CREATE TABLE fact (id INTEGER PRIMARY KEY, word TEXT NOT NULL)")
    yield store
    store.close()


def write(store: Store, word: str) -> None:
    """Add one fact in an act of its own."""
    with store.transaction() as tx:
        tx.execute("INSERT INTO fact (word) VALUES (?)", (word,))


def words(store: Store) -> list[str]:
    """Return all facts."""
    with store.reader() as db:
        return [str(row[0]) for row in db.execute("SELECT word FROM fact ORDER BY id")]


def together(store: Store, acts: list[Callable[[], None]]) -> list[BaseException | None]:
    """Run ``acts`` in threads of their own that all wait while another act holds the turn; return what each raised."""
    outcomes: list[BaseException | None] = [None] * len(acts)

    def run(index: int, act: Callable[[], None]) -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            outcomes[index] = error

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(acts)]
    with pytest.raises(Refusal), store.transaction():  # noqa: PT012 - one act
        for thread in threads:
            thread.start()
        pause = threading.Event()
        while not pause.wait(0.005) and store.waiting < len(acts):
            pass
        raise Refusal("nobody-waiting")
    for thread in threads:
        thread.join(WAIT_S)
        assert not thread.is_alive()
    return outcomes


def test_a_fact_is_there_when_the_block_has_ended(store: Store) -> None:
    """What an act has written, the next look sees."""
    write(store, "satu")
    assert words(store) == ["satu"]


def test_a_refusing_act_leaves_nothing(store: Store) -> None:
    """An act that raises is undone, and its exception reaches its caller."""
    with pytest.raises(Refusal, match="Layanan"), store.transaction() as tx:  # noqa: PT012 - one act
        tx.execute("INSERT INTO fact (word) VALUES ('salah')")
        raise Refusal("unknown-line", line="Z")
    assert words(store) == []


def test_writers_that_wait_together_share_one_commit(store: Store) -> None:
    """Ten waiting writers cost one commit."""
    before = store.commits
    outcomes = together(store, [lambda: write(store, "x")] * 10)
    assert (outcomes, store.commits - before, words(store)) == ([None] * 10, 1, ["x"] * 10)


def test_without_sharing_each_act_commits_alone(tmp_path: Path) -> None:
    """The negative control: ``group_limit=1`` gives one commit for each act."""
    store = Store(tmp_path / "hall.db", group_limit=1)
    with store.transaction() as tx:
        tx.execute("CREATE TABLE fact (id INTEGER PRIMARY KEY, word TEXT NOT NULL)")
    before = store.commits
    together(store, [lambda: write(store, "x")] * 5)
    assert store.commits - before == 5
    store.close()


def test_a_refusal_fails_alone_in_its_group(store: Store) -> None:
    """A broken rule undoes its own act; the others of the group are durable."""

    def refuse() -> None:
        with store.transaction() as tx:
            tx.execute("INSERT INTO fact (word) VALUES ('salah')")
            raise Refusal("nobody-waiting")

    outcomes = together(store, [lambda: write(store, "a"), refuse, lambda: write(store, "b")])
    assert [type(outcome) for outcome in outcomes] == [type(None), Refusal, type(None)]
    assert sorted(words(store)) == ["a", "b"]


def add_and_see_level(store: Store, *, durable: bool) -> int:
    """Add a fact and return the level at which its commit syncs."""
    with store.transaction(durable=durable) as tx:
        tx.execute("INSERT INTO fact (word) VALUES ('x')")
        return int(tx.execute("PRAGMA synchronous").fetchone()[0])


def test_only_what_can_be_had_again_waits_for_no_sync(store: Store) -> None:
    """Such an act is seen at once; whoever comes after it waits for a sync as ever."""
    levels = [add_and_see_level(store, durable=durable) for durable in (True, False, False, True, False)]
    assert (levels, len(words(store))) == ([FULL, NORMAL, NORMAL, FULL, NORMAL], 5)


@pytest.mark.parametrize("statement", ["PRAGMA synchronous=1", "PRAGMA synchronous=2", "BEGIN", "INSERT", "COMMIT"])
def test_whatever_fails_a_durable_act_is_never_committed_without_its_sync(store: Store, card: WornCard, statement: str) -> None:
    """The card fails anywhere between the two kinds of acts: the next durable one syncs, or is refused."""
    card.fail(statement)
    levels = []
    for durable in (False, True, False, True):
        with suppress(Refusal):
            levels.append((durable, add_and_see_level(store, durable=durable)))
    assert (len(levels), [level for durable, level in levels if durable]) == (3, [FULL] * sum(durable for durable, _ in levels))


def test_what_can_be_had_again_shares_the_sync_of_those_who_wait(store: Store) -> None:
    """It joins an open group, and nobody joins its own: a durable act is never committed without a sync."""
    kinds = (True, False, True, False)
    levels: list[tuple[bool, int]] = []

    def look(*, durable: bool) -> None:
        levels.append((durable, add_and_see_level(store, durable=durable)))

    outcomes = together(store, [partial(look, durable=one) for one in kinds])
    assert (outcomes, [level for durable, level in levels if durable]) == ([None] * len(kinds), [FULL, FULL])


def test_a_failing_commit_fails_the_whole_group(store: Store, card: WornCard, announced: Announcements) -> None:
    """When the card does not take the commit, every member hears it, nothing is kept and nothing announced."""
    before = announced.count
    card.fail("COMMIT")
    outcomes = together(store, [lambda: write(store, "x")] * 6)
    assert [outcome.code for outcome in outcomes if isinstance(outcome, Refusal)] == ["storage-failed"] * 6
    assert (words(store), announced.count) == ([], before)


def test_a_full_card_inside_an_act_fails_the_whole_group(tmp_path: Path, announced: Announcements) -> None:
    """SQLite undoes the whole transaction when the disk is full inside a savepoint; so nobody is told success."""

    def small(path: Path) -> sqlite3.Connection:
        connection = connect_writing(path)
        connection.execute("PRAGMA max_page_count=20").fetchall()
        return connection

    store = Store(tmp_path / "hall.db", announced, connect=small)
    with store.transaction() as tx:
        tx.execute("CREATE TABLE fact (id INTEGER PRIMARY KEY, word TEXT NOT NULL)")
    before = announced.count
    outcomes = together(store, [lambda: write(store, "kecil"), lambda: write(store, "x" * 200_000)])
    after = words(store)
    told = [outcome is None for outcome in outcomes]
    assert isinstance(outcomes[1], Refusal)
    assert outcomes[1].code == "storage-full"
    assert (after.count("kecil"), announced.count - before) == ((1, 1) if told[0] else (0, 0))
    write(store, "lagi")
    assert words(store)[-1] == "lagi"
    store.close()


def test_an_act_that_swallows_a_full_card_is_told_all_the_same(tmp_path: Path) -> None:
    """Even an act that catches the card's error does not pass as done."""

    def small(path: Path) -> sqlite3.Connection:
        connection = connect_writing(path)
        connection.execute("PRAGMA max_page_count=20").fetchall()
        return connection

    store = Store(tmp_path / "hall.db", connect=small)
    with store.transaction() as tx:
        tx.execute("CREATE TABLE fact (id INTEGER PRIMARY KEY, word TEXT NOT NULL)")
    with pytest.raises(Refusal) as told, store.transaction() as tx:  # noqa: PT012 - one act
        tx.execute("INSERT INTO fact (word) VALUES ('hilang')")
        with pytest.raises(sqlite3.OperationalError):
            tx.execute("INSERT INTO fact (word) VALUES (?)", ("x" * 200_000,))
    assert (told.value.fault.status, words(store)) == (503, [])
    store.close()


@pytest.mark.parametrize("statement", ["BEGIN", "SAVEPOINT", "INSERT", "RELEASE", "COMMIT"])
def test_the_card_may_fail_anywhere_and_come_back(store: Store, card: WornCard, statement: str) -> None:
    """Whichever statement the card fails, the act is refused with 503, and the next one works."""
    card.fail(statement)
    with pytest.raises(Refusal) as told:
        write(store, "x")
    write(store, "y")
    assert (told.value.code, words(store)) == ("storage-failed", ["y"])


def test_a_failing_rollback_takes_a_fresh_connection(store: Store, card: WornCard) -> None:
    """Even when the undoing fails, nothing half-done remains and the store goes on."""
    card.fail("COMMIT")
    card.fail("ROLLBACK")
    with pytest.raises(Refusal):
        write(store, "x")
    write(store, "y")
    assert words(store) == ["y"]


def test_acts_are_never_nested(store: Store) -> None:
    """A second act inside an act is a mistake in the code, told at once and not by a deadlock."""
    with pytest.raises(RuntimeError, match="never nested"), store.transaction(), store.transaction():
        pass
    write(store, "x")
    assert words(store) == ["x"]


def test_an_ended_transaction_refuses(store: Store) -> None:
    """Whoever keeps a transaction beyond its act cannot write into another's."""
    kept: list[Transaction] = []
    with store.transaction() as tx:
        kept.append(tx)
    for use in (lambda: kept[0].execute("SELECT 1"), lambda: kept[0].executemany("", []), lambda: kept[0].db):
        with pytest.raises(RuntimeError, match="ended"):
            use()


def test_an_interrupt_undoes_its_act(store: Store) -> None:
    """Ctrl-C inside an act leaves neither the fact nor a locked store."""
    with pytest.raises(KeyboardInterrupt), store.transaction() as tx:  # noqa: PT012 - one act
        tx.execute("INSERT INTO fact (word) VALUES ('x')")
        raise KeyboardInterrupt
    write(store, "y")
    assert words(store) == ["y"]


def test_only_a_change_is_announced(store: Store, announced: Announcements) -> None:
    """A group in which all refuse announces nothing."""
    before = announced.count
    with pytest.raises(Refusal), store.transaction():
        raise Refusal("nobody-waiting")
    write(store, "x")
    assert announced.count - before == 1


def test_readers_cannot_write(store: Store) -> None:
    """Only the one connection writes."""
    with pytest.raises(sqlite3.OperationalError, match="readonly"), store.reader() as db:
        db.execute("INSERT INTO fact (word) VALUES ('x')")


def test_one_look_sees_one_moment(store: Store) -> None:
    """What is committed during a look appears in the next look, not half-way through."""
    with store.reader() as db:
        before = db.execute("SELECT count(*) FROM fact").fetchone()
        write(store, "x")
        during = db.execute("SELECT count(*) FROM fact").fetchone()
    assert (before, during, words(store)) == ((0,), (0,), ["x"])


def test_a_look_never_sees_what_is_not_durable(store: Store) -> None:
    """A fact of an act that still runs is invisible."""
    with store.transaction() as tx:
        tx.execute("INSERT INTO fact (word) VALUES ('x')")
        assert words(store) == []


def test_a_closed_store_refuses_kindly(tmp_path: Path) -> None:
    """After the end, acts and looks say that the hall is stopping."""
    store = Store(tmp_path / "hall.db")
    store.close()
    store.close()
    for use in (store.transaction, store.reader):
        with pytest.raises(Refusal) as told, use():
            pass
        assert told.value.code == "hall-stopping"


def test_many_writers_lose_nothing(store: Store) -> None:
    """Twenty threads with twenty acts each leave four hundred facts."""

    def many(name: str) -> None:
        for turn in range(20):
            write(store, f"{name}-{turn}")

    outcomes = together(store, [partial(many, str(index)) for index in range(20)])
    assert (outcomes, len(set(words(store)))) == ([None] * 20, 400)


def test_closing_leaves_no_log(tmp_path: Path) -> None:
    """After an orderly end everything is in the one file, and what was deleted is overwritten there."""
    store = Store(tmp_path / "hall.db")
    with store.transaction() as tx:
        tx.execute("CREATE TABLE fact (word TEXT)")
        tx.execute("INSERT INTO fact VALUES (?)", ("RAHASIA" * 50,))
    with store.transaction() as tx:
        tx.execute("DELETE FROM fact")
    store.close()
    assert [path.name for path in tmp_path.iterdir()] == ["hall.db"]
    assert b"RAHASIA" not in (tmp_path / "hall.db").read_bytes()


def test_closing_lets_those_who_wait_finish(tmp_path: Path) -> None:
    """Whoever was waiting when the hall stopped is served or refused kindly, and what was accepted is there."""
    store = Store(tmp_path / "hall.db")
    with store.transaction() as tx:
        tx.execute("CREATE TABLE fact (id INTEGER PRIMARY KEY, word TEXT NOT NULL)")
    accepted: list[str] = []
    refused: list[str] = []
    started = threading.Barrier(9)

    def work(name: str) -> None:
        started.wait(WAIT_S)
        try:
            for turn in range(200):
                write(store, f"{name}-{turn}")
                accepted.append(f"{name}-{turn}")
        except Refusal as refusal:
            refused.append(refusal.code)

    threads = [threading.Thread(target=work, args=(str(index),)) for index in range(8)]
    for thread in threads:
        thread.start()
    started.wait(WAIT_S)
    store.close()
    for thread in threads:
        thread.join(WAIT_S)
    again = Store(tmp_path / "hall.db")
    assert (sorted(words(again)), set(refused) - {"hall-stopping"}) == (sorted(accepted), set())
    again.close()


def test_a_store_beats_only_while_turns_are_taken(tmp_path: Path) -> None:
    """An act that hangs stops the beat, so that the watchdog learns of it; a beat changes and announces nothing."""
    announced: list[str] = []
    store = open_test_store(tmp_path)
    store.announce = lambda: announced.append("change")
    store.beat()
    beaten, release, hanging = threading.Event(), threading.Event(), threading.Event()

    def hang() -> None:
        with store.transaction():
            hanging.set()
            release.wait(5)

    def beat() -> None:
        store.beat()
        beaten.set()

    threads = [threading.Thread(target=hang), threading.Thread(target=beat)]
    threads[0].start()
    assert hanging.wait(5)
    assert announced == []
    threads[1].start()
    assert not beaten.wait(0.2)
    release.set()
    assert beaten.wait(5)
    for thread in threads:
        thread.join()
    store.close()
