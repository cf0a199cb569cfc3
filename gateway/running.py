"""What runs in a hall: its loops, and everything else that is stopped in its turn.

Promise: what was begun last is stopped first, and all of it within the time that a stop may take, whatever hangs.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack

from gateway.clock import Clock
from gateway.loops import Loop, Loops

STOP_LIMIT_S = 4.5
"""So long stopping may take in all, whatever hangs: systemd and people wait for it."""
STOP_LEAST_S = 0.05


class Running:
    """The running parts of one hall."""

    def __init__(self, clock: Clock) -> None:
        self.loops = Loops()
        self._clock = clock
        self._parts = ExitStack()
        self._stop_by_s = float("inf")

    def begin(
        self,
        name: str,
        step: Callable[[], float],
        woken_by: Callable[[Callable[[], None]], object] | None = None,
        *,
        essential: bool = False,
        limit_s: float = 30.0,
    ) -> None:
        """Start a loop that is woken by every change, and by ``woken_by`` too; it ends, in its turn, when the hall stops."""
        loop = Loop(name, step, self._clock, essential=essential, limit_s=limit_s)
        if woken_by is not None:
            woken_by(loop.wake)
        self.at_stop(loop.stop, 1.0)
        self.loops.start(loop)

    def at_stop(self, stop: Callable[[float], object], most_s: float) -> None:
        """Let a part be stopped in its turn, with at most ``most_s`` of what is then left of the whole."""
        self._parts.callback(lambda: stop(max(STOP_LEAST_S, min(most_s, self._stop_by_s - time.monotonic()))))

    def callback(self, end: Callable[[], object]) -> None:
        """Let ``end`` be called in its turn."""
        self._parts.callback(end)

    def abandon(self) -> None:
        """Stop every part that a failed start had begun."""
        self._parts.close()

    def stop(self) -> None:
        """Stop every part in reverse, within the 5 s that a service has. Stopping twice is harmless."""
        self._stop_by_s = time.monotonic() + STOP_LIMIT_S
        self._parts.close()
