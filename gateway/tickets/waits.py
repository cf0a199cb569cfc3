"""How long somebody will wait: an honest range from measured service times, in numbers that people say.

Promises: before enough people have been served a plain prior speaks; one clerk who forgot to press "selesai" over
lunch moves the estimate by no more than any other long talk; more people ahead, in this line or in another that
shares its counters, never shorten the range; one more counter never lengthens it.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

PRIOR_SERVICE_S = 300.0
"""What one person takes in a hall that has measured nothing yet."""
PRIOR_WEIGHT = 6.0
"""The prior counts as so many measured people: it fades, and never at once."""
PRIOR_SPREAD = 0.6
"""Standard deviation of the prior, as a part of its mean."""
MEASURED_LIMIT = 40
"""So many latest times of a line speak, and as many of the same hour of former days."""
DAY_FADES = 0.8
"""What was measured a day earlier weighs so much less."""
LONGEST_FACTOR = 3.0
SHORTEST_FACTOR = 0.2
"""A time counts as between these multiples of the median, however long the lunch was."""
RESIDUAL = 0.75
"""Whoever is being served now still takes so much of one person's time, until the first counter is free."""
DRIFT = 0.2
"""Pauses, slow clerks and people who come in between move a wait by so much of itself, however long the line."""
BELOW = 1.1
ABOVE = 1.5
"""The range reaches so many standard deviations: further up, where long talks and lunches are."""
NOT_BEGUN_S = 1200.0
"""Before the first call of a day nobody knows when it comes: the range reaches so much further."""
SAID_MIN = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 360, 480, 600, 720)
"""The minutes that people say."""
KINDS_LIMIT = 9
"""Halls whose counters differ in more ways than this are reckoned as one pool."""


class WaitRange(NamedTuple):
    """Between ``low_s`` and ``high_s`` seconds: whole minutes that people say, 0 for less than the least of them."""

    low_s: int
    high_s: int


class Measured(NamedTuple):
    """How long one person took, from the call to the end, so many hall-days ago."""

    time_s: float
    days_ago: int


@dataclass(frozen=True, slots=True)
class Pace:
    """How long one person takes, and how much that varies."""

    mean_s: float
    spread_s: float


@dataclass(frozen=True, slots=True)
class AtWork:
    """A counter that calls people now: the lines it serves, and whether somebody is there."""

    lines: frozenset[str]
    busy: bool = True


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a hall looks like to whoever waits: the pace of each line, the counters at work, and how many come with priority."""

    paces: Mapping[str, Pace]
    counters: tuple[AtWork, ...]
    priority_share: float = 0.0
    """Of the people called lately: so many of those yet to come will be called before somebody without priority."""
    begun: bool = True
    """Whether anybody has been called today."""
    breaks: tuple[tuple[float, float], ...] = ()
    """Breaks of the opening hours that lie ahead today: in how many seconds each begins, and for how many it lasts."""

    def pace(self, line: str) -> Pace:
        """Return the pace of a line."""
        return self.paces.get(line, PRIOR)


def pace(measured: Iterable[Measured]) -> Pace:
    """Return the pace of a line from what was measured in it; recent days weigh more."""
    weighed = [(one.time_s, DAY_FADES ** min(max(0, one.days_ago), 30)) for one in measured]
    middle_s = _median([*weighed, (PRIOR_SERVICE_S, PRIOR_WEIGHT)])
    bounded = [(min(max(time_s, SHORTEST_FACTOR * middle_s), LONGEST_FACTOR * middle_s), weight) for time_s, weight in weighed]
    total = PRIOR_WEIGHT + sum(weight for _, weight in bounded)
    mean_s = (PRIOR_WEIGHT * PRIOR_SERVICE_S + sum(weight * time_s for time_s, weight in bounded)) / total
    squares = PRIOR_WEIGHT * ((PRIOR_SERVICE_S - mean_s) ** 2 + (PRIOR_SPREAD * PRIOR_SERVICE_S) ** 2)
    squares += sum(weight * (time_s - mean_s) ** 2 for time_s, weight in bounded)
    return Pace(mean_s, math.sqrt(squares / total))


PRIOR = Pace(PRIOR_SERVICE_S, PRIOR_SPREAD * PRIOR_SERVICE_S)


def estimate(line: str, ahead: int, others: Mapping[str, int], outlook: Outlook, *, has_priority: bool = False) -> WaitRange:
    """Return how long somebody waits in ``line`` with ``ahead`` people before them, and ``others`` in other lines."""
    return around(line, expected_s(line, ahead, others, outlook, has_priority=has_priority), outlook)


def expected_s(line: str, ahead: int, others: Mapping[str, int], outlook: Outlook, *, has_priority: bool = False) -> float:
    """Return the seconds that somebody in ``line`` with ``ahead`` people before them waits, if nothing unusual happens.

    ``others`` says how many people of each other line are called before them by counters that serve both.
    """
    overtaken = 0.0 if has_priority else outlook.priority_share * ahead
    idle = any(line in counter.lines and not counter.busy for counter in outlook.counters)
    work_s = {other: count * outlook.pace(other).mean_s for other, count in others.items() if count and other != line}
    work_s[line] = (ahead + overtaken + (0.0 if idle else RESIDUAL)) * outlook.pace(line).mean_s
    return clearing(line, work_s, [counter.lines for counter in outlook.counters])


def around(line: str, expected_s: float, outlook: Outlook) -> WaitRange:
    """Return the range that is said of an expected wait: the longer, the wider.

    A break ahead lengthens the upper end only: clerks who finish with those who wait call earlier, and nobody is to miss that.
    """
    own = outlook.pace(line)
    pool = max(1, sum(line in counter.lines for counter in outlook.counters))
    talks_s = (own.spread_s / own.mean_s) ** 2 * expected_s * own.mean_s / pool
    spread_s = math.sqrt(talks_s + (DRIFT * expected_s) ** 2)
    later_s = 0.0 if outlook.begun else NOT_BEGUN_S
    return said(expected_s - BELOW * spread_s, through(expected_s + ABOVE * spread_s + later_s, outlook.breaks))


def through(work_s: float, breaks: Iterable[tuple[float, float]]) -> float:
    """Return after how many seconds work of ``work_s`` is done, if it begins now and rests during ``breaks``."""
    for begins_s, lasts_s in breaks:
        work_s += lasts_s if work_s > begins_s else 0.0
    return work_s


def clearing(line: str, work_s: Mapping[str, float], counters: Sequence[frozenset[str]]) -> float:
    """Return after how many seconds the work of ``line`` is done.

    Counters call whoever came first among their lines. So the lines that are worst off with all the counters that serve
    them are done last, together; what remains is shared by the other counters in the same way. When no counter
    serves the line, one is assumed: it will open.
    """
    kinds = Counter(kept for served in counters if (kept := served & frozenset(work_s)))
    if not any(line in kind for kind in kinds):
        return work_s[line]
    while True:
        worst_s, done = max(
            ((sum(work_s[one] for one in group) / pool, group) for group, pool in _groups(frozenset(kinds.items()))),
            key=itemgetter(0),
        )
        if line in done:
            return worst_s
        kinds = Counter({kind: count for kind, count in kinds.items() if not kind & done})


@lru_cache(maxsize=256)
def _groups(kinds: frozenset[tuple[frozenset[str], int]]) -> tuple[tuple[frozenset[str], int], ...]:
    """Return each group of lines that some counters serve and no others do, with how many those are.

    A hall has few, and they change only when a counter begins or ends its work.
    """
    listed = list(kinds)
    lines = {line for kind, _ in listed for line in kind}
    served_by = {line: sum(1 << index for index, (kind, _) in enumerate(listed) if line in kind) for line in lines}
    everything = (1 << len(listed)) - 1
    least: dict[frozenset[str], int] = {}
    for chosen in range(1, everything + 1) if len(listed) <= KINDS_LIMIT else (everything,):
        group = frozenset(line for line, by in served_by.items() if by | chosen == chosen)
        pool = sum(count for index, (_, count) in enumerate(listed) if chosen >> index & 1)
        if group:
            least[group] = min(pool, least.get(group, pool))
    return tuple(least.items())


def before_newcomer(regular: int, priority: int, in_a_row: int, *, has_priority: bool) -> int:
    """Return how many of another line's waiting people a shared counter calls before somebody who comes now."""
    return priority + min(regular, priority // in_a_row) if has_priority else regular + priority


def said(low_s: float, high_s: float) -> WaitRange:
    """Return a range in the minutes that people say, never narrower than the one given."""
    top = min(bisect_left(SAID_MIN, high_s / 60), len(SAID_MIN) - 1)
    bottom = min(bisect_right(SAID_MIN, low_s / 60), top)
    return WaitRange(60 * SAID_MIN[bottom - 1] if bottom else 0, 60 * SAID_MIN[top])


def _median(weighed: Sequence[tuple[float, float]]) -> float:
    half, passed = sum(weight for _, weight in weighed) / 2, 0.0
    for value, weight in sorted(weighed):
        passed += weight
        if passed >= half:
            return value
    return weighed[-1][0]
