"""How often a stranger may try something: send a form, guess a code. Addresses are kept in memory only, never on the card or in a log.

Promises: whoever has tried too often learns when to come again, and nobody is shut out for good; a hall that has just started
has forgotten all.
"""

from __future__ import annotations

import threading
from collections import deque

from gateway.clock import Clock
from gateway.errors import Refusal

WINDOW_S = 600.0
GUESSES_OF_DEVICE = 8
GUESSES_OF_HALL = 60
"""Wrong codes within the window: with 31 letters to the sixth power nobody finds one of a few hundred."""


class Tries:
    """Counts tries of each device and of all together within ten minutes. Safe from any thread."""

    def __init__(self, clock: Clock, *, of_device: int, of_all: int, refusal: str = "tries-used-up") -> None:
        """``refusal`` is the code of a sentence that says ``wait_s``."""
        self._clock = clock
        self._of_device = of_device
        self._of_all = of_all
        self._refusal = refusal
        self._lock = threading.Lock()
        self._tries: deque[tuple[float, str]] = deque()

    def require_room(self, device: str) -> None:
        """Raise the refusal when this device, or all together, have tried too often."""
        with self._lock:
            now_s = self._clock.monotonic_s()
            while self._tries and now_s - self._tries[0][0] >= WINDOW_S:
                self._tries.popleft()
            own = [at_s for at_s, whose in self._tries if whose == device]
            oldest_s = own[0] if len(own) >= self._of_device else None
            if oldest_s is None and len(self._tries) >= self._of_all:
                oldest_s = self._tries[0][0]
        if oldest_s is not None:
            raise Refusal(self._refusal, wait_s=max(1, round(WINDOW_S - (now_s - oldest_s) + 0.5)))

    def note(self, device: str) -> None:
        """Count one try."""
        with self._lock:
            self._tries.append((self._clock.monotonic_s(), device))


def guesses(clock: Clock) -> Tries:
    """Return what counts wrong codes that would lead to somebody's page: who guesses is slowed down, alone and all together."""
    return Tries(clock, of_device=GUESSES_OF_DEVICE, of_all=GUESSES_OF_HALL, refusal="claim-tries")
