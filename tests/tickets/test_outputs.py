"""What boards show and printers print, whatever stopped the hall in between."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.clock import ClockState
from gateway.devices.max7219_machine import Max7219Chain
from gateway.devices.max7219_matrix import Max7219Matrix
from gateway.devices.ports import BoardFace
from gateway.portal.face import Face
from gateway.portal.i18n import words
from gateway.tickets.outputs import SHOW_AGAIN_S, BoardOutput, SlipOutput
from gateway.tickets.slips import STALE_S
from gateway.tickets.view import QueueView
from tests.support.clock import FakeClock
from tests.support.printing import PowerCut, RecordingBoard, RecordingPrinter
from tests.support.tickets import WIB, Queue, open_queue


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Queue]:
    """A furnished queue on a real store."""
    with open_queue(tmp_path) as opened:
        yield opened


def slip_output(queue: Queue, *printers: RecordingPrinter, language: str = "id") -> SlipOutput:
    """Fresh outputs, as a hall makes them at its start."""
    return SlipOutput(
        queue.store,
        printers,
        queue.clock,
        words=words,
        zone=WIB,
        face=lambda: Face("Balai Desa Contoh", language, address="http://balai.lan/"),
    )


def printed(printer: RecordingPrinter) -> list[tuple[str, str]]:
    """Number and reprint mark of every slip that came out."""
    return [(slip.number, slip.reprint) for slip in printer.slips]


# The board


def test_the_board_shows_the_latest_call_and_the_newest_number(queue: Queue) -> None:
    """Whoever is called sees number and counter; whoever pressed sees the new number, slip or no slip."""
    board, view = RecordingBoard(), QueueView(queue.store, queue.desk.choices)
    output = BoardOutput(view, board, queue.clock)
    output.step()
    queue.desk.issue("surat", origin="button")
    queue.desk.issue("bantuan", origin="button")
    queue.desk.issue("surat", origin="phone")
    view.refresh()
    output.step()
    queue.desk.call_next("2")
    view.refresh()
    output.step()
    assert board.faces == [BoardFace("", ""), BoardFace("", "", "B-001"), BoardFace("A-001", "2", "B-001", 1)]


def test_what_is_shown_is_not_shown_at_every_look(queue: Queue) -> None:
    """The board is left in peace, and reminded now and then in case it forgot."""
    board, view = RecordingBoard(), QueueView(queue.store, queue.desk.choices)
    output = BoardOutput(view, board, queue.clock)
    for _ in range(3):
        output.step()
        queue.clock.advance(1)
    assert len(board.faces) == 1
    queue.clock.advance(SHOW_AGAIN_S)
    output.step()
    assert len(board.faces) == 2


@pytest.mark.parametrize("fault", ["plugged", "broken"])
def test_a_board_that_was_away_is_shown_again(queue: Queue, fault: str) -> None:
    """A board that was unplugged or failed shows the call as soon as it is back, without a new call."""
    board, view = RecordingBoard(), QueueView(queue.store, queue.desk.choices)
    output = BoardOutput(view, board, queue.clock)
    queue.desk.issue("surat", origin="phone")
    queue.desk.call_next("1")
    view.refresh()
    output.step()
    setattr(board, fault, fault == "broken")
    queue.clock.advance(SHOW_AGAIN_S)
    output.step()
    setattr(board, fault, fault != "broken")
    output.step()
    assert board.faces == [BoardFace("A-001", "1", "", 1)] * 2


def test_a_board_that_moves_is_moved_between_its_faces(queue: Queue) -> None:
    """A call blinks on the loop's own beat; a board whose wire breaks in mid-blink is shown its face again once it is back."""
    chain, view = Max7219Chain(8), QueueView(queue.store, queue.desk.choices)
    board = Max7219Matrix("papan", 8, queue.clock, brightness=4, open_spi=lambda _bus, _chip: chain)
    board.look()
    output = BoardOutput(view, board, queue.clock)
    output.step()
    queue.desk.issue("surat", origin="phone")
    queue.desk.call_next("1")
    view.refresh()
    seen = []
    for _ in range(5):
        rest_s = output.step()
        seen.append("#" in "".join(chain.dots(8)))
        queue.clock.advance(rest_s)
    chain.break_wire()
    queue.clock.advance(0.5)
    rest_s = output.step()
    queue.clock.advance(0.25)
    chain.break_wire(broken=False)
    chain.switch_on()
    board.look()
    output.step()
    assert (seen, rest_s, "#" in "".join(chain.dots(8))) == ([True, True, True, False, True], 1.0, True)


def test_a_fresh_board_output_shows_what_a_crash_left_dark(queue: Queue) -> None:
    """A call that was durable before the crash is on the board after the start."""
    queue.desk.issue("surat", origin="phone")
    queue.desk.call_next("1")
    board = RecordingBoard()
    BoardOutput(QueueView(queue.store, queue.desk.choices), board, queue.clock).step()
    assert board.faces == [BoardFace("A-001", "1", "", 1)]


# Slips


def test_a_slip_says_what_its_holder_needs(queue: Queue) -> None:
    """Number, line, people ahead, wait, hall, time and the ticket's own link are on the paper."""
    queue.desk.issue("surat", origin="button")
    issued = queue.desk.issue("surat", origin="button")
    printer = RecordingPrinter()
    output = slip_output(queue, printer)
    assert [output.step(), output.step()] == [0.0, 1.0]
    slip = printer.slips[1]
    assert (slip.number, slip.line, slip.ahead, slip.hall) == ("A-002", "Surat", "1 orang di depan Anda", "Balai Desa Contoh")
    assert (slip.issued, slip.address) == ("Senin, 23 November 2026, 08.00", f"http://balai.lan/t/{issued.token}")
    assert slip.wait == "Tunggu kurang dari 30 menit"


def test_a_slip_is_printed_once(queue: Queue) -> None:
    """Looking again, or starting again, prints no second copy."""
    queue.desk.issue("surat", origin="button")
    printer = RecordingPrinter()
    output = slip_output(queue, printer)
    output.step()
    output.step()
    slip_output(queue, printer).step()
    assert printed(printer) == [("A-001", "")]


def test_a_slip_missed_in_a_crash_is_printed_at_start(queue: Queue) -> None:
    """A number that was durable and whose slip was not begun gets its first slip from the next start."""
    queue.desk.issue("surat", origin="button")
    printer = RecordingPrinter()
    slip_output(queue, printer).step()
    assert printed(printer) == [("A-001", "")]


def test_a_crash_between_paper_and_mark_prints_again_and_says_so(tmp_path: Path) -> None:
    """The number stays one; the second paper says that it is a second copy."""
    printer = RecordingPrinter()
    printer.dies_after_paper = True
    clock = FakeClock()
    with open_queue(tmp_path, clock) as queue:
        queue.desk.issue("surat", origin="button")
        with pytest.raises(PowerCut):
            slip_output(queue, printer).step()
    printer.dies_after_paper = False
    with open_queue(tmp_path, clock) as queue:
        slip_output(queue, printer).step()
        assert (printed(printer), queue.rows("SELECT label FROM ticket")) == (
            [("A-001", ""), ("A-001", "cetak ulang")], [("A-001",)]
        )  # fmt: skip


def test_without_paper_nothing_is_lost_and_nothing_is_tried(queue: Queue) -> None:
    """A printer without paper costs no number: the slip comes with the new roll, as a first copy."""
    printer = RecordingPrinter()
    printer.ready = False
    output = slip_output(queue, printer)
    queue.desk.issue("surat", origin="button")
    output.step()
    queue.clock.advance(60)
    printer.ready = True
    output.step()
    assert (printed(printer), printer.attempts) == ([("A-001", "")], 1)


def test_an_old_slip_is_not_printed_by_itself(queue: Queue) -> None:
    """A printer that comes back after hours does not babble; what is held back is counted."""
    printer = RecordingPrinter()
    printer.ready = False
    output = slip_output(queue, printer)
    queue.desk.issue("surat", origin="button")
    queue.clock.advance(STALE_S + 1)
    queue.desk.issue("surat", origin="button")
    printer.ready = True
    output.step()
    output.step()
    assert (printed(printer), output.held_back) == ([("A-002", "")], 1)


@pytest.mark.parametrize(
    ("state", "away_s", "slips"),
    [(ClockState.TRUSTED, 60, 1), (ClockState.TRUSTED, 3 * 3600, 0), (ClockState.RESTORED, 60, 0)],
)
def test_after_a_power_cut_a_slip_is_printed_if_it_is_known_to_be_young(
    queue: Queue, state: ClockState, away_s: int, slips: int
) -> None:
    """Another run of the machine believes the wall clock only when it is trusted; an unknown age counts as old."""
    queue.desk.issue("surat", origin="button")
    queue.clock.advance(away_s)
    queue.clock.reboot("b0010002", state=state)
    printer = RecordingPrinter()
    slip_output(queue, printer).step()
    assert len(printer.slips) == slips


def test_a_failing_printer_is_tried_ever_more_rarely(queue: Queue) -> None:
    """A printer whose sensor lies costs few writes to the card, and prints as soon as it can."""
    printer = RecordingPrinter()
    printer.broken = True
    output = slip_output(queue, printer)
    queue.desk.issue("surat", origin="button")
    for _ in range(100):
        output.step()
        queue.clock.advance(1)
    assert printer.attempts == 7
    printer.broken = False
    queue.clock.advance(30)
    output.step()
    assert printed(printer) == [("A-001", "cetak ulang")]


def test_the_second_printer_helps_out(queue: Queue) -> None:
    """With two printers a slip comes out of the first that is ready, once."""
    first, second = RecordingPrinter(), RecordingPrinter()
    first.ready = False
    queue.desk.issue("surat", origin="button")
    output = slip_output(queue, first, second)
    output.step()
    first.ready = True
    output.step()
    assert (printed(first), printed(second)) == ([], [("A-001", "")])


def test_a_phone_that_asks_for_a_slip_gets_one_without_a_place(queue: Queue) -> None:
    """How many were ahead was written on no slip; the live page behind the QR code says it."""
    queue.desk.issue("surat", origin="phone")
    queue.desk.print_again("A-001")
    printer = RecordingPrinter()
    slip_output(queue, printer).step()
    [slip] = printer.slips
    assert (slip.number, slip.ahead, slip.wait, slip.reprint) == ("A-001", "", "", "")


def test_a_phone_gets_no_slip(queue: Queue) -> None:
    """Paper is for whoever has nothing else in their hand."""
    queue.desk.issue("surat", origin="phone")
    printer = RecordingPrinter()
    slip_output(queue, printer).step()
    assert printed(printer) == []
