"""A USB keypad that is absent, forbidden, taken, pulled out, or one of two; and what real ones say."""

from __future__ import annotations

import errno
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.devices.ports import DeviceState, Press
from gateway.devices.usb_keypad import ENDING, in_a_thread
from tests.support.clock import FakeClock
from tests.support.evdev import FakeKernel, Numpad, keypad_at, recorded

ENTER, PLUS, MINUS = 96, 78, 74
STREAMS = sorted((Path(__file__).parent / "streams").glob("*.evemu"))
NOBODY = 65534


def test_a_keypad_that_is_not_there_says_so(tmp_path: Path) -> None:
    """The hall starts all the same."""
    keypad = keypad_at(tmp_path, FakeClock())
    keypad.look()
    assert (keypad.state(), keypad.reason()) == (DeviceState.MISSING, "tidak tercolok di porta ini")


def test_one_that_another_program_has_is_said_and_found_once_it_is_free(tmp_path: Path) -> None:
    """A technician reads the cause, not a number, and needs no restart."""
    numpad, kernel = Numpad(tmp_path), FakeKernel()
    numpad.plug()
    kernel.refuses = OSError(errno.EBUSY, "refused")
    keypad = keypad_at(tmp_path, FakeClock(), kernel=kernel)
    keypad.look()
    said = keypad.reason()
    kernel.refuses = None
    keypad.look()
    assert (said, keypad.state()) == ("dipakai program lain", DeviceState.READY)
    numpad.unplug()


@contextmanager
def as_nobody() -> Iterator[None]:
    """Be somebody whom permissions stop, which root is not."""
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_one_without_permission_says_which_and_is_found_once_it_has_it() -> None:
    """Udev gives the group a moment after the device appears, or never."""
    with tempfile.TemporaryDirectory() as folder:
        ports = Path(folder)
        ports.chmod(0o755)
        numpad, keypad = Numpad(ports), keypad_at(ports, FakeClock())
        numpad.plug()
        states = []
        for mode in (0o000, 0o644):
            (ports / ("usb-1" + ENDING)).chmod(mode)
            with as_nobody():
                keypad.look()
            states.append((keypad.state(), keypad.reason()))
        keypad.close()
        numpad.unplug()
    assert states == [
        (DeviceState.MISSING, "tidak boleh dibaca: layanan harus masuk grup input"),
        (DeviceState.READY, ""),
    ]


def test_pulled_out_and_put_back_it_goes_on(tmp_path: Path) -> None:
    """Pulled out it is missing; plugged in again it is found by looking, and its keys count; a held key repeats nothing."""
    numpad, clock = Numpad(tmp_path), FakeClock()
    keypad, states, presses = keypad_at(tmp_path, clock), list[DeviceState](), list[Press]()
    keypad.when_pressed(presses.append)
    for code in (ENTER, PLUS):
        numpad.plug()
        keypad.look()
        for value in (1, 2, 2, 0):
            numpad.key(code, value)
        keypad.listen()
        states.append(keypad.state())
        numpad.unplug()
        keypad.listen()
        states.append(keypad.state())
        clock.advance(1)
    assert states == [DeviceState.READY, DeviceState.MISSING] * 2
    assert [press.act for press in presses] == ["call-next", "recall"]


def test_pulled_out_in_mid_press_it_calls_nobody_twice(tmp_path: Path) -> None:
    """A loose plug under the finger: the key comes back as pressed a moment later, and is still the same press; the next one counts."""
    numpad, clock = Numpad(tmp_path), FakeClock()
    keypad, presses = keypad_at(tmp_path, clock), list[Press]()
    keypad.when_pressed(presses.append)
    numpad.plug()
    keypad.look()
    numpad.key(ENTER, 1)
    keypad.listen()
    numpad.unplug()
    keypad.listen()
    clock.advance(0.8)
    numpad.plug()
    keypad.look()
    for value in (1, 0):
        numpad.key(ENTER, value)
    keypad.listen()
    clock.advance(2.0)
    numpad.key(ENTER, 1)
    keypad.listen()
    assert [press.act for press in presses] == ["call-next", "call-next"]
    numpad.unplug()


def test_two_identical_ones_serve_the_counters_of_their_ports(tmp_path: Path) -> None:
    """What the left one says is done at counter 1, what the right one says at counter 2, whichever was plugged in first."""
    clock, presses = FakeClock(), list[Press]()
    right, left = Numpad(tmp_path, "usb-0:1.4:1.0"), Numpad(tmp_path, "usb-0:1.2:1.0")
    keypads = [
        keypad_at(tmp_path, clock, port=port, counter=counter)
        for counter, port in (("1", "usb-0:1.2:1.0"), ("2", "usb-0:1.4:1.0"))
    ]
    for numpad in (right, left):
        numpad.plug()
    for keypad in keypads:
        keypad.when_pressed(presses.append)
        keypad.look()
    right.key(ENTER, 1)
    left.key(MINUS, 1)
    for keypad in keypads:
        keypad.listen()
        keypad.close()
    assert [(press.counter, press.device, press.act) for press in presses] == [
        ("1", "keypad-1", "complete"),
        ("2", "keypad-2", "call-next"),
    ]
    for numpad in (right, left):
        numpad.unplug()


@pytest.mark.parametrize("path", STREAMS, ids=[path.stem for path in STREAMS])
def test_a_recorded_numpad_does_what_its_clerk_meant(tmp_path: Path, path: Path) -> None:
    """Scan codes, repeats, NumLock, reports that the kernel dropped: of all that only the acts come through, each once."""
    numpad, kernel, clock, presses = Numpad(tmp_path), FakeKernel(), FakeClock(), list[Press]()
    keypad = keypad_at(tmp_path, clock, kernel=kernel)
    keypad.when_pressed(presses.append)
    numpad.plug()
    keypad.look()
    recording = recorded(path)
    recording.replay(numpad, kernel, clock, keypad.listen)
    assert [press.act for press in presses] == recording.acts
    numpad.unplug()


def test_what_the_kernel_dropped_would_be_lost_without_asking_it(tmp_path: Path) -> None:
    """The control: a kernel that tells of no key that is held loses the press that it dropped, and no other."""

    class Forgetful(FakeKernel):
        def held(self, descriptor: int) -> set[int]:
            return set()

    numpad, kernel, clock, presses = Numpad(tmp_path), Forgetful(), FakeClock(), list[Press]()
    keypad = keypad_at(tmp_path, clock, kernel=kernel)
    keypad.when_pressed(presses.append)
    numpad.plug()
    keypad.look()
    recorded(STREAMS[0].parent / "dropped.evemu").replay(numpad, kernel, clock, keypad.listen)
    assert [press.act for press in presses] == ["call-next", "complete", "call-next"]
    numpad.unplug()


def test_a_number_before_enter_calls_that_number(tmp_path: Path) -> None:
    """12 Enter is the twelve, Enter alone the next one; another act's key forgets what was typed; a pulled plug too."""
    numpad, clock, presses = Numpad(tmp_path), FakeClock(), list[Press]()
    keypad = keypad_at(tmp_path, clock)
    keypad.when_pressed(presses.append)
    numpad.plug()
    keypad.look()

    def type_keys(*codes: int) -> None:
        for code in codes:
            numpad.key(code, 1)
            numpad.key(code, 0)
        keypad.listen()
        clock.advance(3)

    type_keys(79, 80, ENTER)
    type_keys(ENTER)
    type_keys(79, PLUS)
    type_keys(ENTER)
    type_keys(79)
    numpad.unplug()
    keypad.listen()
    numpad.plug()
    keypad.look()
    type_keys(ENTER)
    said = [(press.act, press.number) for press in presses]
    assert said == [("call", "12"), ("call-next", ""), ("recall", ""), ("call-next", ""), ("call-next", "")]
    numpad.unplug()


def test_a_number_of_which_a_key_was_lost_calls_nobody_else(tmp_path: Path) -> None:
    """The kernel dropped events in mid-number: what is left of it might be somebody else's."""
    numpad, clock, presses = Numpad(tmp_path), FakeClock(), list[Press]()
    keypad = keypad_at(tmp_path, clock)
    keypad.when_pressed(presses.append)
    numpad.plug()
    keypad.look()
    numpad.key(79, 1)
    numpad.say((0, 3, 0))
    numpad.say()
    numpad.key(ENTER, 1)
    keypad.listen()
    assert [(press.act, press.number) for press in presses] == [("call-next", "")]
    numpad.unplug()


def test_a_number_of_which_a_digit_may_be_missing_calls_nobody_by_it(tmp_path: Path) -> None:
    """Typed in part, then the kernel dropped something: Enter calls the next person, not whoever has the rest of the number."""
    numpad, clock, presses = Numpad(tmp_path), FakeClock(), list[Press]()
    keypad = keypad_at(tmp_path, clock)
    keypad.when_pressed(presses.append)
    numpad.plug()
    keypad.look()
    numpad.key(79, 1)
    numpad.say((0, 3, 0))
    numpad.key(ENTER, 1)
    keypad.listen()
    assert [(press.act, press.number) for press in presses] == [("call-next", "")]
    numpad.unplug()


def test_closing_waits_for_no_key(tmp_path: Path) -> None:
    """The thread that listens ends by itself; a hall that stops does not wait for it."""
    numpad, ended, threads = Numpad(tmp_path), threading.Event(), list[threading.Thread]()
    numpad.plug()
    keypad = keypad_at(tmp_path, FakeClock(), follow=lambda listen: threads.append(in_a_thread(listen)))
    keypad.look()

    def close() -> None:
        keypad.close()
        ended.set()

    threading.Thread(target=close, daemon=True).start()
    assert ended.wait(10)
    threads[0].join(10)
    assert (threads[0].is_alive(), keypad.state()) == (False, DeviceState.MISSING)
    numpad.unplug()
