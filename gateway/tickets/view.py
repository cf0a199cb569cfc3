"""The one reader of the queue: makes a snapshot for each revision, and everybody else reads that.

Promises: a snapshot shows one moment, complete and durable; revisions never go back; a hundred polling phones
never touch the database. Whoever watches is told after each new snapshot and looks again.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from itertools import islice
from math import inf
from types import MappingProxyType

from gateway.changes import Changes
from gateway.choices.desk import Choices
from gateway.store.database import Store
from gateway.tickets import line_waits, reading, turns, waits
from gateway.tickets.choices import QueueRules
from gateway.tickets.line_waits import Crowd
from gateway.tickets.model import AT_COUNTER, UNFINISHED, TicketState
from gateway.tickets.reading import CounterRow, Known, LineRow, Reading, TicketRow
from gateway.tickets.snapshot import (
    CallView,
    CounterView,
    DayView,
    HeldView,
    LastAct,
    LineView,
    QueueSnapshot,
    TicketView,
    WaitingView,
)
from gateway.tickets.turns import Waiting
from gateway.tickets.waits import WaitRange

REST_S = 1.0
"""The view looks at the revision at least so often, should an announcement get lost."""
NO_DAY = DayView(0, "", "unset")
NO_WAIT = WaitRange(0, 0)


class QueueView:
    """Holds the latest snapshot. ``current``, ``at_least`` and ``watch`` are safe from any thread; ``refresh`` is one loop's step."""

    def __init__(self, store: Store, choices: Choices, now: Callable[[], datetime | None] = lambda: None) -> None:
        """``now`` tells the hall's local time, None while its clock cannot be trusted."""
        self._now = now
        self._store = store
        self._choices = choices
        self._watchers = Changes()
        self._newer = threading.Condition()
        self._newest = 0
        self._newest_rating = 0
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
            rules = self._choices.read(db, QueueRules)
            known = Known(self._newest, self._unfinished.keys(), self._newest_rating)
            found = reading.read(db, known, rules.priority_in_a_row, rules.breaks(self._now()))
        self._remember(found)
        snapshot = _compose(found, list(self._unfinished.values()), self._finished, rules)
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
        self._newest_rating = found.newest_rating
        for row in found.tickets:
            self._newest = max(self._newest, row.id)
            if row.state in UNFINISHED:
                self._unfinished[row.id] = row
                self._finished.pop(row.token, None)
            else:
                self._unfinished.pop(row.id, None)
                self._finished[row.token] = _view(row)
        oldest_day = found.day.ordinal - 1 if found.day else 0
        if any(ticket.day < oldest_day for ticket in islice(self._finished.values(), 1)):
            self._finished = {token: ticket for token, ticket in self._finished.items() if ticket.day >= oldest_day}


def _compose(found: Reading, unfinished: list[TicketRow], finished: dict[str, TicketView], rules: QueueRules) -> QueueSnapshot:
    """Put together the snapshot of one revision."""
    present = {row.counter: row for row in unfinished if row.state in AT_COUNTER}
    held = sorted((row for row in unfinished if row.state == TicketState.HELD), key=lambda row: row.held_at)
    waiting = [row for row in unfinished if row.state == TicketState.WAITING]
    people: dict[str, list[Waiting]] = {}
    for row in waiting:
        people.setdefault(row.line, []).append(Waiting(row.id, row.priority != "", row.place))
    crowd, by_id, in_a_row = Crowd(people, rules.priority_in_a_row), {row.id: row for row in waiting}, rules.priority_in_a_row
    lines = [_compose_line(line, by_id, people.get(line.id, []), crowd, found, in_a_row) for line in found.lines]
    tickets = finished | {row.token: _view(row) for row in (*present.values(), *held)}
    for _, order in lines:
        tickets |= {row.token: _view(row, ahead, wait) for row, ahead, wait in order}
    tickets |= {row.token: _view(row) for row in waiting if row.token not in tickets}  # of a line that is gone
    return QueueSnapshot(
        revision=found.revision,
        epoch=found.epoch,
        day=DayView(found.day.ordinal, found.day.on.isoformat(), found.day.clock) if found.day else NO_DAY,
        lines=tuple(line for line, _ in lines),
        counters=tuple(_counter_view(counter, present.get(counter.id)) for counter in found.counters),
        calls=tuple(CallView(*call) for call in found.calls),
        tickets=MappingProxyType(tickets),
        waiting=MappingProxyType(
            {
                line.id: tuple(WaitingView(row.number, row.priority, row.issued_at, row.for_counter) for row, _, _ in order)
                for line, order in lines
            }
        ),
        held=tuple(HeldView(row.number, row.line, row.priority, row.reason, row.held_at) for row in held),
        rules=rules,
    )


def _compose_line(
    line: LineRow, waiting: dict[int, TicketRow], people: list[Waiting], crowd: Crowd, found: Reading, in_a_row: int
) -> tuple[LineView, list[tuple[TicketRow, int, WaitRange]]]:
    """Return a line, and its people in the order in which they will be called, with how many come before each."""
    streak = turns.priority_streak(line.latest_calls_priority, in_a_row)
    by_ticket = {one.ticket: one for one in people}
    order = [by_ticket[ticket] for ticket in turns.calling_order(people, streak, in_a_row)]
    told = line_waits.ranges(line.id, order, crowd, found.outlook)
    priority = sum(one.priority for one in people)
    ahead = turns.ahead_of_newcomer(len(people) - priority, priority, streak, in_a_row, has_priority=False)
    wait = waits.estimate(line.id, ahead, crowd.before(inf, has_priority=False), found.outlook)
    full = bool(line.cap) and line.issued >= line.cap
    shown = LineView(
        *(line.id, line.letter, line.name, line.colour, line.icon, bool(line.open), len(people)),
        *(wait.low_s, wait.high_s, full),
    )
    return shown, [(waiting[one.ticket], ahead, told[ahead]) for ahead, one in enumerate(order)]


def _counter_view(counter: CounterRow, present: TicketRow | None) -> CounterView:
    last_act = LastAct(counter.act, counter.number, counter.bootid, counter.uptime_s) if counter.act else None
    if present is None:
        return CounterView(counter.id, counter.name, counter.lines, None, paused_at=counter.paused_at, last_act=last_act)
    since = present.serving_at or present.called_at
    return CounterView(
        *(counter.id, counter.name, counter.lines, present.number, present.state, present.calls, since),
        *(counter.paused_at, last_act),
    )


def _view(row: TicketRow, ahead: int = 0, wait: WaitRange = NO_WAIT) -> TicketView:
    return TicketView(
        *(row.id, row.token, row.number, row.line, row.day, row.priority, row.origin, row.state, row.reason),
        *(row.counter, row.calls, row.issued_at, row.called_at),
        *(ahead, wait.low_s, wait.high_s),
        *(row.claim, row.was, row.successor, row.held_at),
        rated=bool(row.rated),
        ended_at=row.ended_at,
    )


EMPTY = QueueSnapshot(0, "", NO_DAY, (), (), (), MappingProxyType({}), MappingProxyType({}))
"""Before the first look."""
