"""The acts of people with numbers: each public method is what one person does, in one transaction.

Promises: when a method returns, its fact is on the card and its event is in the outbox with it; when it refuses,
nothing has happened. The same idempotency key gives the same answer, also after a restart. ``issue_in(tx, ...)`` is
the same act inside a transaction that another opened.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from zoneinfo import ZoneInfo

from gateway.choices.desk import Choices
from gateway.clock import Clock
from gateway.errors import Refusal
from gateway.store import outbox
from gateway.store.database import Store, Transaction
from gateway.store.once import once
from gateway.store.outbox import Event
from gateway.store.stamp import Stamp
from gateway.tickets import ratings, slips, tables, wire
from gateway.tickets.choices import QueueRules
from gateway.tickets.counters import Called, CountersDesk
from gateway.tickets.days import Days
from gateway.tickets.furniture import Furniture
from gateway.tickets.issuing import Issued, Issuing
from gateway.tickets.limits import PhoneLimits, Place
from gateway.tickets.model import UNFINISHED, Act, HoldReason, PriorityClass, Satisfaction, TicketState
from gateway.tickets.scene import require_legal

RATED_WITHIN_S = 180.0
"""So long after a visit the buttons at its counter speak of it."""

__all__ = ["Called", "Changed", "Issued", "TicketsDesk"]


@dataclass(frozen=True, slots=True)
class Changed:
    """The answer to the holder of a ticket."""

    number: str
    token: str
    revision: int


@dataclass(frozen=True, slots=True)
class Reprinted:
    """The answer to a clerk who wants a slip once more."""

    number: str


class TicketsDesk:
    """Where numbers are given and what their holders do. Safe from any thread.

    The acts at counters are those of ``CountersDesk``, the days those of ``Days``, lines and counters those of ``Furniture``.
    """

    def __init__(self, store: Store, clock: Clock, randomness: Random, zone: ZoneInfo, choices: Choices | None = None) -> None:
        self._store = store
        self._clock = clock
        self._zone = zone
        self.choices = choices or Choices(store, clock, zone)
        issuing = Issuing(store, clock, randomness, zone, self.choices)
        self.issue_in = issuing.issue_in
        self._phones = PhoneLimits(clock)
        self.counters = CountersDesk(store, clock, zone, self.choices)
        self.call_next = self.counters.call_next
        self.recall = self.counters.recall
        self.complete = self.counters.complete
        self.no_show = self.counters.no_show
        days = Days(store, clock, zone, self.choices, issuing)
        self.furnish = days.furnish
        self.open_day, self.confirm_day, self.confirmed_on = days.open_day, days.confirm_day, days.confirmed_on
        self.open_day_if_due = days.open_day_if_due
        self.furniture = Furniture(store, clock, zone, self.choices)

    def issue(self, line_id: str, *, priority: str = "", origin: str, key: str | None = None) -> Issued:
        """Give the next number of a line; ``origin`` is button, kiosk, phone or staff. Raises what ``issue_in`` raises."""
        with self._store.transaction() as tx:
            return self._issue_once(tx, line_id, priority, origin, key)

    async def issue_soon(self, line_id: str, *, priority: str = "", origin: str, key: str | None = None) -> Issued:
        """Give a number as ``issue`` does, from an event loop: a crowd of phones shares commits and needs no threads."""
        return await self._store.submit(lambda tx: self._issue_once(tx, line_id, priority, origin, key))

    async def take_by_phone(self, line_id: str, *, priority: str = "", device: str, key: str | None = None) -> Issued:
        """Give a number to a phone as ``issue_soon`` does, within what phones may take.

        ``device`` is its address on the network, kept in memory only. Raises Refusal ``phone-limit`` besides.
        """
        place = Place(device)

        def admitted(tx: Transaction) -> None:
            rules = self.choices.read(tx, QueueRules)
            if rules.phone_tickets:
                self._phones.enter(place, tx, rules)

        try:
            issued = await self._store.submit(lambda tx: self._issue_once(tx, line_id, priority, "phone", key, admitted))
        except Exception:
            self._phones.leave(place)
            raise
        self._phones.keep(place, issued.token)
        return issued

    def come_later(self, token: str, *, key: str | None = None) -> Changed:
        """Let somebody who waits come later without losing the place.

        Raises Refusal ``unknown-ticket``, ``act-not-now``.
        """
        reason = HoldReason.LATER.value

        def later(ticket: tables.Ticket, stamp: Stamp) -> tuple[Event, dict[str, object]]:
            return wire.held(ticket, reason), {"reason": reason, "held_at": stamp.time}

        return self._by_holder("later", token, Act.HOLD, key, later, only=TicketState.WAITING)

    def come_back(self, token: str, *, key: str | None = None) -> Changed:
        """Let the holder of a held ticket wait again at the old place. Raises the same as ``come_later``."""

        def back(ticket: tables.Ticket, _stamp: Stamp) -> tuple[Event, dict[str, object]]:
            return wire.brought_back(ticket, "holder"), {"reason": "", "held_at": None}

        return self._by_holder("back", token, Act.BRING_BACK, key, back)

    def give_back(self, token: str, *, key: str | None = None) -> Changed:
        """End the ticket of somebody who does not want it any more. Raises the same as ``come_later``."""

        def end(ticket: tables.Ticket, stamp: Stamp) -> tuple[Event, dict[str, object]]:
            return wire.cancelled(ticket, "holder"), {"reason": "holder", "ended_at": stamp.time}

        return self._by_holder("give-back", token, Act.CANCEL, key, end)

    def rate(self, token: str, score: int, *, origin: str, key: str | None = None) -> Changed:
        """Keep how content somebody was with a finished visit; a second rating changes nothing.

        Raises Refusal ``unknown-ticket``, ``act-not-now``, ``field-invalid``.
        """
        with self._store.transaction() as tx:
            asked = ["rate", token, str(score)]
            return once(tx, Changed, key, asked, self._clock.now(), lambda tx: self._rate_in(tx, token, score, origin))

    def rate_latest(self, counter_id: str, score: int) -> bool:
        """Keep how content the person is whose visit at this counter has ended just now, told by a button; False when there is none."""
        with self._store.transaction() as tx:
            day = tables.current_day(tx)
            since_s = self._clock.uptime_s() - RATED_WITHIN_S
            token = ratings.latest_visit(tx, day.ordinal if day else 0, counter_id, self._clock.bootid, since_s)
            if token is None:
                return False
            self._rate_in(tx, token, score, "button")
            return True

    def _rate_in(self, tx: Transaction, token: str, score: int, origin: str) -> Changed:
        if score not in set(Satisfaction):
            raise Refusal("field-invalid", field="score")
        ticket = _require_ticket(tx, token)
        if ticket.state is not TicketState.COMPLETED:
            raise Refusal("act-not-now", number=ticket.label)
        if ratings.add_rating(tx, ticket.id, score, origin):
            # The day and the line, never the ticket: what somebody thought is not to be traced to a person.
            outbox.append(tx, Stamp.of(self._clock, self._zone), wire.rated(ticket, score, origin))
        return Changed(ticket.label, token, tables.bump_revision(tx))

    def print_again(self, number: str, *, key: str | None = None) -> Reprinted:
        """Print the slip of one of today's numbers again. Raises Refusal ``unknown-number``, ``act-not-now`` for one that is done."""

        def want(tx: Transaction) -> Reprinted:
            day = tables.current_day(tx)
            ticket = tables.find_by_label(tx, day.ordinal, number) if day and number.isprintable() else None
            if ticket is None:
                raise Refusal("unknown-number", number=number)
            if ticket.state not in UNFINISHED:
                raise Refusal("act-not-now", number=ticket.label)
            slips.slip_wanted_again(tx, ticket.id, Stamp.of(self._clock, self._zone))
            return Reprinted(ticket.label)

        with self._store.transaction() as tx:
            return once(tx, Reprinted, key, ["print", number], self._clock.now(), want)

    def late_slips(self) -> list[slips.LateSlip]:
        """Return the slips that have not come out, in the order of issue."""
        with self._store.reader() as db:
            return slips.late_slips(db, self._clock)

    def _issue_once(
        self,
        tx: Transaction,
        line_id: str,
        priority: str,
        origin: str,
        key: str | None,
        admitted: Callable[[Transaction], None] = lambda _tx: None,
    ) -> Issued:
        def issue(tx: Transaction) -> Issued:
            admitted(tx)
            if priority == PriorityClass.AMBIL:
                raise Refusal("unknown-priority", priority=priority)
            return self.issue_in(tx, line_id, priority=priority, origin=origin)

        return once(tx, Issued, key, ["issue", line_id, priority, origin], self._clock.now(), issue)

    def _by_holder(
        self,
        name: str,
        token: str,
        act: Act,
        key: str | None,
        told: Callable[[tables.Ticket, Stamp], tuple[Event, dict[str, object]]],
        only: TicketState | None = None,
    ) -> Changed:
        def change(tx: Transaction) -> Changed:
            ticket = _require_ticket(tx, token)
            after = require_legal(ticket, act)
            if only is not None and ticket.state is not only:
                raise Refusal("act-not-now", number=ticket.label)
            stamp = Stamp.of(self._clock, self._zone)
            event, columns = told(ticket, stamp)
            tables.write_ticket(tx, ticket.id, {"state": after.value, **columns})
            outbox.append(tx, stamp, event)
            return Changed(ticket.label, token, tables.bump_revision(tx))

        with self._store.transaction() as tx:
            return once(tx, Changed, key, [name, token], self._clock.now(), change)


def _require_ticket(tx: Transaction, token: str) -> tables.Ticket:
    ticket = tables.find_by_token(tx, token) if token.isprintable() else None
    if ticket is None:
        raise Refusal("unknown-ticket")
    return ticket
