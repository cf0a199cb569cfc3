"""The acts of the queue on a real database."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.errors import Refusal
from gateway.store import epochs
from gateway.tickets.desk import Called, Issued
from tests.support.clock import FakeClock
from tests.support.tickets import Queue, open_queue


def code_of(act: Callable[[], object]) -> str:
    """Return the code with which an act refuses."""
    with pytest.raises(Refusal) as caught:
        act()
    return caught.value.code


def test_numbers_of_a_line_are_one_two_three(tmp_path: Path) -> None:
    """Each line counts for itself and leaves nothing out."""
    with open_queue(tmp_path) as queue:
        numbers = [queue.desk.issue(line, origin="button").number for line in ("surat", "bantuan", "surat", "surat")]
    assert numbers == ["A-001", "B-001", "A-002", "A-003"]


def test_numbers_go_on_after_a_restart_and_with_any_clock(tmp_path: Path) -> None:
    """A power cut that throws the clock to 1970 doubles no number."""
    clock = FakeClock()
    with open_queue(tmp_path, clock) as queue:
        queue.desk.issue("surat", origin="button")
    clock.reboot("b0010002", clock.now().replace(year=1970))
    with open_queue(tmp_path, clock, seed=2) as queue:
        assert queue.desk.issue("surat", origin="button").number == "A-002"


def test_a_ticket_says_how_many_are_ahead(tmp_path: Path) -> None:
    """The third in line hears of two."""
    with open_queue(tmp_path) as queue:
        assert [queue.desk.issue("surat", origin="phone").ahead for _ in range(3)] == [0, 1, 2]


def test_a_priority_ticket_stands_before_the_others(tmp_path: Path) -> None:
    """Somebody old is called next, and is told so."""
    with open_queue(tmp_path) as queue:
        for _ in range(3):
            queue.desk.issue("surat", origin="phone")
        assert queue.desk.issue("surat", priority="lansia", origin="button").ahead == 0
        assert queue.desk.call_next("1").number == "A-004"


def test_two_priority_calls_then_somebody_else(tmp_path: Path) -> None:
    """Priority starves nobody."""
    with open_queue(tmp_path) as queue:
        for priority in ("", "", "lansia", "hamil", "disabilitas"):
            queue.desk.issue("surat", priority=priority, origin="phone")
        called = [queue.desk.call_next("1").number for _ in range(5)]
    assert called == ["A-003", "A-004", "A-001", "A-005", "A-002"]


def test_a_counter_of_two_lines_calls_in_the_order_of_issue(tmp_path: Path) -> None:
    """Whoever came first is called first, whatever the letter."""
    with open_queue(tmp_path) as queue:
        for line in ("bantuan", "surat", "bantuan"):
            queue.desk.issue(line, origin="phone")
        assert [queue.desk.call_next("1").number for _ in range(3)] == ["B-001", "A-001", "B-002"]


def test_a_counter_helps_only_when_its_own_lines_are_empty(tmp_path: Path) -> None:
    """Loket 2 prefers its own line, and does not sit idle."""
    with open_queue(tmp_path) as queue:
        for line in ("bantuan", "surat"):
            queue.desk.issue(line, origin="phone")
        assert [queue.desk.call_next("2").number for _ in range(2)] == ["A-001", "B-001"]


def test_calling_the_next_finishes_with_the_present(tmp_path: Path) -> None:
    """One press is enough at a counter with a line before it."""
    with open_queue(tmp_path) as queue:
        for _ in range(2):
            queue.desk.issue("surat", origin="phone")
        queue.desk.call_next("1")
        queue.clock.advance(240)
        queue.desk.call_next("1")
        states = queue.rows("SELECT label, state, service_s FROM ticket ORDER BY id")
    assert states == [("A-001", "completed", 240.0), ("A-002", "called", None)]


def test_the_present_ticket_stays_when_nobody_waits(tmp_path: Path) -> None:
    """A press too many sends nobody away from the counter."""
    with open_queue(tmp_path) as queue:
        queue.desk.issue("surat", origin="phone")
        queue.desk.call_next("1")
        assert code_of(lambda: queue.desk.call_next("1")) == "nobody-waiting"
        assert queue.rows("SELECT state FROM ticket") == [("called",)]


@pytest.mark.parametrize("act", ["recall", "complete", "no_show"])
def test_an_idle_counter_has_nobody_to_act_on(tmp_path: Path, act: str) -> None:
    """Keys pressed at an idle counter are refused in words."""
    with open_queue(tmp_path) as queue:
        assert code_of(lambda: getattr(queue.desk, act)("1")) == "no-current-ticket"


def test_unknown_names_are_refused(tmp_path: Path) -> None:
    """A wrong line, counter or class changes nothing and says what is wrong."""
    with open_queue(tmp_path) as queue:
        before = queue.rows("SELECT revision FROM queue")
        codes = [
            code_of(lambda: queue.desk.issue("x", origin="phone")),
            code_of(lambda: queue.desk.issue("\ud800", origin="phone")),
            code_of(lambda: queue.desk.issue("surat", priority="vip", origin="phone")),
            code_of(lambda: queue.desk.call_next("9")),
            code_of(lambda: queue.desk.call_next("\ud800")),
        ]
        assert queue.rows("SELECT revision FROM queue") == before
    assert codes == ["unknown-line", "unknown-line", "unknown-priority", "unknown-counter", "unknown-counter"]


def test_a_closed_line_gives_no_number(tmp_path: Path) -> None:
    """A line that is closed says so by its name."""
    with open_queue(tmp_path) as queue:
        with queue.store.transaction() as tx:
            tx.execute("UPDATE line SET open = 0 WHERE id = 'surat'")
        assert code_of(lambda: queue.desk.issue("surat", origin="phone")) == "line-closed"


def test_a_clerk_acts_on_the_number_that_was_seen(tmp_path: Path) -> None:
    """A page left open from before does not finish somebody else's ticket."""
    with open_queue(tmp_path) as queue:
        for _ in range(3):
            queue.desk.issue("surat", origin="phone")
        queue.desk.call_next("1", expected="")
        queue.desk.call_next("1", expected="A-001")
        assert code_of(lambda: queue.desk.complete("1", expected="A-001")) == "ticket-moved-on"
        assert queue.desk.complete("1", expected="A-002").number == "A-002"


def test_the_same_key_gives_the_same_answer_after_a_restart(tmp_path: Path) -> None:
    """A double tap, or a phone that asks again after a power cut, is one request."""
    with open_queue(tmp_path) as queue:
        first = queue.desk.issue("surat", origin="phone", key="tap-0001")
        called = queue.desk.call_next("1", key="tap-0002")
    with open_queue(tmp_path, seed=2) as queue:
        again: list[Issued | Called] = [queue.desk.issue("surat", origin="phone", key="tap-0001")]
        again += [queue.desk.call_next("1", key="tap-0002", expected="")]
        assert again == [first, called]
        assert queue.rows("SELECT count(*) FROM ticket") == [(1,)]


def test_a_key_is_for_one_request_only(tmp_path: Path) -> None:
    """The same key for another act, line or class is refused."""
    with open_queue(tmp_path) as queue:
        queue.desk.issue("surat", origin="phone", key="tap-0001")
        assert code_of(lambda: queue.desk.issue("bantuan", origin="phone", key="tap-0001")) == "key-reused"
        assert code_of(lambda: queue.desk.issue("surat", priority="lansia", origin="phone", key="tap-0001")) == "key-reused"
        assert code_of(lambda: queue.desk.call_next("1", key="tap-0001")) == "key-reused"


def test_a_refused_request_may_be_repeated_with_its_key(tmp_path: Path) -> None:
    """A refusal is not an answer to be kept: when somebody comes, the same press calls them."""
    with open_queue(tmp_path) as queue:
        assert code_of(lambda: queue.desk.call_next("1", key="tap-0001")) == "nobody-waiting"
        queue.desk.issue("surat", origin="phone")
        assert queue.desk.call_next("1", key="tap-0001").number == "A-001"


def test_each_act_sends_its_event(tmp_path: Path) -> None:
    """The centre learns of every act once, in order, under the ticket's lasting name."""
    with open_queue(tmp_path) as queue:
        queue.desk.issue("surat", priority="lansia", origin="button")
        queue.clock.advance(90)
        queue.desk.call_next("1", officer="7")
        queue.desk.recall("1", officer="7")
        queue.desk.no_show("1", officer="7")
        queue.desk.issue("surat", origin="phone")
        queue.desk.call_next("1", officer="7")
        queue.clock.advance(60)
        queue.desk.complete("1", officer="7")
        [(epoch,)] = queue.rows("SELECT epoch FROM epoch")
        told = [(kind, subject, json.loads(str(data))) for kind, subject, data in queue.events("id.balai.ticket.%")]
    one, two = f"ticket/{epoch}/1/A-001", f"ticket/{epoch}/1/A-002"
    assert told == [
        ("id.balai.ticket.issued.v1", one, {"line": "surat", "number": "A-001", "priority": "lansia", "origin": "button"}),
        ("id.balai.ticket.called.v1", one, {"line": "surat", "counter": "1", "waited_s": 90.0}),
        ("id.balai.ticket.recalled.v1", one, {"line": "surat", "counter": "1", "calls": 2}),
        ("id.balai.ticket.no-show.v1", one, {"line": "surat", "counter": "1", "calls": 2}),
        ("id.balai.ticket.issued.v1", two, {"line": "surat", "number": "A-002", "origin": "phone"}),
        ("id.balai.ticket.called.v1", two, {"line": "surat", "counter": "1", "waited_s": 0.0}),
        ("id.balai.ticket.completed.v1", two, {"line": "surat", "counter": "1", "service_s": 60.0}),
    ]


def test_no_token_goes_up(tmp_path: Path) -> None:
    """What opens somebody's ticket stays in the hall."""
    with open_queue(tmp_path) as queue:
        token = queue.desk.issue("surat", origin="phone").token
        assert re.fullmatch("[a-z2-7]{20,}", token)
        assert [event for event in queue.events() if token in str(event)] == []


def test_a_service_over_a_restart_is_not_measured(tmp_path: Path) -> None:
    """Nobody knows how long the hall was dark, so nothing is claimed."""
    clock = FakeClock()
    with open_queue(tmp_path, clock) as queue:
        queue.desk.issue("surat", origin="phone")
        queue.desk.call_next("1")
    clock.reboot("b0010002")
    with open_queue(tmp_path, clock, seed=2) as queue:
        queue.desk.complete("1")
        assert queue.rows("SELECT service_s FROM ticket") == [(None,)]


def test_a_restored_hall_leaps_over_numbers_once(tmp_path: Path) -> None:
    """Slips given out after the backup keep their numbers: nobody else gets them."""
    with open_queue(tmp_path) as queue:
        queue.desk.issue("surat", origin="button")
        with queue.store.transaction() as tx:
            tx.execute("INSERT INTO meta VALUES ('numbers_jump_pending', '50')")
        numbers = [queue.desk.issue(line, origin="button").number for line in ("surat", "surat", "bantuan", "bantuan")]
        told = [json.loads(str(data)).get("jumped") for _, _, data in queue.events("id.balai.ticket.issued.v1")]
    assert (numbers, told) == (["A-052", "A-053", "B-051", "B-052"], [None, 50, None, 50, None])


def test_a_hall_restored_twice_leaps_twice(tmp_path: Path) -> None:
    """A line that gave no number between two restores leaves out both: the second life may have given those of the first leap."""
    with open_queue(tmp_path) as queue:
        numbers = []
        for line in ("surat", "bantuan"):
            with queue.store.transaction() as tx:
                epochs.ask_for_jump(tx)
            numbers.append(queue.desk.issue(line, origin="button").number)
        with queue.store.transaction() as tx:
            epochs.ask_for_jump(tx)
            epochs.ask_for_jump(tx)
        numbers.append(queue.desk.issue("surat", origin="button").number)

    assert numbers == ["A-101", "B-201", "A-402"]


def at_once(acts: list[Callable[[], object]]) -> None:
    """Run acts in threads that start together."""
    gate = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        gate.wait(10)
        act()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def test_numbers_taken_at_once_are_all_different_and_without_a_hole(tmp_path: Path) -> None:
    """A crowd at eight buttons gets 1 to 80."""
    with open_queue(tmp_path) as queue:
        at_once([lambda: [queue.desk.issue("surat", origin="phone") for _ in range(10)]] * 8)
        assert queue.rows("SELECT number FROM ticket ORDER BY number") == [(number,) for number in range(1, 81)]


def test_two_counters_that_call_at_once_never_get_one_person(tmp_path: Path) -> None:
    """Every person is called by exactly one counter."""
    with open_queue(tmp_path) as queue:
        for _ in range(60):
            queue.desk.issue("surat", origin="phone")
        called: list[str] = []
        at_once([lambda: called.extend(queue.desk.call_next("1").number for _ in range(30)),
                 lambda: called.extend(queue.desk.call_next("2").number for _ in range(30))])  # fmt: skip
    assert sorted(called) == [f"A-{number:03d}" for number in range(1, 61)]


def test_a_double_tap_at_once_is_one_ticket(tmp_path: Path) -> None:
    """Two requests with one key, side by side, are one act."""
    answers: list[Issued] = []

    def tap(queue: Queue) -> None:
        answers.append(queue.desk.issue("surat", origin="phone", key="tap-0001"))

    with open_queue(tmp_path) as queue:
        at_once([lambda: tap(queue)] * 6)
        assert queue.rows("SELECT count(*) FROM ticket") == [(1,)]
    assert len(set(answers)) == 1
