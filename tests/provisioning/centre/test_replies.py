"""What the centre answers: only what is durable, once to each lane, and not more often than a hall can use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gateway.mqtt.ports import Message
from gateway.relay.batches import READ_LIMIT, pack
from gateway.relay.receipts import Receipt, Refused, Rejected, decode_answer
from provisioning.centre.dues import BatchDue, Due, HelloDue, RefusalDue
from provisioning.centre.ledger import Ledger
from provisioning.centre.model import LaneKey, LaneReport
from provisioning.centre.reading import Arrival
from provisioning.centre.replies import Replies
from provisioning.centre.sqlite_database import SqliteIntakeDatabase
from tests.support.arrivals import EPOCH, HALL, RECEIVED_AT, arrived, envelope, loose, plain, rows
from tests.support.clock import FakeClock

LANE = LaneKey(HALL, EPOCH, "record")


@dataclass
class Wire:
    """Takes ``room`` messages and remembers them."""

    room: int = 1000
    taken: list[Message] = field(default_factory=list)

    def publish(self, message: Message) -> int | None:
        """Take a message when there is room."""
        if self.room == 0:
            return None
        self.room -= 1
        self.taken.append(message)
        return len(self.taken)

    @property
    def answers(self) -> list[Receipt | Refused]:
        """What was said, as a hall reads it."""
        return [decode_answer(message.payload) for message in self.taken]


class Centre:
    """A ledger and its replies on a real file."""

    def __init__(self, folder: Path) -> None:
        self.database = SqliteIntakeDatabase(folder / "centre.db")
        self.clock = FakeClock()
        self.wire = Wire()
        self.replies = Replies(self.database, self.wire.publish, self.clock, "balai/v1")
        self._ledger = Ledger(self.database)

    def enter(self, *arrivals: Arrival) -> list[Due]:
        """Enter arrivals and owe what is due."""
        due = self._ledger.enter(arrivals, RECEIVED_AT)
        self.replies.owe(due)
        return due


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    """Return an empty centre."""
    made = Centre(tmp_path)
    yield made
    made.database.close()


def receipt(answer: Receipt | Refused) -> Receipt:
    """Return an answer that must be a receipt."""
    assert isinstance(answer, Receipt)
    return answer


def test_a_receipt_names_the_database_the_lane_and_how_far_it_has_come(centre: Centre) -> None:
    """``after`` is the number before the batch, ``through`` and ``head`` are the lane's."""
    centre.enter(rows([1, 2, 3]))
    centre.enter(rows([3, 4]))
    centre.replies.send()
    with centre.database.reading() as tx:
        head = tx.standing(LANE).head

    assert centre.wire.answers == [Receipt(centre.database.centre, EPOCH, "record", 0, 4, head, takes=READ_LIMIT)]
    assert centre.wire.taken[0].topic == f"balai/v1/{HALL}/receipt"


def test_beyond_a_gap_a_receipt_promises_nothing(centre: Centre) -> None:
    """``after`` is never above ``through``: a batch out of order is stored and not yet confirmed."""
    centre.enter(rows([1]), rows([5, 6]))
    centre.replies.send()
    centre.clock.advance(0.1)
    centre.enter(rows([5, 6]))
    centre.replies.send()

    assert [(receipt(one).after, receipt(one).through) for one in centre.wire.answers] == [(0, 1), (1, 1)]


def test_every_receipt_lists_every_reject_since_after(centre: Centre) -> None:
    """Also those whose own receipt may have been lost, and also to a batch of duplicates."""
    centre.enter(arrived(plain(loose(1), loose(2, time="yesterday"), loose(3))))
    centre.replies.send()
    centre.clock.advance(0.1)
    centre.enter(rows([2, 3]))
    centre.replies.send()

    reject = Rejected(2, "schema", "time is not an instant with its offset")
    assert [(receipt(one).after, receipt(one).rejected) for one in centre.wire.answers] == [(0, (reject,)), (1, (reject,))]


def test_a_receipt_with_too_many_rejects_stops_at_the_last_it_lists(centre: Centre) -> None:
    """No reject may count as delivered because the list was full; the next hello gets the rest."""
    for start in range(1, 751, 125):
        centre.enter(arrived(plain(*(loose(seq, clock="?") for seq in range(start, start + 125)))))
    first = receipt(decode_answer(centre.replies.answer(BatchDue(LANE, 1))))
    second = receipt(decode_answer(centre.replies.answer(HelloDue(LANE, LaneReport(750, first.through, 1), "n2"))))

    assert (first.through, len(first.rejected), first.head != second.head) == (500, 500, True)
    assert (second.after, second.through, len(second.rejected), second.hello) == (500, 750, 250, "n2")


def test_a_hello_hears_what_the_centre_really_has(centre: Centre) -> None:
    """Also when that is less than the hall has confirmed, as after a restore of the centre."""
    centre.enter(rows([1, 2]))

    answer = receipt(decode_answer(centre.replies.answer(HelloDue(LANE, LaneReport(9, 9, 1), "n1"))))

    assert (answer.after, answer.through, answer.hello, answer.rejected) == (9, 2, "n1", ())


def test_a_refusal_names_the_payload(centre: Centre) -> None:
    """The hall can tell which of its batches could not be read."""
    [due] = centre.enter(arrived(b"garbage"))
    centre.replies.send()

    assert isinstance(due, RefusalDue)
    assert centre.wire.answers == [Refused(due.sha256, due.reason)]


def test_a_flood_of_batches_is_answered_once_and_the_last_answer_says_all(centre: Centre) -> None:
    """What comes while a lane has just been answered waits a moment for company; other halls do not wait for it."""
    for seq in range(1, 31):
        centre.enter(rows([seq]))
        centre.replies.send()
    centre.enter(rows([1], hall="3510012002"))
    wait_s = centre.replies.send()
    at_once = len(centre.wire.taken)
    centre.clock.advance(0.05)
    centre.replies.send()

    assert (at_once, len(centre.wire.taken), wait_s is not None and 0 < wait_s <= 0.05) == (2, 3, True)
    last = receipt(centre.wire.answers[-1])
    assert (last.after, last.through) == (1, 30)
    assert centre.replies.send() is None


def test_the_end_of_a_backlog_is_answered_at_once(centre: Centre) -> None:
    """Full batches wait a moment for company, since more follows; the hall waits for the answer to what is not full."""
    sent = []
    for first, count in ((1, 2000), (2001, 2000), (4001, 7)):
        centre.enter(arrived(pack([envelope(seq) for seq in range(first, first + count)], READ_LIMIT).payload))
        centre.replies.send()
        sent.append(len(centre.wire.taken))

    last = receipt(centre.wire.answers[-1])
    assert (sent, last.through) == ([1, 1, 2], 4007)


def test_a_hall_gets_ten_answers_a_second_in_the_long_run(centre: Centre) -> None:
    """Batches for three seconds, a hundred a second: ten answers at the beginning, and ten for each second."""
    for seq in range(1, 301):
        centre.enter(rows([seq]))
        centre.replies.send()
        centre.clock.advance(0.01)

    assert 38 <= len(centre.wire.taken) <= 40


def test_what_the_wire_does_not_take_stays_owed(centre: Centre) -> None:
    """An answer is struck off only once it has gone."""
    centre.wire.room = 0
    centre.enter(rows([1]))
    first = centre.replies.send()
    centre.wire.room = 1
    second = centre.replies.send()

    assert (first is not None, second, len(centre.wire.taken)) == (True, None, 1)


def test_an_answer_says_what_is_durable_when_it_is_sent(centre: Centre) -> None:
    """An answer that had to wait is as new as one that had not."""
    centre.wire.room = 0
    centre.enter(rows([1]))
    centre.replies.send()
    centre.enter(rows([2, 3]))
    centre.wire.room = 9
    centre.replies.send()

    assert [receipt(one).through for one in centre.wire.answers] == [3]
