"""A trial of a device, asked for on a page and done by the device's own loop: a test picture, a test slip, a test call, a tone.

Promises: whoever asks touches no device; a trial gives no number and leaves the queue alone; what became of the last one is told.
"""

from __future__ import annotations

import threading
from typing import NamedTuple

from gateway.clock import Clock
from gateway.errors import Reason

SHOWN_S = 8.0
"""So long a board shows the test picture, then the queue again."""
STALE_S = 60.0
"""A slip that could not be printed, or a call that could not be said, for so long is not wanted any more."""
TOLD_S = 180.0
"""So long a page tells what became of it."""
ASKED, DONE = "asked", "done"
NOT_READY = Reason("perangkat belum siap dalam satu menit")


class Trial(NamedTuple):
    """What somebody has asked of a device, and what became of it."""

    act: str
    """``show``, ``print``, ``say``, ``beep``, ``light``, ``blink`` or ``press``."""
    outcome: str
    """``asked``, ``done``, or why it failed."""

    @property
    def failed(self) -> bool:
        """Whether it could not be done."""
        return self.outcome not in {ASKED, DONE}


class Trials:
    """Who has asked for what. Safe from any thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._asked_at_s: dict[str, float] = {}
        self._latest: dict[str, tuple[float, Trial]] = {}

    def ask(self, id: str, act: str) -> None:
        """Ask a device for something; whatever was asked of it before is forgotten."""
        with self._lock:
            self._asked_at_s[id] = self._clock.monotonic_s()
            self._latest[id] = (self._asked_at_s[id], Trial(act, ASKED))

    def refuse(self, id: str, act: str, why: str) -> None:
        """Tell that a device cannot be tried now, and why; it will not be done later."""
        with self._lock:
            self._asked_at_s.pop(id, None)
            self._latest[id] = (self._clock.monotonic_s(), Trial(act, why))

    def forget(self, id: str) -> None:
        """Tell nothing of a former trial any more."""
        with self._lock:
            self._asked_at_s.pop(id, None)
            self._latest.pop(id, None)

    def latest(self, id: str) -> Trial | None:
        """Return what was asked of a device last; None when nobody has tried it for a while."""
        at_s, trial = self._latest.get(id, (float("-inf"), Trial("", DONE)))
        age_s = self._clock.monotonic_s() - at_s
        if age_s >= TOLD_S:
            return None
        return trial if trial.outcome != ASKED or age_s < STALE_S else Trial(trial.act, NOT_READY)

    def shows(self, id: str) -> bool:
        """Return whether a board is to show the test picture at this moment."""
        return self._asked_within(id, SHOWN_S)

    def wanted(self, id: str) -> str:
        """Return what a printer or speaker is to do, once it can; empty for nothing."""
        return self._latest[id][1].act if self._asked_within(id, STALE_S) else ""

    def done(self, id: str, outcome: str = DONE) -> None:
        """Tell what became of it."""
        with self._lock:
            at_s, trial = self._latest[id]
            self._latest[id] = (at_s, Trial(trial.act, outcome))

    def over(self, id: str) -> None:
        """Want it no more."""
        with self._lock:
            self._asked_at_s.pop(id, None)

    def _asked_within(self, id: str, seconds: float) -> bool:
        at_s = self._asked_at_s.get(id)
        return at_s is not None and self._clock.monotonic_s() - at_s < seconds
