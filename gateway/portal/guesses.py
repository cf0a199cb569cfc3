"""How often a code may be guessed that leads to somebody's page.

Promises: addresses are kept in memory only, never on the card and never in a log; who guesses is slowed down, alone and all together.
"""

from __future__ import annotations

from collections import deque

from gateway.clock import Clock
from gateway.errors import Refusal

GUESS_WINDOW_S = 600.0
GUESSES_OF_DEVICE = 8
GUESSES_OF_HALL = 60
"""Wrong codes within the window: with 31 letters to the sixth power nobody finds one of a few hundred."""


class Guesses:
    """Counts wrong codes of each device and of the whole hall. For the event loop's thread only."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wrong: deque[tuple[float, str]] = deque()

    def require_room(self, device: str) -> None:
        """Raise Refusal ``claim-tries`` when this device, or all together, have typed too many wrong codes."""
        now_s = self._clock.monotonic_s()
        while self._wrong and now_s - self._wrong[0][0] >= GUESS_WINDOW_S:
            self._wrong.popleft()
        own = [at_s for at_s, whose in self._wrong if whose == device]
        oldest_s = own[0] if len(own) >= GUESSES_OF_DEVICE else None
        if oldest_s is None and len(self._wrong) >= GUESSES_OF_HALL:
            oldest_s = self._wrong[0][0]
        if oldest_s is not None:
            raise Refusal("claim-tries", wait_s=max(1, round(GUESS_WINDOW_S - (now_s - oldest_s) + 0.5)))

    def note_wrong(self, device: str) -> None:
        """Count one wrong code."""
        self._wrong.append((self._clock.monotonic_s(), device))
