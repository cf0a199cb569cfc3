"""The printer of the page /sim: what people see come out of it is what the bytes say."""

from __future__ import annotations

import io
import threading

import pytest
from PIL import Image

from gateway.devices.ports import DeviceFault, DeviceState, Slip
from gateway.devices.printer_words import OUT_OF_PAPER, UNPLUGGED
from gateway.devices.simulated_printer import SimulatedPrinter
from gateway.devices.slip import draw_slip
from tests.support.clock import FakeClock
from tests.support.waiting import until

SLIP = Slip("A-012", "Balai Desa Contoh", "Surat", "3 orang di depan Anda", "", "08.00", "", "http://balai.lan/t/x", "")
WHOLE = draw_slip(SLIP)


def test_pulled_in_mid_slip_it_leaves_a_torn_piece_and_then_prints_whole() -> None:
    """The first dots of the slip are on the paper; the slip did not count; the next one is whole."""
    printer = SimulatedPrinter("printer", FakeClock())
    printer.pull_in_mid_slip()
    with pytest.raises(DeviceFault, match=UNPLUGGED):
        printer.print_slip(SLIP)
    [piece] = printer.roll
    seen = Image.open(io.BytesIO(piece.picture))
    assert (piece.torn, seen.tobytes(), printer.state()) == (
        True, WHOLE.crop((0, 0, WHOLE.width, seen.height)).tobytes(), DeviceState.MISSING
    )  # fmt: skip
    printer.plug()
    printer.print_slip(SLIP)
    assert (printer.roll[0].torn, Image.open(io.BytesIO(printer.roll[0].picture)).tobytes()) == (False, WHOLE.tobytes())


def test_a_slow_one_is_seen_printing_and_can_be_pulled_meanwhile() -> None:
    """What hangs out of it grows; pulling the plug ends the slip at once."""
    printer, ended = SimulatedPrinter("printer", FakeClock()), threading.Event()
    printer.slow_down()

    def print_it() -> None:
        with pytest.raises(DeviceFault, match=UNPLUGGED):
            printer.print_slip(SLIP)
        ended.set()

    threading.Thread(target=print_it, daemon=True).start()
    assert until(lambda: bool(printer.unfinished))
    printer.unplug()
    assert (ended.wait(10), printer.unfinished, printer.roll[0].torn) == (True, b"", True)


def test_paper_that_ends_is_known_at_once_and_a_new_roll_too() -> None:
    """Whoever throws the switch sees what a clerk would be told."""
    printer = SimulatedPrinter("printer", FakeClock())
    told = []
    for act in (printer.take_paper, printer.give_paper):
        act()
        told.append(printer.reason())
    assert told == [OUT_OF_PAPER, ""]
