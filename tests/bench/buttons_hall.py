"""The real hall of ``bench-buttons``: a store on disk, the real desk, the board and the slips, and what must be true of them whenever all is carried out."""

from __future__ import annotations

import threading
from collections import Counter
from random import Random

from gateway.devices.debounce import ContactRules
from gateway.devices.ports import Slip
from gateway.devices.simulated_board import SimulatedBoard
from gateway.devices.simulated_printer import SimulatedPrinter
from gateway.portal.face import Face
from gateway.portal.i18n import words
from gateway.tickets.inputs import STALE_S
from gateway.tickets.outputs import BoardOutput, SlipOutput
from gateway.tickets.view import QueueView
from tests.bench.buttons_people import DOWN, Finger
from tests.bench.buttons_wall import Wall
from tests.support.tickets import COUNTERS, LINES, WIB, Queue

LEFT_WAITING = 10
"""So many the second clerk leaves in the hall: whoever has just pressed is never called before the slip is out."""
NEWEST = "SELECT label FROM ticket WHERE origin = 'button' ORDER BY id DESC LIMIT 1"
CALLED = "SELECT label, call.counter FROM call JOIN ticket ON ticket.id = call.ticket ORDER BY call.id DESC LIMIT 1"
GIVEN = "SELECT line, label FROM ticket WHERE origin = 'button'"
WAITING = "SELECT count(*) FROM ticket WHERE state = 'waiting'"


class CountingPrinter(SimulatedPrinter):
    """Counts the slips of each number; those that say they may be a second copy twice."""

    kind = "counting-printer"
    out: Counter[str]

    def print_slip(self, slip: Slip) -> None:
        """Print, and count what came out."""
        super().print_slip(slip)
        self.out[slip.number] += 2 if slip.reprint else 1


class Room:
    """The hall around the wall."""

    def __init__(self, queue: Queue) -> None:
        self.wrong: Counter[str] = Counter(board=0, slips_missing=0, slips_doubled=0, undropped=0)
        """What was not as it must be."""
        self.wall = Wall(queue.desk, queue.clock, ContactRules(), effects=self._effects, settled=self._judge)
        self._queue = queue
        self._printer = CountingPrinter("printer", queue.clock)
        self._printer.out = Counter()
        self._board = SimulatedBoard("papan")
        self._view = QueueView(queue.store, queue.desk.choices)
        self._shows = BoardOutput(self._view, self._board, queue.clock)
        face = Face("Balai Desa Contoh", "id", address="http://balai.lan")
        self._prints = SlipOutput(queue.store, [self._printer], queue.clock, words=words, zone=WIB, face=lambda: face)
        for _ in range(LEFT_WAITING):
            queue.desk.issue(LINES[0].id, origin="phone")  # which gets no slip

    def _effects(self) -> None:
        """Do what the loops of view, board and slips do."""
        self._view.refresh()
        self._shows.step()
        while self._prints.step() == 0.0:
            pass

    def _judge(self) -> None:
        """Compare the board with the card, then let the second clerk serve whom the keypad left waiting."""
        newest, called = self._queue.rows(NEWEST), self._queue.rows(CALLED)
        expected = (*(called[0] if called else ("", "")), newest[0][0] if newest else "")
        face = self._board.face
        self.wrong["board"] += (face.number, face.counter, face.newest) != expected
        [(waiting,)] = self._queue.rows(WAITING)
        for _ in range(int(str(waiting)) - 2 * LEFT_WAITING):
            self._queue.desk.call_next(COUNTERS[1].id)
        self._effects()

    def morning(self, random: Random, presses: int) -> tuple[Finger, Counter[str]]:
        """Let so many presses be meant: first while the hall starts, while the card stalls, and while another holds the store.

        Return the finger and what was given and felt.
        """
        finger = Finger(self.wall, random)
        self.wall.serve(threading.Thread(target=self._come, args=(finger, presses), name="finger"))
        self.wall.close()
        given = [(str(line), str(label)) for line, label in self._queue.rows(GIVEN)]
        done = Counter(line for line, _ in given)
        for act in self.wall.keys.values():  # what keys do depends on who is there: that they were felt is what is counted
            done[act] = self.wall.felt[act]
        numbers = Counter(label for _, label in given)
        self.wrong["slips_missing"] = (numbers - self._printer.out).total()
        self.wrong["slips_doubled"] = (self._printer.out - numbers).total()
        return finger, done

    def _come(self, finger: Finger, presses: int) -> None:
        with self.wall.standstill():
            self._press_each(finger)
        self.wall.settle()
        self._stall()
        self._meet_a_busy_store(finger)
        finger.press_until(presses)
        self.wall.settle()

    def _press_each(self, finger: Finger | None) -> None:
        """Press each button that gives numbers once, within the time that a press may wait; without ``finger`` none is to be given."""
        for pin, line in self.wall.givers.items():
            if finger is not None:
                finger.intended[line] += 1
            for level in (DOWN, not DOWN):
                self.wall.move(pin, level)
                self._queue.clock.advance(0.1)
        self._queue.clock.advance(1.6)

    def _stall(self) -> None:
        """Let a card stall for longer than a press may wait: each press is dropped and counted, and nobody gets its number later."""
        lit, felt = self.wall.lit.copy(), self.wall.felt.copy()
        with self.wall.standstill():
            self._press_each(None)
            self._queue.clock.advance(STALE_S)
        self.wall.settle()
        self.wrong["undropped"] = len(self.wall.givers) - self.wall.presses.dropped
        # Their lamps have said "felt", which is no promise of a number.
        self.wall.lit, self.wall.felt = lit, felt

    def _meet_a_busy_store(self, finger: Finger) -> None:
        """Press while another transaction is open; it ends only then."""
        with self._queue.store.transaction():
            self._press_each(finger)
        self.wall.settle()
