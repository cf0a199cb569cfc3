"""A USB keypad that is absent, forbidden, taken, or pulled out."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.devices.debounce import ContactRules
from gateway.devices.ports import DeviceState, Press
from gateway.devices.usb_keypad import ENDING, EVENT, USUAL, UsbKeypad
from tests.support.clock import FakeClock


def keypad_in(ports: Path, take: Callable[[int], None] = lambda _descriptor: None) -> UsbKeypad:
    """A keypad at port usb-1 whose thread is the test."""
    return UsbKeypad(
        *("loket", "1", "usb-1", USUAL, FakeClock()), rules=ContactRules(), ports=ports, take=take, follow=lambda _listen: None
    )


def test_a_keypad_that_is_not_there_says_so(tmp_path: Path) -> None:
    """The hall starts all the same."""
    keypad = keypad_in(tmp_path)
    keypad.look()
    assert (keypad.state(), keypad.reason()) == (DeviceState.MISSING, "tidak tercolok di porta ini")


@pytest.mark.parametrize(
    ("number", "said"),
    [(errno.EBUSY, "dipakai program lain"), (errno.EACCES, "tidak boleh dibaca: layanan harus masuk grup input")],
)
def test_what_keeps_the_hall_from_a_keypad_is_said(tmp_path: Path, number: int, said: str) -> None:
    """A technician reads the cause, not a number."""

    def refuse(_descriptor: int) -> None:
        raise OSError(number, "refused")

    os.mkfifo(tmp_path / ("usb-1" + ENDING))
    keypad = keypad_in(tmp_path, refuse)
    keypad.look()
    assert (keypad.state(), keypad.reason()) == (DeviceState.MISSING, said)


def test_a_keypad_pulled_out_and_put_back_goes_on(tmp_path: Path) -> None:
    """Pulled out it is missing; plugged in again it is found by looking, and its keys count; a held key repeats nothing."""
    os.mkfifo(tmp_path / ("usb-1" + ENDING))
    keypad, states, presses = keypad_in(tmp_path), list[DeviceState](), list[Press]()
    keypad.when_pressed(presses.append)
    for code in (96, 78):
        wire = os.open(tmp_path / ("usb-1" + ENDING), os.O_RDWR)
        keypad.look()
        os.write(wire, b"".join(EVENT.pack(0, 0, 1, code, value) for value in (1, 2, 2, 0)))
        keypad.listen()
        states.append(keypad.state())
        os.close(wire)
        keypad.listen()
        states.append(keypad.state())
    assert states == [DeviceState.READY, DeviceState.MISSING] * 2
    assert [press.act for press in presses] == ["call-next", "recall"]
