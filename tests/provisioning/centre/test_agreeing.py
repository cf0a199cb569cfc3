"""A hello is held against heads that are kept now and then: the same answer as going over every row, for little work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway.heads import head_over
from gateway.relay.batches import READ_LIMIT, pack
from gateway.relay.envelope import Envelope
from provisioning.centre.agreeing import agreed_head
from provisioning.centre.ledger import Ledger
from provisioning.centre.model import LaneKey, LaneReport, Link
from provisioning.centre.sequence import retrace
from provisioning.centre.sqlite_database import SqliteIntakeDatabase
from tests.support.arrivals import EPOCH, HALL, RECEIVED_AT, arrived, envelope, loose, plain

LANE = LaneKey(HALL, EPOCH, "record")
LAST = 9_000


@dataclass
class Counting:
    """A transaction that counts the rows it reads."""

    tx: Any
    read: int = 0

    def links(self, *asked: Any) -> Iterator[Link]:
        """Yield the rows asked for."""
        for link in self.tx.links(*asked):
            self.read += 1
            yield link

    def __getattr__(self, name: str) -> Any:
        return getattr(self.tx, name)


def head_at(seq: int) -> str:
    """Return the hall's own head at a number."""
    events: list[Envelope] = [envelope(one) for one in range(1, seq + 1)]
    columns = ([getattr(event, name) for event in events] for name in ("id", "time", "bootid", "uptime"))
    return head_over("", *columns)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteIntakeDatabase]:
    """A centre with one lane, come in full batches, small ones, and one that was rejected."""
    opened = SqliteIntakeDatabase(tmp_path / "centre.db")
    ledger, first = Ledger(opened), 1
    for count in (READ_LIMIT, 300, READ_LIMIT, 1, 697, READ_LIMIT, 1):
        batch = pack([envelope(seq) for seq in range(first, first + count)], READ_LIMIT).payload
        ledger.enter([arrived(batch)], RECEIVED_AT)
        first += count
    ledger.enter([arrived(plain(loose(first, type="no version"), loose(first + 1)))], RECEIVED_AT)
    rest = pack([envelope(seq) for seq in range(first + 2, LAST + 1)], READ_LIMIT).payload
    ledger.enter([arrived(rest)], RECEIVED_AT)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("confirmed", "last"),
    [
        (0, LAST),
        (0, 9500),
        (1, 1),
        (999, 4001),
        (2000, 8000),
        (2999, 3000),
        (4999, 6500),
        (7000, 7000),
        (8999, LAST),
        (LAST, LAST),
    ],
)
def test_who_has_the_same_history_agrees_at_little_cost(database: SqliteIntakeDatabase, confirmed: int, last: int) -> None:
    """Whatever the hall has confirmed, what is read lies near two numbers; another head than ours agrees with nothing."""
    report, other = (LaneReport(last, confirmed, 1, head) for head in (head_at(confirmed), "ab" * 32))
    with database.reading() as tx:
        counting, standing = Counting(tx), tx.standing(LANE)
        found = agreed_head(counting, LANE, report, standing)
        every = retrace(report, standing, list(tx.links(LANE, confirmed, standing.through)), [])
        strange = agreed_head(tx, LANE, other, standing)

    assert (standing.through, found, found is not None, strange) == (LAST, every, True, None)
    assert counting.read <= 6_000


def test_where_no_heads_are_kept_every_row_is_gone_over(database: SqliteIntakeDatabase) -> None:
    """Rows of an earlier version have none: what the rows say is said all the same."""
    with database.transaction() as tx:
        tx._sql.execute("UPDATE event_rows SET head = NULL")
    report = LaneReport(LAST, 7500, 1, head_at(7500))
    with database.reading() as tx:
        assert agreed_head(tx, LANE, report, tx.standing(LANE)) == tx.standing(LANE).head
