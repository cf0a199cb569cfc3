"""What a hall chooses is durable, told to the centre, and read by whatever version comes later."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import pytest

from gateway.choices.desk import Choices
from gateway.choices.section import Section
from gateway.store.database import Store
from tests.support.clock import FakeClock
from tests.support.store import open_test_store
from tests.support.tickets import WIB


class Colours(Section):
    """A section for these tests."""

    section: ClassVar[str] = "colours"

    door: str = "biru"
    walls: int = 4


@contextmanager
def open_choices(directory: Path) -> Iterator[tuple[Choices, Store]]:
    """Open the choices of the hall in ``directory``."""
    store = open_test_store(directory, FakeClock())
    try:
        yield Choices(store, FakeClock(), WIB), store
    finally:
        store.close()


def events(store: Store) -> list[tuple[str, str, dict[str, object]]]:
    """Return type, subject and data of every event."""
    with store.reader() as db:
        return [
            (type_, subject, json.loads(data)) for type_, subject, data in db.execute("SELECT type, subject, data FROM events")
        ]


def test_a_hall_that_has_chosen_nothing_has_the_defaults(tmp_path: Path) -> None:
    """Nobody has to fill in a form before the first number."""
    with open_choices(tmp_path) as (choices, _):
        assert choices.current(Colours) == Colours()


def test_a_choice_is_kept_over_a_restart(tmp_path: Path) -> None:
    """It is in the database, not in memory."""
    with open_choices(tmp_path) as (choices, _):
        choices.change(Colours(door="hijau"))
        assert choices.current(Colours).door == "hijau"
    with open_choices(tmp_path) as (choices, _):
        assert choices.current(Colours) == Colours(door="hijau")


def test_the_centre_learns_of_each_change_once(tmp_path: Path) -> None:
    """Choosing what is chosen already is no event."""
    with open_choices(tmp_path) as (choices, store):
        choices.change(Colours(door="hijau"))
        choices.change(Colours(door="hijau"))
        [(type_, subject, data)] = events(store)
    assert (type_, subject.rpartition("/")[2]) == ("id.balai.choices.changed.v1", "colours")
    assert data == {"section": "colours", "chosen": {"door": "hijau", "walls": 4}}


@pytest.mark.parametrize("kept", ['{"door": "hijau", "roof": "flat"}', '{"door": "hijau"}'])
def test_what_another_version_kept_is_read_as_far_as_it_is_understood(tmp_path: Path, kept: str) -> None:
    """Neither a newer key nor a missing one stops the hall."""
    with open_choices(tmp_path) as (choices, store):
        with store.transaction() as tx:
            tx.execute("INSERT INTO choice VALUES ('colours', ?, '')", (kept,))
        assert choices.current(Colours) == Colours(door="hijau")


@pytest.mark.parametrize("kept", ["nonsense", "[]", '{"walls": "many"}'])
def test_nonsense_in_the_database_becomes_the_defaults(tmp_path: Path, kept: str) -> None:
    """The hall goes on and says so in its log."""
    with open_choices(tmp_path) as (choices, store):
        with store.transaction() as tx:
            tx.execute("INSERT INTO choice VALUES ('colours', ?, '')", (kept,))
        assert choices.current(Colours) == Colours()


def test_a_refused_act_changes_nothing(tmp_path: Path) -> None:
    """A choice made inside an act that is undone was never made, also for whoever has looked meanwhile."""
    with open_choices(tmp_path) as (choices, store):

        def refused() -> None:
            with store.transaction() as tx:
                choices.change_in(tx, [Colours(door="hijau")])
                assert choices.read(tx, Colours).door == "hijau"
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            refused()
        assert choices.current(Colours) == Colours()
