"""When the hall gives numbers: opening hours, holidays and the last ticket before closing, as pure rules.

Promises: a hall that has chosen no hours is always open; an hour is never guessed from a clock that cannot be trusted
(the caller asks only then).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise

SPAN = re.compile(r"(\d{1,2})[.:](\d{2}) ?[-\N{EN DASH}] ?(\d{1,2})[.:](\d{2})")
WEEK_DAYS = 7
LOOK_AHEAD_DAYS = 60

Span = tuple[time, time]
"""From and until, on one day."""
Break = tuple[float, float]
"""In how many seconds it begins, 0 while it lasts, and for how many seconds it lasts from then on."""


def spans(text: str) -> tuple[Span, ...]:
    """Read the hours of one weekday, for example ``08.00-12.00, 13.00-15.30``; empty text is a day off.

    Raises ValueError with the part that makes no sense.
    """
    found: list[Span] = []
    for part in filter(None, (one.strip() for one in text.split(","))):
        matched = SPAN.fullmatch(part)
        if matched is None:
            raise ValueError(part)
        from_hour, from_minute, until_hour, until_minute = (int(group) for group in matched.groups())
        span = (time(from_hour, from_minute), time(until_hour, until_minute))
        if span[0] >= span[1] or (found and span[0] < found[-1][1]):
            raise ValueError(part)
        found.append(span)
    return tuple(found)


def holiday(text: str) -> tuple[date, str]:
    """Read one holiday, for example ``2026-12-25 Natal``. Raises ValueError."""
    on, _, name = text.strip().partition(" ")
    return date.fromisoformat(on), name.strip()


class Door(StrEnum):
    """Whether numbers are given now."""

    OPEN = "open"
    LAST_GIVEN = "last-given"
    """Open, but who came now would not be served before closing."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class DoorState:
    """The door at one moment."""

    door: Door
    closes_at: datetime | None = None
    """When the present span ends, while the hall is open and has hours."""
    opens_at: datetime | None = None
    """When numbers are given next, while they are not; None when that is not known."""
    holiday: str = ""
    """The name of today's holiday, if it is one."""


def door(week: Sequence[str], holidays: Sequence[str], last_ticket: timedelta, now: datetime) -> DoorState:
    """Return the state of the door at the local instant ``now``.

    ``week`` has the hours of Monday to Sunday or is empty for always; between the spans of one day, as over lunch,
    numbers are given: the door closes only for the day.
    """
    if not any(week):
        return DoorState(Door.OPEN)
    names = dict(holiday(one) for one in holidays)
    today = () if now.date() in names else spans(week[now.weekday()])
    if today:
        opens, closes = _at(now, today[0][0]), _at(now, today[-1][1])
        if opens <= now < closes - last_ticket:
            return DoorState(Door.OPEN, closes_at=closes)
        if now < opens:
            return DoorState(Door.CLOSED, opens_at=opens)
        if now < closes:
            return DoorState(Door.LAST_GIVEN, closes_at=closes, opens_at=_next_opening(week, names, now))
    return DoorState(Door.CLOSED, opens_at=_next_opening(week, names, now), holiday=names.get(now.date(), ""))


def breaks(week: Sequence[str], holidays: Sequence[str], now: datetime) -> tuple[Break, ...]:
    """Return the breaks between the spans of today that are not over at the local instant ``now``, in their order."""
    if not any(week) or now.date() in dict(holiday(one) for one in holidays):
        return ()
    found = []
    for (_, ends), (begins, _) in pairwise(spans(week[now.weekday()])):
        begins_s = max(0.0, (_at(now, ends) - now).total_seconds())
        found.append((begins_s, (_at(now, begins) - now).total_seconds() - begins_s))
    return tuple((begins_s, lasts_s) for begins_s, lasts_s in found if lasts_s > 0)


def _next_opening(week: Sequence[str], holidays: dict[date, str], now: datetime) -> datetime | None:
    for days in range(1, LOOK_AHEAD_DAYS):
        later = now + timedelta(days=days)
        if later.date() not in holidays and (today := spans(week[later.weekday()])):
            return _at(later, today[0][0])
    return None


def _at(day: datetime, hour: time) -> datetime:
    return day.replace(hour=hour.hour, minute=hour.minute, second=0, microsecond=0)
