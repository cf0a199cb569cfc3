"""The hall's own threads: each does one effect over and over, and shows that it is alive.

A loop's ``step`` looks at the state, does what is missing, and returns how many seconds it may sleep
at the most. Tests call ``step`` themselves and never start the thread.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from gateway.clock import Clock

log = logging.getLogger(__name__)

RETRY_S = 1.0
"""How long a loop rests after its step has raised."""


class Loop:
    """One named thread around one step.

    ``essential`` loops stop the systemd watchdog when they die or hang; others are restarted alone.
    ``limit_s`` is the longest a step may take before the loop counts as stuck.
    """

    def __init__(
        self, name: str, step: Callable[[], float], clock: Clock, *, essential: bool = False, limit_s: float = 30.0
    ) -> None:
        self.name = name
        self.essential = essential
        self.limit_s = limit_s
        self.failures = 0
        self._step = step
        self._clock = clock
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._busy_since_s: float | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread."""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(self._stopping,), name=self.name, daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Let the loop look again now. Never blocks."""
        self._wake.set()

    def stop(self, timeout_s: float = 1.0) -> bool:
        """Ask the loop to end and wait for it; return whether it has ended."""
        self._stopping.set()
        self._wake.set()
        if self._thread is None:
            return True
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            log.warning("loop=%s event=left-behind", self.name)
            return False
        return True

    def restart(self) -> None:
        """Leave a dead or stuck thread behind and start a new one.

        Only for loops that are not essential: the step must bear being abandoned half-way.
        """
        self._stopping.set()
        self._busy_since_s = None
        self.start()

    @property
    def alive(self) -> bool:
        """Whether the thread runs and its present step is within its limit."""
        if self._thread is None or not self._thread.is_alive():
            return False
        busy_since_s = self._busy_since_s
        return busy_since_s is None or self._clock.monotonic_s() - busy_since_s < self.limit_s

    def _run(self, stopping: threading.Event) -> None:
        while not stopping.is_set():
            self._wake.clear()
            self._busy_since_s = self._clock.monotonic_s()
            try:
                rest_s = self._step()
            except Exception:
                self.failures += 1
                log.exception("loop=%s event=step-failed failures=%d", self.name, self.failures)
                self._busy_since_s = None
                # Not on the wake: a step that has changed something before it failed would wake itself for ever.
                stopping.wait(RETRY_S)
                continue
            if stopping.is_set():
                return
            self._busy_since_s = None
            self._wake.wait(rest_s)


class Loops:
    """All loops of one hall: started one by one, woken together, looked after."""

    def __init__(self) -> None:
        self._loops: list[Loop] = []
        self.restarted: dict[str, int] = {}
        """How often each loop that is not essential had to be restarted."""

    def start(self, loop: Loop) -> Loop:
        """Start ``loop`` and look after it from now on."""
        self._loops.append(loop)
        loop.start()
        return loop

    def finish(self, name: str, timeout_s: float = 1.0) -> None:
        """Stop the loop of this name, if there is one, and look after it no more."""
        ending = [loop for loop in self._loops if loop.name == name]
        self._loops = [loop for loop in self._loops if loop.name != name]
        for loop in ending:
            loop.stop(timeout_s)

    def wake(self) -> None:
        """Let every loop look again. Never blocks."""
        for loop in self._loops:
            loop.wake()

    def alive(self) -> dict[str, bool]:
        """Tell of every loop whether it lives."""
        return {loop.name: loop.alive for loop in self._loops}

    def essential(self) -> frozenset[str]:
        """Name the loops without which the hall is no hall."""
        return frozenset(loop.name for loop in self._loops if loop.essential)

    def look_after(self) -> None:
        """Restart the dead and the stuck that are not essential."""
        for loop in self._loops:
            if not loop.alive and not loop.essential:
                self.restarted[loop.name] = self.restarted.get(loop.name, 0) + 1
                log.warning("loop=%s event=restarted count=%d", loop.name, self.restarted[loop.name])
                loop.restart()
