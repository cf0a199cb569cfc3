"""A press on a button becomes a number, the word of somebody who was served, or the act of a clerk at a counter.

Promises: the device's thread only enqueues; a press is given once; one that waited longer than ten seconds is
dropped and shown, since whoever pressed has pressed again or gone. While the card fails, presses wait and are
tried again until then. A keypad's act obeys the same rules as one on the counter's page. Nobody has signed in at a
keypad, so its acts name the keypad itself, never an officer: a browser that was left open at the same counter says nothing of whose hand it was.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from gateway.clock import Clock
from gateway.devices.ledger import Ledger
from gateway.devices.ports import Press
from gateway.errors import Refusal
from gateway.tickets.desk import TicketsDesk
from gateway.tickets.snapshot import QueueSnapshot
from gateway.tickets.typed import number_meant
from gateway.tickets.view import EMPTY
from gateway.tickets.wishes import Wish

log = logging.getLogger(__name__)

STALE_S = 10.0
"""A press that waited longer is nobody's any more."""
RETRY_S = 0.5
"""How long to wait when the card did not take a press."""
TOLD_S = 20.0
"""So long the counter's page says why a keypad could do nothing."""
REST_S = 1.0
TRANSIENT = frozenset({"storage-failed", "storage-full"})
"""Refusals after which the same press may succeed."""


@dataclass(frozen=True, slots=True)
class PressAnswer:
    """What became of the latest press."""

    device: str
    line: str
    number: str
    """The number given or called; empty when there was none."""
    refusal: str
    """The code of the refusal, ``press-stale`` for one that was dropped, or empty."""
    counter: str = ""
    act: str = ""
    """What a clerk did at ``counter``; empty for a button that gives numbers."""


class PressDesk:
    """Where presses wait for their number. ``press`` may be called from any thread; ``step`` belongs to one loop."""

    def __init__(
        self, desk: TicketsDesk, clock: Clock, view: Callable[[], QueueSnapshot] = lambda: EMPTY, ledger: Ledger | None = None
    ) -> None:
        self.dropped = 0
        """Presses that waited too long."""
        self.refused = 0
        """Presses with which the desk could do nothing: a line that is closed, nobody who waits."""
        self.latest: PressAnswer | None = None
        """Of the buttons that give numbers."""
        self.latest_act: PressAnswer | None = None
        """Of the keypads."""
        self.latest_rating: tuple[Press, bool] | None = None
        """Of the buttons that ask how it was, and whether a visit was there that could be rated."""
        self._desk = desk
        self._clock = clock
        self._view = view
        self._told: dict[str, tuple[Refusal | None, float]] = {}
        """What became of the last act of a keypad at each counter, and when."""
        self._ledger = ledger or Ledger(clock)
        self._waiting: deque[Press] = deque()
        self._wake: Callable[[], None] = lambda: None

    def wakes(self, wake: Callable[[], None]) -> None:
        """Call ``wake`` for each press: the loop's own, so that a press is answered at once."""
        self._wake = wake

    def press(self, press: Press) -> None:
        """Enqueue a press. Never blocks and never raises."""
        self._waiting.append(press)
        self._wake()

    def keypad_says(self, counter: str) -> Refusal | None:
        """Return why the last act of a keypad at ``counter`` could not be done, for as long as its clerk may wonder."""
        refusal, at_s = self._told.get(counter, (None, 0.0))
        return refusal if self._clock.monotonic_s() - at_s < TOLD_S else None

    def has_keypad(self, counter: str) -> bool:
        """Return whether a key has been pressed at ``counter`` since the hall started."""
        return counter in self._told

    def step(self) -> float:
        """Give a number for every press that waits; return the seconds to rest."""
        while self._waiting:
            press = self._waiting[0]
            waited_s = self._clock.monotonic_s() - press.pressed_at_s
            if waited_s > STALE_S:
                self._waiting.popleft()
                self.dropped += 1
                self._answer(press, refusal="press-stale")
                log.warning("device=%s event=press-dropped waited_s=%.1f", press.device, waited_s)
                continue
            try:
                number = self._carry_out(press)
            except Refusal as refusal:
                if refusal.code in TRANSIENT:
                    log.warning("device=%s event=press-waits code=%s", press.device, refusal.code)
                    return RETRY_S
                self.refused += 1
                self._answer(press, refusal=refusal.code)
                self._tell(press, refusal)
                log.warning("device=%s event=press-refused code=%s", press.device, refusal.code)
            else:
                self._answer(press, number)
                self._tell(press, None)
            self._waiting.popleft()
        return REST_S

    def _carry_out(self, press: Press) -> str:
        """Do what is wanted and return the number it was about; for a rating there is none to return, and none to refuse."""
        if press.score:
            self.latest_rating = press, self._desk.rate_latest(press.counter, press.score)
            return ""
        if press.act:
            number = number_meant(press.number, self._view(), press.counter) if press.number else ""
            wish, keypad = Wish(press.act, number), f"device:{press.device}"
            return wish.carry_out(self._desk.counters, press.counter, officer=keypad).number
        return self._desk.issue(press.line, origin="button").number

    def _answer(self, press: Press, number: str = "", refusal: str = "") -> None:
        self._ledger.answered(press.device, number, refusal)
        answer = PressAnswer(press.device, press.line, number, refusal, press.counter, press.act)
        if press.act:
            self.latest_act = answer
        elif number or refusal:
            self.latest = answer

    def _tell(self, press: Press, refusal: Refusal | None) -> None:
        if press.act:
            self._told[press.counter] = (refusal, self._clock.monotonic_s())
