"""The centre hears once by how much the clock was wrong, and only when events were stamped by it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.clock import ClockState
from gateway.store import epochs, outbox
from gateway.store.correction import Correction
from gateway.store.database import Store
from gateway.store.stamp import Stamp
from tests.support.clock import MORNING, FakeClock
from tests.support.store import open_test_store

LATE = timedelta(hours=7, minutes=3)


@pytest.fixture
def clock() -> FakeClock:
    """A clock that went on hours behind after a cut."""
    return FakeClock(now=MORNING - LATE, state=ClockState.RESTORED)


@pytest.fixture
def store(tmp_path: Path, clock: FakeClock) -> Iterator[Store]:
    """A new hall's store."""
    store = open_test_store(tmp_path, clock)
    yield store
    store.close()


def append(store: Store, clock: FakeClock) -> None:
    """Let something happen."""
    with store.transaction() as tx:
        outbox.append(tx, Stamp.of(clock, UTC), outbox.Event("record", "id.balai.test.v1", "test/1", {}))


def corrections(store: Store) -> list[dict[str, object]]:
    """Return what was said about the clock."""
    with store.reader() as db:
        rows = outbox.claim(db, epochs.current(db), "record", 0, 1000)
    return [json.loads(row.data) for row in rows if row.type == "id.balai.clock.corrected.v1"]


def trust(clock: FakeClock) -> None:
    """Let the network set the clock."""
    clock.set_wall(clock.now() + LATE, ClockState.TRUSTED)


def test_a_clock_that_becomes_trusted_is_corrected_once(store: Store, clock: FakeClock) -> None:
    """However often it is looked at, and after a restart of the hall in the same run of the machine."""
    append(store, clock)
    clock.advance(500)
    trust(clock)
    for _ in range(3):
        Correction(store, clock, UTC).step()
        append(store, clock)

    assert corrections(store) == [{"bootid": "b0010001", "offset_ms": LATE // timedelta(milliseconds=1)}]


def test_nothing_is_said_while_the_clock_is_doubtful(store: Store, clock: FakeClock) -> None:
    """A clerk's word for the date is not the time."""
    append(store, clock)
    clock.confirm_by_staff()
    Correction(store, clock, UTC).step()

    assert corrections(store) == []


def test_without_doubtful_events_nothing_is_corrected(store: Store, clock: FakeClock) -> None:
    """A boot whose events were all stamped by a trusted clock needs no correction, whatever former boots did."""
    append(store, clock)
    clock.reboot("b0020002")
    trust(clock)
    append(store, clock)
    Correction(store, clock, UTC).step()

    assert corrections(store) == []


def test_each_run_of_the_machine_is_corrected_for_itself(store: Store, clock: FakeClock) -> None:
    """Every boot goes wrong in its own way."""
    for boot, hours in (("b0020002", 1), ("b0030003", 2)):
        clock.reboot(boot, clock.now() - timedelta(hours=hours))
        watching = Correction(store, clock, UTC)
        append(store, clock)
        watching.step()
        clock.set_wall(clock.now() + timedelta(hours=hours), ClockState.TRUSTED)
        watching.step()

    assert corrections(store) == [
        {"bootid": "b0020002", "offset_ms": 3_600_000},
        {"bootid": "b0030003", "offset_ms": 7_200_000},
    ]


def test_a_clock_years_ahead_is_corrected_backwards(store: Store, clock: FakeClock) -> None:
    """The offset has a sign."""
    clock.set_wall(datetime(2036, 1, 1, tzinfo=UTC))
    append(store, clock)
    clock.set_wall(MORNING, ClockState.TRUSTED)
    Correction(store, clock, UTC).step()

    assert corrections(store) == [
        {"bootid": "b0010001", "offset_ms": (MORNING - datetime(2036, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)}
    ]
