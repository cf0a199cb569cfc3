"""Trying boards and printers: by their own loops, without a number, and with word of what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.devices.ports import BoardFace
from gateway.portal.face import Face
from gateway.portal.i18n import words
from gateway.tickets.outputs import TRIAL_FACE, BoardOutput, SlipOutput
from gateway.tickets.trials import SHOWN_S, STALE_S, Trials
from gateway.tickets.view import QueueView
from tests.support.printing import RecordingBoard, RecordingPrinter
from tests.support.tickets import WIB, Queue, open_queue


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Queue]:
    """A queue, closed in the end."""
    with open_queue(tmp_path) as opened:
        yield opened


def slips_of(queue: Queue, printer: RecordingPrinter, trials: Trials) -> SlipOutput:
    """Return the loop of one printer."""
    face = Face("Balai Desa Contoh", "id", address="http://balai.lan")
    return SlipOutput(queue.store, [printer], queue.clock, words=words, zone=WIB, face=lambda: face, trials=trials)


def test_a_board_shows_every_segment_for_a_while_and_then_the_queue_again(queue: Queue) -> None:
    """Nobody has to switch it back."""
    board = RecordingBoard()
    trials = Trials(lambda: [board], clock=queue.clock)
    output = BoardOutput(QueueView(queue.store, queue.desk.choices), board, queue.clock, trials)
    assert trials.ask("papan")
    output.step()
    queue.clock.advance(SHOWN_S)
    output.step()
    assert (board.faces, trials.devices()[0].outcome) == ([TRIAL_FACE, BoardFace("", "")], "done")


def test_a_test_slip_is_printed_once_and_gives_no_number(queue: Queue) -> None:
    """It says that it is none, and the next person gets the first."""
    printer = RecordingPrinter()
    trials = Trials(printers=lambda: [printer], clock=queue.clock)
    output = slips_of(queue, printer, trials)
    trials.ask("printer")
    output.step()
    output.step()
    [slip] = printer.slips
    assert (slip.number, slip.ahead, trials.devices()[0].outcome) == ("TES", "Ini bukan nomor antrean.", "done")
    assert queue.desk.issue("surat", origin="button").number == "A-001"


def test_what_failed_is_told_with_its_reason(queue: Queue) -> None:
    """The page can say what to mend."""
    board, printer = RecordingBoard(), RecordingPrinter()
    board.broken = printer.broken = True
    trials = Trials(lambda: [board], lambda: [printer], clock=queue.clock)
    trials.ask("papan")
    trials.ask("printer")
    BoardOutput(QueueView(queue.store, queue.desk.choices), board, queue.clock, trials).step()
    slips_of(queue, printer, trials).step()
    assert [(one.id, one.prints, one.outcome not in {"", "asked", "done"}) for one in trials.devices()] == [
        ("papan", False, True),
        ("printer", True, True),
    ]


def test_a_slip_asked_for_long_ago_is_not_printed(queue: Queue) -> None:
    """A printer that gets its paper tomorrow prints no test of today."""
    printer = RecordingPrinter()
    trials = Trials(printers=lambda: [printer], clock=queue.clock)
    trials.ask("printer")
    queue.clock.advance(STALE_S)
    slips_of(queue, printer, trials).step()
    assert printer.slips == []


def test_nobody_tries_what_is_not_there(queue: Queue) -> None:
    """An unknown device is refused."""
    assert Trials(clock=queue.clock).ask("papan") is False
