"""What people with a number may do with it, and what they are told."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.clock import ClockState, trusted_now
from gateway.errors import Refusal
from gateway.tickets.choices import QueueRules
from gateway.tickets.issuing import CLAIM_LENGTH
from gateway.tickets.view import QueueView
from tests.support.clock import FakeClock
from tests.support.tickets import WIB, Queue, open_queue

ALWAYS_TO_FIVE = ("08.00-17.00",) * 7


def code_of(act: Callable[[], object]) -> str:
    """Return the code with which an act refuses."""
    with pytest.raises(Refusal) as caught:
        act()
    return caught.value.code


def view_of(queue: Queue) -> QueueView:
    """Return a view of the queue as it is now."""
    return QueueView(queue.store, queue.desk.choices)


def test_who_comes_later_keeps_the_place(tmp_path: Path) -> None:
    """Held by the holder, not called meanwhile, and first again when back."""
    with open_queue(tmp_path) as queue:
        first, _ = (queue.desk.issue("surat", origin="phone") for _ in range(2))
        queue.desk.come_later(first.token)
        assert view_of(queue).current.tickets[first.token].state == "held"
        assert code_of(lambda: queue.desk.come_later(first.token)) == "act-not-now"
        queue.desk.come_back(first.token)
        assert queue.desk.call_next("1").number == "A-001"


def test_who_is_called_cannot_postpone_but_may_give_the_number_back(tmp_path: Path) -> None:
    """The clerk is waiting: only a clerk holds a called ticket."""
    with open_queue(tmp_path) as queue:
        issued = queue.desk.issue("surat", origin="phone")
        queue.desk.call_next("1")
        assert code_of(lambda: queue.desk.come_later(issued.token)) == "act-not-now"
        queue.desk.give_back(issued.token, key="key-00000001")
        assert queue.desk.give_back(issued.token, key="key-00000001").number == "A-001"
        assert view_of(queue).current.tickets[issued.token].reason == "holder"


def test_a_finished_visit_is_rated_once_and_no_event_names_the_ticket(tmp_path: Path) -> None:
    """The first word counts; whoever thought it cannot be traced at the centre."""
    with open_queue(tmp_path) as queue:
        issued = queue.desk.issue("surat", origin="phone")
        assert code_of(lambda: queue.desk.rate(issued.token, 4, origin="phone")) == "act-not-now"
        queue.desk.call_next("1")
        queue.desk.complete("1")
        view = view_of(queue)
        assert code_of(lambda: queue.desk.rate(issued.token, 5, origin="phone")) == "field-invalid"
        queue.desk.rate(issued.token, 4, origin="phone")
        queue.desk.rate(issued.token, 1, origin="phone")
        assert queue.rows("SELECT score FROM rating") == [(4,)]
        [(_, subject, data)] = queue.events("id.balai.visit.rated.v1")
        assert ("A-001" in str(subject) + str(data), json.loads(str(data))["score"]) == (False, 4)
        view.refresh()
        assert view.current.tickets[issued.token].rated is True


def test_the_short_code_of_a_slip_finds_its_ticket_however_it_is_typed(tmp_path: Path) -> None:
    """Small letters, blanks and dashes do not matter; a wrong code finds nobody."""
    with open_queue(tmp_path) as queue:
        issued = queue.desk.issue("surat", origin="button")
        now = view_of(queue).current
        typed = f" {issued.claim[:3].lower()}-{issued.claim[3:]} "
        found = now.ticket_of_claim(typed)
        assert found is not None
        assert (len(issued.claim), found.token, now.ticket_of_claim("ZZZZZZ"), now.ticket_of_claim("")) == (
            CLAIM_LENGTH,
            issued.token,
            None,
            None,
        )


def test_numbers_stop_outside_the_hours_and_staff_still_give_one(tmp_path: Path) -> None:
    """A button at night is refused with the time of the next opening."""
    with open_queue(tmp_path, rules=QueueRules(week=ALWAYS_TO_FIVE, last_ticket_min=30)) as queue:
        assert queue.desk.issue("surat", origin="button").number == "A-001"
        queue.clock.advance(timedelta(hours=8, minutes=45).total_seconds())
        assert code_of(lambda: queue.desk.issue("surat", origin="button")) == "last-ticket-given"
        queue.clock.advance(3600)
        with pytest.raises(Refusal) as refused:
            queue.desk.issue("surat", origin="phone")
        assert (refused.value.code, refused.value.facts) == ("hall-closed", {"opens": "24-11-2026 08.00"})
        assert queue.desk.issue("surat", origin="staff").number == "A-002"


def test_who_comes_before_the_lunch_break_is_told_of_it(tmp_path: Path) -> None:
    """The range reaches beyond the break of the hours that lies ahead, on the slip and on the phone alike; not by a clock that nobody trusts."""
    told = []
    for number, state in enumerate((ClockState.TRUSTED, ClockState.RESTORED)):
        rules = QueueRules(week=("08.00-12.00, 13.00-15.30",) * 7)
        with open_queue(tmp_path / str(number), FakeClock(state=state), rules=rules) as queue:
            queue.clock.advance(timedelta(hours=3, minutes=40).total_seconds())
            issued = [queue.desk.issue("surat", origin="button") for _ in range(9)][-1]
            shown = QueueView(queue.store, queue.desk.choices, lambda: trusted_now(queue.clock, WIB)).current.tickets[
                issued.token
            ]
            assert (shown.wait_low_s, shown.wait_high_s) == (issued.wait_low_s, issued.wait_high_s)
            told.append((issued.wait_low_s, issued.wait_high_s))
    (low_s, with_break_s), (plain_low_s, plain_s) = told
    assert (low_s, with_break_s - plain_s >= 3600 - 600) == (plain_low_s, True)


def test_hours_are_not_judged_by_a_clock_that_nobody_trusts(tmp_path: Path) -> None:
    """After a power cut without network the button works, whatever the clock says."""
    clock = FakeClock()
    with open_queue(tmp_path, clock, rules=QueueRules(week=ALWAYS_TO_FIVE)) as queue:
        clock.reboot("b0010002", clock.now() - timedelta(hours=9))
        assert queue.desk.issue("surat", origin="button").number == "A-001"


def test_a_full_line_takes_nobody_until_somebody_gives_a_number_back(tmp_path: Path) -> None:
    """The cap counts those who will be served, so that no place is lost; staff may still help."""
    with open_queue(tmp_path) as queue:
        lines, counters = queue.desk.furniture.read()
        queue.desk.furniture.arrange([replace(lines[0], cap=1), *lines[1:]], counters)
        issued = queue.desk.issue("surat", origin="phone")
        assert view_of(queue).current.lines[0].full is True
        assert code_of(lambda: queue.desk.issue("surat", origin="button")) == "line-full"
        queue.desk.give_back(issued.token)
        assert queue.desk.issue("surat", origin="button").number == "A-002"
        assert queue.desk.issue("surat", origin="staff").number == "A-003"


def test_staff_can_stop_numbers_by_phone_and_the_button_works(tmp_path: Path) -> None:
    """Against a flood of phones."""
    with open_queue(tmp_path, rules=QueueRules(phone_tickets=False)) as queue:
        assert code_of(lambda: queue.desk.issue("surat", origin="phone")) == "phone-tickets-paused"
        assert queue.desk.issue("surat", origin="button").number == "A-001"


def test_who_was_left_over_gets_a_new_number_first_in_line(tmp_path: Path) -> None:
    """If the hall has chosen so: in the old order, each naming the old number, and the old link leads to the new one."""
    with open_queue(tmp_path, rules=QueueRules(leftover="carry")) as queue:
        first, second, third = (queue.desk.issue("surat", priority=p, origin="phone") for p in ("", "", "lansia"))
        queue.desk.call_next("1")
        queue.desk.come_later(second.token)
        queue.clock.advance(24 * 3600)
        assert queue.desk.open_day_if_due() is not None
        now = view_of(queue).current
        carried = [(one.was, one.number, one.priority) for one in now.tickets.values() if one.day == 2]
        assert sorted(carried) == [("A-001", "A-001", ""), ("A-002", "A-002", "")]
        successor = now.tickets[now.tickets[second.token].successor]
        assert (successor.was, now.tickets[first.token].reason, now.tickets[third.token].reason) == (
            "A-002",
            "carried",
            "day-closed",
        )
        assert queue.desk.issue("surat", origin="phone").number == "A-003"
        [(_, _, data)] = queue.events("id.balai.ticket.issued.v1")[-2:-1]
        assert json.loads(str(data))["was"].endswith("/1/A-002")
