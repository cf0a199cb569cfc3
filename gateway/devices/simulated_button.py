"""Buttons and keypads that are pressed on the page ``/sim`` or by a test: the drivers of real ones, at pins that a finger moves.

Simulated is the pin alone (gpiozero's mock of it). It bounces as a contact does, and a thread of its own brings the edges, as lgpio's does on a
Pi: what then becomes of a press is the work of ``gpio_contacts``. Each device has a chip to itself, so no pin of the Pi is taken.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from gateway.clock import Clock
from gateway.devices.debounce import ContactRules
from gateway.devices.gpio import Chip
from gateway.devices.gpio_contacts import GpioContacts
from gateway.devices.gpio_keypad import ACTS
from gateway.devices.ports import Claim, Press

PINS = (2, 3, 4, 5, 6)
LAMP_PIN = 26
NUMPAD_ACTS = (*ACTS, "no-show", "undo")
"""What the keys of a numpad do when the settings say nothing else."""


@dataclass(frozen=True, slots=True)
class Contact:
    """How a contact moves under a finger: for so many milliseconds it is closed, open, closed and so on, until it rests."""

    down_ms: tuple[float, ...]
    """Begins closed; after the last it is closed for good."""
    stay_ms: float
    up_ms: tuple[float, ...]
    """Begins open; after the last it is open for good."""


GOOD = Contact((0.4, 0.3, 0.9, 0.2, 1.7, 0.5), 5.0, (0.6, 0.3, 0.2, 0.1))
"""An arcade button: six touches within ten milliseconds."""
WORN = Contact((1.0, 0.5) * 14, 5.0, (0.8, 0.4) * 6)
"""A contact full of dust: twenty-one touches within forty."""
CLEAN = Contact((), 0.0, ())
"""A finger in no hurry on a contact that does not bounce."""


def mock_factory() -> object:
    """Return gpiozero's factory of mock pins."""
    from gpiozero.pins.mock import MockFactory  # noqa: PLC0415 - only /sim and tests have it

    return MockFactory()


class SimulatedContacts(GpioContacts):
    """Keys, each pressed by the act that it does; a button has one, which is called "". Safe from any thread."""

    def __init__(self, id: str, presses: Iterable[Press], clock: Clock, rules: ContactRules) -> None:
        keys = list(presses)
        self._at = {press.act: pin for press, pin in zip(keys, PINS, strict=False)}
        super().__init__(id, dict(zip(keys, PINS, strict=False)), clock, rules=rules, lamp_pin=LAMP_PIN, chip=Chip(mock_factory))
        self.held: frozenset[str] = frozenset()
        """The acts whose keys are down."""
        self.closings = 0
        """How often a contact has closed."""
        self.counted = 0
        """How many of those were intended presses."""
        self.blinked = 0
        """How often somebody has let its lamp blink."""
        self._hand = threading.Lock()
        self.when_pressed(lambda _press: None)
        self.look()  # a mock pin is there at once

    @property
    def acts(self) -> frozenset[str]:
        """What its keys do."""
        return frozenset(self._at)

    @property
    def is_lit(self) -> bool:
        """Whether its lamp shines at this moment, as the pin stands."""
        return any(lamp.is_lit for lamp in self._wires.lamps)

    def when_pressed(self, press: Callable[[Press], None]) -> None:
        """Call ``press`` for every intended press, in the finger's thread."""

        def count(one: Press) -> None:
            self.counted += 1
            press(one)

        super().when_pressed(count)

    def press(self, act: str = "", contact: Contact = GOOD) -> bool:
        """Push a key and let it go; return whether that counted as one intended press. The caller waits for the finger."""
        return self._move(act, self._pushing(act, contact), self._letting_go(act, contact)) == 1

    def bounce(self, act: str = "") -> bool:
        """Push a key whose contact is worn; return whether that counted once."""
        return self.press(act, WORN)

    def hold(self, act: str = "") -> bool:
        """Push a key and keep it down; return whether that counted as an intended press."""
        return self._move(act, self._pushing(act, CLEAN)) == 1

    def release(self, act: str = "") -> None:
        """Let a key go."""
        self._move(act, self._letting_go(act, CLEAN))

    def blink(self) -> bool:
        """Let the lamp blink, and count the wish."""
        can = super().blink()
        self.blinked += can
        return can

    def claims(self) -> tuple[Claim, ...]:
        """Return nothing: its pins are on no Pi."""
        return ()

    def _move(self, act: str, *moves: Iterator[float]) -> int:
        """Move a key in a thread of its own, one at a time; return how many presses counted meanwhile."""
        contact = self._at[act]

        def finger() -> None:
            if self._wires.is_open:
                for move in moves:
                    for rest_ms in move:
                        time.sleep(rest_ms / 1000)

        with self._hand:
            before = self.counted
            thread = threading.Thread(target=finger, name=f"finger-{self.id}-{contact}")
            thread.start()
            thread.join()
            return self.counted - before

    def _pushing(self, act: str, contact: Contact) -> Iterator[float]:
        yield from self._swinging(act, contact.down_ms, closed=True)
        self._set(act, closed=True)
        yield contact.stay_ms

    def _letting_go(self, act: str, contact: Contact) -> Iterator[float]:
        yield from self._swinging(act, contact.up_ms, closed=False)
        self._set(act, closed=False)

    def _swinging(self, act: str, lengths_ms: tuple[float, ...], *, closed: bool) -> Iterator[float]:
        for length_ms in lengths_ms:
            self._set(act, closed=closed)
            yield length_ms
            closed = not closed

    def _set(self, act: str, *, closed: bool) -> None:
        pins = dict(zip(self._at, self._wires.contacts, strict=False))
        if act not in pins:
            return  # let go of meanwhile
        self.closings += closed and act not in self.held
        self.held = self.held | {act} if closed else self.held - {act}
        (pins[act].pin.drive_low if closed else pins[act].pin.drive_high)()


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
