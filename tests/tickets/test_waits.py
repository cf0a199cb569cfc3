"""Estimates of waiting: honest before there are measurements, steady after, in numbers that people say."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gateway.tickets.waits import (
    PRIOR_SERVICE_S,
    SAID_MIN,
    AtWork,
    Measured,
    Outlook,
    Pace,
    before_newcomer,
    clearing,
    estimate,
    expected_s,
    pace,
    said,
    through,
)

LINES = "abcd"
TIMES = st.lists(st.builds(Measured, st.floats(30, 1800), st.integers(0, 9)), max_size=40)
PACE = st.builds(Pace, st.floats(60, 1200), st.floats(0, 600))
COUNTERS = st.lists(st.builds(AtWork, st.frozensets(st.sampled_from(LINES), min_size=1), st.booleans()), max_size=6)
BREAKS = st.lists(st.tuples(st.floats(0, 20_000), st.floats(1, 7200)), max_size=2).map(lambda found: tuple(sorted(found)))
OUTLOOKS = st.builds(
    Outlook, st.fixed_dictionaries(dict.fromkeys(LINES, PACE)), COUNTERS.map(tuple), st.floats(0, 0.5), breaks=BREAKS
)
CROWDS = st.dictionaries(st.sampled_from(LINES), st.integers(0, 80))
quickly = settings(deadline=None, max_examples=200)


def test_a_hall_without_measurements_says_the_prior() -> None:
    """The first person of the first day hears an honest guess."""
    assert pace([]).mean_s == PRIOR_SERVICE_S


def test_many_measurements_outweigh_the_prior() -> None:
    """A hall that serves in two minutes soon says so."""
    assert pace([Measured(120.0, 0)] * 40).mean_s < 150


def test_what_was_measured_today_weighs_more_than_what_was_measured_last_week() -> None:
    """A line that has become slow is believed to be slow."""
    fast, slow = [Measured(100.0, 0)] * 20, [Measured(500.0, 7)] * 20
    assert pace([*fast, *slow]).mean_s < 250 < pace([one._replace(days_ago=7 - one.days_ago) for one in [*fast, *slow]]).mean_s


@quickly
@given(TIMES)
def test_a_forgotten_ticket_counts_as_a_long_talk_however_long_it_was(times: list[Measured]) -> None:
    """A clerk who goes home without pressing "selesai" frightens the line no more than one who went to lunch."""
    assert pace([*times, Measured(7200.0, 0)]) == pace([*times, Measured(72_000.0, 0)])


def test_one_forgotten_ticket_hardly_moves_a_measured_line() -> None:
    """Twenty measured people outweigh one lunch."""
    assert pace([*[Measured(300.0, 0)] * 20, Measured(7200.0, 0)]).mean_s < 1.1 * PRIOR_SERVICE_S


@quickly
@given(OUTLOOKS, st.integers(0, 100), CROWDS, st.sampled_from(LINES), st.booleans())
def test_more_people_ahead_never_shorten_the_wait(
    outlook: Outlook, ahead: int, others: dict[str, int], where: str, has_priority: bool
) -> None:
    """Neither one more in the own line nor one more in a line that shares its counters."""
    here = estimate("a", ahead, others, outlook, has_priority=has_priority)
    behind = estimate("a", ahead + 1, others, outlook, has_priority=has_priority)
    beside = estimate("a", ahead, {**others, where: others.get(where, 0) + 1}, outlook, has_priority=has_priority)
    assert (here.low_s <= behind.low_s, here.high_s <= behind.high_s) == (True, True)
    assert (here.low_s <= beside.low_s, here.high_s <= beside.high_s) == (True, True)


@quickly
@given(OUTLOOKS, st.integers(0, 100), CROWDS, st.frozensets(st.sampled_from(LINES), min_size=1))
def test_one_more_counter_never_lengthens_the_wait(
    outlook: Outlook, ahead: int, others: dict[str, int], lines: frozenset[str]
) -> None:
    """Opening a counter is good news for everybody; a line that nobody serves is only guessed at."""
    assume(any("a" in counter.lines for counter in outlook.counters))
    more = Outlook(outlook.paces, (*outlook.counters, AtWork(lines)), outlook.priority_share)
    assert expected_s("a", ahead, others, more) <= expected_s("a", ahead, others, outlook) + 1e-6


@quickly
@given(OUTLOOKS, st.integers(0, 100), CROWDS)
def test_a_break_ahead_is_told_to_whom_it_may_meet(outlook: Outlook, ahead: int, others: dict[str, int]) -> None:
    """The range reaches further if its end lies beyond the break's beginning, else it is as without; it never begins later."""
    plain, told = (estimate("a", ahead, others, replace(outlook, breaks=breaks)) for breaks in ((), ((3600.0, 3600.0),)))
    assert (told.low_s, plain.high_s <= told.high_s) == (plain.low_s, True)
    assert (through(3599.0, ((3600.0, 1800.0),)), through(3601.0, ((3600.0, 1800.0), (5000.0, 600.0)))) == (3599.0, 6001.0)


@quickly
@given(OUTLOOKS, st.integers(0, 100), CROWDS)
def test_a_range_is_in_numbers_that_people_say(outlook: Outlook, ahead: int, others: dict[str, int]) -> None:
    """Nobody is told seconds, or 17 minutes, that nobody knows."""
    found = estimate("a", ahead, others, outlook)
    assert (found.low_s / 60 in {0, *SAID_MIN}, found.high_s / 60 in SAID_MIN, found.low_s < found.high_s) == (True, True, True)


def test_what_is_said_is_never_narrower_than_what_is_known() -> None:
    """Rounding makes a range wider, never bolder."""
    assert (said(11 * 60, 17 * 60), said(-50, 60), said(10 * 60, 20 * 60)) == ((600, 1200), (0, 300), (600, 1200))


def test_a_shared_counter_calls_who_came_first_so_all_its_lines_wait_alike() -> None:
    """A counter of two lines is done with both at the same time."""
    assert clearing("a", {"a": 100.0, "b": 300.0}, [frozenset("ab")]) == 400.0


def test_a_line_with_counters_of_its_own_does_not_wait_for_the_longest() -> None:
    """The shared counter stays with the long line, the other counter has the short one to itself."""
    assert clearing("a", {"a": 100.0, "b": 900.0}, [frozenset("ab"), frozenset("a")]) == 100.0
    assert clearing("b", {"a": 100.0, "b": 900.0}, [frozenset("ab"), frozenset("a")]) == 900.0


def test_a_line_that_nobody_serves_counts_on_one_counter() -> None:
    """Before the first call of the morning somebody is expected to come."""
    assert clearing("a", {"a": 300.0}, [frozenset("b")]) == 300.0


def test_an_idle_counter_calls_at_once() -> None:
    """Whoever comes into an empty hall with an idle clerk waits less than five minutes, and little with a busy one."""
    idle, busy = (Outlook({}, (AtWork(frozenset("a"), busy),)) for busy in (False, True))
    assert (estimate("a", 0, {}, idle), estimate("a", 0, {}, busy).low_s) == ((0, 300), 0)


def test_a_newcomer_with_priority_counts_others_by_the_rule() -> None:
    """Of another line those with priority come first, and one without after each two."""
    counted = before_newcomer(9, 4, 2, has_priority=True), before_newcomer(9, 4, 2, has_priority=False)
    assert counted == (6, 13)
