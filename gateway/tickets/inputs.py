"""A press on a button becomes a number, or the word of somebody who was served.

Promises: the device's thread only enqueues; a press is given once; one that waited longer than ten seconds is
dropped and shown, since whoever pressed has pressed again or gone. While the card fails, presses wait and are
tried again until then.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from gateway.clock import Clock
from gateway.devices.ports import Press
from gateway.errors import Refusal
from gateway.tickets.desk import TicketsDesk

log = logging.getLogger(__name__)

STALE_S = 10.0
"""A press that waited longer is nobody's any more."""
RETRY_S = 0.5
"""How long to wait when the card did not take a press."""
REST_S = 1.0
TRANSIENT = frozenset({"storage-failed", "storage-full"})
"""Refusals after which the same press may succeed."""


@dataclass(frozen=True, slots=True)
class PressAnswer:
    """What became of the latest press."""

    device: str
    line: str
    number: str
    """Empty when no number was given."""
    refusal: str
    """The code of the refusal, ``press-stale`` for one that was dropped, or empty."""


class PressDesk:
    """Where presses wait for their number. ``press`` may be called from any thread; ``step`` belongs to one loop."""

    def __init__(self, desk: TicketsDesk, clock: Clock) -> None:
        self.dropped = 0
        """Presses that waited too long."""
        self.refused = 0
        """Presses for which the desk gave no number, such as a line that is closed."""
        self.latest: PressAnswer | None = None
        self._desk = desk
        self._clock = clock
        self._waiting: deque[Press] = deque()
        self._wake: Callable[[], None] = lambda: None

    def wakes(self, wake: Callable[[], None]) -> None:
        """Call ``wake`` for each press: the loop's own, so that a press is answered at once."""
        self._wake = wake

    def press(self, press: Press) -> None:
        """Enqueue a press. Never blocks and never raises."""
        self._waiting.append(press)
        self._wake()

    def step(self) -> float:
        """Give a number for every press that waits; return the seconds to rest."""
        while self._waiting:
            press = self._waiting[0]
            waited_s = self._clock.monotonic_s() - press.pressed_at_s
            if waited_s > STALE_S:
                self._waiting.popleft()
                self.dropped += 1
                self.latest = PressAnswer(press.device, press.line, "", "press-stale")
                log.warning("device=%s event=press-dropped waited_s=%.1f", press.device, waited_s)
                continue
            try:
                number = self._carry_out(press)
            except Refusal as refusal:
                if refusal.code in TRANSIENT:
                    log.warning("device=%s event=press-waits code=%s", press.device, refusal.code)
                    return RETRY_S
                self.refused += 1
                self.latest = PressAnswer(press.device, press.line, "", refusal.code)
                log.warning("device=%s event=press-refused code=%s", press.device, refusal.code)
            else:
                if number:
                    self.latest = PressAnswer(press.device, press.line, number, "")
            self._waiting.popleft()
        return REST_S

    def _carry_out(self, press: Press) -> str:
        """Give the number that is wanted and return it; for a rating there is none to return, and none to refuse."""
        if press.score:
            self._desk.rate_latest(press.counter, press.score)
            return ""
        return self._desk.issue(press.line, origin="button").number
