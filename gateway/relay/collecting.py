"""No search for garbage while a batch is made or read: its thousands of values hold no circles, and each search would visit them all."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Let Python's collector of circles rest while the block runs: milliseconds. Whoever has switched it off finds it so."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
