"""Tells the hall that something has changed, without saying what.

Whoever cares looks again at the state and does what is missing. A lost or doubled announcement is
therefore harmless, and a crash heals by looking again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable


class Changes:
    """Wakes every watcher after each durable change. Safe from any thread; never blocks."""

    def __init__(self) -> None:
        self._callbacks: tuple[Callable[[], None], ...] = ()
        self._lock = threading.Lock()

    def announce(self) -> None:
        """Wake everybody who watches."""
        for callback in self._callbacks:
            callback()

    def watch(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call ``callback`` after each change, in the announcing thread: it must be quick and never raise.

        Returns a function that ends the watch.
        """
        with self._lock:
            self._callbacks = (*self._callbacks, callback)

        def end() -> None:
            with self._lock:
                self._callbacks = tuple(other for other in self._callbacks if other is not callback)

        return end
