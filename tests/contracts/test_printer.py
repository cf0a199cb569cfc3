"""What every printer promises."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from gateway.devices.ports import DeviceFault, DeviceState, Slip
from gateway.devices.simulated_printer import ROLL_LENGTH, SimulatedPrinter

SLIP = Slip(
    "A-012", "Balai Desa Contoh", "Surat", "3 orang di depan Anda", "Tunggu", "08.00", "Simpan.", "http://balai.lan/t/x", ""
)


@pytest.fixture(params=[SimulatedPrinter], ids=["simulated"])
def printer(request: pytest.FixtureRequest) -> SimulatedPrinter:
    """Each kind of printer in turn."""
    made: SimulatedPrinter = request.param("printer")
    return made


def test_it_prints_what_it_is_given(printer: SimulatedPrinter) -> None:
    """One slip in, one slip out, as dots."""
    printer.print_slip(SLIP)
    (printed,) = printer.roll
    picture = Image.open(io.BytesIO(printed.picture))
    assert (printed.slip, picture.width, picture.mode, printer.printed) == (SLIP, 384, "1", 1)


@pytest.mark.parametrize(
    ("break_it", "mend_it", "state", "reason"),
    [
        ("take_paper", "give_paper", DeviceState.FAULTY, "kertas habis"),
        ("unplug", "plug", DeviceState.MISSING, "kabel printer tercabut"),
    ],
)
def test_what_it_cannot_print_it_refuses(
    printer: SimulatedPrinter, break_it: str, mend_it: str, state: DeviceState, reason: str
) -> None:
    """Without paper or plug it says so, prints nothing, and goes on once it is mended."""
    getattr(printer, break_it)()
    with pytest.raises(DeviceFault, match=reason):
        printer.print_slip(SLIP)
    assert (printer.state(), printer.reason(), printer.roll) == (state, reason, ())
    getattr(printer, mend_it)()
    printer.print_slip(SLIP)
    assert (printer.state(), printer.reason(), len(printer.roll)) == (DeviceState.READY, "", 1)


def test_the_roll_keeps_the_latest(printer: SimulatedPrinter) -> None:
    """A hall that prints all day does not fill the memory."""
    for _ in range(ROLL_LENGTH + 2):
        printer.print_slip(SLIP)
    assert [printed.position for printed in printer.roll] == list(range(ROLL_LENGTH + 2, 2, -1))


def test_closing_twice_is_harmless(printer: SimulatedPrinter) -> None:
    """A printer can be let go of at any time."""
    printer.look()
    printer.close()
    printer.close()
    assert printer.state() is DeviceState.MISSING
