"""Tells systemd that the hall is ready and alive, and stops telling when it is not.

Outside systemd (no ``NOTIFY_SOCKET``) nothing is sent.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable


class Watchdog:
    """Feeds systemd's watchdog for as long as ``alive()`` is true: its ``step`` belongs to a loop."""

    def __init__(self, alive: Callable[[], bool], address: str | None = None, interval_s: float | None = None) -> None:
        self._alive = alive
        self._address = os.environ.get("NOTIFY_SOCKET", "") if address is None else address
        self._interval_s = _interval_from_systemd_s() if interval_s is None else interval_s

    def ready(self) -> None:
        """Say that the hall serves."""
        self._send("READY=1")

    def stopping(self) -> None:
        """Say that the hall ends on purpose."""
        self._send("STOPPING=1")

    def step(self) -> float:
        """Feed the watchdog once if everything essential is alive; return the seconds to the next time."""
        if self._alive():
            self._send("WATCHDOG=1")
        return self._interval_s

    def _send(self, state: str) -> None:
        if not self._address:
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as notify:
            notify.connect(address)
            notify.sendall(state.encode())


def _interval_from_systemd_s() -> float:
    """A third of what systemd waits for, 5 s without systemd."""
    return int(os.environ.get("WATCHDOG_USEC", "15000000")) / 1e6 / 3
