"""The chip whose pins all GPIO devices of the process share, and what one device has of it.

Promises: the chip is opened once, whatever devices come and go, tried again while it is absent, and closed with the last device that
has pins. gpiozero keeps the pins of all its factories in one place, and closing any factory closes them all: so a device opens its pins
together or not at all and lets go of these alone. Each pin that cannot be had is the trouble of one device.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from typing import Any

from gateway.errors import Reason

log = logging.getLogger(__name__)

CLOSED = Reason("ditutup")
PIN_TAKEN = Reason("pin ditulis dua kali di hall.toml")
"""By another device, or by its own lamp."""
PIN_HELD = Reason("pin dipakai config.txt atau program lain")
"""Linux has given it to an overlay or to another program."""
NO_CHIP = Reason("chip GPIO tidak dapat dibuka")
"""Not allowed, or there is none: lgpio says the same of both."""


def lgpio_factory() -> Any:  # noqa: ANN401 - gpiozero has no types
    """Return the pin factory of a real Pi. Raises whatever the missing library or chip raises."""
    from gpiozero.pins.lgpio import LGPIOFactory  # noqa: PLC0415 - only a Pi has it

    return LGPIOFactory()


class Chip:
    """One pin factory for all who borrow it. ``make_factory`` opens it: on a real Pi unless a test has another."""

    def __init__(self, make_factory: Callable[[], Any] = lgpio_factory) -> None:
        self._make_factory = make_factory
        self._factory: Any = None
        self._users = 0
        self.turn = threading.RLock()
        """Held while pins are opened or let go of: gpiozero's list of pins knows no threads."""

    def borrow(self) -> Any:  # noqa: ANN401 - as above
        """Return the factory, opened if it is not; give it back when its pins are closed. Raises whatever opening raises."""
        with self.turn:
            if self._factory is None:
                self._factory = self._make_factory()
            self._users += 1
            return self._factory

    def give_back(self) -> None:
        """Need it no more. The last one closes it."""
        with self.turn:
            self._users -= 1
            if self._users == 0:
                factory, self._factory = self._factory, None
                try:
                    factory.close()
                except Exception as error:  # noqa: BLE001 - what cannot be closed is gone
                    log.warning("event=chip-close-failed error=%s", type(error).__name__)


PI = Chip()
"""The chip of this Pi."""


class Pins:
    """The pins of one device by their BCM numbers: contacts to ground, and lamps. Its owner calls it from one thread at a time."""

    def __init__(self, id: str, contacts: Iterable[int], lamps: Iterable[int], chip: Chip) -> None:
        self._id = id
        self._chip = chip
        self._factory: Any = None
        self.numbers = (tuple(contacts), tuple(lamps))
        self.contacts: tuple[Any, ...] = ()
        """gpiozero's buttons, in the order of ``contacts``; empty while the pins are not open."""
        self.lamps: tuple[Any, ...] = ()
        """gpiozero's LEDs, likewise."""
        self.trouble: str = Reason("belum dicari")
        """Why the pins are not open, in words."""

    @property
    def is_open(self) -> bool:
        """Whether the device has all its pins."""
        return bool(self.contacts or self.lamps)

    def open(self) -> bool:
        """Open all pins, or none; return whether they are open. Never raises: ``trouble`` says why not."""
        from gpiozero import LED, Button  # noqa: PLC0415 - heavy; few halls need it

        parts: list[Any] = []
        contacts, lamps = self.numbers
        with self._chip.turn:
            try:
                self._factory = self._chip.borrow()
                for pin in contacts:
                    parts.append(Button(pin, pull_up=True, bounce_time=None, pin_factory=self._factory))  # noqa: PERF401 - those before a failure are let go of
                for pin in lamps:
                    parts.append(LED(pin, pin_factory=self._factory))  # noqa: PERF401 - as above
            except Exception as error:  # noqa: BLE001 - the library raises many kinds: no chip, no library, pin in use, no permission
                trouble = in_words(error)
                if trouble != self.trouble:
                    log.warning("device=%s event=missing error=%s", self._id, type(error).__name__)
                self._let_go(parts, trouble)
                return False
            self.contacts, self.lamps = tuple(parts[: len(contacts)]), tuple(parts[len(contacts) :])
        log.info("device=%s event=ready pins=%s", self._id, ",".join(map(str, (*contacts, *lamps))))
        return True

    def lose(self, error: Exception) -> None:
        """Let go of them, as ``error`` says that they are gone; they may be opened again."""
        log.warning("device=%s event=lost error=%s", self._id, type(error).__name__)
        self._let_go([*self.contacts, *self.lamps], in_words(error))

    def close(self) -> None:
        """Let go of them. Twice is harmless."""
        self._let_go([*self.contacts, *self.lamps], CLOSED)

    def _let_go(self, parts: list[Any], trouble: str) -> None:
        self.contacts, self.lamps, self.trouble = (), (), trouble
        with self._chip.turn:
            factory, self._factory = self._factory, None
            for part in parts:
                self._let_go_of(part, factory)
            if factory is not None:
                self._chip.give_back()

    def _let_go_of(self, part: Any, factory: Any) -> None:  # noqa: ANN401 - as above
        pin = part.pin
        try:
            pin.when_changed = (
                None  # closing leaves the edges' callback, which would later take them from the next one at this pin
            )
            part.close()
        except Exception as error:  # noqa: BLE001 - what cannot be closed is gone
            log.warning("device=%s event=close-failed error=%s", self._id, type(error).__name__)
            factory.release_pins(part, pin.info.name)
            factory.pins.pop(pin.info, None)  # opened anew it is another pin: this one believes that it still watches its edges
            part._pin = None  # noqa: SLF001 - else it is closed again, and fails again, when it is forgotten


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
