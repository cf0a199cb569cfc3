"""What every button promises, the real gpiozero one on its mock pins included."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from gpiozero.pins.mock import MockFactory

from gateway.devices.debounce import ContactRules
from gateway.devices.gpio_button import GpioButton, GpioRatingButton
from gateway.devices.ports import Button, DeviceState, Press
from gateway.devices.simulated_button import SimulatedButton, SimulatedRatingButton
from tests.support.clock import FakeClock

RULES = ContactRules()


@dataclass
class Rig:
    """A button and the finger that presses it."""

    button: Button
    clock: FakeClock
    down: Callable[[], object]
    up: Callable[[], object]
    presses: list[Press]

    def press(self) -> None:
        """Push the button for a tenth of a second."""
        self.down()
        self.clock.advance(0.1)
        self.up()


def gpio_rig() -> Rig:
    """The real button on gpiozero's mock pins."""
    clock, factory = FakeClock(), MockFactory()
    return gpio_rig_of(GpioButton("tombol", "surat", 17, clock, rules=RULES, make_factory=lambda: factory), clock, factory)


def gpio_rating_rig() -> Rig:
    """The real rating button, likewise."""
    clock, factory = FakeClock(), MockFactory()
    button = GpioRatingButton("tombol", "1", 4, 17, clock, rules=RULES, make_factory=lambda: factory)
    return gpio_rig_of(button, clock, factory)


def gpio_rig_of(button: GpioButton, clock: FakeClock, factory: MockFactory) -> Rig:
    """Return a button that has found its pin, and the finger on it."""
    button.look()
    pin = factory.pin(17)
    return Rig(button, clock, pin.drive_low, pin.drive_high, [])


def simulated_rig() -> Rig:
    """The button of the page /sim."""
    clock = FakeClock()
    button = SimulatedButton("tombol", "surat", clock, rules=RULES)
    return Rig(button, clock, button.hold, button.release, [])


def simulated_rating_rig() -> Rig:
    """The rating button of the page /sim."""
    clock = FakeClock()
    button = SimulatedRatingButton("tombol", "1", 4, clock, rules=RULES)
    return Rig(button, clock, button.hold, button.release, [])


RIGS = {"gpio": gpio_rig, "gpio-rating": gpio_rating_rig, "simulated": simulated_rig, "simulated-rating": simulated_rating_rig}


@pytest.fixture(params=list(RIGS.values()), ids=list(RIGS))
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    """Each kind of button in turn."""
    made: Rig = request.param()
    made.button.when_pressed(made.presses.append)
    yield made
    made.button.close()


def test_a_press_tells_device_line_and_time(rig: Rig) -> None:
    """A press says who was pressed, for which line or with which word at which counter, and when."""
    at_s = rig.clock.monotonic_s()
    rig.press()
    expected = (Press("tombol", "surat", at_s), Press("tombol", "", at_s, "1", 4))
    assert rig.presses == [expected[1] if rig.presses[0].score else expected[0]]


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
