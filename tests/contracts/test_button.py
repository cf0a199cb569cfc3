"""What every button and keypad promises, the real gpiozero ones on their mock pins included."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from gpiozero.pins.mock import MockFactory

from gateway.devices.debounce import ContactRules
from gateway.devices.gpio import Chip
from gateway.devices.gpio_button import GpioButton, GpioRatingButton
from gateway.devices.gpio_contacts import GpioContacts
from gateway.devices.gpio_keypad import GpioKeypad
from gateway.devices.lan_keys import LanKeys
from gateway.devices.ports import Button, DeviceState, Press
from gateway.devices.simulated_button import SimulatedButton, SimulatedKeypad, SimulatedRatingButton
from tests.support.clock import FakeClock
from tests.support.evdev import Numpad, keypad_at
from tests.support.lan import Lan

RULES = ContactRules()
GIVES = Press("tombol", "surat", 0.0)
RATES = Press("tombol", "", 0.0, "1", 4)
CALLS = Press("tombol", "", 0.0, "1", act="call-next")


@dataclass
class Rig:
    """A button, or the first key of a keypad, the finger that presses it, and what that means."""

    button: Button
    means: Press
    clock: FakeClock
    down: Callable[[], object]
    up: Callable[[], object]
    presses: list[Press]
    end: Callable[[], object] = lambda: None

    def press(self) -> None:
        """Push the button for a tenth of a second."""
        self.down()
        self.clock.advance(0.1)
        self.up()


def gpio_rig() -> Rig:
    """The real button on gpiozero's mock pins."""
    clock, factory = FakeClock(), MockFactory()
    button = GpioButton("tombol", "surat", 17, clock, rules=RULES, chip=Chip(lambda: factory))
    return gpio_rig_of(button, GIVES, clock, factory)


def gpio_rating_rig() -> Rig:
    """The real rating button, likewise."""
    clock, factory = FakeClock(), MockFactory()
    button = GpioRatingButton("tombol", "1", 4, 17, clock, rules=RULES, chip=Chip(lambda: factory))
    return gpio_rig_of(button, RATES, clock, factory)


def gpio_keypad_rig() -> Rig:
    """The real keypad, likewise."""
    clock, factory = FakeClock(), MockFactory()
    button = GpioKeypad("tombol", "1", (17, 27, 22), clock, rules=RULES, lamp_pin=5, chip=Chip(lambda: factory))
    return gpio_rig_of(button, CALLS, clock, factory)


def gpio_rig_of(button: GpioContacts, means: Press, clock: FakeClock, factory: MockFactory) -> Rig:
    """Return a button that has found its pin, and the finger on it."""
    button.look()
    pin = factory.pin(17)
    return Rig(button, means, clock, pin.drive_low, pin.drive_high, [])


def simulated_rig() -> Rig:
    """The button of the page /sim."""
    clock = FakeClock()
    button = SimulatedButton("tombol", "surat", clock, rules=RULES)
    return Rig(button, GIVES, clock, button.hold, button.release, [])


def simulated_rating_rig() -> Rig:
    """The rating button of the page /sim."""
    clock = FakeClock()
    button = SimulatedRatingButton("tombol", "1", 4, clock, rules=RULES)
    return Rig(button, RATES, clock, button.hold, button.release, [])


def simulated_keypad_rig() -> Rig:
    """The keypad of the page /sim."""
    clock = FakeClock()
    keypad = SimulatedKeypad("tombol", "1", clock, rules=RULES)
    return Rig(keypad, CALLS, clock, lambda: keypad.hold("call-next"), lambda: keypad.release("call-next"), [])


def usb_keypad_rig() -> Rig:
    """The real USB keypad on a pipe in place of the kernel's device."""
    clock = FakeClock()
    with tempfile.TemporaryDirectory() as folder:
        pad, keypad = Numpad(Path(folder)), keypad_at(Path(folder), clock)
        pad.plug()
        keypad.look()

        def move(value: int) -> None:
            pad.key(96, value)
            keypad.listen()

    return Rig(keypad, replace(CALLS, device="keypad-1"), clock, lambda: move(1), lambda: move(0), [])


def lan_rig(kind: str, means: Press, key: str, **options: str) -> Rig:
    """A device of the hall's own network, behind a real Mosquitto."""
    ending = ExitStack()
    lan = ending.enter_context(Lan(Path(ending.enter_context(tempfile.TemporaryDirectory()))))
    button = lan.adopt(kind, **options)
    assert isinstance(button, LanKeys)
    emulated = lan.keys(keys=("press",) if kind == "lan-button" else ("call", "recall", "done"))
    lan.settle(emulated, button)

    def told(act: Callable[[str], None]) -> None:
        act(key)
        lan.settle(emulated, button)

    clock = lan.clock
    assert isinstance(clock, FakeClock)
    return Rig(button, means, clock, lambda: told(emulated.down), lambda: told(emulated.up), [], ending.close)


RIGS = {
    "lan-button": lambda: lan_rig("lan-button", GIVES, "press", line="surat"),
    "lan-keypad": lambda: lan_rig("lan-keypad", CALLS, "call", counter="1"),
    "usb-keypad": usb_keypad_rig,
    "gpio-button": gpio_rig,
    "gpio-rating-button": gpio_rating_rig,
    "gpio-keypad": gpio_keypad_rig,
    "simulated-button": simulated_rig,
    "simulated-rating-button": simulated_rating_rig,
    "simulated-keypad": simulated_keypad_rig,
}


@pytest.fixture(params=RIGS)
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    """Each kind of button in turn."""
    made = RIGS[request.param]()
    assert made.button.kind == request.param
    made.button.when_pressed(made.presses.append)
    yield made
    made.button.close()
    made.end()


def test_a_press_tells_device_meaning_and_time(rig: Rig) -> None:
    """A press says who was pressed and when, and for which line, with which word or for which act at which counter."""
    at_s = rig.clock.monotonic_s()
    rig.press()
    assert rig.presses == [replace(rig.means, pressed_at_s=at_s)]


def test_a_press_in_a_foreign_thread_is_one(rig: Rig) -> None:
    """The chip, the kernel and the broker bring edges in threads of their own, while the hall looks and asks how it is."""
    finger = threading.Thread(target=rig.press)
    finger.start()
    while finger.is_alive():
        rig.button.look()
        rig.button.state()
    finger.join()
    assert (len(rig.presses), rig.button.state()) == (1, DeviceState.READY)


def test_a_double_press_is_one(rig: Rig) -> None:
    """An impatient finger gets one number."""
    rig.press()
    rig.clock.advance(0.3)
    rig.press()
    assert len(rig.presses) == 1


def test_the_next_person_counts(rig: Rig) -> None:
    """Whoever comes after the first is not swallowed."""
    for _ in range(3):
        rig.press()
        rig.clock.advance(RULES.rest_s)
    assert len(rig.presses) == 3


def test_a_held_button_is_one_press_and_then_faulty(rig: Rig) -> None:
    """A stuck button costs one number, is switched off, and says why."""
    rig.down()
    rig.clock.advance(RULES.stuck_s)
    assert (len(rig.presses), rig.button.state(), rig.button.reason()) == (
        1,
        DeviceState.FAULTY,
        "tombol macet tertekan, dimatikan",
    )
    rig.up()
    rig.clock.advance(RULES.recovery_s)
    assert (rig.button.state(), rig.button.reason()) == (DeviceState.READY, "")


def test_looking_again_changes_nothing(rig: Rig) -> None:
    """The devices' loop may look as often as it likes."""
    rig.down()
    rig.button.look()
    rig.up()
    rig.button.look()
    assert (len(rig.presses), rig.button.state()) == (1, DeviceState.READY)


def test_nobody_listening_is_no_error(rig: Rig) -> None:
    """A press before the hall listens is lost, not an error."""
    rig.button.when_pressed(lambda _press: None)
    rig.press()
    assert rig.presses == []


def test_closing_twice_is_harmless_and_silences(rig: Rig) -> None:
    """A closed button gives no numbers and is missing."""
    rig.button.close()
    rig.button.close()
    rig.down()
    rig.button.look()
    assert (rig.presses, rig.button.state()) == ([], DeviceState.MISSING)
