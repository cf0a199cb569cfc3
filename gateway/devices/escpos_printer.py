"""A slip printer that speaks ESC/POS, on the network, a serial line or USB: the drawn slip as dots, confirmed by the printer.

Promises: a slip counts as printed only when the printer says so (or cannot say anything and was set to ``answers = false``);
nothing takes longer than ``WHOLE_S`` and what follows it; a printer that comes back is found within ``LOOK_S``.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable

from gateway.clock import Clock
from gateway.devices import escpos
from gateway.devices.escpos_port import Port
from gateway.devices.ports import Claim, DeviceFault, DeviceState, Slip
from gateway.devices.printer_words import CLOSED, NONSENSE, SILENT, STALLED, UNPLUGGED, UNREACHABLE
from gateway.devices.slip import draw_slip

LOOK_S = 5.0
"""How often a printer that does not print is asked how it is."""
ANSWER_S = 0.5
"""A real-time question is answered at once, or not at all."""
STALL_S = 5.0
"""So long a printer may take nothing: longer than a cut."""
DONE_S = 10.0
"""So long the end of a slip may take to get onto the paper."""
WHOLE_S = 90.0
"""So long a whole slip may take: at 9600 baud 40 KB for 58 mm are 42 s, 59 KB for 80 mm 62 s."""
MISSING = {UNPLUGGED, UNREACHABLE, CLOSED}


class EscposPrinter:
    """One printer. ``print_slip`` belongs to one loop, ``look`` to the devices' own; the rest is safe from any thread."""

    def __init__(
        self, id: str, kind: str, open_port: Callable[[int], Port], clock: Clock, *, paper_mm: int = 58, cut: bool = True,
        answers: bool = True, patience: float = 1.0, claims: Iterable[Claim] = (),
    ) -> None:  # fmt: skip
        """``open_port`` opens it, given the file that ends all waiting; ``patience`` stretches the times of this module."""
        self.id, self.kind = id, kind
        self._open = open_port
        self._claims = tuple(claims)
        self._clock = clock
        self._width = escpos.WIDTHS[paper_mm]
        self._cut = cut
        self._answers = answers
        self._confirms: bool | None = None if answers else False
        """Whether it can say that a slip is on the paper; None until it was asked."""
        self._warning = ""
        self._patience = patience
        self._reason = UNPLUGGED
        self._look_at_s = float("-inf")
        self._busy = threading.Lock()
        self._wake = os.eventfd(0)
        self._closed = threading.Event()

    def print_slip(self, slip: Slip) -> None:
        """Draw, send and have it confirmed. Raises DeviceFault, after which paper may have come out."""
        said = escpos.job(draw_slip(slip, self._width), cut=self._cut)
        with self._busy:
            self._attempt(lambda port: self._print(port, said))
        if self._reason:
            raise DeviceFault(self._reason)

    def state(self) -> DeviceState:
        """Return missing when nobody is there, faulty when somebody is and cannot print."""
        if not self._reason:
            return DeviceState.READY
        return DeviceState.MISSING if self._reason in MISSING else DeviceState.FAULTY

    def reason(self) -> str:
        """Return why it is not ready."""
        return self._reason

    def warning(self) -> str:
        """Return that the paper is near its end, of a printer that has a sensor for it."""
        return "" if self._reason else self._warning

    def look(self) -> None:
        """Ask it how it is, now and then and never while it prints; ends within two seconds."""
        if self._clock.monotonic_s() >= self._look_at_s and self._busy.acquire(blocking=False):
            try:
                self._attempt(self._ask)
            finally:
                self._busy.release()

    def claims(self) -> tuple[Claim, ...]:
        """Return where it is: two at one place would print over each other."""
        return self._claims

    def close(self) -> None:
        """End at once what is under way, and never open it again."""
        if not self._closed.is_set():
            self._closed.set()
            self._reason = CLOSED
            os.eventfd_write(self._wake, 1)

    def _attempt(self, act: Callable[[Port], None]) -> None:
        """Do it with the port open, and keep why it failed."""
        reason = ""
        try:
            # One that is closed meets the wake file and ends there.
            with self._open(self._wake) as port:
                port.drain()
                act(port)
        except DeviceFault as fault:
            reason = str(fault)
        self._reason = CLOSED if self._closed.is_set() else reason
        self._look_at_s = self._clock.monotonic_s() + LOOK_S

    def _print(self, port: Port, said: bytes) -> None:
        self._ask(port)
        if self._confirms is None:
            self._confirms = self._can_confirm(port)
        try:
            self._send(port, said + (escpos.ASK_DONE if self._confirms else b""))
            if self._confirms:
                port.answer(escpos.is_done, DONE_S * self._patience)
                return
        except DeviceFault as fault:
            if str(fault) in {SILENT, STALLED}:
                # What holds it up? Without paper a printer takes nothing and confirms nothing, but tells why when it is asked.
                self._ask(port)
                # One that is well, can confirm and does not has lost the slip: it was off for a moment. Or another has taken its place.
                self._confirms = None
            raise
        self._ask(port)

    def _can_confirm(self, port: Port) -> bool:
        """Ask while nothing is under way, when whoever knows the question answers at once."""
        self._send(port, escpos.RESET + escpos.ASK_DONE)
        try:
            port.answer(escpos.is_done, STALL_S * self._patience)
        except DeviceFault as fault:
            if str(fault) != SILENT:
                raise
            self._ask(port)
            return False
        return True

    def _ask(self, port: Port) -> None:
        """Raise a fault unless the printer is well, or can say nothing."""
        if self._answers:
            told = []
            for question, means in ((escpos.ASK_OFFLINE, escpos.is_offline), (escpos.ASK_PAPER, escpos.is_paper)):
                self._send(port, question)
                told.append(port.answer(means, ANSWER_S * self._patience))
            if port.babbles():  # a web server's text has bytes that look like answers, and goes on after them
                raise DeviceFault(NONSENSE)
            self._warning = escpos.warning(told[1])
            if trouble := escpos.trouble(*told):
                raise DeviceFault(trouble)

    def _send(self, port: Port, data: bytes) -> None:
        end_s = self._clock.monotonic_s() + WHOLE_S
        port.send(data, stall_s=STALL_S * self._patience, in_time=lambda: self._clock.monotonic_s() < end_s)
