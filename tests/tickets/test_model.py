"""The rules of the queue, without a database."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.tickets.model import (
    BELIEF,
    LEGAL,
    PRIORITY_IN_A_ROW,
    Act,
    HallDay,
    Opening,
    TicketState,
    Waiting,
    ahead_of_newcomer,
    calling_order,
    choose,
    label,
    opening,
    priority_streak,
    state_after,
)

CROWD = st.lists(st.booleans(), max_size=40).map(lambda ranks: [Waiting(ticket, rank) for ticket, rank in enumerate(ranks, 1)])
STREAK = st.integers(0, PRIORITY_IN_A_ROW)
DATES = st.dates(date(1970, 1, 1), date(2099, 12, 31))
quickly = settings(deadline=None, max_examples=100)


@pytest.mark.parametrize(("number", "shown"), [(1, "A-001"), (12, "A-012"), (999, "A-999"), (1000, "A-1000")])
def test_a_label_has_three_digits_and_goes_on_after_999(number: int, shown: str) -> None:
    """A number reads as people expect it, and a long day does not begin again at 1."""
    assert label("A", number) == shown


def test_an_ended_ticket_never_changes_again() -> None:
    """Completed, no-show and cancelled are the end."""
    ended = {TicketState.COMPLETED, TicketState.NO_SHOW, TicketState.CANCELLED}
    assert [state_after(state, act) for state in ended for act in Act] == [None] * (len(ended) * len(Act))


def test_every_ticket_can_reach_an_end() -> None:
    """Nobody is caught in a state: from each that is not an end some act leads on."""
    assert {before for before, _ in LEGAL} == {TicketState.WAITING, TicketState.CALLED}


@quickly
@given(CROWD, STREAK)
def test_everybody_is_called_exactly_once(crowd: list[Waiting], streak: int) -> None:
    """The rule of fairness loses nobody and doubles nobody."""
    assert sorted(calling_order(crowd, streak)) == [one.ticket for one in crowd]


@quickly
@given(CROWD, STREAK)
def test_no_third_priority_in_a_row_while_others_wait(crowd: list[Waiting], streak: int) -> None:
    """Whoever waits without priority sees at most two priority tickets called in a row."""
    priority = {one.ticket: one.priority for one in crowd}
    others_left = sum(not one.priority for one in crowd)
    for ticket in calling_order(crowd, streak):
        streak = streak + 1 if priority[ticket] else 0
        assert streak <= PRIORITY_IN_A_ROW or others_left == 0
        others_left -= not priority[ticket]


@quickly
@given(CROWD, STREAK)
def test_within_a_class_the_order_is_the_order_of_issue(crowd: list[Waiting], streak: int) -> None:
    """Nobody overtakes somebody of their own class."""
    order = calling_order(crowd, streak)
    for rank in (True, False):
        own = [one.ticket for one in crowd if one.priority is rank]
        assert [ticket for ticket in order if ticket in own] == own


@quickly
@given(CROWD, STREAK, st.booleans())
def test_the_place_of_a_newcomer_is_their_place_in_the_order(crowd: list[Waiting], streak: int, newcomer: bool) -> None:
    """What somebody is told at the button is what the line shows a moment later."""
    told = ahead_of_newcomer(
        sum(not one.priority for one in crowd), sum(one.priority for one in crowd), streak, has_priority=newcomer
    )
    order = calling_order([*crowd, Waiting(len(crowd) + 1, newcomer)], streak)
    assert told == order.index(len(crowd) + 1)


@quickly
@given(st.lists(st.booleans(), max_size=10))
def test_a_streak_counts_the_latest_calls_only(last_first: list[bool]) -> None:
    """A priority ticket of an hour ago does not weigh on the next call."""
    expected = 0
    while expected < min(len(last_first), PRIORITY_IN_A_ROW) and last_first[expected]:
        expected += 1
    assert priority_streak(last_first) == expected


def test_nobody_is_chosen_when_nobody_waits() -> None:
    """An empty hall calls nobody."""
    assert choose(None, None, 0) is None


@quickly
@given(DATES, DATES, st.sampled_from(BELIEF))
def test_a_day_of_equal_belief_never_goes_backwards(current: date, asked: date, clock: str) -> None:
    """A clock that is no better known opens only later days."""
    verdict = opening(HallDay(7, current, clock), asked, clock)
    assert verdict is (Opening.NEXT_DAY if asked > current else Opening.REFUSED)


def test_a_trusted_calendar_corrects_a_hall_that_woke_in_the_wrong_year() -> None:
    """A date nobody vouched for does not shut the hall out of its own calendar."""
    lost = HallDay(7, date(2036, 1, 1), "restored")
    assert opening(lost, date(2026, 11, 23), "trusted") is Opening.NEXT_DAY


def test_a_clerk_does_not_overrule_a_later_trusted_date() -> None:
    """A slip of the finger does not turn the calendar back."""
    known = HallDay(7, date(2026, 11, 23), "trusted")
    assert opening(known, known.on - timedelta(days=1), "staff") is Opening.REFUSED


def test_confirming_todays_date_begins_no_second_day() -> None:
    """A date that turns out right leaves the day and its numbers as they are."""
    guessed = HallDay(7, date(2026, 11, 23), "restored")
    assert opening(guessed, guessed.on, "staff") is Opening.SAME_DAY
