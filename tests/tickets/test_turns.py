"""Whose turn it is: the stated rule of fairness, without a database."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.tickets.turns import (
    PRIORITY_IN_A_ROW,
    Waiting,
    ahead_of_newcomer,
    calling_order,
    choose,
    place_after,
    priority_streak,
)

CROWD = st.lists(st.booleans(), max_size=40).map(
    lambda ranks: [Waiting(ticket, rank, float(ticket)) for ticket, rank in enumerate(ranks, 1)]
)
STREAK = st.integers(0, PRIORITY_IN_A_ROW)
quickly = settings(deadline=None, max_examples=100)


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
    order = calling_order([*crowd, Waiting(len(crowd) + 1, newcomer, len(crowd) + 1.0)], streak)
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
@given(st.lists(st.floats(1, 1000), unique=True, max_size=20), st.integers(1, 5))
def test_a_skipped_ticket_comes_after_a_stated_number_of_others(others: list[float], behind: int) -> None:
    """Of those who were after it so many are now before it, or all when they are fewer."""
    later = [place for place in others if place > 500.0]
    place = place_after(500.0, others, behind)
    assert sum(one < place for one in later) == min(behind, len(later))
    assert (place == 500.0) == (not later)
