"""What is claimed in columns is what is claimed row by row, or it is not claimed in columns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from random import Random

import pytest

from gateway.runs import Run
from gateway.store import epochs, outbox
from gateway.store.database import Store
from gateway.store.outbox import Event, Row
from gateway.store.runs import claim_run
from gateway.store.stamp import Stamp
from tests.support.clock import FakeClock
from tests.support.store import open_test_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A hall's store with five events in ``record`` and one in ``urgent``."""
    store = open_test_store(tmp_path)
    with store.transaction() as tx:
        for lane in ("record", "record", "urgent", "record", "record", "record"):
            outbox.append(tx, Stamp.of(FakeClock(), UTC), Event(lane, "id.balai.test.v1", "test/1", {"lane": lane}))
    yield store
    store.close()


def claimed(store: Store, after: int, limit: int) -> Run | None:
    """Return what is claimed in columns of the open epoch's ``record``."""
    with store.reader() as db:
        return claim_run(db, "3510012001", epochs.current(db), "record", after, limit)


@pytest.mark.parametrize(("after", "limit"), [(0, 500), (0, 2), (2, 3), (4, 500)])
def test_columns_hold_what_the_rows_hold(store: Store, after: int, limit: int) -> None:
    """The same events in the same order, of this lane alone, and not more than asked for."""
    with store.reader() as db:
        rows = outbox.claim(db, epochs.current(db), "record", after, limit)
    run = claimed(store, after, limit)

    assert run is not None
    assert [Row(run.epoch, run.lane, *one) for one in zip(*run[3:], strict=True)] == rows


def test_nothing_is_no_run(store: Store) -> None:
    """Behind the last event there is none, whatever other lanes hold."""
    assert claimed(store, 5, 500) is None


@pytest.mark.parametrize("seq", [1, 3, 5])
def test_a_tombstone_or_a_gap_is_left_to_the_rows(store: Store, seq: int) -> None:
    """What does not go up as it stands, or is gone, is never passed over in silence."""
    with store.transaction() as tx:
        outbox.quarantine(tx, epochs.current(tx), "record", seq, "poison")
    with_tombstone = claimed(store, 0, 500)
    with store.transaction() as tx:
        tx.execute("DELETE FROM outbox WHERE code = ?", (outbox.QUARANTINED,))
    run = claimed(store, 0, 500)

    assert with_tombstone is None
    assert (None if run is None else run.seq) == {1: range(2, 6), 3: None, 5: range(1, 5)}[seq]


def test_what_was_issued_again_is_left_to_the_rows(store: Store) -> None:
    """A fact of a former epoch says under which id it was issued first, which a run cannot say."""
    with store.transaction() as tx:
        epochs.leave(tx, Stamp.of(FakeClock(), UTC), Random(2), "diverged", {"record": 2})
    with store.reader() as db:
        issued_again = outbox.claim(db, epochs.current(db), "record", 0, 500)

    assert [row.was != "" for row in issued_again].count(True) == 3
    assert claimed(store, 0, 500) is None
