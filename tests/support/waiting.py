"""Waits for what happens in another process, which cannot be stepped and tells nobody."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

LOOK_S = 0.05


def until(holds: Callable[[], bool], limit_s: float = 20.0) -> bool:
    """Look again and again until it holds; return whether it did in time."""
    pause = threading.Event()
    end_s = time.monotonic() + limit_s
    while not holds():
        if time.monotonic() > end_s:
            return False
        pause.wait(LOOK_S)
    return True
