"""What the link may cost: a budget of bytes a day, and a cap on each lane. Neither ever holds an urgent event back.

Pure. A day is the hall's own by a clock that can be trusted; by any other it ends after 24 hours of running, so that no wrong date
gives a second budget or takes the next one away. What was used is told to whoever keeps it, and taken up again after a restart.
"""

from __future__ import annotations

from collections.abc import Mapping

UNBOUND = "urgent"
"""The lane that is counted and never held back."""
DAY_S = 86_400.0
AHEAD_S = 5.0
"""A message on a capped lane is worth so many seconds of its cap."""
LEAST_BYTES = 2 * 1024
"""Nor is it smaller than this, however low the cap: a message has a cost of its own."""


class Allowance:
    """Counts what the relay sends and hears. Times are seconds on the monotonic clock.

    ``daily_bytes`` 0 is no budget, a lane without a cap in ``caps_bytes_per_s`` has none; ``day`` and ``used_bytes`` are what was kept.
    """

    def __init__(
        self, daily_bytes: int = 0, caps_bytes_per_s: Mapping[str, float] | None = None, *, day: str = "", used_bytes: int = 0
    ) -> None:
        self.daily_bytes = daily_bytes
        self.day = day
        self.used_bytes = used_bytes
        self._caps = {lane: cap for lane, cap in (caps_bytes_per_s or {}).items() if cap and lane != UNBOUND}
        self._free_at_s: dict[str, float] = {}
        self._since_s: float | None = None

    @property
    def is_used_up(self) -> bool:
        """Whether the budget of this day holds events back."""
        return 0 < self.daily_bytes <= self.used_bytes

    def is_free(self, lane: str) -> bool:
        """Whether a lane's bytes cost nothing: no budget of the day, no cap."""
        return not self.daily_bytes and lane not in self._caps

    def see_day(self, day: str, now_s: float) -> None:
        """Begin a new day when it is one; ``day`` is the hall's date by a clock that can be trusted, else empty."""
        if self._since_s is None:
            self._since_s = now_s
        if (day and day != self.day) or (not day and now_s - self._since_s >= DAY_S):
            self.day = day or self.day
            self.used_bytes = 0
            self._since_s = now_s

    def spend(self, size_bytes: int, now_s: float, lane: str = UNBOUND) -> None:
        """Count what was sent on a lane, or heard."""
        self.used_bytes += size_bytes
        if lane in self._caps:
            self._free_at_s[lane] = max(now_s, self._free_at_s.get(lane, now_s)) + size_bytes / self._caps[lane]

    def most_bytes(self, lane: str, now_s: float) -> float:
        """Return how large a message on a lane may be now: 0 while it is held back."""
        if lane != UNBOUND and (self.is_used_up or now_s < self._free_at_s.get(lane, now_s)):
            return 0
        return max(LEAST_BYTES, AHEAD_S * self._caps.get(lane, float("inf")))

    def due_s(self, now_s: float) -> float:
        """Return when the next lane is free again, infinity when none is held by its cap."""
        return min((free_s for free_s in self._free_at_s.values() if free_s > now_s), default=float("inf"))
