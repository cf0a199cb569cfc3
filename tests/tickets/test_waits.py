"""Estimates of waiting: honest before there are measurements, steady after."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.tickets.waits import PRIOR_SERVICE_S, Pace, capacity, estimate, pace

TIMES = st.lists(st.floats(30, 1800), max_size=40)
PACE = st.builds(Pace, st.floats(60, 1200), st.floats(0, 600))
quickly = settings(deadline=None, max_examples=100)


def test_a_hall_without_measurements_says_the_prior() -> None:
    """The first person of the first day hears an honest guess."""
    assert pace([]).mean_s == PRIOR_SERVICE_S


def test_many_measurements_outweigh_the_prior() -> None:
    """A hall that serves in two minutes soon says so."""
    assert pace([120.0] * 40).mean_s < 150


@quickly
@given(TIMES)
def test_a_forgotten_ticket_counts_as_a_long_talk_however_long_it_was(times_s: list[float]) -> None:
    """A clerk who goes home without pressing "selesai" frightens the line no more than one who went to lunch."""
    assert pace([*times_s, 7200.0]) == pace([*times_s, 72_000.0])


def test_one_forgotten_ticket_hardly_moves_a_measured_line() -> None:
    """Twenty measured people outweigh one lunch."""
    assert pace([*[300.0] * 20, 7200.0]).mean_s < 1.1 * PRIOR_SERVICE_S


@quickly
@given(st.integers(0, 100), st.floats(0.1, 8), PACE)
def test_more_people_ahead_never_shorten_the_wait(ahead: int, counters: float, line_pace: Pace) -> None:
    """Both ends of the range grow with the line."""
    here, behind = estimate(ahead, counters, line_pace), estimate(ahead + 1, counters, line_pace)
    assert (here.low_s <= behind.low_s, here.high_s <= behind.high_s, here.low_s < here.high_s) == (True, True, True)


@quickly
@given(st.integers(0, 100), st.floats(0.1, 8), st.floats(0.1, 8), PACE)
def test_more_counters_never_lengthen_the_wait(ahead: int, one: float, other: float, line_pace: Pace) -> None:
    """Opening a counter is good news for everybody."""
    few, many = estimate(ahead, min(one, other), line_pace), estimate(ahead, max(one, other), line_pace)
    assert (many.low_s <= few.low_s, many.high_s <= few.high_s) == (True, True)


def test_a_range_is_whole_minutes() -> None:
    """Nobody is told seconds that nobody knows."""
    found = estimate(3, 1.0, pace([]))
    assert (found.low_s % 60, found.high_s % 60) == (0, 0)


def test_a_counter_of_two_lines_is_shared_by_who_waits() -> None:
    """A counter that serves a long and a short line works mostly for the long one."""
    assert capacity("a", [("a", "b"), ("a",)], {"a": 3, "b": 1}) == 0.75 + 1.0


def test_a_closed_line_counts_on_one_counter() -> None:
    """Before the first call of the morning somebody is expected to come."""
    assert capacity("a", [("b",)], {"a": 3}) == 1.0
