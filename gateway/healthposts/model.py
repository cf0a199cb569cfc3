"""The rules of a health post's calendar: on which days it is held, by a rule and by single dates."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta

NAME_LIMIT, PLACE_LIMIT, BRING_LIMIT = 60, 100, 200
POSTS_LIMIT = 60
DATES_LIMIT = 60
LAST = 5
"""The ``nth`` of a rule that means the last."""
AHEAD_DAYS = 366
"""So far a calendar reaches."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Days that come again each month: ``weekday`` the nth Tuesday, ``day`` the tenth; ``none`` for single dates only."""

    kind: str = "none"
    nth: int = 0
    """1 to 4, or ``LAST``; of ``weekday``."""
    weekday: int = 0
    """0 for Monday; of ``weekday``."""
    day: int = 0
    """1 to 31; of ``day``. A month that is shorter has none."""

    def in_month(self, year: int, month: int) -> date | None:
        """Return its day in a month, if there is one."""
        first, length = calendar.monthrange(year, month)
        if self.kind == "day":
            return date(year, month, self.day) if self.day <= length else None
        if self.kind != "weekday":
            return None
        at = 1 + (self.weekday - first) % 7 + 7 * (self.nth - 1)
        return date(year, month, at if at <= length else at - 7)


@dataclass(frozen=True, slots=True)
class Draft:
    """A health post as it is written down."""

    name: str
    """For example ``Posyandu Melati``."""
    place: str
    bring: str
    """What to bring; may be empty."""
    starts: time
    ends: time
    rule: Rule
    extra: tuple[date, ...] = ()
    """Single dates besides."""
    skipped: tuple[date, ...] = ()
    """Dates of the rule on which it is not held."""
    line: str = ""
    """The queue's line that is open while it is held; empty for none."""


@dataclass(frozen=True, slots=True)
class Post:
    """A health post as it is kept."""

    id: int
    draft: Draft


@dataclass(frozen=True, slots=True)
class Session:
    """One day on which a health post is held."""

    post: Post
    on: date


def days(draft: Draft, first: date, last: date) -> list[date]:
    """Return the days from ``first`` to ``last`` on which it is held, in order."""
    found = {day for day in draft.extra if first <= day <= last}
    found |= {day for day in _by_rule(draft.rule, first, last) if day not in draft.skipped}
    return sorted(found)


def sessions(posts: Iterable[Post], first: date, last: date) -> list[Session]:
    """Return what is held from ``first`` to ``last``, in order of day and hour."""
    found = [Session(post, day) for post in posts for day in days(post.draft, first, last)]
    return sorted(found, key=lambda one: (one.on, one.post.draft.starts, one.post.id))


def wanted_open(posts: Iterable[Post], today: date, now: time) -> dict[str, bool]:
    """Return, by line, whether it should be open now, for the lines of posts that are held today."""
    wanted: dict[str, bool] = {}
    for post in posts:
        draft = post.draft
        if draft.line and days(draft, today, today):
            wanted[draft.line] = wanted.get(draft.line, False) or now < draft.ends
    return wanted


def year_ahead(today: date) -> date:
    """Return the last day that a calendar shows."""
    return today + timedelta(days=AHEAD_DAYS)


def _by_rule(rule: Rule, first: date, last: date) -> Iterator[date]:
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        day = rule.in_month(year, month)
        if day is not None and first <= day <= last:
            yield day
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)  # noqa: PLR2004 - December
