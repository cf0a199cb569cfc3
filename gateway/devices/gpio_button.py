"""A button wired between a pin of the Pi and ground, through gpiozero.

Promises: the pin factory is given, never guessed; without the hardware the button is ``missing`` with a
reason and is tried again, and the hall starts all the same; the callback only counts the edge and hands the
press over. Bounce is not left to the library: its filter drops edges.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from gateway.clock import Clock
from gateway.devices.debounce import Contact, ContactRules
from gateway.devices.ports import DeviceState, Press

log = logging.getLogger(__name__)

STUCK = "tombol macet tertekan, dimatikan"


def lgpio_factory() -> Any:  # noqa: ANN401 - gpiozero has no types
    """Return the pin factory of a real Pi. Raises whatever the missing library or chip raises."""
    from gpiozero.pins.lgpio import LGPIOFactory  # noqa: PLC0415 - only a Pi has it

    return LGPIOFactory()


class GpioButton:
    """One button that gives numbers for one line; ``pin`` is the BCM number, with the Pi's own pull-up."""

    kind = "gpio-button"
    counter = ""
    score = 0

    def __init__(
        self, id: str, line: str, pin: int, clock: Clock, *, rules: ContactRules, make_factory: Callable[[], Any] = lgpio_factory
    ) -> None:
        self.id = id
        self.line = line
        self.pin = pin
        self._clock = clock
        self._rules = rules
        self._make_factory = make_factory
        self._press: Callable[[Press], None] | None = None
        self._lock = threading.Lock()
        self._contact = Contact(rules)
        self._factory: Any = None
        self._button: Any = None
        self._trouble = "belum dicari"
        self._closed = False

    def when_pressed(self, press: Callable[[Press], None]) -> None:
        """Call ``press`` for every intended press, from gpiozero's thread."""
        self._press = press

    def state(self) -> DeviceState:
        """Return how the button is: missing without its pin, faulty while stuck."""
        if self._button is None:
            return DeviceState.MISSING
        return DeviceState.FAULTY if self._is_stuck() else DeviceState.READY

    def reason(self) -> str:
        """Return why it is not ready."""
        if self._button is None:
            return self._trouble
        return STUCK if self._is_stuck() else ""

    def look(self) -> None:
        """Open the pin if it is not open yet; else read it, so that an edge that was lost does no harm."""
        if self._closed:
            return
        if self._button is None:
            self._open()
            return
        try:
            is_pressed = bool(self._button.is_pressed)
        except Exception as error:  # noqa: BLE001 - the library raises many kinds; each means the pin is gone
            self._let_go()
            self._trouble = _in_words(error)
            log.warning("device=%s event=lost error=%s", self.id, type(error).__name__)
            return
        with self._lock:
            self._contact.observe(closed=is_pressed, at_s=self._clock.monotonic_s())

    def close(self) -> None:
        """Let go of the pin."""
        self._closed = True
        self._trouble = "ditutup"
        self._let_go()

    def _open(self) -> None:
        from gpiozero import Button  # noqa: PLC0415 - heavy; few halls need it

        try:
            self._factory = self._make_factory()
            button = Button(self.pin, pull_up=True, bounce_time=None, pin_factory=self._factory)
        except Exception as error:  # noqa: BLE001 - as above: no chip, no library, pin in use, no permission
            self._let_go()
            trouble = _in_words(error)
            if trouble != self._trouble:
                log.warning("device=%s event=missing error=%s", self.id, type(error).__name__)
            self._trouble = trouble
            return
        with self._lock:
            # What is held already when the hall starts is not a press.
            self._contact = Contact(self._rules)
            self._contact.observe(closed=bool(button.is_pressed), at_s=self._clock.monotonic_s())
        self._button = button
        button.when_pressed = self._on_closed
        button.when_released = self._on_opened
        log.info("device=%s event=ready pin=%d", self.id, self.pin)

    def _let_go(self) -> None:
        button, self._button = self._button, None
        factory, self._factory = self._factory, None
        for part in (button, factory):
            if part is not None:
                try:
                    part.close()
                except Exception:  # noqa: BLE001 - what cannot be closed is gone
                    log.warning("device=%s event=close-failed", self.id)

    def _is_stuck(self) -> bool:
        with self._lock:
            return self._contact.stuck(self._clock.monotonic_s())

    def _on_closed(self) -> None:
        at_s = self._clock.monotonic_s()
        with self._lock:
            intended = self._contact.closed(at_s)
        press = self._press
        if intended and press is not None:
            press(Press(self.id, self.line, at_s, self.counter, self.score))

    def _on_opened(self) -> None:
        with self._lock:
            self._contact.opened(self._clock.monotonic_s())


class GpioRatingButton(GpioButton):
    """One of the buttons at a counter with which people say how it was, 1 (not content) to 4 (very)."""

    kind = "gpio-rating-button"

    def __init__(
        self,
        id: str,
        counter: str,
        score: int,
        pin: int,
        clock: Clock,
        *,
        rules: ContactRules,
        make_factory: Callable[[], Any] = lgpio_factory,
    ) -> None:
        super().__init__(id, "", pin, clock, rules=rules, make_factory=make_factory)
        self.counter = counter
        self.score = score


def _in_words(error: Exception) -> str:
    return f"pin tidak dapat dibuka ({type(error).__name__})"
