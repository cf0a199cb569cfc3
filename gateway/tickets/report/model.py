"""What the figures of a period are, reckoned from its visits, with nothing of a database in them.

Promises: everybody who took a number counts once, in exactly one outcome; a time that could not be measured counts in no
median; what people thought is shown only of five or more, and never so that fewer can be reckoned from what is shown.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter
from typing import NamedTuple, TypeVar

FEWEST_RATINGS = 5
"""Fewer ratings than this are never shown of a group: somebody might be recognised."""
LONGEST_DAYS = 366
"""A period is at most a year: what is asked for by hand is answered while one waits."""
GIVEN_BACK = frozenset({"holder", "staff"})
"""Reasons of a cancellation that is the holder's own wish, by phone or told to a clerk."""

Key = TypeVar("Key", bound=Hashable)


class Visit(NamedTuple):
    """One number that somebody took."""

    day: str
    """Date of the hall-day, ISO."""
    hour: int
    """When it was taken, by the clock; -1 while the clock was not set."""
    line: str
    counter: str
    """Where it was served last, or empty."""
    priority: int
    origin: str
    state: str
    reason: str
    called: int
    waited_s: float | None
    service_s: float | None
    score: int
    """1 to 4, or 0 when it was not rated."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a group of visits; a median is None where nothing was measured."""

    people: int = 0
    served: int = 0
    no_show: int = 0
    given_back: int = 0
    sent_home: int = 0
    """Still waiting when the hall closed."""
    inside: int = 0
    """Wait or are being served now."""
    priority: int = 0
    wait_median_s: float | None = None
    wait_ninth_s: float | None = None
    """Nine of ten people were called within this."""
    service_median_s: float | None = None
    unmeasured: int = 0
    """Times that could not be measured, because the machine was started anew in between."""

    @property
    def abandoned(self) -> int:
        """How many took a number and were not served, by their own doing."""
        return self.no_show + self.given_back

    @property
    def abandoned_share(self) -> float | None:
        """Which part of those whose visit has ended was abandoned."""
        ended = self.people - self.inside
        return self.abandoned / ended if ended else None


@dataclass(frozen=True, slots=True)
class Period:
    """Days from and until, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1


def period(first: str, last: str, today: date) -> Period:
    """Return the period that was asked for: today when it makes no sense, turned round when it was upside down, at most a year."""
    try:
        begins, ends = sorted((date.fromisoformat(first or last), date.fromisoformat(last or first)))
    except ValueError:
        return Period(today, today)
    longest = timedelta(days=LONGEST_DAYS - 1)
    return Period(ends - longest if ends - begins > longest else begins, ends)


def presets(today: date) -> dict[str, Period]:
    """Return the periods that are a tap away."""
    return {
        "today": Period(today, today),
        "week": Period(today - timedelta(days=6), today),
        "month": Period(today.replace(day=1), today),
    }


def figures(visits: Sequence[Visit]) -> Figures:
    """Return the figures of some visits."""
    # A year is 75,000 visits: what is counted here is counted by the interpreter's own loops.
    states = Counter(map(attrgetter("state", "reason"), visits))
    measured = Counter(map(attrgetter("called"), visits))
    waits = sorted([visit.waited_s for visit in visits if visit.waited_s is not None])
    services = sorted([visit.service_s for visit in visits if visit.service_s is not None])
    served, no_show = _count(states, "completed"), _count(states, "no_show")
    given_back = sum(states["cancelled", reason] for reason in GIVEN_BACK)
    cancelled = _count(states, "cancelled")
    return Figures(
        people=len(visits),
        served=served,
        no_show=no_show,
        given_back=given_back,
        sent_home=cancelled - given_back,
        inside=len(visits) - served - no_show - cancelled,
        priority=sum(map(attrgetter("priority"), visits)),
        wait_median_s=quantile(waits, 0.5),
        wait_ninth_s=quantile(waits, 0.9),
        service_median_s=quantile(services, 0.5),
        unmeasured=max(0, measured[1] - len(waits)) + max(0, served - len(services)),
    )


def _count(states: Counter[tuple[str, str]], state: str) -> int:
    return sum(count for (one, _), count in states.items() if one == state)


def quantile(ordered: Sequence[float], part: float) -> float | None:
    """Return the least value that ``part`` of ``ordered``, which is in order, does not exceed; None of nothing."""
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)] if ordered else None


def grouped(visits: Iterable[Visit], key: Callable[[Visit], Key]) -> dict[Key, list[Visit]]:
    """Return the visits by what ``key`` says of them."""
    groups: dict[Key, list[Visit]] = {}
    for visit in visits:
        groups.setdefault(key(visit), []).append(visit)
    return groups


def by(visits: Iterable[Visit], key: Callable[[Visit], Key]) -> dict[Key, Figures]:
    """Return the figures of each group, in the order of the keys' first visit."""
    return {group: figures(members) for group, members in grouped(visits, key).items()}


def scores(visits: Iterable[Visit]) -> tuple[int, int, int, int]:
    """Return how many people gave each of the four scores, the least content first."""
    counts = [0, 0, 0, 0]
    for visit in visits:
        if visit.score:
            counts[visit.score - 1] += 1
    return counts[0], counts[1], counts[2], counts[3]


def shown_scores(groups: Mapping[Key, Sequence[Visit]]) -> dict[Key, tuple[int, int, int, int]]:
    """Return the scores of the groups that may be shown.

    What is hidden must be of nobody or of five or more together: else it could be reckoned from the sum of all and the rest.
    """
    counted = {key: scores(members) for key, members in groups.items()}
    shown = {key: counts for key, counts in counted.items() if sum(counts) >= FEWEST_RATINGS}
    hidden = sum(sum(counts) for key, counts in counted.items() if key not in shown)
    return shown if not 0 < hidden < FEWEST_RATINGS else {}
