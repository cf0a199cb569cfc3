"""What an answer may cost when it is lost, how many events one batch holds, and what is walked before the turn to write."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from gateway.mqtt.ports import Acknowledged
from gateway.relay.batches import BATCH_LIMIT, READ_LIMIT
from gateway.relay.decisions import Range
from gateway.relay.hearing import Told, can_be_asked_again
from gateway.relay.histories import Histories
from gateway.relay.loading import load
from gateway.relay.progress import Progress
from gateway.relay.receipts import LaneStand, Receipt, Refused
from gateway.store import outbox
from tests.support.relay import HALL, RelayWorld

World = Callable[..., RelayWorld]
CONFIRMS = Receipt("c", "7f3a90c2", "record", 0, 5, "a" * 64)
ANSWERS_A_HELLO = Receipt("c", "7f3a90c2", "record", 0, 5, "a" * 64, hello="n1")


@pytest.mark.parametrize(
    ("told", "by_puback", "again"),
    [
        (CONFIRMS, False, True),
        (ANSWERS_A_HELLO, False, False),
        (Refused("0" * 64, "?"), False, False),
        (Acknowledged(1, ""), False, True),
        (Acknowledged(1, "too large", too_large=True), False, False),
        (Acknowledged(1, ""), True, False),
        (None, False, True),
        (None, True, True),
    ],
)
def test_what_no_hello_brings_back_waits_for_the_card(told: Told, *, by_puback: bool, again: bool) -> None:
    """A hello's answer may lower and delete; with the broker's word for the centre's there is no hello at all."""
    assert can_be_asked_again(told, by_puback=by_puback) is again


@pytest.mark.parametrize("by_puback", [True, False])
def test_the_brokers_word_is_on_the_card_when_it_counts(world: World, *, by_puback: bool) -> None:
    """After a power cut nothing that the broker's word has confirmed goes up once more."""
    here = world(by_puback=by_puback)
    here.append("record", 3)
    levels = ["2"]
    confirmed_at: list[str] = []

    def trace(sql: str) -> None:
        if sql.startswith("PRAGMA synchronous="):
            levels.append(sql[-1])
        if sql.startswith("UPDATE lane SET head"):
            confirmed_at.append(levels[-1])

    here.store._db.conn.set_trace_callback(trace)
    here.settle()

    assert set(confirmed_at) == {"2" if by_puback else "1"}


def test_each_connection_begins_with_what_every_reader_takes() -> None:
    """Another centre may listen by now: what the former one has said of itself counts no more."""
    progress = Progress(Random(1))
    progress.connected()
    stands = {("7f3a90c2", "record"): LaneStand(9, 0, 1, "")}
    progress.answered(Receipt("c", "7f3a90c2", "record", 0, 0, takes=READ_LIMIT), stands, 0.0, "")
    before = progress.takes
    progress.disconnected()
    progress.connected()

    assert (before, progress.takes) == (READ_LIMIT, BATCH_LIMIT)


@pytest.mark.parametrize(("again", "count"), [(False, 900), (True, BATCH_LIMIT)])
def test_what_was_refused_goes_in_batches_that_every_reader_takes(world: World, *, again: bool, count: int) -> None:
    """Whatever the centre says it takes: the one that refused it may be another."""
    here = world()
    here.append("record", 900)
    [key] = here.stands()
    with here.store.reader() as db:
        loaded = load(db, HALL, Range(key, 1, 900, 65_536, again=again), READ_LIMIT, lambda _hash, _first, _size: b"")

    assert loaded is not None
    assert len(loaded.seqs) == count


def test_what_was_walked_for_a_hellos_answer_is_not_walked_again(world: World) -> None:
    """The second look, in the turn to write, reads no row."""
    here = world()
    here.append("record", 900)
    [key] = here.stands()
    histories, stands = Histories(), {key: LaneStand(900, 0, 1, "")}
    receipt = Receipt("c", *key, 0, 900, "a" * 64, hello="n1")
    with here.store.reader() as db:
        histories.walk(db, [None, receipt], stands)
        head = outbox.head_at(db, *key, 900)

    assert histories.head_told(Closed(), receipt, stands) == head


class Closed:
    """A store in which nothing may be read."""

    def execute(self, sql: str, _parameters: object = (), /) -> None:
        """Fail."""
        raise AssertionError(sql)
