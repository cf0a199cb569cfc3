"""How long somebody will wait: an honest range from measured service times.

Promises: before enough people have been served a plain prior speaks; one clerk who forgot to press
"selesai" over lunch moves the estimate by no more than any other long talk; more people ahead never
shorten the range, more counters never lengthen it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

PRIOR_SERVICE_S = 300.0
"""What serving one person takes in a hall that has measured nothing yet."""
PRIOR_WEIGHT = 6
"""The prior counts as so many measured people: it fades, and never at once."""
MEASURED_LIMIT = 40
"""So many latest service times speak; older ones tell of other days."""
PRIOR_SPREAD = 0.6
"""Standard deviation of the prior, as a part of its mean."""
LONGEST_FACTOR = 3.0
SHORTEST_FACTOR = 0.2
"""A service time counts as between these multiples of the median, however long the lunch was."""
BAND = 1.28
"""Four of five people wait within this many standard deviations, if service times are at all regular."""


@dataclass(frozen=True, slots=True)
class WaitRange:
    """Between ``low_s`` and ``high_s`` seconds, whole minutes."""

    low_s: int
    high_s: int


@dataclass(frozen=True, slots=True)
class Pace:
    """How long serving one person takes, and how much that varies."""

    mean_s: float
    spread_s: float


def pace(measured_s: Sequence[float], prior_s: float = PRIOR_SERVICE_S) -> Pace:
    """Return the pace of a line from its latest service times in seconds."""
    middle_s = median([*measured_s, *[prior_s] * PRIOR_WEIGHT])
    bounded_s = [min(max(one_s, SHORTEST_FACTOR * middle_s), LONGEST_FACTOR * middle_s) for one_s in measured_s]
    count = len(bounded_s) + PRIOR_WEIGHT
    mean_s = (sum(bounded_s) + PRIOR_WEIGHT * prior_s) / count
    squares = sum((one_s - mean_s) ** 2 for one_s in bounded_s)
    squares += PRIOR_WEIGHT * ((prior_s - mean_s) ** 2 + (PRIOR_SPREAD * prior_s) ** 2)
    return Pace(mean_s, math.sqrt(squares / count))


def capacity(line: str, counters: Iterable[Sequence[str]], waiting: Mapping[str, int]) -> float:
    """Return how many counters work for ``line``, parts of a counter included.

    ``counters`` gives the lines of each counter that is at work now; a counter that serves several lines is
    shared by how many wait in each (``waiting``). When none is at work one is assumed: it will open.
    """
    parts = 0.0
    for lines in counters:
        if line in lines:
            own = max(1, waiting.get(line, 0))
            others = sum(waiting.get(other, 0) for other in lines if other != line)
            parts += own / (own + others)
    return parts or 1.0


def estimate(ahead: int, counters: float, line_pace: Pace) -> WaitRange:
    """Return how long somebody with ``ahead`` people before them waits while ``counters`` (> 0) work."""
    turns = ahead / counters
    expected_s = turns * line_pace.mean_s
    band_s = BAND * line_pace.spread_s * math.sqrt(turns)
    # Whoever is being served now is half-way through, on average: that belongs to the upper end.
    low_s = max(0.0, expected_s - band_s, 0.5 * expected_s)
    high_s = expected_s + band_s + line_pace.mean_s / max(1.0, counters)
    return WaitRange(60 * math.floor(low_s / 60), 60 * math.ceil(high_s / 60))
