"""The figures of a period: everybody counted once, nothing made up, nobody traced."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.tickets.report.model import (
    FEWEST_RATINGS,
    LONGEST_DAYS,
    Period,
    Visit,
    by,
    figures,
    grouped,
    period,
    presets,
    quantile,
    scores,
    shown_scores,
)

TODAY = date(2026, 11, 23)
OUTCOMES = st.sampled_from(
    [
        ("completed", ""), ("no_show", ""), ("cancelled", "holder"), ("cancelled", "staff"), ("cancelled", "day-closed"),
        ("waiting", ""), ("held", "papers"), ("called", ""), ("serving", ""),
    ]
)  # fmt: skip


@st.composite
def visit(draw: st.DrawFn) -> Visit:
    """Draw a visit as the desks leave it."""
    state, reason = draw(OUTCOMES)
    called = state in {"completed", "no_show", "called", "serving"}
    time_s = st.none() | st.floats(0, 9000)
    return Visit(
        day="2026-11-23",
        hour=draw(st.integers(-1, 23)),
        line=draw(st.sampled_from("ab")),
        counter="1" if called else "",
        priority=draw(st.integers(0, 1)),
        origin="button",
        state=state,
        reason=reason,
        called=int(called),
        waited_s=draw(time_s) if called else None,
        service_s=draw(time_s) if state == "completed" else None,
        score=draw(st.integers(0, 4)) if state == "completed" else 0,
    )


VISITS = st.lists(visit(), max_size=60)
quickly = settings(deadline=None, max_examples=100)


def rated(line: str, *given: int) -> list[Visit]:
    """Return one visit of a line for each rating."""
    return [Visit("2026-11-23", 9, line, "1", 0, "button", "completed", "", 1, 60.0, 60.0, score) for score in given]


@quickly
@given(VISITS)
def test_everybody_counts_once_in_one_outcome(visits: list[Visit]) -> None:
    """The outcomes of all and of each line add up to the people who came."""
    whole, lines = figures(visits), by(visits, lambda one: one.line).values()
    assert whole.served + whole.no_show + whole.given_back + whole.sent_home + whole.inside == whole.people == len(visits)
    assert whole.people == sum(line.people for line in lines)
    assert whole.abandoned == sum(line.abandoned for line in lines)


@quickly
@given(VISITS)
def test_what_was_not_measured_is_left_out_and_said(visits: list[Visit]) -> None:
    """A time that the machine's restart has swallowed is in no median, and is counted."""
    lost = sum(1 for one in visits if one.called and one.waited_s is None)
    lost += sum(1 for one in visits if one.state == "completed" and one.service_s is None)
    assert figures(visits).unmeasured == lost
    measured = [one for one in visits if one.waited_s is not None]
    assert figures(visits).wait_median_s == figures(measured).wait_median_s


@quickly
@given(st.lists(st.floats(0, 9000), min_size=1), st.floats(0.05, 1))
def test_so_many_waited_no_longer_than_was_said(values: list[float], part: float) -> None:
    """Of "nine of ten were called within 25 minutes" the nine are really there, and the value is a measured one."""
    said = quantile(sorted(values), part)
    assert said in values
    assert said is not None
    assert sum(value <= said for value in values) >= part * len(values)


def test_figures_of_nobody_are_empty() -> None:
    """A holiday has neither a median nor a share, and no division by nought."""
    nobody = figures([])
    assert (nobody.people, nobody.wait_median_s, nobody.abandoned_share) == (0, None, None)


def test_whoever_is_still_inside_has_not_given_up() -> None:
    """The share of those who gave up is of those whose visit has ended."""
    visits = [*rated("a", 0, 0, 0), rated("a", 0)[0]._replace(state="no_show"), rated("a", 0)[0]._replace(state="waiting")]
    assert figures(visits).abandoned_share == 0.25


@quickly
@given(VISITS)
def test_no_rating_of_fewer_than_five_can_be_reckoned(visits: list[Visit]) -> None:
    """Neither a shown group nor what remains of the whole without the shown ones is of one to four people."""
    shown, whole = shown_scores(grouped(visits, lambda one: one.line)), scores(visits)
    assert all(sum(counts) >= FEWEST_RATINGS for counts in shown.values())
    assert not shown or not 0 < sum(whole) - sum(map(sum, shown.values())) < FEWEST_RATINGS


def test_five_ratings_are_shown() -> None:
    """The least content stand first."""
    assert shown_scores({"": rated("a", 4, 4, 3, 1, 4)}) == {"": (1, 0, 1, 3)}


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ("", "", Period(TODAY, TODAY)),
        ("2026-11-01", "2026-11-23", Period(date(2026, 11, 1), TODAY)),
        ("2026-11-23", "2026-11-01", Period(date(2026, 11, 1), TODAY)),
        ("2026-11-05", "", Period(date(2026, 11, 5), date(2026, 11, 5))),
        ("kemarin", "2026-11-23", Period(TODAY, TODAY)),
        ("2001-01-01", "2026-11-23", Period(TODAY - timedelta(days=LONGEST_DAYS - 1), TODAY)),
        ("0001-01-01", "0001-01-02", Period(date(1, 1, 1), date(1, 1, 2))),
    ],
)
def test_a_period_is_what_was_meant(first: str, last: str, found: Period) -> None:
    """Upside down is turned round, nonsense is today, and nothing is longer than a year."""
    assert period(first, last, TODAY) == found


def test_presets_end_today() -> None:
    """Seven days are seven days, today among them."""
    assert {name: of.days for name, of in presets(TODAY).items()} == {"today": 1, "week": 7, "month": 23}
