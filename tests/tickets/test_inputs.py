"""From a press to a number."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.devices.ports import Press
from gateway.errors import Refusal
from gateway.tickets.choices import QueueRules
from gateway.tickets.desk import Issued, TicketsDesk
from gateway.tickets.inputs import STALE_S, TOLD_S, PressAnswer, PressDesk
from gateway.tickets.view import QueueView
from tests.support.rules import choose_rules
from tests.support.tickets import Queue, open_queue


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Queue]:
    """A furnished queue on a real store."""
    with open_queue(tmp_path) as opened:
        yield opened


def numbers(queue: Queue) -> list[str]:
    """The numbers that are on the card, in the order of issue."""
    return [str(label) for (label,) in queue.rows("SELECT label FROM ticket ORDER BY id")]


def press(queue: Queue, line: str = "surat") -> Press:
    """A press at this moment."""
    return Press("tombol", line, queue.clock.monotonic_s())


def test_a_press_becomes_a_number_of_its_line(queue: Queue) -> None:
    """Each press is one number, in the order of the presses."""
    presses = PressDesk(queue.desk, queue.clock)
    for line in ("surat", "bantuan", "surat"):
        presses.press(press(queue, line))
    presses.step()
    assert numbers(queue) == ["A-001", "B-001", "A-002"]
    assert presses.latest == PressAnswer("tombol", "surat", "A-002", "")


def test_pressing_only_enqueues_and_wakes(queue: Queue) -> None:
    """The device's thread never waits for the card."""
    woken: list[bool] = []
    presses = PressDesk(queue.desk, queue.clock)
    presses.wakes(lambda: woken.append(True))
    presses.press(press(queue))
    assert (numbers(queue), woken) == ([], [True])


def test_a_press_is_given_once(queue: Queue) -> None:
    """Looking again gives no second number."""
    presses = PressDesk(queue.desk, queue.clock)
    presses.press(press(queue))
    presses.step()
    presses.step()
    assert numbers(queue) == ["A-001"]


def test_a_press_that_waited_too_long_is_dropped_and_counted(queue: Queue) -> None:
    """A hall that wakes after a stall gives no numbers to people who have gone."""
    presses = PressDesk(queue.desk, queue.clock)
    presses.press(press(queue))
    queue.clock.advance(STALE_S + 0.1)
    presses.press(press(queue))
    presses.step()
    assert (numbers(queue), presses.dropped) == (["A-001"], 1)


def test_a_button_of_an_unknown_line_stops_nobody(queue: Queue) -> None:
    """A wrong setting of one button is counted and shown, and the next button works."""
    presses = PressDesk(queue.desk, queue.clock)
    presses.press(press(queue, "tidak-ada"))
    presses.step()
    assert (presses.refused, presses.latest) == (1, PressAnswer("tombol", "tidak-ada", "", "unknown-line"))
    presses.press(press(queue))
    presses.step()
    assert numbers(queue) == ["A-001"]


class FailingCard:
    """A desk whose card fails ``failures`` times before it takes a press."""

    def __init__(self, desk: TicketsDesk, failures: int) -> None:
        self._desk = desk
        self._failures = failures

    def issue(self, line: str, **words: Any) -> Issued:
        """Fail, or give a number."""
        if self._failures:
            self._failures -= 1
            raise Refusal("storage-failed") from sqlite3.OperationalError("disk I/O error")
        return self._desk.issue(line, **words)


def test_a_press_waits_while_the_card_fails(queue: Queue) -> None:
    """A stall of the card costs nobody their number, and the order stays."""
    presses = PressDesk(FailingCard(queue.desk, 2), queue.clock)  # type: ignore[arg-type]
    presses.press(press(queue))
    presses.press(press(queue, "bantuan"))
    rests_s = [presses.step() for _ in range(3)]
    assert (rests_s, numbers(queue)) == ([0.5, 0.5, 1.0], ["A-001", "B-001"])


def test_a_card_that_stays_broken_gives_up_after_ten_seconds(queue: Queue) -> None:
    """Presses do not pile up behind a dead card."""
    presses = PressDesk(FailingCard(queue.desk, 99), queue.clock)  # type: ignore[arg-type]
    presses.press(press(queue))
    presses.step()
    queue.clock.advance(STALE_S + 0.1)
    presses.step()
    assert (presses.dropped, presses.latest) == (1, PressAnswer("tombol", "surat", "", "press-stale"))


def test_a_button_at_a_counter_rates_the_visit_that_has_just_ended_there(tmp_path: Path) -> None:
    """The latest visit of that counter, once, for three minutes; a press for nobody changes nothing and is no refusal."""
    with open_queue(tmp_path) as queue:
        presses = PressDesk(queue.desk, queue.clock)
        for _ in range(2):
            queue.desk.issue("surat", origin="button")

        def press(score: int, counter: str = "1") -> None:
            presses.press(Press(f"nilai-{score}", "", queue.clock.monotonic_s(), counter, score))
            presses.step()

        press(4)
        queue.desk.call_next("1")
        queue.clock.advance(200)
        queue.desk.call_next("1")
        press(3)
        press(1)
        press(2, counter="2")
        queue.desk.complete("1")
        queue.clock.advance(181)
        press(1)
        assert queue.rows("SELECT label, score, rating.origin FROM rating JOIN ticket ON ticket.id = ticket") == [
            ("A-001", 3, "button")
        ]
        assert (presses.refused, presses.latest) == (0, None)


def key(queue: Queue, act: str, number: str = "") -> Press:
    """A press of a key of the keypad at counter 1, just now."""
    return Press("keypad-1", "", queue.clock.monotonic_s(), "1", act=act, number=number)


def test_a_keypad_obeys_the_rules_of_the_desk(queue: Queue) -> None:
    """Call next calls, a second press in haste calls nobody else, recall and done are about the present ticket."""
    presses = PressDesk(queue.desk, queue.clock)
    choose_rules(queue.store, QueueRules())
    for _ in range(2):
        queue.desk.issue("surat", origin="staff")
    for act in ("call-next", "call-next", "recall", "complete"):
        presses.press(key(queue, act))
        presses.step()
        queue.clock.advance(0.5)
    assert queue.rows("SELECT label, state, calls FROM ticket ORDER BY id") == [
        ("A-001", "completed", 2),
        ("A-002", "waiting", 0),
    ]
    assert presses.latest_act == PressAnswer("keypad-1", "", "A-001", "", "1", "complete")


def test_a_keypad_names_itself_and_no_officer(queue: Queue) -> None:
    """Nobody signs in at a keypad: what it did is on record as its own, in calls and in ends."""
    presses = PressDesk(queue.desk, queue.clock)
    queue.desk.issue("surat", origin="staff")
    for act in ("call-next", "complete"):
        presses.press(key(queue, act))
    presses.step()
    assert queue.rows("SELECT officer FROM call") == [("device:keypad-1",)]
    assert queue.rows("SELECT ended_by FROM ticket") == [("device:keypad-1",)]


def test_a_keypad_that_can_do_nothing_is_answered_with_the_reason(queue: Queue) -> None:
    """Nobody waits: the press is refused, shown, and holds up nobody."""
    presses = PressDesk(queue.desk, queue.clock)
    presses.press(key(queue, "call-next"))
    presses.step()
    assert presses.latest_act == PressAnswer("keypad-1", "", "", "nobody-waiting", "1", "call-next")


def typed(queue: Queue, number: str, counter: str = "1") -> Press:
    """A number and Enter on a keypad at this moment."""
    return Press("keypad-1", "", queue.clock.monotonic_s(), counter, act="call", number=number)


def test_a_number_on_a_keypad_calls_that_person(queue: Queue) -> None:
    """Who waits with that number in the counter's own line is called, out of turn, and nobody else."""
    view = QueueView(queue.store, queue.desk.choices)
    presses = PressDesk(queue.desk, queue.clock, lambda: view.current)
    for _ in range(3):
        queue.desk.issue("surat", origin="phone")
    view.refresh()
    presses.press(typed(queue, "3"))
    presses.step()
    view.refresh()
    assert ([(call.number, call.counter) for call in view.current.calls], presses.keypad_says("1")) == ([("A-003", "1")], None)


def test_a_number_that_does_not_wait_calls_nobody_and_is_told_for_a_while(queue: Queue) -> None:
    """The clerk reads why on the counter's page; the next act that succeeds, or twenty seconds, take it away."""
    view = QueueView(queue.store, queue.desk.choices)
    presses = PressDesk(queue.desk, queue.clock, lambda: view.current)
    queue.desk.issue("surat", origin="phone")
    view.refresh()
    presses.press(typed(queue, "7"))
    presses.step()
    told = presses.keypad_says("1")
    assert told is not None
    assert (told.sentence, presses.keypad_says("2"), presses.has_keypad("2")) == ("Nomor 7 tidak ada hari ini.", None, False)
    queue.clock.advance(TOLD_S)
    assert (presses.keypad_says("1"), presses.has_keypad("1"), view.current.calls) == (None, True, ())
