"""The real button where its hardware is absent, late, or goes away."""

from __future__ import annotations

from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory, MockPin

from gateway.devices.debounce import ContactRules
from gateway.devices.gpio import Chip
from gateway.devices.gpio_button import GpioButton
from gateway.devices.gpio_keypad import GpioKeypad
from gateway.devices.ports import Device, DeviceState, LampSign, Press
from gateway.devices.status_lamp import StatusLamp
from tests.support.clock import FakeClock


class Bench:
    """A table on which the chip may lie or not."""

    def __init__(self) -> None:
        self.chip: Any = None
        self.tries = 0
        self.shared = Chip(self.make_factory)

    def make_factory(self) -> Any:
        """Open the chip, as LGPIOFactory does."""
        self.tries += 1
        if self.chip is None:
            raise OSError("can not open gpiochip")
        return self.chip


class LoosePin(MockPin):  # type: ignore[misc] # gpiozero has no types
    """A pin that can be lost, as when another program takes it."""

    lost = False

    def _get_state(self) -> bool:
        if self.lost:
            raise OSError("'GPIO busy'")
        return bool(super()._get_state())

    def _set_function(self, value: str) -> None:
        if self.lost:
            raise OSError("'GPIO busy'")
        super()._set_function(value)


def button_on(bench: Bench, clock: FakeClock, pin: int = 17, lamp_pin: int | None = None) -> GpioButton:
    """A button on a pin."""
    return GpioButton("tombol", "surat", pin, clock, rules=ContactRules(), lamp_pin=lamp_pin, chip=bench.shared)


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


class Table:
    """A button at pin 17 that works, and whatever else is laid beside it."""

    def __init__(self) -> None:
        self.bench, self.clock = Bench(), FakeClock()
        self.bench.chip = MockFactory(pin_class=LoosePin)
        self.first = button_on(self.bench, self.clock)
        self.presses: list[Press] = []
        self.first.when_pressed(self.presses.append)
        self.first.look()

    def presses_of(self, pin: int, presses: list[Press]) -> int:
        """Press the button at ``pin`` for a tenth of a second; return how many presses it has given since the beginning."""
        self.clock.advance(3)
        self.bench.chip.pin(pin).drive_low()
        self.clock.advance(0.1)
        self.bench.chip.pin(pin).drive_high()
        return len(presses)


def test_two_buttons_on_one_pin_leave_the_second_missing() -> None:
    """A wrong wiring list stops one button and neither the hall nor the other button."""
    table = Table()
    second = button_on(table.bench, table.clock)
    second.look()
    felt = table.presses_of(17, table.presses)
    second.close()
    assert (felt, table.presses_of(17, table.presses)) == (1, 2)
    assert (table.first.state(), second.state()) == (DeviceState.READY, DeviceState.MISSING)
    table.first.close()


@pytest.mark.parametrize("wrong", ["lamp of a button", "status lamp", "keypad"])
def test_what_has_a_wrong_pin_leaves_the_others_alone(wrong: str) -> None:
    """Whatever else asks for a pin that is taken, and asks again, a button that works goes on."""
    table = Table()
    rules, chip = ContactRules(), table.bench.shared
    others: dict[str, Device] = {
        "lamp of a button": button_on(table.bench, table.clock, 27, lamp_pin=27),
        "status lamp": StatusLamp("lampu", dict.fromkeys(LampSign, 17), table.clock, chip=chip),
        "keypad": GpioKeypad("loket", "1", (5, 5, 6), table.clock, rules=rules, chip=chip),
    }
    other = others[wrong]
    for _ in range(2):
        other.look()
    assert (other.state(), other.reason()) == (DeviceState.MISSING, "pin ditulis dua kali di hall.toml")
    assert table.presses_of(17, table.presses) == 1
    table.first.look()
    other.close()
    assert (table.presses_of(17, table.presses), table.first.state()) == (2, DeviceState.READY)


def test_a_pin_that_is_lost_and_comes_back_is_felt_again_and_no_other_is_lost() -> None:
    """Another program takes a pin for a moment: that button is missing meanwhile, then gives numbers again."""
    table = Table()
    loose, presses = button_on(table.bench, table.clock, 27), list[Press]()
    loose.when_pressed(presses.append)
    loose.look()
    pin = table.bench.chip.pin(27)
    pin.lost = True
    for device in (loose, table.first):
        device.look()
    gone = (loose.state(), table.first.state(), table.presses_of(17, table.presses))
    pin.lost = False
    loose.look()
    assert gone == (DeviceState.MISSING, DeviceState.READY, 1)
    assert (loose.state(), table.presses_of(27, presses), table.presses_of(17, table.presses)) == (DeviceState.READY, 1, 2)


def test_the_chip_is_opened_once_and_closed_with_the_last() -> None:
    """One opening for all; when all have let go, the next opens it anew."""
    table = Table()
    second = button_on(table.bench, table.clock, 27)
    second.look()
    once = table.bench.tries
    for device in (table.first, second):
        device.close()
    third = button_on(table.bench, table.clock)
    third.look()
    assert (once, table.bench.tries, third.state()) == (1, 2, DeviceState.READY)
    third.close()
