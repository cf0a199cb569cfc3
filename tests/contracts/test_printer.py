"""What every printer promises: the simulated one, and each kind of ESC/POS printer on a stand-in at the end of its wire."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest
from PIL import Image

from gateway.devices.catalog import plug_in
from gateway.devices.ports import DeviceFault, DeviceState, Foresees, Printer, Slip
from gateway.devices.printer_words import UNPLUGGED, UNREACHABLE
from gateway.devices.simulated_printer import ROLL_LENGTH, SimulatedPrinter
from gateway.devices.slip import as_png, draw_slip
from gateway.settings import DeviceSettings
from tests.support.clock import FakeClock
from tests.support.escpos import LinePrinter, TcpPrinter

SLIP = Slip(
    "A-012", "Balai Desa Contoh", "Surat", "3 orang di depan Anda", "Tunggu", "08.00", "Simpan.", "http://balai.lan/t/x", ""
)
KINDS = ("simulated-printer", "escpos-network", "escpos-usb", "escpos-serial")


@dataclass
class Rig:
    """A printer of the hall, and the thing that stands on the table."""

    printer: Printer
    table: SimulatedPrinter | TcpPrinter | LinePrinter
    clock: FakeClock
    gone: str
    """What it says when its plug is pulled."""

    def look(self) -> None:
        """Let the devices' loop look, long after it did."""
        self.clock.advance(60)
        self.printer.look()

    def pictures(self) -> list[bytes]:
        """Return what has come out, as PNG."""
        if isinstance(self.table, SimulatedPrinter):
            return [printed.picture for printed in reversed(self.table.roll)]
        with self.table.lock:
            return [as_png(slip) for slip in self.table.machine.slips]


@pytest.fixture(params=KINDS)
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    """Each kind of printer in turn, made as the settings make it."""
    table: TcpPrinter | LinePrinter | None = None
    given: dict[str, object] = {}
    with ExitStack() as stack:
        if request.param == "escpos-network":
            table = stack.enter_context(TcpPrinter())
            given = {"host": "127.0.0.1", "port": table.port}
        elif request.param.startswith("escpos"):
            table = stack.enter_context(LinePrinter(tmp_path / "port"))
            given = {"path": str(table.path)}
        clock = FakeClock()
        entry = DeviceSettings.model_validate({"id": "printer", "kind": request.param, **given})
        devices = stack.enter_context(plug_in([entry], clock))
        [printer] = devices.printers
        gone = UNREACHABLE if request.param == "escpos-network" else UNPLUGGED
        yield Rig(printer, table or cast("SimulatedPrinter", printer), clock, gone)


def test_it_prints_what_it_is_given(rig: Rig) -> None:
    """One slip in, one slip out, and it is dot for dot the one that was drawn."""
    rig.printer.print_slip(SLIP)
    [picture] = rig.pictures()
    assert (Image.open(io.BytesIO(picture)).tobytes(), rig.printer.state()) == (draw_slip(SLIP).tobytes(), DeviceState.READY)


@pytest.mark.parametrize(
    ("break_it", "mend_it", "state", "reason"),
    [
        ("take_paper", "give_paper", DeviceState.FAULTY, "kertas habis"),
        ("open_cover", "close_cover", DeviceState.FAULTY, "penutup printer terbuka"),
        ("unplug", "plug", DeviceState.MISSING, ""),
    ],
)
def test_what_it_cannot_print_it_refuses(rig: Rig, break_it: str, mend_it: str, state: DeviceState, reason: str) -> None:
    """Without paper or plug it says so, prints nothing, and goes on once it is mended."""
    getattr(rig.table, break_it)()
    with pytest.raises(DeviceFault, match=reason or rig.gone):
        rig.printer.print_slip(SLIP)
    assert (rig.printer.state(), rig.printer.reason(), rig.pictures()) == (state, reason or rig.gone, [])
    getattr(rig.table, mend_it)()
    rig.look()
    rig.printer.print_slip(SLIP)
    assert (rig.printer.state(), rig.printer.reason(), len(rig.pictures())) == (DeviceState.READY, "", 1)


def test_what_is_wrong_is_seen_without_a_slip(rig: Rig) -> None:
    """The health page knows of an empty roll and of a pulled plug before anybody waits for a slip."""
    seen = []
    for act in ("take_paper", "give_paper", "unplug", "plug"):
        getattr(rig.table, act)()
        rig.look()
        seen.append(rig.printer.reason())
    assert seen == ["kertas habis", "", rig.gone, ""]


def test_paper_near_its_end_is_foreseen(rig: Rig) -> None:
    """It still prints, and says that a new roll will be needed, until it has one."""
    assert isinstance(rig.printer, Foresees)
    said = []
    for act in ("wear_paper", "give_paper"):
        getattr(rig.table, act)()
        rig.look()
        rig.printer.print_slip(SLIP)
        said.append((rig.printer.state(), rig.printer.warning()))
    assert said == [(DeviceState.READY, "kertas hampir habis"), (DeviceState.READY, "")]


def test_the_roll_keeps_the_latest() -> None:
    """A hall that prints all day does not fill the memory."""
    printer = SimulatedPrinter("printer", FakeClock())
    for _ in range(ROLL_LENGTH + 2):
        printer.print_slip(SLIP)
    assert [printed.position for printed in printer.roll] == list(range(ROLL_LENGTH + 2, 2, -1))


def test_closing_twice_is_harmless(rig: Rig) -> None:
    """A printer can be let go of at any time."""
    rig.printer.look()
    rig.printer.close()
    rig.printer.close()
    assert rig.printer.state() is DeviceState.MISSING
