"""The one reader of the queue: makes a snapshot for each revision, and everybody else reads that.

Promises: a snapshot shows one moment, complete and durable; revisions never go back; a hundred polling phones
never touch the database. Whoever watches is told after each new snapshot and looks again.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from types import MappingProxyType

from gateway.changes import Changes
from gateway.clock import Clock
from gateway.store.database import Store
from gateway.tickets import model, reading, waits
from gateway.tickets.model import TicketState, Waiting
from gateway.tickets.reading import LineRow, Reading, TicketRow
from gateway.tickets.snapshot import CallView, CounterView, DayView, LineView, QueueSnapshot, TicketView, WaitingView
from gateway.tickets.waits import Pace, WaitRange

REST_S = 1.0
"""The view looks at the revision at least so often, should an announcement get lost."""
NO_DAY = DayView(0, "", "unset")
NO_WAIT = WaitRange(0, 0)
UNFINISHED = (TicketState.WAITING, TicketState.CALLED)


class QueueView:
    """Holds the latest snapshot. ``current``, ``at_least`` and ``watch`` are safe from any thread; ``refresh`` is one loop's step."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._watchers = Changes()
        self._newer = threading.Condition()
        self._newest = 0
        self._finished: dict[str, TicketView] = {}
        """By token: read once, shown as they are until their day is long over."""
        self._unfinished: dict[int, TicketRow] = {}
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
            found = reading.read(db, self._newest, self._unfinished.keys(), waits.MEASURED_LIMIT)
        self._remember(found)
        snapshot = _compose(found, list(self._unfinished.values()), self._finished)
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

    async def seen(self, revision: int, timeout_s: float = 2.0) -> QueueSnapshot:
        """Wait as ``at_least`` does, from an event loop and without a thread."""
        loop, newer = asyncio.get_running_loop(), asyncio.Event()

        def tell() -> None:
            loop.call_soon_threadsafe(newer.set)

        end = self.watch(tell)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout_s):
                    while self._current.revision < revision:
                        await newer.wait()
                        newer.clear()
        finally:
            end()
        return self._current

    def watch(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call ``callback`` after each new snapshot: it must be quick and never raise. Returns a function that ends the watch."""
        return self._watchers.watch(callback)

    def _remember(self, found: Reading) -> None:
        for row in found.tickets:
            self._newest = max(self._newest, row.id)
            if row.state in UNFINISHED:
                self._unfinished[row.id] = row
            else:
                self._unfinished.pop(row.id, None)
                self._finished[row.token] = _view(row)
        oldest_day = found.day.ordinal - 1 if found.day else 0
        if any(ticket.day < oldest_day for ticket in islice(self._finished.values(), 1)):
            self._finished = {token: ticket for token, ticket in self._finished.items() if ticket.day >= oldest_day}


def _compose(found: Reading, unfinished: list[TicketRow], finished: dict[str, TicketView]) -> QueueSnapshot:
    """Put together the snapshot of one revision."""
    called = [row for row in unfinished if row.state == TicketState.CALLED]
    lines = [_compose_line(line, unfinished, found) for line in found.lines]
    tickets = finished | {row.token: _view(row) for row in called}
    for _, order in lines:
        tickets |= {ticket.token: ticket for ticket in order}
    present = {row.counter: row.number for row in called}
    return QueueSnapshot(
        revision=found.revision,
        epoch=found.epoch,
        day=DayView(found.day.ordinal, found.day.on.isoformat(), found.day.clock) if found.day else NO_DAY,
        lines=tuple(line for line, _ in lines),
        counters=tuple(CounterView(counter, name, served, present.get(counter)) for counter, name, served in found.counters),
        calls=tuple(CallView(*call) for call in found.calls),
        tickets=MappingProxyType(tickets),
        waiting=MappingProxyType(
            {line.id: tuple(WaitingView(one.number, one.priority, one.issued_at) for one in order) for line, order in lines}
        ),
    )


def _compose_line(line: LineRow, unfinished: list[TicketRow], found: Reading) -> tuple[LineView, list[TicketView]]:
    """Return a line, and its people in the order in which they will be called."""
    waiting = {row.id: row for row in unfinished if row.state == TicketState.WAITING}
    people = [Waiting(row.id, row.priority != "") for row in waiting.values() if row.line == line.id]
    streak = model.priority_streak(line.latest_calls_priority)
    pace = waits.pace(line.service_times_s)
    counters = waits.capacity(line.id, found.at_work, Counter(row.line for row in waiting.values()))
    order = [
        _view(waiting[ticket], ahead, waits.estimate(ahead, counters, pace))
        for ahead, ticket in enumerate(model.calling_order(people, streak))
    ]
    return _line_view(line, people, streak, counters, pace), order


def _line_view(line: LineRow, people: list[Waiting], streak: int, counters: float, pace: Pace) -> LineView:
    priority = sum(one.priority for one in people)
    ahead = model.ahead_of_newcomer(len(people) - priority, priority, streak, has_priority=False)
    wait = waits.estimate(ahead, counters, pace)
    return LineView(
        line.id, line.letter, line.name, line.colour, line.icon, bool(line.open), len(people), wait.low_s, wait.high_s
    )


def _view(row: TicketRow, ahead: int = 0, wait: WaitRange = NO_WAIT) -> TicketView:
    return TicketView(
        *(row.id, row.token, row.number, row.line, row.day, row.priority, row.origin, row.state, row.reason),
        *(row.counter, row.calls, row.issued_at, row.called_at),
        *(ahead, wait.low_s, wait.high_s),
    )


EMPTY = QueueSnapshot(0, "", NO_DAY, (), (), (), MappingProxyType({}), MappingProxyType({}))
"""Before the first look."""
