"""The one reader of the queue: makes a snapshot for each revision, and everybody else reads that.

Promises: a snapshot shows one moment, complete and durable; revisions never go back; a hundred polling phones
never touch the database. Whoever watches is told after each new snapshot and looks again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import MappingProxyType

from gateway.changes import Changes
from gateway.clock import Clock
from gateway.store.database import Store
from gateway.tickets import model, reading, waits
from gateway.tickets.model import TicketState, Waiting
from gateway.tickets.reading import Reading, TicketRow
from gateway.tickets.snapshot import CallView, CounterView, DayView, LineView, QueueSnapshot, TicketView, WaitingView
from gateway.tickets.waits import Pace, WaitRange

REST_S = 1.0
"""The view looks at the revision at least so often, should an announcement get lost."""
NO_DAY = DayView(0, "", "unset")
NO_WAIT = WaitRange(0, 0)


class QueueView:
    """Holds the latest snapshot. ``current``, ``at_least`` and ``watch`` are safe from any thread; ``refresh`` is one loop's step."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._watchers = Changes()
        self._newer = threading.Condition()
        self._rows: dict[int, TicketRow] = {}
        self._unfinished: set[int] = set()
        self._current = EMPTY
        self.refresh()

    @property
    def current(self) -> QueueSnapshot:
        """The latest snapshot."""
        return self._current

    def refresh(self) -> float:
        """Make a new snapshot if the queue has changed; return how many seconds to rest at the most."""
        with self._store.reader() as db:
            if reading.revision(db) == self._current.revision and self._current is not EMPTY:
                return REST_S
            found = reading.read(db, max(self._rows, default=0), self._unfinished, waits.MEASURED_LIMIT)
        self._remember(found)
        snapshot = _compose(found, list(self._rows.values()))
        with self._newer:
            self._current = snapshot
            self._newer.notify_all()
        self._watchers.announce()
        return REST_S

    def at_least(self, revision: int, timeout_s: float = 2.0) -> QueueSnapshot:
        """Wait until the snapshot shows ``revision``, so that a person sees their own act; then return the latest.

        After ``timeout_s`` the latest is returned as it is.
        """
        with self._newer:
            self._newer.wait_for(lambda: self._current.revision >= revision, timeout_s)
            return self._current

    def watch(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call ``callback`` after each new snapshot: it must be quick and never raise. Returns a function that ends the watch."""
        return self._watchers.watch(callback)

    def _remember(self, found: Reading) -> None:
        for row in found.tickets:
            self._rows[row.id] = row
            if row.state in (TicketState.WAITING, TicketState.CALLED):
                self._unfinished.add(row.id)
            else:
                self._unfinished.discard(row.id)
        oldest_day = found.day.ordinal - 1 if found.day else 0
        if self._rows and next(iter(self._rows.values())).day < oldest_day:
            self._rows = {row.id: row for row in self._rows.values() if row.day >= oldest_day}


def _compose(found: Reading, rows: list[TicketRow]) -> QueueSnapshot:
    """Put together the snapshot of one revision from its rows."""
    waiting_rows = {row.id: row for row in rows if row.state == TicketState.WAITING}
    by_line: dict[str, list[TicketRow]] = {line.id: [] for line in found.lines}
    for row in waiting_rows.values():
        by_line[row.line].append(row)
    counts = {line: len(waiting) for line, waiting in by_line.items()}
    orders: dict[str, list[TicketRow]] = {}
    lines: list[LineView] = []
    views: dict[str, TicketView] = {row.token: _view(row) for row in rows if row.id not in waiting_rows}
    for line in found.lines:
        streak = model.priority_streak(line.latest_calls_priority)
        people = [Waiting(row.id, row.priority != "") for row in by_line[line.id]]
        orders[line.id] = [waiting_rows[ticket] for ticket in model.calling_order(people, streak)]
        pace, counters = waits.pace(line.service_times_s), waits.capacity(line.id, found.at_work, counts)
        for ahead, row in enumerate(orders[line.id]):
            views[row.token] = _view(row, ahead, waits.estimate(ahead, counters, pace))
        lines.append(_line_view(line, people, streak, counters, pace))
    present = {row.counter: row.number for row in rows if row.state == TicketState.CALLED}
    return QueueSnapshot(
        revision=found.revision,
        epoch=found.epoch,
        day=DayView(found.day.ordinal, found.day.on.isoformat(), found.day.clock) if found.day else NO_DAY,
        lines=tuple(lines),
        counters=tuple(CounterView(counter, name, served, present.get(counter)) for counter, name, served in found.counters),
        calls=tuple(CallView(*call) for call in found.calls),
        tickets=MappingProxyType(views),
        waiting=MappingProxyType(
            {line: tuple(WaitingView(row.number, row.priority, row.issued_at) for row in order) for line, order in orders.items()}
        ),
    )


def _line_view(line: reading.LineRow, people: list[Waiting], streak: int, counters: float, pace: Pace) -> LineView:
    priority = sum(one.priority for one in people)
    ahead = model.ahead_of_newcomer(len(people) - priority, priority, streak, has_priority=False)
    wait = waits.estimate(ahead, counters, pace)
    return LineView(
        line.id, line.letter, line.name, line.colour, line.icon, bool(line.open), len(people), wait.low_s, wait.high_s
    )


def _view(row: TicketRow, ahead: int = 0, wait: WaitRange = NO_WAIT) -> TicketView:
    return TicketView(
        id=row.id,
        token=row.token,
        number=row.number,
        line=row.line,
        day=row.day,
        priority=row.priority,
        origin=row.origin,
        state=row.state,
        reason=row.reason,
        ahead=ahead,
        wait_low_s=wait.low_s,
        wait_high_s=wait.high_s,
        counter=row.counter,
        calls=row.calls,
        issued_at=row.issued_at,
        called_at=row.called_at,
    )


EMPTY = QueueSnapshot(0, "", NO_DAY, (), (), (), MappingProxyType({}), MappingProxyType({}))
"""Before the first look."""
