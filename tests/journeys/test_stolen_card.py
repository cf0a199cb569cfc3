"""S1 in short: made-up people use every form that asks for something personal, and no file of the hall has any of it.

`make bench-stolen-card` looks at every byte that was ever written, and has the control.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

from gateway.hall import Hall
from gateway.people.model import Role
from gateway.settings import Settings
from tests.bench.stolen_marks import Searcher
from tests.bench.stolen_people import JPEG, PHOTO, PIN, Morning
from tests.support.hall_process import write_settings


def test_no_file_of_a_hall_has_anything_personal(tmp_path: Path) -> None:
    """While it runs, with SQLite's log, and after it has stopped. A new form that asks for a name belongs into ``stolen_people``."""
    morning = Morning(Random(1))
    searcher = Searcher(morning.marks(), {JPEG: PHOTO})

    def found() -> set[str]:
        return set().union(*(searcher.found(path.read_bytes()) for path in tmp_path.rglob("*") if path.is_file()))

    with Hall(Settings.load(write_settings(tmp_path))) as hall:
        hall.people.add_officer("Siti", PIN, Role.HEAD)
        morning.live(hall.address)
        assert found() == set()
    assert found() == set()
