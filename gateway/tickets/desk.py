"""The acts of the queue: each public method is what one person does, in one transaction.

Promises: when a method returns, its fact is on the card and its event is in the outbox with it; when it refuses,
nothing has happened. The same idempotency key gives the same answer, also after a restart. Two counters that
call at once never get the same person. ``*_in(tx, ...)`` is the same act inside a transaction that another
opened.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from random import Random
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from gateway.clock import Clock
from gateway.errors import Refusal
from gateway.store import answers, epochs, outbox
from gateway.store.database import Store, Transaction
from gateway.store.room import require_room
from gateway.store.stamp import Stamp
from gateway.tickets import model, slips, tables, waits, wire
from gateway.tickets.days import Days
from gateway.tickets.model import Act, PriorityClass

SLIP_ORIGINS = frozenset({"button", "kiosk", "staff"})
"""Where people take a number without a phone in their hand: they get a slip."""
TOKEN_BITS = 100
"""A ticket's link is guessed no more easily than that."""


@dataclass(frozen=True, slots=True)
class Issued:
    """The answer to somebody who took a number."""

    number: str
    token: str
    """Unguessable: whoever has it may see the ticket."""
    line: str
    ahead: int
    wait_low_s: int
    wait_high_s: int
    revision: int


@dataclass(frozen=True, slots=True)
class Called:
    """The answer to a clerk: the number that the act was about."""

    number: str
    counter: str
    revision: int


Answer = TypeVar("Answer", Issued, Called)


class CounterAct(Protocol):
    """An act of the clerk at a counter."""

    def __call__(self, tx: Transaction, counter_id: str, *, officer: str) -> Called:
        """Carry it out inside ``tx``."""


class TicketsDesk:
    """Where numbers are given and called. Safe from any thread.

    ``furnish``, ``open_day`` and ``open_day_if_due`` are those of ``Days``.
    """

    def __init__(self, store: Store, clock: Clock, randomness: Random, zone: ZoneInfo) -> None:
        self._store = store
        self._clock = clock
        self._randomness = randomness
        self._zone = zone
        days = Days(store, clock, zone)
        self.furnish = days.furnish
        self.open_day = days.open_day
        self.open_day_if_due = days.open_day_if_due

    def issue(self, line_id: str, *, priority: str = "", origin: str, key: str | None = None) -> Issued:
        """Give the next number of a line; ``origin`` is button, kiosk, phone or staff.

        Raises Refusal ``unknown-line``, ``line-closed``, ``unknown-priority``, ``key-reused``.
        """
        with self._store.transaction() as tx:
            return self._issue_once(tx, line_id, priority, origin, key)

    async def issue_soon(self, line_id: str, *, priority: str = "", origin: str, key: str | None = None) -> Issued:
        """Give a number as ``issue`` does, from an event loop: a crowd of phones shares commits and needs no threads."""
        return await self._store.submit(lambda tx: self._issue_once(tx, line_id, priority, origin, key))

    def _issue_once(self, tx: Transaction, line_id: str, priority: str, origin: str, key: str | None) -> Issued:
        def issue(tx: Transaction) -> Issued:
            return self.issue_in(tx, line_id, priority=priority, origin=origin)

        return self._once(tx, Issued, key, ["issue", line_id, priority, origin], issue)

    def call_next(self, counter_id: str, *, officer: str = "", key: str | None = None, expected: str | None = None) -> Called:
        """Finish with the counter's present ticket and call the next person of its lines.

        ``expected`` is the number that the clerk saw at the counter, "" for none: an act on another is refused.
        Raises Refusal ``unknown-counter``, ``ticket-moved-on``, ``nobody-waiting`` (the present ticket stays),
        ``key-reused``.
        """
        return self._at_counter("call-next", self.call_next_in, counter_id, officer, key, expected)

    def recall(self, counter_id: str, *, officer: str = "", key: str | None = None, expected: str | None = None) -> Called:
        """Call the counter's present ticket again.

        Raises Refusal ``unknown-counter``, ``ticket-moved-on``, ``no-current-ticket``, ``key-reused``.
        """
        return self._at_counter("recall", self.recall_in, counter_id, officer, key, expected)

    def complete(self, counter_id: str, *, officer: str = "", key: str | None = None, expected: str | None = None) -> Called:
        """Finish with the counter's present ticket. Raises the same as ``recall``."""
        return self._at_counter("complete", self.complete_in, counter_id, officer, key, expected)

    def no_show(self, counter_id: str, *, officer: str = "", key: str | None = None, expected: str | None = None) -> Called:
        """Record that nobody came to the counter. Raises the same as ``recall``."""
        return self._at_counter("no-show", self.no_show_in, counter_id, officer, key, expected)

    def issue_in(self, tx: Transaction, line_id: str, *, priority: str = "", origin: str) -> Issued:
        """Give the next number of a line, inside ``tx``, while the card has room for one more."""
        require_room(self._store.directory)
        line = _open_line(tx, line_id)
        if priority not in set(PriorityClass):
            raise Refusal("unknown-priority", priority=priority)
        day = tables.current_day(tx)
        assert day is not None, "a hall that has lines has a hall-day"  # noqa: S101 - an invariant, not a check of input
        stamp = self._stamp()
        ahead, wait = _place_of_newcomer(tx, day.ordinal, line_id, has_priority=priority != "")
        jumped = _take_jump(tx, line_id)
        number = tables.next_number(tx, day.ordinal, line_id, jumped)
        token = self._new_token(tx)
        row: dict[str, object] = {"epoch": epochs.current(tx), "day": day.ordinal, "line": line_id, "number": number}
        row |= {"label": model.label(line.letter, number), "token": token, "priority": priority, "origin": origin}
        ticket = tables.find_ticket(tx, tables.add_ticket(tx, stamp, row))
        if origin in SLIP_ORIGINS:
            slips.slip_wanted(tx, ticket.id, ahead, wait, stamp)
        outbox.append(tx, stamp, wire.issued(ticket, origin, jumped))
        revision = tables.bump_revision(tx)
        return Issued(ticket.label, token, line_id, ahead, wait.low_s, wait.high_s, revision)

    def call_next_in(self, tx: Transaction, counter_id: str, *, officer: str = "") -> Called:
        """Call the next person of the counter's lines, inside ``tx``."""
        _require_counter(tx, counter_id)
        chosen = _next_for(tx, counter_id)
        if chosen is None:
            raise Refusal("nobody-waiting")
        stamp = self._stamp()
        present = tables.present_ticket(tx, counter_id)
        if present is not None:
            _end(tx, present, Act.COMPLETE, stamp, officer)
        ticket = tables.find_ticket(tx, chosen)
        waited_s = _seconds_between(ticket.issued_bootid, ticket.issued_uptime_s, stamp)
        columns: dict[str, object] = {"state": _after(ticket, Act.CALL), "counter": counter_id, "calls": 1, "waited_s": waited_s}
        columns |= {"called_at": stamp.time, "called_bootid": stamp.bootid, "called_uptime_s": float(stamp.uptime)}
        tables.write_ticket(tx, ticket.id, columns)
        tables.add_call(tx, ticket, counter_id, 1, officer, stamp.time)
        outbox.append(tx, stamp, wire.called(ticket, counter_id, waited_s))
        return Called(ticket.label, counter_id, tables.bump_revision(tx))

    def recall_in(self, tx: Transaction, counter_id: str, *, officer: str = "") -> Called:
        """Call the counter's present ticket again, inside ``tx``."""
        ticket = _require_present(tx, counter_id)
        stamp = self._stamp()
        calls = ticket.calls + 1
        tables.write_ticket(tx, ticket.id, {"state": _after(ticket, Act.RECALL), "calls": calls})
        tables.add_call(tx, ticket, counter_id, calls, officer, stamp.time)
        outbox.append(tx, stamp, wire.recalled(ticket, counter_id, calls))
        return Called(ticket.label, counter_id, tables.bump_revision(tx))

    def complete_in(self, tx: Transaction, counter_id: str, *, officer: str = "") -> Called:
        """Finish with the counter's present ticket, inside ``tx``."""
        ticket = _require_present(tx, counter_id)
        _end(tx, ticket, Act.COMPLETE, self._stamp(), officer)
        return Called(ticket.label, counter_id, tables.bump_revision(tx))

    def no_show_in(self, tx: Transaction, counter_id: str, *, officer: str = "") -> Called:
        """Record that nobody came, inside ``tx``."""
        ticket = _require_present(tx, counter_id)
        _end(tx, ticket, Act.NO_SHOW, self._stamp(), officer)
        return Called(ticket.label, counter_id, tables.bump_revision(tx))

    def _at_counter(
        self, name: str, act: CounterAct, counter_id: str, officer: str, key: str | None, expected: str | None
    ) -> Called:
        def checked(tx: Transaction) -> Called:
            _require_expected(tx, counter_id, expected)
            return act(tx, counter_id, officer=officer)

        with self._store.transaction() as tx:
            return self._once(tx, Called, key, [name, counter_id], checked)

    def _once(
        self, tx: Transaction, kind: type[Answer], key: str | None, request: Sequence[str], act: Callable[[Transaction], Answer]
    ) -> Answer:
        """Return the answer that ``key`` was given before, or do the act and keep its answer in the same transaction."""
        fingerprint = json.dumps(request)
        kept = answers.replay(tx, key, fingerprint) if key is not None else None
        if kept is not None:
            return kind(**kept)
        answer = act(tx)
        if key is not None:
            answers.keep(tx, key, fingerprint, asdict(answer), self._clock.now())
        return answer

    def _stamp(self) -> Stamp:
        return Stamp.of(self._clock, self._zone)

    def _new_token(self, tx: Transaction) -> str:
        while True:
            bits = self._randomness.getrandbits(TOKEN_BITS)
            token = base64.b32encode(bits.to_bytes(-(-TOKEN_BITS // 8), "big")).decode().rstrip("=").lower()
            if not tables.token_exists(tx, token):
                return token


def _open_line(tx: Transaction, line_id: str) -> tables.Line:
    line = tables.find_line(tx, line_id) if line_id.isprintable() else None
    if line is None:
        raise Refusal("unknown-line", line=line_id)
    if not line.open:
        raise Refusal("line-closed", line=line.name)
    return line


def _require_counter(tx: Transaction, counter_id: str) -> None:
    if not (counter_id.isprintable() and tables.counter_exists(tx, counter_id)):
        raise Refusal("unknown-counter", counter=counter_id)


def _require_expected(tx: Transaction, counter_id: str, expected: str | None) -> None:
    if expected is None:
        return
    _require_counter(tx, counter_id)
    present = tables.present_ticket(tx, counter_id)
    if expected != (present.label if present else ""):
        raise Refusal("ticket-moved-on")


def _require_present(tx: Transaction, counter_id: str) -> tables.Ticket:
    _require_counter(tx, counter_id)
    ticket = tables.present_ticket(tx, counter_id)
    if ticket is None:
        raise Refusal("no-current-ticket", counter=counter_id)
    return ticket


def _after(ticket: tables.Ticket, act: Act) -> str:
    after = model.state_after(ticket.state, act)
    assert after is not None, f"{act} is not legal for a ticket that is {ticket.state}"  # noqa: S101 - an invariant, not a check of input
    return after.value


def _seconds_between(bootid: str, uptime_s: float, stamp: Stamp) -> float | None:
    """Return how long ago that was, or None when the machine was started anew since: wall clocks lie."""
    return round(float(stamp.uptime) - uptime_s, 1) if bootid == stamp.bootid else None


def _end(tx: Transaction, ticket: tables.Ticket, act: Act, stamp: Stamp, officer: str) -> None:
    """Let a called ticket end as completed or no-show."""
    columns: dict[str, Any] = {"state": _after(ticket, act), "ended_at": stamp.time, "ended_by": officer}
    if act is Act.COMPLETE:
        columns["service_s"] = _seconds_between(ticket.called_bootid, ticket.called_uptime_s, stamp)
        event = wire.completed(ticket, columns["service_s"])
    else:
        event = wire.no_show(ticket)
    tables.write_ticket(tx, ticket.id, columns)
    outbox.append(tx, stamp, event)


def _next_for(tx: Transaction, counter_id: str) -> int | None:
    """Return the ticket that the counter calls next: of its preferred lines as long as somebody waits there."""
    day = tables.current_day(tx)
    for lines in tables.lines_by_preference(tx, counter_id):
        regular = tables.first_waiting(tx, lines, priority=False)
        priority = tables.first_waiting(tx, lines, priority=True)
        streak = model.priority_streak(tables.latest_calls_priority(tx, day.ordinal if day else 0, lines))
        chosen = model.choose(regular, priority, streak)
        if chosen is not None:
            return chosen
    return None


def _place_of_newcomer(tx: Transaction, day: int, line_id: str, *, has_priority: bool) -> tuple[int, waits.WaitRange]:
    counts = tables.waiting_counts(tx)
    streak = model.priority_streak(tables.latest_calls_priority(tx, day, [line_id]))
    ahead = model.ahead_of_newcomer(*counts.get(line_id, (0, 0)), streak, has_priority=has_priority)
    totals = {line: sum(both) for line, both in counts.items()}
    counters = waits.capacity(line_id, tables.lines_at_work(tx), totals)
    pace = waits.pace(tables.service_times_s(tx, line_id, waits.MEASURED_LIMIT))
    return ahead, waits.estimate(ahead, counters, pace)


def _take_jump(tx: Transaction, line_id: str) -> int:
    """Return how many numbers this line leaves out now: after a restore, those that slips may already carry."""
    pending = tables.take_pending_jump(tx)
    if pending:
        tables.set_jumps(tx, pending)
    return tables.take_jump(tx, line_id)
