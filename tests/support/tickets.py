"""A furnished queue on a real store, in a test's own folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from gateway.store.database import Store
from gateway.tickets.choices import QueueRules
from gateway.tickets.desk import TicketsDesk
from gateway.tickets.model import CounterSetup, LineSetup
from tests.support.clock import FakeClock
from tests.support.rules import WITHOUT_PAUSE, choose_rules
from tests.support.store import open_test_store

WIB = ZoneInfo("Asia/Jakarta")
LINES = (LineSetup("surat", "A", "Surat"), LineSetup("bantuan", "B", "Bantuan sosial"))
COUNTERS = (
    CounterSetup("1", "Loket 1", lines=("surat", "bantuan")),
    CounterSetup("2", "Loket 2", lines=("surat",), helps=("bantuan",)),
)


@dataclass(frozen=True)
class Queue:
    """The parts of an open queue."""

    store: Store
    clock: FakeClock
    desk: TicketsDesk

    def rows(self, sql: str, *parameters: object) -> list[tuple[object, ...]]:
        """Return the rows of a query on what is durable."""
        with self.store.reader() as db:
            return [tuple(row) for row in db.conn.execute(sql, parameters)]

    def events(self, about: str = "%") -> list[tuple[object, ...]]:
        """Return type, subject and data of the outbox in its order; ``about`` is a pattern of the type."""
        return self.rows("SELECT type, subject, data FROM events WHERE type LIKE ? ORDER BY epoch, lane, seq", about)


@contextmanager
def open_queue(
    directory: Path, clock: FakeClock | None = None, seed: int = 1, rules: QueueRules = WITHOUT_PAUSE
) -> Iterator[Queue]:
    """Open the queue in ``directory``, furnished the first time, and close it in the end."""
    clock = clock or FakeClock()
    store = open_test_store(directory, clock)
    try:
        desk = TicketsDesk(store, clock, Random(seed), WIB)
        choose_rules(store, rules)
        desk.furnish(LINES, COUNTERS)
        yield Queue(store, clock, desk)
    finally:
        store.close()
