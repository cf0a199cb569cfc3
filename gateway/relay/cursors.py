"""How far one lane has been sent on this connection, and when a batch of it is due: full, or old enough. Pure; seconds on the monotonic clock."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.relay.batches import BATCH_LIMIT
from gateway.relay.decisions import Range

AGES_S = {"record": 1.0, "bulk": 30.0}
"""So long what is new waits for company when its lane has nothing else to send; other lanes wait for none."""


@dataclass(slots=True)
class Cursor:
    """One lane of one epoch."""

    following: int
    """The next sequence that has not been sent on this connection."""
    again: list[tuple[int, int]] = field(default_factory=list)
    """Ranges to be sent before it, the lowest first, or what arrived above a gap would fill the window: the halves of refused batches."""
    since_s: float | None = float("-inf")
    """Since when something waits here; None while nothing does. A backlog has waited long enough."""

    def follow(self, confirmed: int) -> None:
        """Leave out what is confirmed."""
        self.following = max(self.following, confirmed + 1)
        self.again = [(first, last) for first, last in self.again if last > confirmed]

    def is_ripe(self, newest: int, age_s: float, now_s: float) -> bool:
        """Whether a batch is due: it is full, or its oldest event has waited ``age_s`` for company."""
        count = newest - self.following + 1
        if count <= 0:
            self.since_s = None
            return False
        if self.since_s is None:
            self.since_s = now_s
        return count >= BATCH_LIMIT or now_s >= self.since_s + age_s

    def advance(self, asked: Range, last: int) -> None:
        """Leave out what was sent, up to ``last`` of what was asked for."""
        if self.again and self.again[0][0] == asked.first:
            self.again[:1] = [(last + 1, asked.last)] if last < asked.last else []
        else:
            self.following = last + 1

    def halve(self, first: int, last: int) -> None:
        """Send a refused range again, in two halves; one event alone as it is."""
        middle = (first + last) // 2
        halves = [(first, middle), (middle + 1, last)] if first < last else [(first, last)]
        self.again = sorted([*self.again, *halves])
