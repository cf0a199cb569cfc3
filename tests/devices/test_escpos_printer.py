"""A printer's bad days, acted by a stand-in at the end of the wire: pulled in mid-slip, silent, mad, stuck, half done."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from gateway.devices import escpos, escpos_printer
from gateway.devices.escpos_machine import Machine
from gateway.devices.escpos_port import ANY_PORT, open_network, open_serial, open_usb, usb_path
from gateway.devices.escpos_printer import EscposPrinter
from gateway.devices.ports import DeviceFault, DeviceState, Slip
from gateway.devices.printer_words import (
    COVER_OPEN,
    NONSENSE,
    OUT_OF_PAPER,
    PAPER_NEAR_END,
    SILENT,
    STALLED,
    TROUBLE,
    UNPLUGGED,
    UNREACHABLE,
)  # fmt: skip
from gateway.devices.slip import draw_slip
from gateway.tickets.outputs import PRINT_LIMIT_S
from tests.support.clock import FakeClock
from tests.support.escpos import LinePrinter, TcpPrinter
from tests.support.waiting import until

SLIP = Slip("A-012", "Balai Desa Contoh", "Surat", "3 orang di depan Anda", "", "08.00", "", "http://balai.lan/t/x", "")
HURRIED = 0.4
"""Of the patience in a hall."""


@pytest.fixture
def table() -> Iterator[TcpPrinter]:
    """A printer on the network."""
    with TcpPrinter() as printer:
        yield printer


def of_hall(table: TcpPrinter, *, answers: bool = True, patience: float = 1.0) -> EscposPrinter:
    """The hall's side of it."""
    return EscposPrinter(
        "printer", "escpos-network", lambda wake: open_network("127.0.0.1", table.port, wake), FakeClock(), answers=answers,
        patience=patience,
    )  # fmt: skip


def whole(table: LinePrinter) -> int:
    """Count the slips that came out whole."""
    return sum(slip.tobytes() == draw_slip(SLIP).tobytes() for slip in table.machine.slips)


def fault(printer: EscposPrinter) -> str:
    """Print, and return why that failed."""
    with pytest.raises(DeviceFault) as failed:
        printer.print_slip(SLIP)
    return str(failed.value)


@pytest.mark.parametrize("after", [1, 700, 5_000, 20_000])
def test_pulled_in_mid_slip_it_is_a_fault_and_the_next_slip_is_whole(table: TcpPrinter, after: int) -> None:
    """Wherever the plug goes, the slip does not count as printed, and after it nothing of the first spoils the second."""
    printer = of_hall(table)
    table.dies_after = after
    assert fault(printer) == UNREACHABLE
    table.unplug()
    table.plug()
    printer.print_slip(SLIP)
    assert table.machine.slips[-1].tobytes() == draw_slip(SLIP).tobytes()


@pytest.mark.parametrize("cut_off_at", [1, 900, 1_740, 1_745, 5_000, 20_001])
def test_what_a_cut_off_job_left_in_a_printer_is_swallowed(cut_off_at: int) -> None:
    """Only the cable was out, and the printer still waits for the rest of a band: the next slip is whole all the same."""
    machine, job = Machine(), escpos.job(draw_slip(SLIP), cut=True)
    machine.take(job[:cut_off_at])
    machine.take(job)
    assert (machine.slips[-1].tobytes(), bytes(machine.strange)) == (draw_slip(SLIP).tobytes(), b"")


def test_without_the_reset_half_a_band_would_spoil_the_next_slip() -> None:
    """The control: what the reset is for."""
    machine, job = Machine(), escpos.job(draw_slip(SLIP), cut=True)
    machine.take(job[:5_000])
    machine.take(job[len(escpos.RESET) :])
    assert machine.slips[-1].tobytes() != draw_slip(SLIP).tobytes()


def test_a_silent_printer_is_faulty_within_its_time(table: TcpPrinter) -> None:
    """It takes the connection and says nothing: no slip is sent into the dark."""
    table.mute = True
    printer = of_hall(table, patience=HURRIED)
    assert (fault(printer), printer.state(), table.machine.slips) == (SILENT, DeviceState.FAULTY, [])


def test_a_printer_that_cannot_answer_prints_when_the_settings_say_so(table: TcpPrinter) -> None:
    """With ``answers = false`` nothing is asked, and nothing is known."""
    table.mute = True
    of_hall(table, answers=False).print_slip(SLIP)
    assert until(lambda: bool(table.machine.slips))
    assert table.machine.slips[-1].tobytes() == draw_slip(SLIP).tobytes()


def test_one_that_confirms_nothing_but_says_it_is_well_is_believed(table: TcpPrinter) -> None:
    """Cheap printers know the real-time questions only; they waste no paper on copies."""
    table.confirms_nothing = True
    printer = of_hall(table)
    printer.print_slip(SLIP)
    printer.print_slip(SLIP)
    assert len(table.machine.slips) == 2


@pytest.mark.parametrize("first", [True, False], ids=["first slip", "second slip"])
@pytest.mark.parametrize("off_from", [2_000, 9_000])
def test_one_that_was_off_for_a_moment_has_lost_the_slip(tmp_path: Path, off_from: int, *, first: bool) -> None:
    """On a line nobody notices the power: it is well again, but what was sent is not on the paper, and it confirms nothing."""
    with LinePrinter(tmp_path / "tty") as table:
        printer = EscposPrinter(
            "printer", "escpos-serial", lambda wake: open_serial(str(table.path), 9600, wake), FakeClock(), patience=HURRIED
        )
        if not first:
            printer.print_slip(SLIP)
        table.machine.slips.clear()
        table.off_during = range(table.taken + off_from, table.taken + 40_000)
        assert (fault(printer), whole(table)) == (SILENT, 0)
        table.off_during = range(0)
        printer.print_slip(SLIP)
        assert whole(table) == 1


def test_another_printer_in_its_place_costs_one_copy(table: TcpPrinter) -> None:
    """It confirms nothing, which its forerunner did: after one slip too many it is asked anew, and believed."""
    printer = of_hall(table)
    printer.print_slip(SLIP)
    table.confirms_nothing = True
    assert fault(printer) == SILENT
    for _ in range(2):
        printer.print_slip(SLIP)
    assert len(table.machine.slips) == 4


def test_an_answer_of_yesterday_confirms_no_slip_of_today(tmp_path: Path) -> None:
    """What a printer says too late, or unasked, is forgotten before it is asked anew."""
    with LinePrinter(tmp_path / "tty") as table:
        printer = EscposPrinter(
            "printer", "escpos-serial", lambda wake: open_serial(str(table.path), 9600, wake), FakeClock(), patience=HURRIED
        )
        printer.print_slip(SLIP)
        table.babble(b"\x00" * 9)
        table.off_during = range(table.taken + 3_000, table.taken + 40_000)
        assert fault(printer) == SILENT


def test_paper_near_its_end_is_said_while_it_still_prints(table: TcpPrinter) -> None:
    """A clerk fetches the new roll before the old one is out; the warning ends with it."""
    printer, said = of_hall(table), []
    for near_end in (False, True, False):
        table.machine.is_near_end = near_end
        printer.print_slip(SLIP)
        said.append((printer.state(), printer.warning()))
    assert said == [(DeviceState.READY, ""), (DeviceState.READY, PAPER_NEAR_END), (DeviceState.READY, "")]


@pytest.mark.parametrize(
    ("port", "found"),
    [("1-1.2", "lp0"), ("1-1.4", "lp1"), (ANY_PORT, "lp0"), ("1-1.3", None)],
    ids=["first", "second", "any", "empty"],
)
def test_a_usb_printer_is_found_by_its_port(tmp_path: Path, port: str, found: str | None) -> None:
    """Whatever number the kernel gave it, and two identical ones by where they are plugged in."""
    usb_printers(tmp_path, {"lp0": "1-1.2", "lp1": "1-1.4", "lp10": "1-1.9"})
    if found is None:
        with pytest.raises(DeviceFault, match=UNPLUGGED):
            usb_path(port, system=tmp_path, files=Path("/dev/usb"))
    else:
        assert usb_path(port, system=tmp_path, files=Path("/dev/usb")) == f"/dev/usb/{found}"


def test_a_usb_printer_plugged_in_again_under_another_number_prints(tmp_path: Path) -> None:
    """The kernel gives the next free number when the old file was still open: the port is the same."""
    files = tmp_path / "dev"
    files.mkdir()
    with LinePrinter(files / "lp0") as table:
        usb_printers(tmp_path, {"lp0": "1-1.2"})
        printer = EscposPrinter(
            "printer", "escpos-usb", lambda wake: open_usb(usb_path("1-1.2", system=tmp_path, files=files), wake), FakeClock()
        )  # fmt: skip
        printer.print_slip(SLIP)
        table.unplug()
        (tmp_path / "lp0").rename(tmp_path / "lp1")
        table.path = files / "lp1"
        table.plug()
        printer.print_slip(SLIP)
        assert len(table.machine.slips) == 2


def usb_printers(system: Path, ports: dict[str, str]) -> None:
    """Lay out the kernel's folder of USB printers, each by its number with the port it is plugged into."""
    for name, port in ports.items():
        interface = system / "devices" / port / f"{port}:1.0"
        interface.mkdir(parents=True)
        (system / name).mkdir()
        (system / name / "device").symlink_to(interface)


def test_babble_is_named(table: TcpPrinter) -> None:
    """Whatever is at the other end, it is no printer of ours."""
    table.mad = True
    assert fault(of_hall(table)) == NONSENSE


@pytest.mark.parametrize(
    "text",
    [
        b"HTTP/1.1 400 Bad Request\r\nServer: web\r\nConnection: close\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n",
    ],
)
def test_what_is_no_printer_is_not_told_to_be_out_of_paper(table: TcpPrinter, text: bytes) -> None:
    """A web server at a wrong address: some letters of its text look like answers of a printer."""
    table.text = text
    assert (fault(of_hall(table, patience=HURRIED)), table.machine.slips) == (NONSENSE, [])


def test_only_possible_answers_are_answers() -> None:
    """Sixteen for why it does not print and sixteen for its paper, also of printers that set one bit of a sensor's two."""
    counted = [sum(means(byte) for byte in range(256)) for means in (escpos.is_offline, escpos.is_paper)]
    assert (counted, escpos.is_paper(0x32), escpos.is_paper(0x10)) == ([16, 16], True, False)


def test_paper_that_ends_in_mid_slip_is_named(table: TcpPrinter) -> None:
    """The printer took it all and printed half: it is asked, and says why; what it kept comes with the new roll."""
    printer = of_hall(table)
    table.paper_ends_after = 9_000
    said = fault(printer)
    table.give_paper()
    assert (said, len(table.machine.slips)) == (OUT_OF_PAPER, 1)


def test_an_open_cover_is_named(table: TcpPrinter) -> None:
    """A clerk reads what to close."""
    table.machine.is_closed = False
    assert fault(of_hall(table)) == COVER_OPEN


def test_one_that_takes_nothing_any_more_is_let_go(tmp_path: Path) -> None:
    """A line that stands still in mid-slip costs its time and no more."""
    with LinePrinter(tmp_path / "tty") as table:
        table.stalls_after = 3_000
        printer = EscposPrinter(
            "printer", "escpos-serial", lambda wake: open_serial(str(table.path), 9600, wake), FakeClock(), patience=HURRIED
        )
        assert fault(printer) in {SILENT, STALLED}


def test_the_loop_that_prints_outlasts_the_slowest_slip() -> None:
    """A slip under way is never taken for a loop that hangs: another would print it a second time beside it."""
    assert escpos_printer.WHOLE_S + 2 * escpos_printer.STALL_S + escpos_printer.DONE_S + 10 < PRINT_LIMIT_S


class Hasty(FakeClock):
    """A clock on which every look costs more than a slip may take."""

    def monotonic_s(self) -> float:
        """Return the time, and let it pass."""
        self.advance(100)
        return super().monotonic_s()


def test_a_slip_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    """Taking a byte now and then does not hold the loop for ever."""
    with LinePrinter(tmp_path / "tty") as table:
        printer = EscposPrinter(
            "printer", "escpos-serial", lambda wake: open_serial(str(table.path), 9600, wake), Hasty(), patience=HURRIED
        )
        assert fault(printer) == STALLED


def test_closing_ends_a_slip_under_way(table: TcpPrinter) -> None:
    """A hall that stops does not wait for a printer."""
    table.mute = True
    printer = EscposPrinter(
        "printer", "escpos-network", lambda wake: open_network("127.0.0.1", table.port, wake), FakeClock(), patience=1000
    )
    ended = threading.Event()

    def print_it() -> None:
        fault(printer)
        ended.set()

    threading.Thread(target=print_it, daemon=True).start()
    printer.close()
    assert (ended.wait(10), printer.state()) == (True, DeviceState.MISSING)


def test_what_the_kernel_says_of_a_port_is_words(tmp_path: Path) -> None:
    """A device file that is none, and one that is not there."""
    (tmp_path / "plain").write_text("")
    for name in ("plain", "nothing"):
        with pytest.raises(DeviceFault, match="tercabut"):
            open_serial(str(tmp_path / name), 9600, 0)


@pytest.mark.parametrize(
    ("offline", "paper", "says"),
    [(0x12, 0x12, ""), (0x12, 0x1E, ""), (0x16, 0x12, COVER_OPEN), (0x32, 0x12, OUT_OF_PAPER), (0x12, 0x72, OUT_OF_PAPER), (0x52, 0x12, TROUBLE)],
)  # fmt: skip
def test_what_the_answers_mean(offline: int, paper: int, says: str) -> None:
    """As Epson's reference has the bits; a roll that is nearly empty still prints."""
    assert (escpos.is_offline(offline), escpos.is_paper(paper), escpos.trouble(offline, paper)) == (True, True, says)


@pytest.mark.parametrize("paper_mm", escpos.WIDTHS)
def test_each_width_is_printed_to_its_edges(paper_mm: int) -> None:
    """The picture is the print on 58 mm and on 80 mm, with and without a cutter."""
    width = escpos.WIDTHS[paper_mm]
    machine, drawn = Machine(width), draw_slip(SLIP, width)
    for cut in (True, False):
        machine.take(escpos.job(drawn, cut=cut))
    assert [(slip.size, slip.tobytes()) for slip in machine.slips] == [(drawn.size, drawn.tobytes())] * 2
    assert Image.new("1", drawn.size, 1).tobytes() != drawn.tobytes()
