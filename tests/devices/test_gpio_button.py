"""The real button where its hardware is absent, late, or goes away."""

from __future__ import annotations

from typing import Any

from gpiozero.pins.mock import MockFactory

from gateway.devices.debounce import ContactRules
from gateway.devices.gpio_button import GpioButton
from gateway.devices.ports import DeviceState, Press
from tests.support.clock import FakeClock


class Bench:
    """A table on which the chip may lie or not."""

    def __init__(self) -> None:
        self.chip: Any = None
        self.tries = 0

    def make_factory(self) -> Any:
        """Open the chip, as LGPIOFactory does."""
        self.tries += 1
        if self.chip is None:
            raise OSError("can not open gpiochip")
        return self.chip


def button_on(bench: Bench, clock: FakeClock) -> GpioButton:
    """A button on pin 17."""
    return GpioButton("tombol", "surat", 17, clock, rules=ContactRules(), make_factory=bench.make_factory)


def test_without_a_chip_it_is_missing_and_nothing_is_raised() -> None:
    """A hall on a laptop, or with a dead header, starts all the same and says what is wrong."""
    button = button_on(Bench(), FakeClock())
    button.look()
    assert (button.state(), button.reason()) == (DeviceState.MISSING, "chip GPIO tidak dapat dibuka")


def test_a_chip_that_comes_late_is_found_by_looking_again() -> None:
    """Nobody has to restart the hall for a button that was plugged in late."""
    bench, clock = Bench(), FakeClock()
    button = button_on(bench, clock)
    presses: list[Press] = []
    button.when_pressed(presses.append)
    button.look()
    bench.chip = MockFactory()
    button.look()
    bench.chip.pin(17).drive_low()
    assert (button.state(), len(presses), bench.tries) == (DeviceState.READY, 1, 2)
    button.close()


def test_a_button_held_while_the_hall_starts_gives_no_number() -> None:
    """A bag on the button at start is no visitor."""
    bench = Bench()
    bench.chip = MockFactory()
    bench.chip.pin(17).drive_low()
    button = button_on(bench, FakeClock())
    presses: list[Press] = []
    button.when_pressed(presses.append)
    button.look()
    button.look()
    assert presses == []
    button.close()


def test_two_buttons_on_one_pin_leave_the_second_missing() -> None:
    """A wrong wiring list stops one button and not the hall."""
    bench, clock = Bench(), FakeClock()
    bench.chip = MockFactory()
    first, second = button_on(bench, clock), button_on(bench, clock)
    first.look()
    second.look()
    assert (first.state(), second.state()) == (DeviceState.READY, DeviceState.MISSING)
    second.close()
    first.close()
