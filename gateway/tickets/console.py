"""What a clerk sees of the queue at one counter, put together from the snapshot: pure, so that a page only has to draw it.

Promises: whoever stands in the list can be called here, in this order; an act is offered only while it is legal, taking
back only while it is still possible; a time is shown only when the clock makes sense of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime

from gateway.clock import Clock
from gateway.tickets.model import AT_COUNTER, LEGAL, Act, TicketState
from gateway.tickets.snapshot import CounterView, LastAct, LineView, QueueSnapshot, TicketView, WaitingView

LONGEST_S = 24 * 3600.0
"""Longer ago than that is a clock that has jumped."""


@dataclass(frozen=True, slots=True)
class Waits:
    """One person who waits."""

    number: str
    priority: str
    minutes: int | None
    only_here: bool
    """Sent to this counter, and to no other."""


@dataclass(frozen=True, slots=True)
class Held:
    """One person who fetches something."""

    number: str
    priority: str
    reason: str
    minutes: int | None


@dataclass(frozen=True, slots=True)
class Way:
    """Where the present ticket may be sent."""

    line: LineView
    counter: CounterView | None = None
    """When it is for this counter alone."""


@dataclass(frozen=True, slots=True)
class Console:
    """One counter at one moment."""

    counter: CounterView
    main: str
    """The act on the space bar: ``call-next``, ``complete`` or ``resume``."""
    may: frozenset[str]
    """The acts that are legal for the present ticket."""
    since_s: int | None
    """So long the present ticket is called or served."""
    calls_missing: int
    """So often the present ticket must be called before it counts as not present."""
    lines: tuple[tuple[LineView, tuple[Waits, ...]], ...]
    """Those of this counter in which somebody waits, the preferred first."""
    total: int
    held: tuple[Held, ...]
    ways: tuple[Way, ...]
    rests_s: int | None
    """So long the counter rests; None when it does not, or nobody knows."""
    undo: LastAct | None = None
    undo_s: int = 0
    others: tuple[CounterView, ...] = field(default=())


def compose(snapshot: QueueSnapshot, counter: CounterView, clock: Clock) -> Console:
    """Return what ``counter`` shows now."""
    now = clock.now()
    present = next((one for one in snapshot.tickets.values() if one.counter == counter.id and one.state in AT_COUNTER), None)
    lines = [(line, people) for line in _lines_of(snapshot, counter) if (people := _people(snapshot, line, counter, now))]
    total = sum(len(people) for _, people in lines)
    served = {*counter.lines}
    return Console(
        counter=counter,
        main=_main(counter, total),
        may=frozenset(act for act in Act if present and (TicketState(present.state), act) in LEGAL),
        since_s=seconds_since(counter.since, now),
        calls_missing=max(0, snapshot.rules.calls_before_no_show - counter.calls),
        lines=tuple(lines),
        total=total,
        held=tuple(
            Held(one.number, one.priority, one.reason, _minutes_since(one.held_at, now))
            for one in snapshot.held
            if one.line in served
        ),
        ways=_ways(snapshot, counter, present),
        rests_s=seconds_since(counter.paused_at, now),
        undo=counter.last_act if _undo_s(snapshot, counter, clock) else None,
        undo_s=_undo_s(snapshot, counter, clock),
        others=tuple(one for one in snapshot.counters if one.id != counter.id),
    )


def seconds_since(at: str, now: datetime) -> int | None:
    """Return how many seconds ago that was, or None when it was never or the clock has jumped since."""
    if not at:
        return None
    seconds = (now - datetime.fromisoformat(at)).total_seconds()
    return int(seconds) if 0 <= seconds < LONGEST_S else None


def _minutes_since(at: str, now: datetime) -> int | None:
    seconds = seconds_since(at, now)
    return None if seconds is None else seconds // 60


def _main(counter: CounterView, total: int) -> str:
    """Return the act on the space bar: whoever rests, or has nobody left to call, calls nobody by it."""
    if counter.ticket:
        return "call-next" if total and not counter.paused_at else "complete"
    return "resume" if counter.paused_at else "call-next"


def _lines_of(snapshot: QueueSnapshot, counter: CounterView) -> list[LineView]:
    """Return the counter's lines, and others from which somebody was sent to it."""
    sent = [line.id for line in snapshot.lines if any(one.for_counter == counter.id for one in snapshot.waiting.get(line.id, ()))]
    wanted = [*counter.lines, *(line for line in sent if line not in counter.lines)]
    return [line for line in map(snapshot.line, wanted) if line is not None]


def _people(snapshot: QueueSnapshot, line: LineView, counter: CounterView, now: datetime) -> tuple[Waits, ...]:
    def may_be_called(one: WaitingView) -> bool:
        return one.for_counter == counter.id or (not one.for_counter and line.id in counter.lines)

    return tuple(
        Waits(one.number, one.priority, _minutes_since(one.issued_at, now), one.for_counter != "")
        for one in snapshot.waiting.get(line.id, ())
        if may_be_called(one)
    )


def _ways(snapshot: QueueSnapshot, counter: CounterView, present: TicketView | None) -> tuple[Way, ...]:
    """Return the other lines, then the other counters: for each the line it stays in, or the counter's first."""
    if present is None:
        return ()
    ways = [Way(line) for line in snapshot.lines if line.id != present.line]
    for other in snapshot.counters:
        stays = present.line if present.line in other.lines else next(iter(other.lines), "")
        line = snapshot.line(stays)
        if other.id != counter.id and line is not None:
            ways.append(Way(line, other))
    return tuple(ways)


def _undo_s(snapshot: QueueSnapshot, counter: CounterView, clock: Clock) -> int:
    """Return for how many seconds more the counter's last act can be taken back."""
    last = counter.last_act
    if last is None or last.bootid != clock.bootid:
        return 0
    return max(0, math.ceil(snapshot.rules.undo_s - (clock.uptime_s() - last.uptime_s)))
