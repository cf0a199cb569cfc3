"""The rules of the queue, without a database."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.tickets.model import (
    BELIEF,
    LEGAL,
    UNFINISHED,
    Act,
    HallDay,
    Opening,
    TicketState,
    label,
    opening,
    state_after,
)

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
    assert {before for before, _ in LEGAL} == UNFINISHED


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
