"""On which days a health post is held, and when its line of the queue is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.healthposts.model import Draft, Post, Rule, days, sessions, wanted_open
from gateway.portal.typed import read_day

MELATI = Draft("Posyandu Melati", "Balai dusun", "Buku KIA", time(8), time(11), Rule("weekday", 2, 1), line="kesehatan")
NEW_YEAR, CHRISTMAS = date(2026, 1, 1), date(2026, 12, 31)


def test_the_second_tuesday_and_single_dates() -> None:
    """Each month has its day, except where it was called off; single dates come besides, once."""
    draft = replace(MELATI, extra=(date(2026, 2, 10), date(2026, 2, 20)), skipped=(date(2026, 3, 10),))
    assert days(draft, date(2026, 1, 14), date(2026, 4, 14)) == [date(2026, 2, 10), date(2026, 2, 20), date(2026, 4, 14)]


@pytest.mark.parametrize(
    ("rule", "first"),
    [
        (Rule("weekday", 1, 0), date(2026, 1, 5)),
        (Rule("weekday", 5, 5), date(2026, 1, 31)),
        (Rule("weekday", 5, 0), date(2026, 1, 26)),
        (Rule("day", day=31), date(2026, 1, 31)),
        (Rule(), None),
    ],
)
def test_rules_as_people_say_them(rule: Rule, first: date | None) -> None:
    """First Monday, last Saturday, last Monday of four, the 31st, none."""
    found = days(replace(MELATI, rule=rule), NEW_YEAR, CHRISTMAS)
    assert next(iter(found), None) == first


@given(st.integers(1, 5), st.integers(0, 6), st.dates(date(2000, 1, 1), date(2190, 1, 1)))
def test_a_month_has_its_weekday_once(nth: int, weekday: int, first: date) -> None:
    """Whatever the rule and the year, a whole year has twelve days of the wanted name, in order, none twice."""
    rule = Rule("weekday", nth, weekday)
    year = date(first.year, 1, 1)
    found = days(replace(MELATI, rule=rule), year, date(first.year, 12, 31))
    assert [day.month for day in found] == list(range(1, 13))
    assert {day.weekday() for day in found} == {weekday}
    assert all((day.day - 1) // 7 + 1 == nth or (day + timedelta(days=7)).month != day.month for day in found)


def test_a_line_is_open_while_one_of_its_posts_is_held() -> None:
    """Until the last of them ends; on other days nobody asks for anything."""
    later = replace(MELATI, ends=time(13))
    posts = [Post(1, MELATI), Post(2, later)]
    held = date(2026, 12, 8)
    assert [wanted_open(posts, held, time(hour)) for hour in (7, 12, 13)] == [
        {"kesehatan": True}, {"kesehatan": True}, {"kesehatan": False},
    ]  # fmt: skip
    assert wanted_open(posts, date(2026, 12, 9), time(9)) == {}
    assert [one.post.id for one in sessions(posts, held, held)] == [1, 2]


def test_dates_are_read_as_people_write_them() -> None:
    """Four ways to write one day; what is none is none."""
    read = [read_day(text) for text in ("10-12-2026", "10/12/2026", "10 Desember 2026", "2026-12-10", "10 des 2026")]
    assert read == [date(2026, 12, 10)] * 5
    assert [read_day(text) for text in ("", "31-2-2026", "besok", "10-12", "10-12-26", "1-1-1800", "²-1-2026")] == [None] * 7
