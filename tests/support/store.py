"""A real store in a test's own folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

from gateway.clock import Clock
from gateway.store.database import Store
from gateway.store.opening import open_store
from tests.support.clock import FakeClock


def open_test_store(
    directory: Path, clock: Clock | None = None, announce: Callable[[], None] = lambda: None, seed: int = 1
) -> Store:
    """Open the hall in ``directory`` with real SQLite; ``seed`` decides the epoch. The test closes it."""
    return open_store(directory, announce, clock or FakeClock(), randomness=Random(seed))
