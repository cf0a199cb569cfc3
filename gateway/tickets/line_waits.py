"""The ranges of everybody who waits in the hall, reckoned together so that hundreds cost little more than a few.

Promises: the last one in a line reads what a newcomer was told; of a long line some are reckoned and those between them lie between.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import pairwise

from gateway.tickets import waits
from gateway.tickets.turns import Waiting
from gateway.tickets.waits import Outlook, WaitRange

RECKONED = 4
"""At most about so many of each line and class are reckoned."""


class Crowd:
    """Everybody who waits, by line: with priority and without, their places in order."""

    def __init__(self, waiting: Mapping[str, Sequence[Waiting]], in_a_row: int) -> None:
        self._in_a_row = in_a_row
        self._places = {
            line: tuple(sorted(one.place for one in people if one.priority is priority) for priority in (False, True))
            for line, people in waiting.items()
        }

    def before(self, place: float, *, has_priority: bool) -> dict[str, int]:
        """Return how many people of each line a counter that serves it calls before the one at ``place``."""
        counts = {}
        for line, (regular, priority) in self._places.items():
            ahead = bisect_left(priority, place) if has_priority else len(priority)
            counts[line] = waits.before_newcomer(bisect_left(regular, place), ahead, self._in_a_row, has_priority=has_priority)
        return counts


def ranges(line: str, order: Sequence[Waiting], crowd: Crowd, outlook: Outlook) -> list[WaitRange]:
    """Return the range of each of ``order``, the people of ``line`` in the order in which they will be called."""
    expected: dict[int, float] = {}
    for has_priority in (False, True):
        indexes = [index for index, one in enumerate(order) if one.priority is has_priority]
        chosen = indexes[:: max(1, len(indexes) // RECKONED)]
        chosen += indexes[-1:] if indexes and chosen[-1] != indexes[-1] else []
        for index in chosen:
            others = crowd.before(order[index].place, has_priority=has_priority)
            expected[index] = waits.expected_s(line, index, others, outlook, has_priority=has_priority)
        for left, right in pairwise(chosen):
            slope = (expected[right] - expected[left]) / (right - left)
            expected |= {index: expected[left] + slope * (index - left) for index in indexes if left < index < right}
    return [waits.around(line, expected[index], outlook) for index in range(len(order))]
