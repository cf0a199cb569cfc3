"""A button that is pressed on the page ``/sim`` or by a test: simulated at its lowest edge, the contact.

Its closings pass the same rules as those of a real button.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from gateway.clock import Clock
from gateway.devices.debounce import Contact, ContactRules
from gateway.devices.gpio_button import STUCK
from gateway.devices.ports import DeviceState, Press


class SimulatedButton:
    """One button of the panel that gives numbers for one line. Safe from any thread."""

    kind = "simulated-button"
    counter = ""
    score = 0

    def __init__(self, id: str, line: str, clock: Clock, *, rules: ContactRules) -> None:
        self.id = id
        self.line = line
        self.held = False
        self._clock = clock
        self._contact = Contact(rules)
        self._lock = threading.Lock()
        self._press: Callable[[Press], None] | None = None
        self._closed = False

    @property
    def ignored(self) -> int:
        """How many closings were no intended press."""
        return self._contact.ignored

    def when_pressed(self, press: Callable[[Press], None]) -> None:
        """Call ``press`` for every intended press, in the thread that presses."""
        self._press = press

    def press(self) -> bool:
        """Push the button once and let it go; return whether that counted as an intended press."""
        counted = self.hold()
        self.release()
        return counted

    def hold(self) -> bool:
        """Push the button and keep it down; return whether that counted as an intended press."""
        at_s = self._clock.monotonic_s()
        with self._lock:
            counted = not self._closed and not self.held and self._contact.closed(at_s)
            self.held = True
        if counted and self._press is not None:
            self._press(Press(self.id, self.line, at_s, self.counter, self.score))
        return counted

    def release(self) -> None:
        """Let the button go."""
        with self._lock:
            self._contact.opened(self._clock.monotonic_s())
            self.held = False

    def state(self) -> DeviceState:
        """Return how the button is: faulty while stuck."""
        if self._closed:
            return DeviceState.MISSING
        return DeviceState.FAULTY if self._is_stuck() else DeviceState.READY

    def reason(self) -> str:
        """Return why it is not ready."""
        if self._closed:
            return "ditutup"
        return STUCK if self._is_stuck() else ""

    def look(self) -> None:
        """Do nothing: a simulated contact loses no edges."""

    def close(self) -> None:
        """Take the button off the wall: it gives no numbers any more."""
        self._closed = True

    def _is_stuck(self) -> bool:
        with self._lock:
            return self._contact.stuck(self._clock.monotonic_s())


class SimulatedRatingButton(SimulatedButton):
    """One of the buttons at a counter with which people say how it was, 1 (not content) to 4 (very)."""

    kind = "simulated-rating-button"

    def __init__(self, id: str, counter: str, score: int, clock: Clock, *, rules: ContactRules) -> None:
        super().__init__(id, "", clock, rules=rules)
        self.counter = counter
        self.score = score
