"""A trial of what shows and prints: a test picture on a board, a test slip, asked for on a page, done by the device's own loop.

Promises: whoever asks touches no device; a trial gives no number and leaves the queue alone; what became of the last one is told.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from gateway.clock import Clock

SHOWN_S = 8.0
"""So long a board shows the test picture, then the queue again."""
STALE_S = 60.0
"""A slip that a printer could not print for so long is not wanted any more."""


class Tried(Protocol):
    """What is needed of a device."""

    @property
    def id(self) -> str:
        """Its name in the hall."""

    def reason(self) -> str:
        """Return why it is not ready; empty when it is. Never blocks."""


class Trial(NamedTuple):
    """One device that can be tried, as a page shows it."""

    id: str
    prints: bool
    """Whether it prints; else it shows."""
    reason: str
    """Why it is not ready, else empty."""
    outcome: str
    """``asked``, ``done``, why it failed, or empty when nobody has tried it."""


class Trials:
    """Who has asked for what. Safe from any thread. ``boards`` and ``printers`` give those that are here at this moment."""

    def __init__(
        self,
        boards: Callable[[], Sequence[Tried]] = lambda: (),
        printers: Callable[[], Sequence[Tried]] = lambda: (),
        *,
        clock: Clock,
    ) -> None:
        self._boards = boards
        self._printers = printers
        self._clock = clock
        self._lock = threading.Lock()
        self._asked_at_s: dict[str, float] = {}
        self._outcomes: dict[str, str] = {}

    def devices(self) -> list[Trial]:
        """Return every device that can be tried."""
        here = [*((board, False) for board in self._boards()), *((printer, True) for printer in self._printers())]
        return [Trial(device.id, prints, device.reason(), self._outcomes.get(device.id, "")) for device, prints in here]

    def ask(self, id: str) -> bool:
        """Ask for a trial; False when there is no such device."""
        if id not in {trial.id for trial in self.devices()}:
            return False
        with self._lock:
            self._asked_at_s[id] = self._clock.monotonic_s()
            self._outcomes[id] = "asked"
        return True

    def shows(self, id: str) -> bool:
        """Return whether a board is to show the test picture at this moment."""
        return self._asked_within(id, SHOWN_S)

    def prints(self, id: str) -> bool:
        """Return whether a printer is to print the test slip, once it can."""
        return self._asked_within(id, STALE_S)

    def done(self, id: str, outcome: str = "done") -> None:
        """Tell what became of it; a printed slip is not wanted any more."""
        with self._lock:
            self._outcomes[id] = outcome

    def over(self, id: str) -> None:
        """Want it no more."""
        with self._lock:
            self._asked_at_s.pop(id, None)

    def _asked_within(self, id: str, seconds: float) -> bool:
        at_s = self._asked_at_s.get(id)
        return at_s is not None and self._clock.monotonic_s() - at_s < seconds
