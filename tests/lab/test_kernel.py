"""The hall's own drivers against Linux's: real USB reports, real hot-plugging, ``evdev``, ``usblp``. Runs inside ``tests/lab/kernel.sh`` only."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from gateway.clock import SystemClock
from gateway.devices.debounce import ContactRules
from gateway.devices.escpos_port import ANY_PORT, open_serial, open_usb, usb_path
from gateway.devices.escpos_printer import EscposPrinter
from gateway.devices.ports import DeviceFault, DeviceState, Press, Slip
from gateway.devices.printer_words import OUT_OF_PAPER, UNPLUGGED
from gateway.devices.slip import draw_slip
from gateway.devices.usb_keypad import ENDING, PORTS, USUAL, Kernel, UsbKeypad, in_a_thread
from tests.support.gadget import NumpadGadget, PrinterGadget, SerialGadget
from tests.support.waiting import until

pytestmark = pytest.mark.skipif("LAB" not in os.environ, reason="needs a kernel that plugs in USB devices: make lab")

SLIP = Slip("A-012", "Balai Desa Contoh", "Surat", "3 orang di depan Anda", "", "08.00", "", "http://balai.lan/t/x", "")
LONG_S = 60.0
"""The machine is emulated."""


class Pad:
    """A numpad at a socket, and the hall's side of it."""

    def __init__(self, name: str, socket: int, counter: str) -> None:
        before = set(ports())
        self.gadget = NumpadGadget(name, socket)
        self.gadget.plug()
        assert until(lambda: bool(set(ports()) - before), LONG_S), "udev names no port"
        [self.port] = set(ports()) - before
        self.presses: list[Press] = []
        self.keypad = keypad_at(self.port, counter)
        self.keypad.when_pressed(self.presses.append)
        self.keypad.look()

    @property
    def acts(self) -> list[str]:
        """What came through."""
        return [press.act for press in self.presses]


class WatchedKernel(Kernel):
    """Asks the kernel itself, and remembers whether it had to be asked how keys stand."""

    asked = False

    def held(self, descriptor: int) -> set[int]:
        """Return what is down."""
        self.asked = True
        return super().held(descriptor)


def keypad_at(
    port: str, counter: str, follow: Callable[[Callable[[], bool]], object] = in_a_thread, kernel: Kernel | None = None
) -> UsbKeypad:
    """The hall's own driver, with the kernel's own calls, and its own thread unless the test listens."""
    id, clock, rules = f"keypad-{counter}", SystemClock(is_set=lambda: True), ContactRules(rest_s=0.3)
    return UsbKeypad(id, counter, port, USUAL, clock, rules=rules, follow=follow, kernel=kernel)


def ports() -> list[str]:
    """The names of keyboards by where they are plugged in."""
    return [file.name.removesuffix(ENDING) for file in PORTS.glob(f"*{ENDING}")] if PORTS.exists() else []


@pytest.fixture(scope="module")
def pads() -> Iterator[tuple[Pad, Pad]]:
    """Two identical numpads."""
    made = Pad("left", 0, "1"), Pad("right", 1, "2")
    yield made
    for pad in made:
        pad.keypad.close()
        with suppress(OSError):
            pad.gadget.unplug()


def test_reports_of_two_identical_numpads_become_acts_at_their_counters(pads: tuple[Pad, Pad]) -> None:
    """Found by the names that udev gives to ports; a key that is held, and repeated by the kernel, is one act; digits are none."""
    left, right = pads
    assert (left.keypad.state(), right.keypad.state(), left.port != right.port) == (DeviceState.READY, DeviceState.READY, True)
    left.gadget.hold("enter")
    right.gadget.press("one")
    right.gadget.press("minus")
    assert until(lambda: (left.acts, right.acts) == (["call-next"], ["complete"]), LONG_S)
    assert not until(lambda: len(left.acts) > 1, 1.5)
    left.gadget.hold()


def test_a_numpad_is_for_the_hall_alone(pads: tuple[Pad, Pad]) -> None:
    """Whoever else wants it is told that it is taken."""
    second = keypad_at(pads[0].port, "3")
    second.look()
    assert (second.state(), second.reason()) == (DeviceState.MISSING, "dipakai program lain")


def test_a_numpad_pulled_out_is_missed_and_found_again(pads: tuple[Pad, Pad]) -> None:
    """The kernel takes its file away and gives another; the port is the same, and so is the counter; the other pad does not notice."""
    left, right = pads
    before = len(left.acts)
    left.gadget.unplug()
    assert until(lambda: left.keypad.state() is DeviceState.MISSING, LONG_S)
    left.keypad.look()
    gone = left.keypad.reason()
    left.gadget.plug()
    assert until(lambda: left.port in ports(), LONG_S)
    left.keypad.look()
    left.gadget.press("plus")
    assert until(lambda: left.acts[before:] == ["recall"], LONG_S)
    assert (gone, right.keypad.state()) == ("tidak tercolok di porta ini", DeviceState.READY)


def test_a_key_that_the_kernel_dropped_is_asked_for(pads: tuple[Pad, Pad]) -> None:
    """More events than its buffer holds, while nobody reads: how the keys stand is asked of the kernel, and the act comes through once."""
    _, right = pads
    right.keypad.close()
    presses, kernel = list[Press](), WatchedKernel()
    keypad = keypad_at(right.port, "2", follow=lambda _listen: None, kernel=kernel)
    keypad.when_pressed(presses.append)

    def is_ours() -> bool:
        keypad.look()  # the one before lets go when its thread next looks
        return keypad.state() is DeviceState.READY

    assert until(is_ours, LONG_S)
    for _ in range(400):
        right.gadget.press("numlock")
    right.gadget.hold("enter")

    def heard() -> bool:
        keypad.listen()
        return bool(presses)

    assert until(heard, LONG_S)
    assert (kernel.asked, [press.act for press in presses]) == (True, ["call-next"])
    keypad.close()


def test_a_printer_on_a_serial_line_of_the_kernel_prints_asks_and_is_pulled_out(pads: tuple[Pad, Pad]) -> None:
    """The same behind cdc_acm, which is a real line to the hall: its settings, its buffers, its end."""
    with suppress(OSError):
        pads[0].gadget.unplug()
    clock = SystemClock(is_set=lambda: True)
    printer = EscposPrinter(
        "printer", "escpos-serial", lambda wake: open_serial("/dev/ttyACM0", 115_200, wake), clock, patience=10
    )
    with SerialGadget("line", 0) as line:
        assert until(lambda: Path("/dev/ttyACM0").exists(), LONG_S)
        printer.print_slip(SLIP)
        assert [slip.tobytes() for slip in line.machine.slips] == [draw_slip(SLIP).tobytes()]
        line.take_paper()
        with pytest.raises(DeviceFault, match=OUT_OF_PAPER):
            printer.print_slip(SLIP)
        line.give_paper()
        line.dies_after = 9_000
        with pytest.raises(DeviceFault, match=UNPLUGGED):
            printer.print_slip(SLIP)
        line.unplug()
        assert until(lambda: not Path("/dev/ttyACM0").exists(), LONG_S)
        line.plug()
        assert until(lambda: Path("/dev/ttyACM0").exists(), LONG_S)
        printer.print_slip(SLIP)
        assert line.machine.slips[-1].tobytes() == draw_slip(SLIP).tobytes()


def has_printer() -> bool:
    """Whether the kernel drives a printer, under whatever number."""
    return bool(list(Path("/dev/usb").glob("lp*")))


@pytest.fixture
def table(pads: tuple[Pad, Pad]) -> Iterator[PrinterGadget]:
    """A printer of the printer class, in the socket of the left numpad."""
    with suppress(OSError):
        pads[0].gadget.unplug()
    with PrinterGadget("printer", 0) as printer:
        assert until(has_printer, LONG_S)
        yield printer


def test_a_printer_behind_usblp_prints_asks_and_is_pulled_out(table: PrinterGadget) -> None:
    """Dot for dot, confirmed, without paper said so, and pulled out in mid-slip a fault.

    The last test, and it ends there: the gadget of a printer that was pulled out corrupts the memory of Linux 6.1 when it is plugged in again.
    """
    printer = EscposPrinter(
        "printer", "escpos-usb", lambda wake: open_usb(usb_path(ANY_PORT), wake), SystemClock(is_set=lambda: True), patience=10
    )
    printer.print_slip(SLIP)
    assert [slip.tobytes() for slip in table.machine.slips] == [draw_slip(SLIP).tobytes()]
    table.take_paper()
    with pytest.raises(DeviceFault, match=OUT_OF_PAPER):
        printer.print_slip(SLIP)
    table.give_paper()
    table.dies_after = 9_000
    with pytest.raises(DeviceFault, match=UNPLUGGED):
        printer.print_slip(SLIP)
