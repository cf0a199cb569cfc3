"""Contacts wired between pins of the Pi and ground, and perhaps a lamp, through gpiozero: what GPIO buttons and keypads share.

Promises: the pin factory is given, never guessed; without the hardware the device is ``missing`` with a
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
from gateway.devices.debounce import ContactRules
from gateway.devices.keys import Keys
from gateway.devices.ports import DeviceState, Press
from gateway.errors import Reason

log = logging.getLogger(__name__)

STUCK = Reason("tombol macet tertekan, dimatikan")
CLOSED = Reason("ditutup")
PIN_TAKEN = Reason("pin sudah dipakai perangkat lain")
"""Twice in hall.toml."""
PIN_HELD = Reason("pin dipakai config.txt atau program lain")
"""Linux has given it to an overlay or to another program."""
NO_CHIP = Reason("chip GPIO tidak dapat dibuka")
"""Not allowed, or there is none: lgpio says the same of both."""
BLINKS = 5
"""So often a lamp goes on when somebody looks for it, a second each time."""
LIT_S = 1.0
"""The lamp shines at least so long after a press that counts."""


def lgpio_factory() -> Any:  # noqa: ANN401 - gpiozero has no types
    """Return the pin factory of a real Pi. Raises whatever the missing library or chip raises."""
    from gpiozero.pins.lgpio import LGPIOFactory  # noqa: PLC0415 - only a Pi has it

    return LGPIOFactory()


class Wiring(TypedDict, total=False):
    """What every device of contacts is given besides its keys."""

    rules: Required[ContactRules]
    lamp_pin: int | None
    """The BCM number of a lamp; None for none."""
    make_factory: Callable[[], Any]
    """How the pins are opened: on a real Pi unless a test has others."""


class GpioContacts:
    """Keys on pins. ``pins`` has the BCM number of each key by what its press means; the Pi's own pull-ups are used."""

    kind = ""

    def __init__(self, id: str, pins: Mapping[Press, int], clock: Clock, **wiring: Unpack[Wiring]) -> None:
        self.id = id
        self._pins = dict(pins)
        self._clock = clock
        self._rules = wiring["rules"]
        self._lamp_pin = wiring.get("lamp_pin")
        self._make_factory = wiring.get("make_factory", lgpio_factory)
        self._press: Callable[[Press], None] | None = None
        self._keys = Keys(self._pins, self._rules)
        self._factory: Any = None
        self._buttons: dict[Press, Any] = {}
        self._lamp: Any = None
        self._lit_at_s: float | None = None
        self._blinks_left = 0
        self._trouble: str = Reason("belum dicari")
        self._closed = False

    def when_pressed(self, press: Callable[[Press], None]) -> None:
        """Call ``press`` for every intended press, from gpiozero's thread."""
        self._press = press

    def state(self) -> DeviceState:
        """Return how the keys are: missing without their pins, faulty while one is stuck."""
        if not self._buttons:
            return DeviceState.MISSING
        return DeviceState.FAULTY if self._keys.stuck(self._clock.monotonic_s()) else DeviceState.READY

    def reason(self) -> str:
        """Return why it is not ready."""
        if not self._buttons:
            return self._trouble
        return STUCK if self._keys.stuck(self._clock.monotonic_s()) else ""

    def has_lamp(self) -> bool:
        """Return whether a pin is given for one."""
        return self._lamp_pin is not None

    def blink(self) -> bool:
        """Let the lamp go on and off for some seconds, as the devices' loop looks; return whether it is there."""
        if self._lamp is None:
            return False
        self._blinks_left = 2 * BLINKS
        return True

    def look(self) -> None:
        """Open the pins if they are not open yet; else read them, so that an edge that was lost does no harm; let the lamp go out."""
        if self._closed:
            return
        if not self._buttons:
            self._open()
            return
        try:
            now_s = self._clock.monotonic_s()
            for key, button in self._buttons.items():
                self._keys.observe(key, closed=bool(button.is_pressed), at_s=now_s)
            if self._blinks_left and self._lamp is not None:
                self._blinks_left -= 1
                (self._lamp.on if self._blinks_left % 2 else self._lamp.off)()
            elif self._lit_at_s is not None and now_s - self._lit_at_s >= LIT_S:
                self._lit_at_s = None
                self._lamp.off()
        except Exception as error:  # noqa: BLE001 - the library raises many kinds; each means the pins are gone
            self._let_go()
            self._trouble = in_words(error)
            log.warning("device=%s event=lost error=%s", self.id, type(error).__name__)

    def close(self) -> None:
        """Let go of the pins."""
        self._closed = True
        self._trouble = CLOSED
        self._let_go()

    def _open(self) -> None:
        from gpiozero import LED, Button  # noqa: PLC0415 - heavy; few halls need it

        buttons: dict[Press, Any] = {}
        try:
            self._factory = self._make_factory()
            for key, pin in self._pins.items():
                buttons[key] = Button(pin, pull_up=True, bounce_time=None, pin_factory=self._factory)
            if self._lamp_pin is not None:
                self._lamp = LED(self._lamp_pin, pin_factory=self._factory)
        except Exception as error:  # noqa: BLE001 - as above: no chip, no library, pin in use, no permission
            self._buttons = buttons
            self._let_go()
            trouble = in_words(error)
            if trouble != self._trouble:
                log.warning("device=%s event=missing error=%s", self.id, type(error).__name__)
            self._trouble = trouble
            return
        self._keys = Keys(self._pins, self._rules)
        for key, button in buttons.items():
            if button.is_pressed:
                self._keys.closed(key, self._clock.monotonic_s())  # what is held already when the hall starts is not a press
            button.when_pressed = partial(self._on_closed, key)
            button.when_released = partial(self._on_opened, key)
        self._buttons = buttons
        log.info("device=%s event=ready pins=%s", self.id, ",".join(map(str, self._pins.values())))

    def _let_go(self) -> None:
        parts = [*self._buttons.values(), self._lamp, self._factory]
        self._buttons, self._lamp, self._factory, self._lit_at_s = {}, None, None, None
        for part in parts:
            if part is not None:
                try:
                    part.close()
                except Exception:  # noqa: BLE001 - what cannot be closed is gone
                    log.warning("device=%s event=close-failed", self.id)

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
        lamp = self._lamp
        if lamp is not None:
            self._lit_at_s = at_s
            try:
                lamp.on()
            except Exception as error:  # noqa: BLE001 - as above; looking again finds out
                log.warning("device=%s event=lamp-failed error=%s", self.id, type(error).__name__)


def in_words(error: Exception) -> str:
    """Return why a pin could not be opened: what gpiozero and lgpio raise, in words that lead to the remedy."""
    kind, said = type(error).__name__, str(error).lower()
    if isinstance(error, ImportError):
        return Reason("pustaka {name} belum terpasang", name="python3-lgpio")
    if kind == "GPIOPinInUse":
        return PIN_TAKEN
    if "busy" in said:
        return PIN_HELD
    if "gpiochip" in said or isinstance(error, PermissionError):
        return NO_CHIP
    return Reason("pin tidak dapat dibuka ({error})", error=kind)
