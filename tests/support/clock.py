"""A clock that a test sets, stops and makes go wrong. Promises to move only when told."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from gateway.clock import ClockState

MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""Monday, 23 November 2026, 08.00 WIB: an ordinary opening."""


class FakeClock:
    """Implements gateway.clock.Clock. Safe from any thread; ``state`` may be set at any time."""

    def __init__(
        self, now: datetime = MORNING, state: ClockState = ClockState.TRUSTED, bootid: str = "b0010001", uptime_s: float = 60.0
    ) -> None:
        self.bootid = bootid
        self._now = now
        self._monotonic_s = 1000.0
        self._uptime_s = uptime_s
        self._state = state
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the wall clock's instant, aware, in UTC."""
        return self._now

    def monotonic_s(self) -> float:
        """Return seconds that never jump and never go back."""
        return self._monotonic_s

    def uptime_s(self) -> float:
        """Return seconds since the machine started."""
        return self._uptime_s

    def state(self) -> ClockState:
        """Return how far ``now`` can be believed at this moment."""
        return self._state

    def confirm_by_staff(self) -> None:
        """Record that a clerk has looked at the date and found it right."""
        if self._state is not ClockState.TRUSTED:
            self._state = ClockState.STAFF

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` (>= 0) pass on every kind of time."""
        if seconds < 0:
            raise ValueError("time does not pass backwards; use set_wall")
        with self._lock:
            self._now += timedelta(seconds=seconds)
            self._monotonic_s += seconds
            self._uptime_s += seconds

    def set_wall(self, now: datetime, state: ClockState | None = None) -> None:
        """Step the wall clock alone, as the network does; ``now`` is aware."""
        with self._lock:
            self._now = now.astimezone(UTC)
            if state is not None:
                self._state = state

    def set_state(self, state: ClockState) -> None:
        """Change only how far the clock can be believed."""
        self._state = state

    def reboot(self, bootid: str, now: datetime | None = None, state: ClockState = ClockState.RESTORED) -> None:
        """Start the machine anew: a new boot, uptime from nought, and the wall clock at ``now`` if given."""
        with self._lock:
            self.bootid = bootid
            self._uptime_s = 0.0
            self._state = state
            if now is not None:
                self._now = now.astimezone(UTC)
