"""The simulation of ``bench-sim``: a seed is one world, always the same, and a world without faults breaks nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

from tests.bench.sim import ACTS, live
from tests.bench.sim_controls import CONTROLS
from tests.bench.sim_world import Sim, checked


def lived(folder: Path, number: int) -> list[tuple[object, ...]]:
    """Let a world live; return all that its centre has, in the order in which it came."""
    folder.mkdir()
    sim = Sim(folder, number)
    try:
        live(sim, Random(number), ACTS)
        assert sim.calm()
        assert checked(sim) == []
        with closing(sqlite3.connect(folder / "centre.db")) as connection:
            return connection.execute(
                "SELECT id, was, time, received_at, verdict, flags, data FROM events ORDER BY arrival"
            ).fetchall()
    finally:
        sim.close()


def test_a_seed_makes_the_same_world_again(tmp_path: Path) -> None:
    """Whoever is told a seed sees what was seen."""
    assert lived(tmp_path / "first", 8) == lived(tmp_path / "second", 8)


def test_every_control_makes_frequent_what_there_is() -> None:
    """A misspelt act would never happen."""
    assert [name for name, one in CONTROLS.items() if not one.aim.keys() <= ACTS.keys()] == []
