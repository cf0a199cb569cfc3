"""Counting working days. Pure.

Promises: the day on which something happens is never counted; a deadline always falls on a working day, so nobody is late for
having been at home on a holiday; counting ends, whatever the lists say.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta

USUAL_REST = frozenset({5, 6})
"""Saturday and Sunday, as ``date.weekday`` numbers them."""
LONGEST_DAYS = 2000
"""So far is looked ahead, and no further: a calendar without working days must stop nobody."""


@dataclass(frozen=True, slots=True)
class Workdays:
    """The days on which a hall works."""

    off: Collection[date] = field(default_factory=frozenset)
    """Holidays, those of the hall itself included."""
    rest: frozenset[int] = USUAL_REST
    """The weekdays on which nobody works."""

    def works(self, on: date) -> bool:
        """Return whether the hall works on that day."""
        return on.weekday() not in self.rest and on not in self.off

    def after(self, since: date, days: int) -> date:
        """Return the working day that is ``days`` (>= 1) of them after ``since``."""
        on, left = since, days
        for _ in range(LONGEST_DAYS):
            on += timedelta(days=1)
            left -= self.works(on)
            if left <= 0:
                return on
        return on

    def between(self, since: date, until: date) -> int:
        """Return how many working days have come after ``since``, ``until`` included; below nought when that lies before."""
        if until < since:
            return -self.between(until, since)
        span = min((until - since).days, LONGEST_DAYS)
        return sum(self.works(since + timedelta(days=day)) for day in range(1, span + 1))
