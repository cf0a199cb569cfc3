"""What the hall shows and prints: level-triggered, so that whatever a crash left undone is done at start.

Each step looks at what should be and at what the device was last known to show, and does the difference.
Promises: a board shows the latest call again after its plug was pulled; a slip's attempt is on the card before
the paper moves, so a possible second copy says so; a slip older than five minutes is not printed by itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from gateway.clock import Clock
from gateway.devices.ledger import Ledger
from gateway.devices.ports import Board, BoardFace, DeviceFault, DeviceState, MovingBoard, Printer, Slip
from gateway.devices.trials import Trials
from gateway.store.database import Store
from gateway.tickets.slips import UNKNOWN, SlipWanted, is_fresh, slip_attempted, slip_printed, slips_waiting
from gateway.tickets.snapshot import QueueSnapshot
from gateway.tickets.view import QueueView

log = logging.getLogger(__name__)

LOOK_S = 1.0
"""How often a device is looked at when nothing changes."""
SHOW_AGAIN_S = 15.0
"""A board is shown its face again so often: cheap ones forget it in the noise of a fan or a pump."""
TRIAL_FACE = BoardFace("8-888", "88", "8-888")
"""Every segment that a board has."""
PRINT_LIMIT_S = 150.0
"""So long one step of the slips may take: the slowest printer's longest slip and its answers (``devices.escpos_printer``), and some more."""
LONGEST_PAUSE_S = 30.0
"""Between two attempts at a printer that says it is ready and fails: each costs a write to the card."""


class SlipWords(Protocol):
    """The hall's language, as slips need it; ``gateway.portal.i18n.Words`` is one."""

    def __call__(self, sentence: str, /, **facts: object) -> str:
        """Translate a sentence."""

    def count(self, sentence: str, /, n: int, **facts: object) -> str:
        """Translate a sentence that tells of ``{n}`` things."""

    def wait(self, low_s: int, high_s: int) -> str:
        """Say how long a wait is."""

    def day(self, on: datetime) -> str:
        """Say a date."""

    def time(self, at: datetime) -> str:
        """Say a time of day."""


class SlipFace(Protocol):
    """How the hall shows itself, as slips need it; ``gateway.portal.face.Face`` is one."""

    @property
    def name(self) -> str:
        """The hall's name."""

    @property
    def language(self) -> str:
        """The language of slips."""

    @property
    def address(self) -> str:
        """What begins the link of the QR code, for example ``http://balai.lan``."""


def face_of(snapshot: QueueSnapshot) -> BoardFace:
    """Return what a board shows of this queue: the latest call, and the number that was given last."""
    newest = max(
        (ticket for ticket in snapshot.tickets.values() if ticket.day == snapshot.day.ordinal and ticket.origin == "button"),
        key=lambda ticket: ticket.id,
        default=None,
    )
    newest_number = newest.number if newest is not None else ""
    if not snapshot.calls:
        return BoardFace("", "", newest_number)
    call = snapshot.calls[0]
    return BoardFace(call.number, call.counter, newest_number, call.id)


class BoardOutput:
    """Keeps one board showing the queue. ``step`` belongs to one loop."""

    def __init__(
        self, view: QueueView, board: Board, clock: Clock, trials: Trials | None = None, ledger: Ledger | None = None
    ) -> None:
        self._view = view
        self._board = board
        self._clock = clock
        self._trials = trials or Trials(clock)
        self._ledger = ledger or Ledger(clock)
        self._called: tuple[str, str] | None = None
        self._shown: BoardFace | None = None
        self._shown_at_s = 0.0

    def step(self) -> float:
        """Show what is not shown yet; return the seconds to rest."""
        if self._board.state() is not DeviceState.READY:
            self._shown = None
            return LOOK_S
        trial = self._trials.shows(self._board.id)
        face = TRIAL_FACE if trial else face_of(self._view.current)
        now_s = self._clock.monotonic_s()
        due = face != self._shown or now_s - self._shown_at_s >= SHOW_AGAIN_S
        try:
            if due:
                self._board.show(face)
            rest_s = self._board.move() if isinstance(self._board, MovingBoard) else LOOK_S
        except DeviceFault as fault:
            if trial:
                self._trials.done(self._board.id, str(fault))
            if self._shown is not None:
                log.warning("device=%s event=show-failed reason=%s", self._board.id, str(fault).replace(" ", "-"))
            self._shown = None
            return LOOK_S
        if due:
            self._shown, self._shown_at_s = face, now_s
        if due and trial:
            self._trials.done(self._board.id)
        elif due:
            self._count(face)
        return rest_s

    def _count(self, face: BoardFace) -> None:
        """Note a call that was not shown before; the one that a hall finds when it starts was."""
        call = (face.number, face.counter)
        if face.number and self._called not in {None, call}:
            self._ledger.called(self._board.id, f"{face.number} \N{RIGHTWARDS ARROW} {face.counter}")
        self._called = call


class SlipOutput:
    """Prints what is wanted on the first printer that is ready. ``step`` belongs to one loop and prints one slip."""

    def __init__(
        self,
        store: Store,
        printers: Sequence[Printer],
        clock: Clock,
        *,
        words: Callable[[str], SlipWords],
        zone: ZoneInfo,
        face: Callable[[], SlipFace],
        trials: Trials | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        """``words`` gives those of a language; ``face`` is asked anew for every slip."""
        self.held_back = 0
        """Slips that are too old to print by themselves."""
        self._store = store
        self._printers = tuple(printers)
        self._trials = trials or Trials(clock)
        self._ledger = ledger or Ledger(clock)
        self._clock = clock
        self._words = words
        self._zone = zone
        self._face = face
        self._failures = 0
        self._not_before_s = float("-inf")

    def step(self) -> float:
        """Print the oldest slip that is still of use, and what somebody wants to try; return the seconds to rest."""
        if self._try_out():
            return 0.0
        with self._store.reader() as db:
            waiting = slips_waiting(db)
        fresh = [wanted for wanted in waiting if is_fresh(wanted, self._clock)]
        self.held_back = len(waiting) - len(fresh)
        printer = next((printer for printer in self._printers if printer.state() is DeviceState.READY), None)
        if printer is None:
            # Somebody has to come and put in paper; after that there is no reason to hesitate.
            self._failures, self._not_before_s = 0, float("-inf")
            return LOOK_S
        pause_s = self._not_before_s - self._clock.monotonic_s()
        if not fresh or pause_s > 0:
            return LOOK_S
        self._print(printer, fresh[0])
        return 0.0 if len(fresh) > 1 else LOOK_S

    def _try_out(self) -> bool:
        """Print the test slip on a printer for which somebody has asked, once it is ready; return whether there was one."""
        for printer in self._printers:
            if printer.state() is DeviceState.READY and self._trials.wanted(printer.id):
                self._trials.over(printer.id)
                slip = self._trial_slip()
                try:
                    printer.print_slip(slip)
                except DeviceFault as fault:
                    self._trials.done(printer.id, str(fault))
                else:
                    self._trials.done(printer.id)
                    self._ledger.printed(printer.id, slip.number, again=False)
                return True
        return False

    def _trial_slip(self) -> Slip:
        face = self._face()
        words = self._words(face.language)
        now = self._clock.now().astimezone(self._zone)
        return Slip(
            number=words("TES"),
            hall=face.name,
            line=words("Struk percobaan"),
            ahead=words("Ini bukan nomor antrean."),
            wait="",
            issued=f"{words.day(now)}, {words.time(now)}",
            note="",
            address=face.address,
            reprint="",
        )

    def _print(self, printer: Printer, wanted: SlipWanted) -> None:
        with self._store.transaction() as tx:
            slip_attempted(tx, wanted.ticket)
        try:
            printer.print_slip(self._slip(wanted))
        except DeviceFault as fault:
            self._failures += 1
            self._not_before_s = self._clock.monotonic_s() + min(LONGEST_PAUSE_S, 2.0**self._failures)
            log.warning("device=%s event=print-failed reason=%s", printer.id, str(fault).replace(" ", "-"))
            return
        self._failures = 0
        self._ledger.printed(printer.id, wanted.number, again=bool(wanted.attempts))
        with self._store.transaction() as tx:
            slip_printed(tx, wanted.ticket, self._clock.now().astimezone(self._zone).isoformat(timespec="milliseconds"))

    @staticmethod
    def _place(words: SlipWords, ahead: int) -> str:
        if ahead == UNKNOWN:
            return ""
        return words.count("{n} orang di depan Anda", ahead) if ahead else words("Anda berikutnya")

    def _slip(self, wanted: SlipWanted) -> Slip:
        face = self._face()
        words = self._words(face.language)
        issued = datetime.fromisoformat(wanted.issued_at).astimezone(self._zone)
        wait = words.wait(wanted.wait_low_s, wanted.wait_high_s)
        return Slip(
            number=wanted.number,
            hall=face.name,
            line=words(wanted.line_name),
            ahead=self._place(words, wanted.ahead),
            wait=words("Tunggu {wait}", wait=wait) if wanted.ahead > 0 else "",
            issued=f"{words.day(issued)}, {words.time(issued)}",
            note=words("Pindai kode ini untuk melihat giliran Anda di ponsel."),
            address=f"{face.address.rstrip('/')}/t/{wanted.token}",
            reprint=words("cetak ulang") if wanted.attempts else "",
            claim=f"{wanted.claim[:3]} {wanted.claim[3:]}",
            claim_note=words(
                "Tanpa pemindai: buka {address} dan ketik kode", address=face.address.rstrip("/").removeprefix("http://")
            ),
        )
