"""Showing and taking away the budget of a year. A budget shown again as it is changes nothing and tells nobody."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from datetime import tzinfo

from gateway.budget import tables, wire
from gateway.budget.model import Budget
from gateway.clock import Clock
from gateway.portal.hot import etag_of
from gateway.store import epochs, outbox
from gateway.store.database import Store
from gateway.store.stamp import Stamp


class BudgetDesk:
    """Where budgets are shown. Safe from any thread."""

    def __init__(self, store: Store, clock: Clock, zone: tzinfo) -> None:
        self._store = store
        self._clock = clock
        self._zone = zone

    def every(self) -> Mapping[int, Budget]:
        """Return all budgets by year, the newest first."""
        with self._store.reader() as db:
            return tables.every(db)

    def publish(self, budgets: Iterable[Budget]) -> None:
        """Show these budgets, each in place of the former of its year."""
        with self._store.transaction() as tx:
            present = tables.every(tx)
            for budget in budgets:
                if present.get(budget.year) != budget:
                    tables.put(tx, budget)
                    outbox.append(tx, Stamp.of(self._clock, self._zone), wire.published(budget, epochs.current(tx)))

    def remove(self, year: int) -> None:
        """Show the budget of a year no more; nothing happens when there is none."""
        with self._store.transaction() as tx:
            if tables.remove(tx, year):
                outbox.append(tx, Stamp.of(self._clock, self._zone), wire.removed(year, epochs.current(tx)))


class BudgetView:
    """The budgets as pages read them: kept in memory, looked at again after a change. Safe from any thread."""

    def __init__(self, desk: BudgetDesk) -> None:
        self._desk = desk
        self._lock = threading.Lock()
        self._stale = True
        self._budgets: Mapping[int, Budget] = {}
        self._etag = ""

    def stale(self) -> None:
        """Note that something in the hall has changed; for whoever watches the store. Quick, never raises."""
        self._stale = True

    def current(self) -> Mapping[int, Budget]:
        """Return all budgets by year, the newest first."""
        return self.looked_at()[0]

    def looked_at(self) -> tuple[Mapping[int, Budget], str]:
        """Return all budgets by year, the newest first, and a name of what they say."""
        with self._lock:
            if self._stale:
                # Noted before looking: a change that comes meanwhile is looked at again.
                self._stale = False
                try:
                    self._budgets = self._desk.every()
                    self._etag = etag_of(self._budgets)
                except BaseException:
                    self._stale = True
                    raise
            return self._budgets, self._etag
