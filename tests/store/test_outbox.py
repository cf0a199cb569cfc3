"""Promises of the outbox: gapless, in order, kept until confirmed, and never counted by a scan."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from gateway.errors import Refusal
from gateway.heads import head_over
from gateway.store import epochs, outbox
from gateway.store.database import Store
from gateway.store.outbox import Backlog, Event
from gateway.store.stamp import Stamp
from tests.support.clock import FakeClock
from tests.support.store import open_test_store

FAR = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A new hall's store."""
    store = open_test_store(tmp_path)
    yield store
    store.close()


def stamp(clock: FakeClock | None = None) -> Stamp:
    """Return a stamp of the morning."""
    return Stamp.of(clock or FakeClock(), UTC)


def append(store: Store, lane: str = "record", clock: FakeClock | None = None, **data: object) -> int:
    """Append one event in an act of its own."""
    with store.transaction() as tx:
        return outbox.append(tx, stamp(clock), Event(lane, "id.balai.test.v1", "test/1", dict(data)))


def epoch(store: Store) -> str:
    """Return the open epoch."""
    with store.reader() as db:
        return epochs.current(db)


def seqs(store: Store, lane: str = "record", after: int = 0) -> list[int]:
    """Return the sequences that the lane would send."""
    with store.reader() as db:
        return [row.seq for row in outbox.claim(db, epochs.current(db), lane, after, 1000)]


def lane_state(store: Store, lane: str = "record") -> tuple[int, int, int]:
    """Return last, confirmed and oldest of a lane of the open epoch."""
    with store.reader() as db:
        [state] = [state for state in outbox.lanes(db) if (state.state, state.lane) == ("open", lane)]
    return state.last, state.confirmed, state.oldest


def test_each_lane_counts_for_itself(store: Store) -> None:
    """An urgent event has its own sequence and waits behind no record."""
    assert [append(store), append(store), append(store, "urgent"), append(store)] == [1, 2, 1, 3]


def test_a_claimed_row_is_what_was_appended(store: Store) -> None:
    """What is sent is the fact with its stamp, byte for byte."""
    append(store, nomor="A-012")
    with store.reader() as db:
        [row] = outbox.claim(db, epochs.current(db), "record", 0, 10)
    assert (row.lane, row.seq, row.type, row.subject, row.data) == (
        "record",
        1,
        "id.balai.test.v1",
        "test/1",
        '{"nomor":"A-012"}',
    )
    assert (row.time, row.clock, row.bootid, row.uptime) == ("2026-11-23T01:00:00.000+00:00", "trusted", "b0010001", "60.000")


def test_an_undone_fact_leaves_no_hole(store: Store) -> None:
    """The sequence is given in the act's transaction, so a refusal takes it back."""
    append(store)
    with pytest.raises(Refusal), store.transaction() as tx:  # noqa: PT012 - one act
        outbox.append(tx, stamp(), Event("record", "id.balai.test.v1", "test/1", {}))
        raise Refusal("nobody-waiting")
    assert (append(store), seqs(store)) == (2, [1, 2])


def test_sequences_have_no_gap_under_concurrency(store: Store) -> None:
    """Threads that append and refuse at once leave a gapless sequence."""

    def work(index: int) -> None:
        for turn in range(15):
            try:
                with store.transaction() as tx:
                    outbox.append(tx, stamp(), Event("record", "id.balai.test.v1", f"test/{index}", {}))
                    if (index + turn) % 3 == 0:
                        raise Refusal("nobody-waiting")  # noqa: TRY301 - the rule refuses inside the act
            except Refusal:
                continue

    threads = [threading.Thread(target=work, args=(index,)) for index in range(9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert seqs(store) == list(range(1, 91))


def test_an_event_no_broker_takes_is_refused(store: Store) -> None:
    """Over 48 KiB an event is refused where it is made."""
    with pytest.raises(Refusal) as told:
        append(store, teks="x" * 49_000)
    assert (told.value.code, seqs(store)) == ("event-too-large", [])


def test_an_unknown_lane_is_a_mistake_in_the_code(store: Store) -> None:
    """Nothing is written to a lane that does not exist."""
    with pytest.raises(ValueError, match="no lane"):
        append(store, "slow")


def test_confirming_only_raises(store: Store) -> None:
    """A late receipt never lowers what is confirmed, and none confirms what was not made."""
    for _ in range(5):
        append(store)
    for through in (3, 2, 99):
        with store.transaction() as tx:
            outbox.confirm(tx, epoch(store), "record", through)
    assert lane_state(store) == (5, 5, 1)


def test_a_restored_centre_lowers(store: Store) -> None:
    """A hello's answer lowers ``confirmed``, and the rows are there to be sent again."""
    for _ in range(3):
        append(store)
    with store.transaction() as tx:
        outbox.confirm(tx, epoch(store), "record", 3)
        outbox.lower(tx, epoch(store), "record", 1)
    assert (lane_state(store), seqs(store, after=1)) == ((3, 1, 1), [2, 3])


def test_only_what_is_confirmed_and_old_is_deleted(store: Store) -> None:
    """Nothing unconfirmed is ever deleted, nothing confirmed before its time."""
    clock = FakeClock()
    for _ in range(6):
        append(store, clock=clock)
        clock.advance(86_400)
    limit = clock.now() - timedelta(days=3, hours=1)
    with store.transaction() as tx:
        outbox.confirm(tx, epoch(store), "record", 5)
        by_age = outbox.prune(tx, epoch(store), "record", 5, limit)
        by_hello = outbox.prune(tx, epoch(store), "record", 4, FAR)
        by_confirmation = outbox.prune(tx, epoch(store), "record", 99, FAR)
    assert (by_age, by_hello, by_confirmation, seqs(store), lane_state(store)) == (3, 1, 1, [6], (6, 5, 6))


def test_an_answer_below_what_is_kept_prunes_nothing(store: Store) -> None:
    """An old answer that comes after a newer one must not reach the row that the centre does not have."""
    append(store)
    append(store)
    with store.transaction() as tx:
        outbox.confirm(tx, epoch(store), "record", 1)
        newer = outbox.prune(tx, epoch(store), "record", 1, FAR)
        older = outbox.prune(tx, epoch(store), "record", 0, FAR)
        kept = [row.seq for row in outbox.claim(tx, epoch(store), "record", 0, 10)]
    assert (newer, older, kept) == (1, 0, [2])


def test_pruning_goes_on_in_small_acts(store: Store) -> None:
    """A month's rows are deleted a hundred at a time, so that no press waits for it."""
    with store.transaction() as tx:
        for _ in range(150):
            outbox.append(tx, stamp(), Event("bulk", "id.balai.test.v1", "test/1", {}))
        outbox.confirm(tx, epoch(store), "bulk", 150)
    pruned = []
    for _ in range(3):
        with store.transaction() as tx:
            pruned.append(outbox.prune(tx, epoch(store), "bulk", 150, FAR))
    assert pruned == [100, 50, 0]


def test_a_quarantined_event_goes_on_as_a_tombstone(store: Store) -> None:
    """What no centre can read is set aside with its reason, and its sequence has no gap."""
    for _ in range(3):
        append(store)
    with store.transaction() as tx:
        outbox.quarantine(tx, epoch(store), "record", 2, "refused by the centre")
    with store.reader() as db:
        rows = outbox.claim(db, epochs.current(db), "record", 0, 10)
        troubles = outbox.troubles(db, 10)
    assert [(row.seq, row.type == outbox.TOMBSTONE_TYPE) for row in rows] == [(1, False), (2, True), (3, False)]
    assert [(trouble.seq, trouble.type, trouble.code, trouble.reason) for trouble in troubles] == [
        (2, "id.balai.test.v1", "quarantined", "refused by the centre")
    ]


def test_rejects_are_shown_with_their_reason(store: Store) -> None:
    """What the centre rejected is confirmed, and stays visible, newest first."""
    for _ in range(4):
        append(store)
    with store.transaction() as tx:
        outbox.confirm(tx, epoch(store), "record", 4, [(2, "schema", "no such field"), (3, "schema", "too old")])
    with store.reader() as db:
        troubles = outbox.troubles(db, 1)
    assert [(trouble.seq, trouble.lane, trouble.code, trouble.reason) for trouble in troubles] == [
        (3, "record", "schema", "too old")
    ]


def test_the_backlog_is_known_without_counting(store: Store) -> None:
    """Depth and age of what waits follow from each lane's ends."""
    clock = FakeClock()
    append(store, clock=clock)
    clock.advance(60)
    append(store, clock=clock)
    append(store, "urgent", clock=clock)
    with store.transaction() as tx:
        outbox.confirm(tx, epoch(store), "record", 1)
    with store.reader() as db:
        assert outbox.backlog(db) == Backlog(2, "2026-11-23T01:01:00.000+00:00")
    with store.transaction() as tx:
        outbox.confirm(tx, epoch(store), "record", 2)
        outbox.confirm(tx, epoch(store), "urgent", 1)
    with store.reader() as db:
        assert outbox.backlog(db) == Backlog(0, None)


@dataclass
class Watched:
    """A reader that notes how many rows each question asks for."""

    db: outbox.Reads
    limits: list[int] = field(default_factory=list)

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Any:
        """Answer as the reader does."""
        if "LIMIT" in sql:
            self.limits.append(parameters[-1])
        return self.db.execute(sql, parameters)


@pytest.mark.parametrize("seq", [499, 500, 501, 1203])
def test_the_head_of_a_long_lane_is_walked_in_pages(store: Store, seq: int) -> None:
    """However long the backlog, few rows are in memory at once; the head is the one of a single walk, and a gap gives none."""
    with store.transaction() as tx:
        for number in range(1203):
            outbox.append(tx, stamp(), Event("record", "id.balai.test.v1", "test/1", {"number": number}))
    with store.reader() as db:
        watched = Watched(db)
        head = outbox.head_at(watched, epochs.current(db), "record", seq)
        rows = outbox.claim(db, epochs.current(db), "record", 0, seq)
    with store.transaction() as tx:
        tx.execute("DELETE FROM outbox WHERE position & ? = ?", ((1 << 32) - 1, seq - 5))
        with_gap = outbox.head_at(tx, epochs.current(tx), "record", seq)

    assert head == head_over("", *zip(*[row.identity for row in rows], strict=True))
    assert max(watched.limits) <= 500
    assert with_gap is None


def test_no_question_to_the_outbox_walks_all_of_it(store: Store) -> None:
    """Every question costs the same after a month: SQLite searches by position or by the index of troubles."""
    append(store)
    asked: list[str] = []
    with store.reader() as db:
        db.conn.set_trace_callback(asked.append)
        outbox.claim(db, epochs.current(db), "record", 0, 10)
        outbox.backlog(db)
        outbox.lanes(db)
        outbox.troubles(db, 5)
        db.conn.set_trace_callback(None)
        steps = [str(row[3]) for sql in asked if sql.startswith("SELECT") for row in db.execute(f"EXPLAIN QUERY PLAN {sql}")]
    assert [step for step in steps if step.startswith("SCAN outbox") and "outbox_troubles" not in step] == []


class OutboxMachine(RuleBasedStateMachine):
    """The outbox against a list in memory, under any order of appending, confirming, losing and restarting."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = open_test_store(Path(self.folder.name))
        self.facts: list[int] = []
        self.confirmed = 0
        self.pruned = 0

    @rule(value=st.integers(), refuses=st.booleans())
    def append(self, value: int, refuses: bool) -> None:
        """A fact is appended, or refused after it was."""
        try:
            with self.store.transaction() as tx:
                outbox.append(tx, stamp(), Event("record", "id.balai.test.v1", "test/1", {"value": value}))
                if refuses:
                    raise Refusal("nobody-waiting")  # noqa: TRY301 - as above
            self.facts.append(value)
        except Refusal:
            pass

    @rule(through=st.integers(0, 30))
    def receipt(self, through: int) -> None:
        """A receipt comes, late or early."""
        with self.store.transaction() as tx:
            outbox.confirm(tx, epochs.current(tx), "record", through)
        self.confirmed = max(self.confirmed, min(through, len(self.facts)))

    @rule(confirmed=st.integers(0, 30))
    def hello_answered(self, confirmed: int) -> None:
        """The centre knows less than it did; it never asks below what was pruned."""
        with self.store.transaction() as tx:
            outbox.lower(tx, epochs.current(tx), "record", max(confirmed, self.pruned))
        self.confirmed = min(self.confirmed, max(confirmed, self.pruned))

    @rule(through=st.integers(0, 30))
    def prune(self, through: int) -> None:
        """Old confirmed rows are deleted."""
        with self.store.transaction() as tx:
            outbox.prune(tx, epochs.current(tx), "record", through, FAR)
        self.pruned = max(self.pruned, min(through, self.confirmed))

    @rule()
    def restart(self) -> None:
        """The hall stops and starts."""
        self.store.close()
        self.store = open_test_store(Path(self.folder.name))

    @invariant()
    def every_unpruned_fact_is_there_once_in_order(self) -> None:
        """What is claimed is exactly what was accepted and not yet pruned."""
        with self.store.reader() as db:
            rows = outbox.claim(db, epochs.current(db), "record", 0, 1000)
            backlog = outbox.backlog(db)
        expected = list(enumerate(self.facts, start=1))[self.pruned :]
        assert [(row.seq, row.data) for row in rows] == [(seq, f'{{"value":{value}}}') for seq, value in expected]
        assert backlog.depth == len(self.facts) - self.confirmed

    def teardown(self) -> None:
        """Give the folder back."""
        self.store.close()
        self.folder.cleanup()


OutboxMachine.TestCase.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)
TestOutboxMachine = OutboxMachine.TestCase
