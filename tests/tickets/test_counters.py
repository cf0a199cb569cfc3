"""What a clerk does at a counter, act by act, with the hall's own rules."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.errors import Refusal
from gateway.tickets.choices import QueueRules
from gateway.tickets.model import HoldReason
from tests.support.tickets import Queue, open_queue


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Queue]:
    """A hall with the rules that every hall begins with; three people wait for letters, one for aid."""
    with open_queue(tmp_path, rules=QueueRules()) as queue:
        for line in ("surat", "surat", "surat", "bantuan"):
            queue.desk.issue(line, origin="button")
        yield queue


def code_of(act: Callable[[], object]) -> str:
    """Return the code with which an act refuses."""
    with pytest.raises(Refusal) as caught:
        act()
    return caught.value.code


def states(queue: Queue) -> dict[str, str]:
    """Return how every ticket stands, by number."""
    return {str(number): str(state) for number, state in queue.rows("SELECT label, state FROM ticket ORDER BY id")}


def latest(queue: Queue) -> tuple[str, dict[str, object]]:
    """Return the newest event: the telling part of its type, and its data."""
    kind, _, data = queue.events()[-1]
    return str(kind).removeprefix("id.balai.").removesuffix(".v1"), json.loads(str(data))


def test_a_second_press_within_two_seconds_is_the_same_press(queue: Queue) -> None:
    """A keypad that is pressed twice calls one person; after two seconds it calls the next."""
    first = queue.desk.call_next("1")
    queue.clock.advance(1.9)
    assert queue.desk.call_next("1").number == first.number == "A-001"
    queue.clock.advance(0.2)
    assert queue.desk.call_next("1").number == "A-002"


def test_the_time_of_service_begins_when_the_person_comes(queue: Queue) -> None:
    """Walking to the counter is not service."""
    queue.desk.call_next("1")
    queue.clock.advance(40)
    queue.desk.counters.serve("1")
    queue.clock.advance(300)
    queue.desk.complete("1")
    assert queue.rows("SELECT state, service_s FROM ticket WHERE label = 'A-001'") == [("completed", 300.0)]


def test_nobody_is_absent_before_being_called_often_enough(queue: Queue) -> None:
    """Three calls, as halls do it; the refusal says how many are missing."""
    queue.desk.call_next("1")
    queue.desk.recall("1")
    with pytest.raises(Refusal) as refused:
        queue.desk.no_show("1")
    assert (refused.value.code, refused.value.facts) == ("called-too-few", {"number": "A-001", "calls": 2, "needed": 3})
    queue.desk.recall("1")
    assert queue.desk.no_show("1").number == "A-001"
    assert states(queue)["A-001"] == "no_show"


def test_a_skipped_ticket_comes_again_after_the_stated_others(tmp_path: Path) -> None:
    """With two places behind, A-001 comes after A-003; the next person is called in the same act."""
    with open_queue(tmp_path, rules=QueueRules(skip_places=2, double_press_s=0.0)) as queue:
        for _ in range(4):
            queue.desk.issue("surat", origin="button")
        queue.desk.call_next("1")
        assert queue.desk.counters.skip("1").number == "A-001"
        assert states(queue)["A-002"] == "called"
        assert [queue.desk.call_next("1").number for _ in range(3)] == ["A-003", "A-001", "A-004"]


def test_who_is_skipped_alone_waits_again_and_nobody_is_called(tmp_path: Path) -> None:
    """The counter is free, and the person is not lost."""
    with open_queue(tmp_path) as queue:
        queue.desk.issue("surat", origin="button")
        queue.desk.call_next("1")
        queue.desk.counters.skip("1")
        assert states(queue) == {"A-001": "waiting"}
        assert queue.desk.call_next("1").number == "A-001"


def test_a_held_ticket_comes_back_to_its_place_with_its_number(queue: Queue) -> None:
    """Whoever fetched a paper is called before those who came later."""
    queue.desk.call_next("1")
    assert queue.desk.counters.hold("1", HoldReason.PAPERS).number == "A-001"
    assert latest(queue) == ("ticket.held", {"line": "surat", "counter": "1", "reason": "papers"})
    assert queue.desk.call_next("1").number == "A-002"
    queue.desk.counters.bring_back("1", "A-001")
    queue.clock.advance(60)
    assert queue.desk.call_next("1").number == "A-001"


def test_a_reason_to_hold_is_one_of_few_words(queue: Queue) -> None:
    """Nothing about a person can be typed into the queue."""
    queue.desk.call_next("1")
    assert code_of(lambda: queue.desk.counters.hold("1", "Ibu Sari lupa KTP")) == "unknown-hold-reason"


def test_a_transferred_ticket_keeps_its_number_and_its_place(queue: Queue) -> None:
    """A-001 came before B-001, so the other line calls it first."""
    queue.desk.call_next("1")
    queue.clock.advance(30)
    queue.desk.counters.transfer("1", "bantuan")
    assert latest(queue)[1] == {"line": "surat", "counter": "1", "to_line": "bantuan", "service_s": 30.0}
    lines, (first, second) = queue.desk.furniture.read()
    queue.desk.furniture.arrange(lines, (first, replace(second, lines=("bantuan",), helps=())))
    assert queue.desk.call_next("2").number == "A-001"


def test_who_is_sent_to_a_counter_is_called_by_it_alone_and_first(queue: Queue) -> None:
    """The counter that was meant calls it before its own line; the other never does."""
    queue.desk.call_next("1")
    queue.desk.counters.transfer("1", "surat", "2")
    assert queue.desk.call_next("1").number == "A-002"
    assert queue.desk.call_next("2").number == "A-001"


def test_a_particular_ticket_can_be_called_and_the_present_one_is_finished(queue: Queue) -> None:
    """Out of turn, by its number; a number that is no longer of use is refused and changes nothing."""
    queue.desk.call_next("1")
    assert queue.desk.counters.call("1", "A-003").number == "A-003"
    assert states(queue) == {"A-001": "completed", "A-002": "waiting", "A-003": "called", "B-001": "waiting"}
    assert code_of(lambda: queue.desk.counters.call("1", "A-001")) == "act-not-now"
    assert code_of(lambda: queue.desk.counters.call("1", "Z-009")) == "unknown-number"
    assert states(queue)["A-003"] == "called"


def test_nobody_takes_away_whom_another_counter_serves(queue: Queue) -> None:
    """Neither by calling nor by cancelling."""
    queue.desk.call_next("1")
    assert code_of(lambda: queue.desk.counters.call("2", "A-001")) == "act-not-now"
    assert code_of(lambda: queue.desk.counters.cancel("2", "A-001")) == "act-not-now"


def test_taking_back_a_call_brings_back_who_was_there(queue: Queue) -> None:
    """The one who was sent away is at the counter again, with the time of service running on, and the other waits at the old place."""
    queue.desk.call_next("1")
    queue.clock.advance(120)
    queue.desk.call_next("1")
    queue.clock.advance(9)
    assert queue.desk.counters.undo("1").number == "A-002"
    assert states(queue) == {"A-001": "called", "A-002": "waiting", "A-003": "waiting", "B-001": "waiting"}
    assert queue.rows("SELECT count(*) FROM call WHERE undone = 0") == [(1,)]
    queue.clock.advance(71)
    queue.desk.call_next("1")
    assert queue.rows("SELECT service_s FROM ticket WHERE label = 'A-001'") == [(200.0,)]


def test_an_act_can_be_taken_back_once_and_for_ten_seconds(queue: Queue) -> None:
    """Later it is history, also after a restart of the machine."""
    queue.desk.call_next("1")
    queue.clock.advance(10.1)
    assert code_of(lambda: queue.desk.counters.undo("1")) == "undo-too-late"
    queue.desk.complete("1")
    queue.desk.counters.undo("1")
    assert code_of(lambda: queue.desk.counters.undo("1")) == "undo-too-late"
    queue.desk.complete("1")
    queue.clock.reboot("b0010002")
    assert code_of(lambda: queue.desk.counters.undo("1")) == "undo-too-late"


def test_nothing_is_taken_back_over_somebody_elses_act(queue: Queue) -> None:
    """The holder has given the number back meanwhile: it stays given back."""
    [(token,)] = queue.rows("SELECT token FROM ticket WHERE label = 'A-001'")
    queue.desk.call_next("1")
    queue.desk.counters.skip("1")
    queue.desk.give_back(str(token))
    assert code_of(lambda: queue.desk.counters.undo("1")) == "undo-too-late"
    assert states(queue)["A-001"] == "cancelled"


def test_the_centre_learns_what_was_taken_back(queue: Queue) -> None:
    """One event for each ticket, with the act and the state it has again."""
    queue.desk.call_next("1")
    queue.desk.counters.undo("1")
    assert latest(queue) == ("ticket.undone", {"line": "surat", "taken_back": "call-next", "state": "waiting"})


def test_a_counter_that_rests_works_again_with_its_next_call(queue: Queue) -> None:
    """A keypad has no key to end a rest."""
    queue.desk.counters.pause("1")
    assert queue.rows("SELECT paused_at IS NOT NULL FROM counter WHERE id = '1'") == [(1,)]
    queue.desk.call_next("1")
    assert queue.rows("SELECT paused_at IS NOT NULL FROM counter WHERE id = '1'") == [(0,)]


def test_the_same_key_gives_the_same_answer_for_every_act(queue: Queue) -> None:
    """A lost answer is asked for again and nothing is done twice."""
    queue.desk.call_next("1")
    first = queue.desk.counters.hold("1", HoldReason.PAYMENT, key="key-00000001")
    assert queue.desk.counters.hold("1", HoldReason.PAYMENT, key="key-00000001") == first
    assert code_of(lambda: queue.desk.counters.hold("1", HoldReason.OTHER, key="key-00000001")) == "key-reused"
