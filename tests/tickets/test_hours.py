"""When the door is open, as pure rules."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from gateway.tickets.hours import Door, breaks, door, spans
from tests.support.tickets import WIB

WEEK = ("08.00-12.00, 13.00-15.30", "08.00-12.00, 13.00-15.30", "08.00-15.30", "08.00-15.30", "08.00-11.00", "", "")


def at(text: str) -> datetime:
    """Return a local instant of November 2026: ``23 09.30``; the 23rd is a Monday."""
    return datetime.strptime(f"2026-11-{text}", "%Y-%m-%d %H.%M").replace(tzinfo=WIB)


@pytest.mark.parametrize(
    ("now", "state", "opens"),
    [
        ("23 07.59", Door.CLOSED, "23 08.00"),
        ("23 08.00", Door.OPEN, None),
        ("23 12.30", Door.OPEN, None),
        ("23 15.00", Door.LAST_GIVEN, "24 08.00"),
        ("23 15.30", Door.CLOSED, "24 08.00"),
        ("27 11.00", Door.CLOSED, "30 08.00"),
        ("28 09.00", Door.CLOSED, "30 08.00"),
        ("25 09.00", Door.CLOSED, "26 08.00"),
    ],
)
def test_the_door_at_a_moment(now: str, state: Door, opens: str | None) -> None:
    """Open over lunch, closed on Saturday and on holidays, and no numbers in the last half hour."""
    found = door(WEEK, ("2026-11-25 Hari Guru",), timedelta(minutes=30), at(now))
    assert (found.door, found.opens_at) == (state, at(opens) if opens else None)


def test_a_holiday_is_named() -> None:
    """People read why the hall is closed."""
    assert door(WEEK, ("2026-11-25 Hari Guru",), timedelta(0), at("25 09.00")).holiday == "Hari Guru"


def test_a_hall_without_hours_is_always_open() -> None:
    """Nobody has to fill in a form before the first number."""
    assert door((), (), timedelta(0), at("28 23.59")).door is Door.OPEN


@pytest.mark.parametrize("text", ["8-12", "12.00-08.00", "08.00-12.00, 11.00-13.00", "delapan", "25.00-26.00"])
def test_hours_that_make_no_sense_are_refused(text: str) -> None:
    """With the part that is wrong."""
    with pytest.raises(ValueError, match=r".+"):
        spans(text)


@pytest.mark.parametrize(
    ("now", "ahead"),
    [
        ("23 09.00", ((3 * 3600.0, 3600.0),)), ("23 12.20", ((0.0, 2400.0),)), ("23 13.00", ()), ("25 09.00", ()), ("28 09.00", ()),
        ("24 09.00", ()),
    ],
)  # fmt: skip
def test_a_break_lies_ahead_until_it_is_over(now: str, ahead: tuple[tuple[float, float], ...]) -> None:
    """Between the spans of a day, what is left of one that lasts; none on a day in one piece, a day off or a holiday."""
    assert breaks(WEEK, ("2026-11-24 Hari Guru",), at(now)) == ahead
