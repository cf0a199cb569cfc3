"""The wall of ``bench-buttons``: real GPIO buttons and a keypad with lamps on gpiozero's mock pins, their one queue, and the thread that serves it."""

from __future__ import annotations

import threading
import time
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from gpiozero.pins.mock import MockFactory, MockPin

from gateway.devices.debounce import ContactRules
from gateway.devices.gpio import Chip
from gateway.devices.gpio_button import GpioButton
from gateway.devices.gpio_contacts import GpioContacts, Wiring
from gateway.devices.gpio_keypad import ACTS, GpioKeypad
from gateway.devices.ports import DeviceState, Press
from gateway.tickets.inputs import STALE_S, PressDesk
from tests.bench.buttons_people import DOWN
from tests.support.clock import FakeClock
from tests.support.tickets import LINES

PINS, KEY_PINS = (17, 27), (24, 25, 12)
LAMPS = {17: 5, 27: 6, **dict.fromkeys(KEY_PINS, 16)}
"""The lamp beside each key."""
SETTLE_LIMIT_S = 60.0
IDLE_S = 0.05


class QuietPin(MockPin):  # type: ignore[misc]  # gpiozero has no types
    """A pin that keeps no history, which of a million presses would fill the memory, but counts how often it was lit."""

    lit = 0

    def _change_state(self, value: bool) -> bool:
        has_changed = bool(self._state != value)
        self._state: bool = value
        return has_changed

    def _set_state(self, value: bool) -> None:
        super()._set_state(value)
        self.lit += bool(value)


class Wall:
    """Two buttons and a keypad, the queue behind them, and the thread that serves it."""

    def __init__(
        self, desk: Any, clock: FakeClock, rules: ContactRules, *,
        effects: Callable[[], object] = lambda: None, settled: Callable[[], object] = lambda: None,
    ) -> None:  # fmt: skip
        """``effects`` is what the hall's other loops do, ``settled`` is called in the serving thread when every press has been carried out."""
        self.givers = {pin: line.id for pin, line in zip(PINS, LINES, strict=True)}
        self.keys = dict(zip(KEY_PINS, ACTS, strict=True))
        self.presses = PressDesk(desk, clock)
        self.felt: Counter[str] = Counter()
        """The presses that the devices handed over, by line or act."""
        self.lit: Counter[str] = Counter()
        """The presses that a lamp answered, likewise."""
        self.answers_s = array("f")
        """How long each answer of a lamp took, from the edge."""
        self._clock = clock
        self._effects, self._settled_then = effects, settled
        self._pins = MockFactory(pin_class=QuietPin)
        self._oldest_s = clock.monotonic_s()
        self._woken, self._settled, self._turn = threading.Event(), threading.Event(), threading.Lock()
        self._settled.set()
        self._devices = self._wired(rules)
        self.presses.wakes(self._woken.set)
        self.all = [*dict.fromkeys(self._devices.values())]
        for device in self.all:
            device.when_pressed(self._feel)
            device.look()

    def _wired(self, rules: ContactRules) -> dict[int, GpioContacts]:
        def wiring(pin: int) -> Wiring:
            return {"rules": rules, "lamp_pin": LAMPS[pin], "chip": Chip(lambda: self._pins)}

        buttons: dict[int, GpioContacts] = {
            pin: GpioButton(f"tombol-{line}", line, pin, self._clock, **wiring(pin)) for pin, line in self.givers.items()
        }
        return buttons | dict.fromkeys(KEY_PINS, GpioKeypad("keypad", "1", KEY_PINS, self._clock, **wiring(KEY_PINS[0])))

    def _feel(self, press: Press) -> None:
        self.felt[press.act or press.line] += 1
        self.presses.press(press)

    def move(self, pin: int, level: bool) -> None:
        """Let a pin change, in the finger's thread, as the chip's own thread tells it."""
        lamp, moved = self._pins.pin(LAMPS[pin]), self._pins.pin(pin)
        before, began_s = lamp.lit, time.perf_counter()
        if level is DOWN:
            moved.drive_low()
        else:
            moved.drive_high()
        if lamp.lit > before:
            self.answers_s.append(time.perf_counter() - began_s)
            self.lit[self.givers.get(pin) or self.keys[pin]] += lamp.lit - before

    def wait(self, seconds: float) -> None:
        """Let time pass; before a press would grow stale, let all be carried out."""
        if self._clock.monotonic_s() + seconds - self._oldest_s > STALE_S * 0.9:
            self.settle()
            self._oldest_s = self._clock.monotonic_s() + seconds
        self._clock.advance(seconds)

    def settle(self) -> None:
        """Return when every press has been carried out; for the finger's thread."""
        self._settled.clear()
        self._woken.set()
        assert self._settled.wait(SETTLE_LIMIT_S), "the queue of presses is not served"

    @contextmanager
    def standstill(self) -> Iterator[None]:
        """Let nobody serve the queue: a hall that is only starting, or whose card has stalled."""
        with self._turn:
            yield

    def serve(self, finger: threading.Thread) -> None:
        """Carry out presses and look at the devices, as the hall's loops do, until the finger rests."""
        finger.start()
        turn = 0
        while finger.is_alive():
            self._woken.wait(IDLE_S)
            self._woken.clear()
            is_asked = not self._settled.is_set()
            with self._turn:
                self.presses.step()
                self._effects()
            self.all[(turn := turn + 1) % len(self.all)].look()
            if is_asked:
                self._settled_then()
                self._settled.set()
        finger.join()
        self.presses.step()
        self._effects()

    def reported(self, pin: int) -> bool:
        """Whether the device of this pin says that it is stuck."""
        return self._devices[pin].state() is DeviceState.FAULTY

    def close(self) -> None:
        """Let go of the pins."""
        for device in self.all:
            device.close()
