"""A board on the hall's own network: digits or a matrix at an ESP chip.

Promises: it counts as shown only what the board itself says that it shows; a board that hears nothing goes dark by itself
after a minute, so that it never shows a number that is no longer true.
"""

from __future__ import annotations

import threading

from gateway.clock import Clock
from gateway.devices import lan_words
from gateway.devices.lan_device import LanDevice
from gateway.devices.lan_messages import read_shown, write_show
from gateway.devices.ports import BoardFace, DeviceFault, DeviceState

BLANK = BoardFace("", "")
ANSWER_LIMIT_S = 2.0
"""So long a board may take to say that it shows what it was told."""


class LanBoard(LanDevice):
    """Shows the number that is called."""

    kind = "lan-board"

    def __init__(self, id: str, clock: Clock, secret: str = "") -> None:
        super().__init__(id, clock, secret)
        self._seq = 0
        self._shown_seq = 0
        self._answered = threading.Condition()

    def show(self, face: BoardFace) -> None:
        """Show ``face`` and wait until the board says so. Raises DeviceFault when it does not."""
        if self.state() is DeviceState.MISSING:
            raise DeviceFault(self.reason())
        self._seq += 1
        if not self._tell("show", write_show(self._seq, face)):
            raise DeviceFault(self.reason() or lan_words.BOARD_SILENT)
        with self._answered:
            if not self._answered.wait_for(lambda: self._shown_seq == self._seq or self._closed, ANSWER_LIMIT_S) or self._closed:
                raise DeviceFault(lan_words.BOARD_SILENT)

    def close(self) -> None:
        """Let it go dark, and speak and listen to it no more; whoever waits for its answer is let go."""
        self._tell("show", write_show(0, BLANK))
        super().close()
        with self._answered:
            self._answered.notify_all()

    def _hear(self, what: str, payload: bytes, at_s: float, *, is_retained: bool) -> None:
        if what != "shown":
            super()._hear(what, payload, at_s, is_retained=is_retained)
            return
        shown = read_shown(payload)
        if not is_retained:
            with self._answered:
                self._shown_seq = shown.seq
                self._answered.notify_all()
