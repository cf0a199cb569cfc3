"""Trying boards and printers: by their own loops, without a number, and with word of what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.devices.ledger import Ledger, Tally
from gateway.devices.ports import BoardFace
from gateway.devices.trials import NOT_READY, SHOWN_S, STALE_S, TOLD_S, Trial, Trials
from gateway.portal.face import Face
from gateway.portal.i18n import words
from gateway.tickets.outputs import TRIAL_FACE, BoardOutput, SlipOutput
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
    trials = Trials(queue.clock)
    output = BoardOutput(QueueView(queue.store, queue.desk.choices), board, queue.clock, trials)
    trials.ask("papan", "show")
    output.step()
    queue.clock.advance(SHOWN_S)
    output.step()
    assert (board.faces, trials.latest("papan")) == ([TRIAL_FACE, BoardFace("", "")], Trial("show", "done"))


def test_a_test_slip_is_printed_once_and_gives_no_number(queue: Queue) -> None:
    """It says that it is none, and the next person gets the first."""
    printer = RecordingPrinter()
    trials = Trials(queue.clock)
    output = slips_of(queue, printer, trials)
    trials.ask("printer", "print")
    output.step()
    output.step()
    [slip] = printer.slips
    assert (slip.number, slip.ahead, trials.latest("printer")) == ("TES", "Ini bukan nomor antrean.", Trial("print", "done"))
    assert queue.desk.issue("surat", origin="button").number == "A-001"


def test_what_failed_is_told_with_its_reason(queue: Queue) -> None:
    """The page can say what to mend."""
    board, printer = RecordingBoard(), RecordingPrinter()
    board.broken = printer.broken = True
    trials = Trials(queue.clock)
    trials.ask("papan", "show")
    trials.ask("printer", "print")
    BoardOutput(QueueView(queue.store, queue.desk.choices), board, queue.clock, trials).step()
    slips_of(queue, printer, trials).step()
    assert [trials.latest(id) for id in ("papan", "printer")] == [Trial("show", "rusak"), Trial("print", "macet")]


def test_a_slip_asked_for_long_ago_is_not_printed(queue: Queue) -> None:
    """A printer that gets its paper tomorrow prints no test of today."""
    printer = RecordingPrinter()
    trials = Trials(queue.clock)
    trials.ask("printer", "print")
    queue.clock.advance(STALE_S)
    slips_of(queue, printer, trials).step()
    assert printer.slips == []


def test_what_could_not_be_tried_in_time_is_said_and_then_forgotten(queue: Queue) -> None:
    """Nobody waits for ever in front of a page that says it is being tried."""
    trials = Trials(queue.clock)
    trials.ask("printer", "print")
    assert trials.latest("printer") == Trial("print", "asked")
    queue.clock.advance(STALE_S)
    assert trials.latest("printer") == Trial("print", NOT_READY)
    queue.clock.advance(TOLD_S - STALE_S)
    assert trials.latest("printer") is None
    assert trials.latest("papan") is None


def test_calls_and_slips_are_counted_once(queue: Queue) -> None:
    """However often a board is reminded of its call; the one that it finds at the start was counted before, a trial is none."""
    ledger, board, view = Ledger(queue.clock), RecordingBoard(), QueueView(queue.store, queue.desk.choices)
    trials = Trials(queue.clock)
    output = BoardOutput(view, board, queue.clock, trials, ledger)
    for _ in range(3):
        queue.desk.issue("surat", origin="button")
    for _ in range(2):
        queue.desk.counters.call_next("1")
        queue.clock.advance(60)
        view.refresh()
        output.step()
        output.step()
    trials.ask("papan", "show")
    output.step()
    last = ledger.last("papan")
    assert last is not None
    assert (ledger.counted("papan"), last.what) == (Tally(calls=1), "A-002 \N{RIGHTWARDS ARROW} 1")
