"""The lamp of a real button, and several keys of one device."""

from __future__ import annotations

import pytest
from gpiozero.pins.mock import MockFactory

from gateway.devices.debounce import ContactRules
from gateway.devices.gpio import Chip, in_words
from gateway.devices.gpio_button import GpioButton
from gateway.devices.gpio_keypad import GpioKeypad
from gateway.devices.ports import DeviceState, Press
from tests.support.clock import FakeClock

CALL, RECALL, DONE, LAMP = 17, 27, 22, 5


class Counter:
    """A keypad on the table of a counter, with the hand of a clerk."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.pins = MockFactory()
        self.presses: list[Press] = []
        self.keypad = GpioKeypad(
            *("loket", "1", (CALL, RECALL, DONE), self.clock),
            rules=ContactRules(),
            lamp_pin=LAMP,
            chip=Chip(lambda: self.pins),
        )
        self.keypad.when_pressed(self.presses.append)
        self.keypad.look()

    def press(self, pin: int) -> None:
        """Push a key for a tenth of a second."""
        self.pins.pin(pin).drive_low()
        self.clock.advance(0.1)
        self.pins.pin(pin).drive_high()
        self.clock.advance(0.1)

    @property
    def acts(self) -> list[str]:
        """What the presses mean."""
        return [press.act for press in self.presses]

    @property
    def lit(self) -> bool:
        """Whether the lamp shines."""
        return bool(self.pins.pin(LAMP).state)


def test_each_key_of_a_keypad_is_an_act_of_its_counter() -> None:
    """Call next, recall and done, in the order in which the pins are named."""
    counter = Counter()
    for pin in (CALL, RECALL, DONE):
        counter.press(pin)
    assert counter.acts == ["call-next", "recall", "complete"]


def test_of_two_keys_pressed_together_the_first_counts() -> None:
    """A hand that falls on two keys does not call somebody and send them away again."""
    counter = Counter()
    for pin in (CALL, DONE):
        counter.pins.pin(pin).drive_low()
        counter.clock.advance(0.01)
    counter.pins.pin(CALL).drive_high()
    counter.clock.advance(0.01)
    counter.pins.pin(DONE).drive_high()
    assert counter.acts == ["call-next"]


def test_a_stuck_key_does_not_lock_the_others() -> None:
    """With one key jammed the clerk goes on with the other two, and the health page says so."""
    counter = Counter()
    counter.pins.pin(RECALL).drive_low()
    counter.clock.advance(31)
    counter.press(CALL)
    assert (counter.acts, counter.keypad.state()) == (["recall", "call-next"], DeviceState.FAULTY)


def test_the_lamp_shines_before_the_press_has_been_carried_out() -> None:
    """Whoever presses sees at once that it was felt, whatever the card needs; a press that does not count lights nothing."""
    counter = Counter()
    before = counter.lit
    counter.pins.pin(CALL).drive_low()
    assert [before, counter.lit] == [False, True]


def test_the_lamp_goes_out_by_itself() -> None:
    """It shines for a second and is out when the hall next looks."""
    counter = Counter()
    counter.press(CALL)
    shone = []
    for _ in range(3):
        counter.keypad.look()
        shone.append(counter.lit)
        counter.clock.advance(0.5)
    assert shone == [True, True, False]


def test_a_button_has_a_lamp_too() -> None:
    """The big button for a number answers in the same way."""
    clock, pins = FakeClock(), MockFactory()
    button = GpioButton("tombol", "surat", 17, clock, rules=ContactRules(), lamp_pin=LAMP, chip=Chip(lambda: pins))
    button.when_pressed(lambda _press: None)
    button.look()
    pins.pin(17).drive_low()
    assert pins.pin(LAMP).state
    button.close()


def test_a_lamp_on_a_pin_in_use_is_said_and_lets_go_of_the_keys() -> None:
    """A wrong wiring list is shown; the pins are free for the right one."""
    clock, pins = FakeClock(), MockFactory()
    wrong = GpioKeypad("loket", "1", (CALL, RECALL, DONE), clock, rules=ContactRules(), lamp_pin=CALL, chip=Chip(lambda: pins))
    wrong.look()
    assert (wrong.state(), wrong.reason()) == (DeviceState.MISSING, "pin ditulis dua kali di hall.toml")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ModuleNotFoundError(name="lgpio"), "pustaka python3-lgpio belum terpasang"),
        (OSError("'GPIO busy'"), "pin dipakai config.txt atau program lain"),
        (OSError("can not open gpiochip"), "chip GPIO tidak dapat dibuka"),
        (PermissionError(13, "Permission denied"), "chip GPIO tidak dapat dibuka"),
        (ValueError("?"), "pin tidak dapat dibuka (ValueError)"),
    ],
)
def test_what_the_library_raises_is_said_in_words(error: Exception, said: str) -> None:
    """A technician reads what to do, not the name of a class."""
    assert in_words(error) == said
