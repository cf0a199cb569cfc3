"""Buttons and keypads that are pressed on the page ``/sim`` or by a test: simulated at their lowest edge, the contact.

Their closings pass the same rules as those of real ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from gateway.clock import Clock
from gateway.devices.debounce import ContactRules
from gateway.devices.gpio import CLOSED
from gateway.devices.gpio_contacts import STUCK
from gateway.devices.gpio_keypad import ACTS
from gateway.devices.keys import Keys
from gateway.devices.ports import DeviceState, Press

BOUNCES = 6
NUMPAD_ACTS = (*ACTS, "no-show", "undo")
"""What the keys of a numpad do when the settings say nothing else."""


class SimulatedContacts:
    """Keys, each pressed by the act that it does; a button has one, which is called "". Safe from any thread."""

    kind = ""

    def __init__(self, id: str, presses: Iterable[Press], clock: Clock, rules: ContactRules) -> None:
        self.id = id
        self.held: frozenset[str] = frozenset()
        """The acts whose keys are down."""
        self.closings = 0
        """How often a contact has closed."""
        self.counted = 0
        """How many of those were intended presses."""
        self.blinked = 0
        """How often somebody has let its lamp blink."""
        self._meanings = {press.act: press for press in presses}
        self._clock = clock
        self._keys = Keys(self._meanings.values(), rules)
        self._press: Callable[[Press], None] | None = None
        self._closed = False

    @property
    def acts(self) -> frozenset[str]:
        """What its keys do."""
        return frozenset(self._meanings)

    def when_pressed(self, press: Callable[[Press], None]) -> None:
        """Call ``press`` for every intended press, in the thread that presses."""
        self._press = press

    def press(self, act: str = "") -> bool:
        """Push a key once and let it go; return whether that counted as an intended press."""
        counted = self.hold(act)
        self.release(act)
        return counted

    def bounce(self, act: str = "") -> bool:
        """Push a key whose contact closes and opens several times on the way down and up; return whether that counted once."""
        counted = sum(self.press(act) for _ in range(BOUNCES))
        return counted == 1

    def hold(self, act: str = "") -> bool:
        """Push a key and keep it down; return whether that counted as an intended press."""
        at_s = self._clock.monotonic_s()
        key = self._meanings[act]
        counted = not self._closed and act not in self.held and self._keys.closed(key, at_s)
        self.closings += act not in self.held
        self.counted += counted
        self.held |= {act}
        if counted and self._press is not None:
            self._press(replace(key, pressed_at_s=at_s))
        return counted

    def release(self, act: str = "") -> None:
        """Let a key go."""
        self._keys.opened(self._meanings[act], self._clock.monotonic_s())
        self.held -= {act}

    def state(self) -> DeviceState:
        """Return how the keys are: faulty while one is stuck."""
        if self._closed:
            return DeviceState.MISSING
        return DeviceState.FAULTY if self._is_stuck() else DeviceState.READY

    def reason(self) -> str:
        """Return why it is not ready."""
        if self._closed:
            return CLOSED
        return STUCK if self._is_stuck() else ""

    def has_lamp(self) -> bool:
        """Return that it has one."""
        return True

    def blink(self) -> bool:
        """Count the wish: nobody sees a simulated lamp."""
        if self._closed:
            return False
        self.blinked += 1
        return True

    def look(self) -> None:
        """Do nothing: a simulated contact loses no edges."""

    def close(self) -> None:
        """Take it off the wall: it counts no presses any more."""
        self._closed = True

    def _is_stuck(self) -> bool:
        return bool(self._keys.stuck(self._clock.monotonic_s()))


class SimulatedButton(SimulatedContacts):
    """One button of the panel that gives numbers for one line."""

    kind = "simulated-button"

    def __init__(self, id: str, line: str, clock: Clock, *, rules: ContactRules) -> None:
        self.line = line
        super().__init__(id, [Press(id, line, 0.0)], clock, rules)


class SimulatedRatingButton(SimulatedContacts):
    """One of the buttons at a counter with which people say how it was, 1 (not content) to 4 (very)."""

    kind = "simulated-rating-button"

    def __init__(self, id: str, counter: str, score: int, clock: Clock, *, rules: ContactRules) -> None:
        self.counter = counter
        self.score = score
        super().__init__(id, [Press(id, "", 0.0, counter, score)], clock, rules)


class SimulatedKeypad(SimulatedContacts):
    """The five keys of a numpad at one counter: panggil, panggil ulang, selesai, tidak hadir, urungkan."""

    kind = "simulated-keypad"

    def __init__(self, id: str, counter: str, clock: Clock, *, rules: ContactRules) -> None:
        self.counter = counter
        super().__init__(id, [Press(id, "", 0.0, counter, act=act) for act in NUMPAD_ACTS], clock, rules)
