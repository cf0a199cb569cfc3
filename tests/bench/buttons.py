"""``make bench-buttons``: R8, one ticket per intended press, whatever contacts and fingers do.

Real ``GpioButton`` and ``GpioKeypad`` devices stand on gpiozero's mock pins, the lowest edge there is without a Pi. A foreign thread,
as gpiozero's own is, moves the pins; the presses pass the product's own debounce and its one queue (``PressDesk``), while the devices are
looked at without pause. Time is a fake clock that the finger moves, so that weeks of visitors take as long as their edges cost.

The million ends at a desk that tallies, since a number with its commit costs several times a press; fewer of the same visitors then meet the real
desk on a real store, with presses during the start and while the store is busy. The control is the same with suppression off (``rest_s = 0``).
"""

from __future__ import annotations

import logging
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

from gpiozero.pins.mock import MockFactory

from gateway.clock import ClockState
from gateway.devices.debounce import ContactRules
from gateway.devices.gpio_button import GpioButton
from gateway.devices.gpio_contacts import GpioContacts, Wiring
from gateway.devices.gpio_keypad import ACTS, GpioKeypad
from gateway.devices.ports import DeviceState
from gateway.tickets.counters import Called, CountersDesk
from gateway.tickets.inputs import STALE_S, PressDesk
from tests.bench.buttons_people import DOWN, Finger
from tests.bench.verdict import quick, seed, show, verdict
from tests.support.clock import FakeClock
from tests.support.tickets import LINES, Queue, open_queue

PINS, KEY_PINS, LAMP_PIN = (17, 27), (24, 25, 12), 16
SETTLE_LIMIT_S = 30.0
IDLE_S = 0.05


class TallyDesk(CountersDesk):
    """A desk that only counts what reaches it."""

    def __init__(self) -> None:
        self.done: Counter[str] = Counter()
        self.counters = self

    def issue(self, line: str, *, origin: str) -> SimpleNamespace:
        """Count a number of a line."""
        self.done[line] += origin == "button"
        return SimpleNamespace(number=line)

    def _act(self, name: str, counter_id: str, *_how: Any, **_about: Any) -> Called:
        self.done[name] += 1
        return Called("", counter_id, 0)


class Wall:
    """Two buttons and a keypad, the queue behind them, and the thread that serves it."""

    def __init__(self, desk: Any, clock: FakeClock, rules: ContactRules) -> None:
        self.givers = {pin: line.id for pin, line in zip(PINS, LINES, strict=True)}
        self.keys = dict(zip(KEY_PINS, ACTS, strict=True))
        self.presses = PressDesk(desk, clock)
        self._clock = clock
        self._pins = MockFactory()
        self._oldest_s = clock.monotonic_s()
        self._woken, self._settled = threading.Event(), threading.Event()
        self._settled.set()
        wiring: Wiring = {"rules": rules, "lamp_pin": None, "make_factory": lambda: self._pins}
        self._devices: dict[int, GpioContacts] = {
            pin: GpioButton(f"tombol-{line}", line, pin, clock, **wiring) for pin, line in self.givers.items()
        }
        keypad = GpioKeypad("keypad", "1", KEY_PINS, clock, **(wiring | {"lamp_pin": LAMP_PIN}))
        self._devices |= dict.fromkeys(KEY_PINS, keypad)
        self.presses.wakes(self._woken.set)
        self.all = [*dict.fromkeys(self._devices.values())]
        for device in self.all:
            device.when_pressed(self.presses.press)
            device.look()

    def move(self, pin: int, level: bool) -> None:
        """Let a pin change, in the finger's thread."""
        self._pins.pin(pin).drive_low() if level is DOWN else self._pins.pin(pin).drive_high()

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

    def serve(self, finger: threading.Thread) -> None:
        """Carry out presses and look at the devices, as the hall's loops do, until the finger rests."""
        finger.start()
        turn = 0
        while finger.is_alive():
            self._woken.wait(IDLE_S)
            self._woken.clear()
            is_asked = not self._settled.is_set()
            self.presses.step()
            self.all[(turn := turn + 1) % len(self.all)].look()
            if is_asked:
                self._settled.set()
        finger.join()
        self.presses.step()

    def reported(self, pin: int) -> bool:
        """Whether the device of this pin says that it is stuck."""
        return self._devices[pin].state() is DeviceState.FAULTY

    def close(self) -> None:
        """Let go of the pins."""
        for device in self.all:
            device.close()


def main() -> None:
    """Press, count, and judge."""
    chosen = seed()
    presses, stored, controlled = (20_000, 300, 1_000) if quick() else (1_000_000, 5_000, 20_000)
    show(bench="buttons", seed=chosen, quick=quick())
    logging.getLogger("gateway").setLevel(logging.CRITICAL)  # keys at which nobody waits are refused by the thousand
    morning = _morning(Random(chosen), presses, ContactRules())
    show(what="morning", **morning)
    with tempfile.TemporaryDirectory(prefix="buttons-") as folder, open_queue(Path(folder), _clock()) as queue:
        real = _on_a_real_store(queue, Random(chosen), stored)
    show(what="real-store", **real)
    control = _morning(Random(chosen), controlled, ContactRules(rest_s=0.0))
    show(what="suppression-off", **control)
    wrong = {key: morning[key] + real[key] for key in ("missing", "extra", "unreported")}
    figure = {"intended": morning["intended"], **wrong, "stuck": morning["stuck"], "on_a_real_store": real["intended"]}
    holds = sum(wrong.values()) == 0 < min(morning["stuck"], control["extra"]) and morning["intended"] >= presses
    verdict("buttons", chosen, figure, "1 ticket per intended press; stuck ones reported", {"extra": control["extra"]}, holds)


def _clock() -> FakeClock:
    """A clock by which no hour is judged: the hall stays open for years."""
    return FakeClock(state=ClockState.UNSET)


def _morning(random: Random, presses: int, rules: ContactRules) -> dict[str, int]:
    """Let so many presses be meant and carried out by a desk that tallies; return what was wrong, and which visitors came."""
    desk, began_s = TallyDesk(), time.perf_counter()
    wall = Wall(desk, _clock(), rules)
    finger = Finger(wall, random)
    wall.serve(threading.Thread(target=finger.press_until, args=(presses,), name="finger"))
    wall.close()
    return _judged(finger, desk.done) | {"seconds": round(time.perf_counter() - began_s), "dropped": wall.presses.dropped}


def _judged(finger: Finger, done: Counter[str]) -> dict[str, int]:
    missing, extra = finger.intended - done, done - finger.intended
    return {"intended": finger.intended.total(), "missing": missing.total(), "extra": extra.total(), **finger.kinds}


def _on_a_real_store(queue: Queue, random: Random, presses: int) -> dict[str, int]:
    """Do the same with real numbers: first presses while nobody serves yet, and while another holds the store."""
    wall = Wall(queue.desk, queue.clock, ContactRules())
    finger = Finger(wall, random)
    started, busy = threading.Event(), threading.Event()

    def come() -> None:
        _press_each(wall, finger)
        started.set()
        busy.wait(SETTLE_LIMIT_S)
        _press_each(wall, finger)
        started.set()
        finger.press_until(presses)

    thread = threading.Thread(target=come, name="finger")
    holder = threading.Thread(target=_hold_the_store, args=(queue, started, busy), name="holder")
    holder.start()
    wall.serve(thread)
    holder.join()
    wall.close()
    given = queue.rows("SELECT line, count(*) FROM ticket WHERE origin = 'button' GROUP BY line")
    done = Counter({str(line): int(str(count)) for line, count in given})
    for act in ACTS:  # what keys do depends on who is there: numbers are what is counted here
        done[act] = finger.intended[act]
    return _judged(finger, done)


def _hold_the_store(queue: Queue, started: threading.Event, busy: threading.Event) -> None:
    """Keep a transaction open until somebody has pressed in it."""
    started.wait(SETTLE_LIMIT_S)
    started.clear()
    with queue.store.transaction():
        busy.set()
        started.wait(SETTLE_LIMIT_S)


def _press_each(wall: Wall, finger: Finger) -> None:
    """Press each button that gives numbers once, within the time that a press may wait."""
    for pin, line in wall.givers.items():
        finger.intended[line] += 1
        for level in (DOWN, not DOWN):
            wall.move(pin, level)
            wall.wait(0.1)
    wall.wait(1.6)


if __name__ == "__main__":
    main()
