"""How long the hall waits for a sign of progress before it asks: 30 s, doubling to 10 min, never in step with others."""

from __future__ import annotations

from random import Random

FIRST_S = 30.0
MOST_S = 600.0


class Patience:
    """A deadline that grows each time it passes. Times are seconds on the monotonic clock."""

    def __init__(self, randomness: Random) -> None:
        self.until_s: float | None = None
        """When patience ends; None while nothing is awaited."""
        self._randomness = randomness
        self._wait_s = FIRST_S

    def begin(self, now_s: float) -> None:
        """Await something, unless something is awaited already."""
        if self.until_s is None:
            self.until_s = now_s + self._wait_s * self._randomness.uniform(0.75, 1.25)

    def is_over(self, now_s: float) -> bool:
        """Whether it was awaited for too long."""
        return self.until_s is not None and now_s >= self.until_s

    def double(self, now_s: float) -> None:
        """Await it again, twice as long."""
        self._wait_s = min(self._wait_s * 2, MOST_S)
        self.until_s = None
        self.begin(now_s)

    def rest(self) -> None:
        """Await nothing for now; but nothing has been achieved, so the next wait is no shorter."""
        self.until_s = None

    def renew(self, now_s: float) -> None:
        """Await something else, as long again: the other side has answered."""
        self.until_s = None
        self.begin(now_s)

    def reset(self) -> None:
        """Await nothing; the next wait is a short one again."""
        self._wait_s = FIRST_S
        self.until_s = None
