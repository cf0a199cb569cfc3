"""Contacts wired between pins of the Pi and ground, and perhaps a lamp, through gpiozero: what GPIO buttons and keypads share.

Promises: the chip is given, never guessed (``gpio``); without the hardware the device is ``missing`` with a
reason and is tried again, and the hall starts all the same; the callback only counts the edge, hands the
press over and lights the lamp. Bounce is not left to the library: its filter drops edges.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Required, TypedDict, Unpack

from gateway.clock import Clock
from gateway.devices.claims import pin
from gateway.devices.debounce import ContactRules
from gateway.devices.gpio import PI, Chip, Pins
from gateway.devices.keys import Keys
from gateway.devices.ports import Claim, DeviceState, Press
from gateway.errors import Reason

log = logging.getLogger(__name__)

STUCK = Reason("tombol macet tertekan, dimatikan")
BLINKS = 5
"""So often a lamp goes on when somebody looks for it, a second each time."""
LIT_S = 1.0
"""The lamp shines at least so long after a press that counts."""


class Wiring(TypedDict, total=False):
    """What every device of contacts is given besides its keys."""

    rules: Required[ContactRules]
    lamp_pin: int | None
    """The BCM number of a lamp; None for none."""
    chip: Chip
    """Where the pins are: on the real Pi unless a test has another."""


class GpioContacts:
    """Keys on pins. ``pins`` has the BCM number of each key by what its press means; the Pi's own pull-ups are used."""

    kind = ""

    def __init__(self, id: str, pins: Mapping[Press, int], clock: Clock, **wiring: Unpack[Wiring]) -> None:
        self.id = id
        self._clock = clock
        self._rules = wiring["rules"]
        lamp_pin = wiring.get("lamp_pin")
        self._wires = Pins(id, pins.values(), () if lamp_pin is None else (lamp_pin,), wiring.get("chip", PI))
        self._press: Callable[[Press], None] | None = None
        self._means = tuple(pins)
        self._keys = Keys(self._means, self._rules)
        self._lit_at_s: float | None = None
        self._blinks_left = 0
        self._closed = False

    def when_pressed(self, press: Callable[[Press], None]) -> None:
        """Call ``press`` for every intended press, from gpiozero's thread."""
        self._press = press

    def state(self) -> DeviceState:
        """Return how the keys are: missing without their pins, faulty while one is stuck."""
        if not self._wires.is_open:
            return DeviceState.MISSING
        return DeviceState.FAULTY if self._keys.stuck(self._clock.monotonic_s()) else DeviceState.READY

    def reason(self) -> str:
        """Return why it is not ready."""
        if not self._wires.is_open:
            return self._wires.trouble
        return STUCK if self._keys.stuck(self._clock.monotonic_s()) else ""

    def has_lamp(self) -> bool:
        """Return whether a pin is given for one."""
        return bool(self._wires.numbers[1])

    def blink(self) -> bool:
        """Let the lamp go on and off for some seconds, as the devices' loop looks; return whether it is there."""
        if not self._wires.lamps:
            return False
        self._blinks_left = 2 * BLINKS
        return True

    def look(self) -> None:
        """Open the pins if they are not open yet; else read them, so that an edge that was lost does no harm; let the lamp go out."""
        if self._closed:
            return
        try:
            if self._wires.is_open:
                self._read()
            elif self._wires.open():
                self._begin()
        except Exception as error:  # noqa: BLE001 - the library raises many kinds; each means the pins are gone
            self._lit_at_s = None
            self._wires.lose(error)

    def close(self) -> None:
        """Let go of the pins."""
        self._closed = True
        self._wires.close()

    def claims(self) -> tuple[Claim, ...]:
        """Return the pins that it is wired to."""
        contacts, lamps = self._wires.numbers
        return tuple(map(pin, (*contacts, *lamps)))

    def _read(self) -> None:
        now_s = self._clock.monotonic_s()
        for key, button in zip(self._means, self._wires.contacts, strict=True):
            self._keys.observe(key, closed=bool(button.is_pressed), at_s=now_s)
        for lamp in self._wires.lamps:
            self._tend(lamp, now_s)

    def _begin(self) -> None:
        self._keys = Keys(self._means, self._rules)
        for key, button in zip(self._means, self._wires.contacts, strict=True):
            if button.is_pressed:
                self._keys.closed(key, self._clock.monotonic_s())  # what is held already when the hall starts is not a press
            button.when_pressed = partial(self._on_closed, key)
            button.when_released = partial(self._on_opened, key)

    def _tend(self, lamp: Any, now_s: float) -> None:  # noqa: ANN401 - gpiozero has no types
        if self._blinks_left:
            self._blinks_left -= 1
            (lamp.on if self._blinks_left % 2 else lamp.off)()
        elif self._lit_at_s is not None and now_s - self._lit_at_s >= LIT_S:
            self._lit_at_s = None
            lamp.off()

    def _on_closed(self, key: Press) -> None:
        at_s = self._clock.monotonic_s()
        press = self._press
        if self._keys.closed(key, at_s) and press is not None:
            press(replace(key, pressed_at_s=at_s))
            self._shine(at_s)

    def _on_opened(self, key: Press) -> None:
        self._keys.opened(key, self._clock.monotonic_s())

    def _shine(self, at_s: float) -> None:
        """Answer the finger. A lamp that is gone is no trouble of the press."""
        for lamp in self._wires.lamps:
            self._lit_at_s = at_s
            try:
                lamp.on()
            except Exception as error:  # noqa: BLE001 - as above; looking again finds out
                log.warning("device=%s event=lamp-failed error=%s", self.id, type(error).__name__)
