"""Working days are counted as people count them, over weekends, national holidays and the hall's own."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.workdays.model import Workdays
from gateway.workdays.national import SHIPPED, Calendar, read_year

CHRISTMAS = Calendar().now()


@pytest.mark.parametrize(
    ("since", "days", "due"),
    [
        (date(2026, 11, 23), 3, date(2026, 11, 26)),  # Monday to Thursday
        (date(2026, 11, 26), 3, date(2026, 12, 1)),  # over a weekend
        (date(2026, 11, 28), 1, date(2026, 11, 30)),  # said on a Saturday
        (date(2026, 12, 23), 3, date(2026, 12, 30)),  # over joint leave, Christmas and a weekend
    ],
)
def test_a_deadline_leaves_out_the_days_of_rest(since: date, days: int, due: date) -> None:
    """As a clerk would count it on the wall calendar."""
    assert CHRISTMAS.after(since, days) == due


@given(
    since=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    days=st.integers(1, 40),
    off=st.frozensets(st.dates(date(2020, 1, 1), date(2030, 6, 1)), max_size=60),
)
def test_counting_there_and_back_agrees(since: date, days: int, off: frozenset[date]) -> None:
    """So many working days after a day lie between the two; the deadline is a working day; the day before is too early."""
    workdays = Workdays(off)
    due = workdays.after(since, days)
    assert (workdays.works(due), workdays.between(since, due)) == (True, days)
    assert workdays.between(since, due - timedelta(days=1)) == days - 1


def test_a_hall_that_never_works_stops_nobody() -> None:
    """Seven days of rest: counting ends all the same."""
    assert Workdays(rest=frozenset(range(7))).after(date(2026, 1, 1), 3).year == 2031


def test_the_hall_has_its_own_list_and_its_own_days(tmp_path: Path) -> None:
    """A file takes the place of the shipped one of its year; days chosen in the hall are added; a broken file counts for nothing."""
    (tmp_path / "holidays").mkdir()
    (tmp_path / "holidays" / "2027.toml").write_text('[off]\n2027-03-10 = "Idul Fitri"\n')
    (tmp_path / "holidays" / "2026.toml").write_text("[off\n")
    calendar = Calendar(tmp_path, lambda: ([date(2027, 4, 5)], frozenset({6})))
    told = calendar.now()
    assert [told.works(day) for day in (date(2027, 3, 10), date(2027, 4, 5), date(2027, 6, 1), date(2027, 1, 2))] == [
        False,
        False,
        True,
        True,
    ]
    assert [calendar.is_known(year) for year in (2026, 2027, 2028)] == [False, True, False]
    (tmp_path / "holidays" / "2026.toml").unlink()
    assert (calendar.is_known(2026), calendar.now().works(date(2026, 12, 25))) == (True, False)


@pytest.mark.parametrize("file", sorted(SHIPPED.glob("*.toml")), ids=lambda file: file.stem)
def test_what_is_shipped_can_be_read(file: Path) -> None:
    """Each file holds days of its own year."""
    assert re.fullmatch(r"20\d\d", file.stem)
    assert read_year(file.read_text(encoding="utf-8"), int(file.stem)).off


@pytest.mark.parametrize(
    "text", ["off = 1", "[off]\n2026-13-01 = 'x'", "[off]\n2025-01-01 = 'x'", "more = 1\n[off]", "whole = 1\n[off]"]
)
def test_what_is_no_list_is_refused(text: str) -> None:
    """With a reason, not with a crash elsewhere."""
    with pytest.raises(ValueError, match=r".+"):
        read_year(text, 2026)
