"""Room is made in lane ``bulk`` alone, and the history stays the one the centre knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.store.room import Room
from gateway.store.thinning import AGAIN_S, LOOK_S, THINNED_TYPE, TOLD_TYPE, Thinning, thin, thinned
from tests.support.relay import ZONE, RelayWorld

World = Callable[..., RelayWorld]
LANES = ["urgent", "record", "parcel", "bulk"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from([*LANES, "bulk", "thin", "step", "crash"]), st.integers(1, 9)), max_size=25))
def test_whatever_is_thinned_the_lanes_go_on_and_heads_agree(world: World, steps: list[tuple[str, int]]) -> None:
    """At any moment, before or while it is sent: everything is confirmed, and what is not ``bulk`` is whole."""
    here = world()
    for what, count in steps:
        if what == "thin":
            with here.store.transaction() as tx:
                thin(tx, limit=count)
        elif what == "step":
            here.step(float(count), deliveries=count)
        elif what == "crash":
            here.restart_hall()
        else:
            here.append(what, count, value="x" * 200)
    here.settle()
    here.check_complete()
    with here.store.reader() as db:
        assert db.execute("SELECT count(*) FROM events WHERE type = ? AND lane <> 'bulk'", (THINNED_TYPE,)).fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM epoch").fetchone() == (1,), "a head did not agree"


def test_thinning_gives_pages_back(world: World) -> None:
    """What was thinned leaves room inside the database for what comes, the oldest first."""
    here = world()
    here.append("bulk", 2000, value="x" * 1500)
    with here.store.transaction() as tx:
        thinned = thin(tx)
        again = thin(tx, after=thinned[-1])
    with here.store.reader() as db:
        [(pages,)] = db.execute("PRAGMA freelist_count").fetchall()
    assert (len(thinned), again[0] - thinned[-1], pages > 200) == (500, 1, True)


def test_what_the_centre_has_and_has_not_yet_confirmed_may_be_thinned(world: World) -> None:
    """Its tombstone has the same head as the event that arrived, so no other history is seen."""
    here = world()
    here.append("bulk", 5, value="x")
    while not any(book.arrived for book in here.centre.committed.values()):
        here.clock.advance(1.0)
        here.uplink.step()
        here.broker.deliver(1000)
        here.centre.step()
    arrived = [len(book.arrived) for book in here.centre.committed.values()]
    before = [stand.confirmed for stand in here.stands().values()]
    with here.store.transaction() as tx:
        thin(tx)
    here.restart_hall()
    here.settle()
    with here.store.reader() as db:
        epochs = db.execute("SELECT count(*) FROM epoch").fetchone()
    assert (arrived, before, epochs) == ([5], [0], (1,))


@dataclass
class Card:
    """A card of 32 GB whose free room the test decides."""

    free_mb: int = 1000
    readable: bool = True

    def __call__(self, _directory: Path, room: Room, more_bytes: int) -> bool:
        """Return whether it has that room. Raises OSError when it cannot be read."""
        if not self.readable:
            raise OSError(5, "Input/output error")
        return self.free_mb * 1024**2 + more_bytes >= room.size_bytes


@pytest.fixture
def card() -> Card:
    """Give a card with room."""
    return Card()


def told(here: RelayWorld) -> list[str]:
    """Return what was told of thinning."""
    with here.store.reader() as db:
        return [data for (data,) in db.execute("SELECT data FROM events WHERE type = ?", (TOLD_TYPE,))]


def thin_rows(here: RelayWorld) -> int:
    """Return how many events are tombstones."""
    with here.store.reader() as db:
        return int(db.execute("SELECT count(*) FROM events WHERE type = ?", (THINNED_TYPE,)).fetchone()[0])


def test_a_card_that_is_low_twice_is_thinned_and_it_is_told_once(world: World, card: Card) -> None:
    """Not by one reading; then act after act until nothing is left, and one event says how many."""
    here = world()
    here.append("bulk", 1200, value="x")
    here.append("record", 5)
    thinning = Thinning(here.store, here.clock, ZONE, card)
    card.free_mb = 30
    assert (thinning.step(), thin_rows(here)) == (AGAIN_S, 0)

    rests = [thinning.step() for _ in range(4)]

    assert (rests, thin_rows(here), thinned(here.store)) == ([0.0, 0.0, 0.0, LOOK_S], 1200, 1200)
    assert told(here) == ['{"count":1200}']
    thinning.step()
    assert told(here) == ['{"count":1200}']


def test_a_spell_ends_when_there_is_room_enough(world: World, card: Card) -> None:
    """Between the two marks it goes on; above the upper one it ends, tells, and the rest stays whole."""
    here = world()
    here.append("bulk", 1200, value="x")
    thinning = Thinning(here.store, here.clock, ZONE, card)
    card.free_mb = 30
    thinning.step()
    thinning.step()
    card.free_mb = 70
    assert thinning.step() == 0.0
    card.free_mb = 90
    assert thinning.step() == LOOK_S
    assert (thin_rows(here), told(here)) == (1000, ['{"count":1000}'])


def test_a_wrong_reading_thins_nothing(world: World, card: Card) -> None:
    """One low reading between two good ones, or a card that cannot be read, costs no event."""
    here = world()
    here.append("bulk", 5, value="x")
    thinning = Thinning(here.store, here.clock, ZONE, card)
    for card.free_mb in (30, 1000, 30, 1000):
        thinning.step()
    card.readable = False
    with pytest.raises(OSError, match="Input/output"):
        thinning.step()
    assert thin_rows(here) == 0


def test_what_a_crash_left_untold_is_told_at_the_next_look(world: World, card: Card) -> None:
    """The count is kept with each act: a cut between the acts and the telling loses neither."""
    here = world()
    here.append("bulk", 600, value="x")
    thinning = Thinning(here.store, here.clock, ZONE, card)
    card.free_mb = 30
    thinning.step()
    thinning.step()
    assert told(here) == []

    card.free_mb = 1000
    Thinning(here.store, here.clock, ZONE, card).step()
    assert told(here) == ['{"count":500}']
