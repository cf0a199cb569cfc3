"""A world for the tests of the relay."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.relay import RelayWorld


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Callable[..., RelayWorld]]:
    """Return a maker of worlds; all are closed at the end."""
    made: list[RelayWorld] = []

    def make(**choices: Any) -> RelayWorld:
        made.append(RelayWorld(tmp_path / f"hall-{len(made)}", **choices))
        return made[-1]

    yield make
    for one in made:
        one.close()
