"""Promises of snapshots: taken when due, the newest two kept, not more often than cards bear."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.clock import ClockState
from gateway.store import snapshots
from gateway.store.copying import check_copy
from gateway.store.database import Store
from gateway.store.snapshots import LOOK_S, Snapshots
from tests.store.test_opening import note
from tests.support.clock import FakeClock
from tests.support.store import open_test_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A new hall's store."""
    store = open_test_store(tmp_path)
    yield store
    store.close()


def test_a_day_with_events_makes_one_due(store: Store) -> None:
    """After a day with any event a snapshot is taken, and none while nothing happens."""
    clock = FakeClock()
    due = Snapshots(store, clock)
    note(store)
    taken = [due.snapshot_if_due()]
    clock.advance(86_400)
    taken += [due.snapshot_if_due(), due.snapshot_if_due()]
    clock.advance(86_400)
    taken += [due.snapshot_if_due()]
    assert taken == [False, True, False, False]


def test_many_events_make_one_due(store: Store) -> None:
    """After a thousand events none waits for the day to end, not even over a restart."""
    first = Snapshots(store, FakeClock())
    for _ in range(500):
        note(store)
    taken = [first.snapshot_if_due()]
    second = Snapshots(store, FakeClock())
    for _ in range(500):
        note(store)
    assert [*taken, second.snapshot_if_due(), Snapshots(store, FakeClock()).snapshot_if_due()] == [False, True, False]


def test_two_are_kept_and_whole(store: Store) -> None:
    """Older snapshots give way, and each is a whole database."""
    for _ in range(4):
        snapshots.take(store.path)
    kept = snapshots.newest_first(store.directory)
    assert [path.name for path in kept] == ["snapshot-000004.db", "snapshot-000003.db"]
    assert [check_copy(path) for path in kept] == ["", ""]


def test_a_busy_hall_looks_seldom_and_needs_no_calendar(tmp_path: Path) -> None:
    """However often its loop is woken it looks every ten minutes, with a clock that nobody trusts too."""
    clock = FakeClock(state=ClockState.UNSET)
    store = open_test_store(tmp_path, clock)
    due = Snapshots(store, clock)
    first_rest_s = due.step()
    snapshots_at: list[int] = []
    for _ in range(1000):
        note(store)
    for wait_s in (LOOK_S - 1, 1):
        clock.advance(wait_s)
        due.step()
        snapshots_at.append(len(snapshots.newest_first(tmp_path)))
    store.close()
    assert (first_rest_s, snapshots_at) == (LOOK_S, [0, 1])
