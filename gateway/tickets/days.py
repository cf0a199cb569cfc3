"""Furnishing the hall, and the opening of its days.

Promises: a furnished hall always has a hall-day, so a button always gives a number; the ordinal only grows; a
day begins by the trusted calendar at opening or by a clerk, never at midnight by itself; nobody who took a number
this morning, before the clock was known, is sent away when the network sets it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from gateway.choices.desk import Choices
from gateway.clock import Clock, ClockState
from gateway.errors import Refusal
from gateway.store import epochs, outbox
from gateway.store.database import Store, Transaction
from gateway.store.stamp import Stamp
from gateway.tickets import tables, wire
from gateway.tickets.choices import QueueRules
from gateway.tickets.issuing import Issuing
from gateway.tickets.lines import find_line, write_counters, write_lines
from gateway.tickets.model import Act, CounterSetup, HallDay, LineSetup, Opening, TicketState, opening, state_after

CALENDAR = "calendar"
"""Who opens a day when no clerk does."""
OPENS_AT = time(5, 0)
"""The calendar opens no day before this local time: whoever tests a button at night belongs to yesterday."""


class Days:
    """Furnishes the hall and opens its days. Safe from any thread."""

    def __init__(self, store: Store, clock: Clock, zone: ZoneInfo, choices: Choices, issuing: Issuing) -> None:
        self._store = store
        self._clock = clock
        self._zone = zone
        self._choices = choices
        self._issuing = issuing
        self._said: tuple[date, date] | None = None
        """The date that a clerk has confirmed since the start, and what the clock showed then."""

    def furnish(self, lines: Sequence[LineSetup], counters: Sequence[CounterSetup]) -> bool:
        """Set up an empty hall and begin its first day; return False, and change nothing, when it has lines already."""
        with self._store.transaction() as tx:
            if tables.current_day(tx) is not None:
                return False
            write_lines(tx, lines)
            write_counters(tx, counters)
            self._begin(tx, HallDay(1, self._today(), str(self._clock.state())), CALENDAR)
        return True

    def open_day(self, on: date, by: str) -> HallDay:
        """Begin the day ``on``, whose date the clerk ``by`` has confirmed; return it.

        Whoever was left of the former day is sent home or carried over, as the hall has chosen. Raises Refusal ``day-not-later``.
        """
        with self._store.transaction() as tx:
            day = self.open_day_in(tx, on, ClockState.STAFF, by)
        self.confirm_day(on)
        return day

    def confirm_day(self, on: date) -> None:
        """Remember that a clerk says that today is ``on``, until the clock's next midnight or the next start."""
        self._said = (on, self._today())

    def confirmed_on(self) -> date | None:
        """Return today's date as far as somebody answers for it, the network or a clerk; None while nobody does."""
        if self._clock.state() in {ClockState.TRUSTED, ClockState.STAFF}:
            return self._today()
        return self._said[0] if self._said and self._said[1] == self._today() else None

    def open_day_in(self, tx: Transaction, on: date, clock: ClockState, by: str) -> HallDay:
        """Begin the day ``on``, inside ``tx``."""
        current = tables.current_day(tx)
        assert current is not None, "only a furnished hall opens days"  # noqa: S101 - an invariant, not a check of input
        verdict = opening(current, on, str(clock))
        if verdict is Opening.REFUSED:
            raise Refusal("day-not-later", date=on.isoformat())
        if verdict is Opening.SAME_DAY:
            return self._correct(tx, HallDay(current.ordinal, on, str(clock)))
        left = self._close(tx, current)
        day = self._begin(tx, HallDay(current.ordinal + 1, on, str(clock)), by)
        for ticket in left:
            self._issuing.issue_in(tx, ticket.line, priority=ticket.priority, origin="carried", was=ticket)
        return day

    def open_day_if_due(self) -> HallDay | None:
        """Begin today's day if the calendar can be trusted, opening time has come and it has not begun; else return None.

        Written as catch-up: it may be called at any time and any number of times.
        """
        if self._clock.state() is not ClockState.TRUSTED:
            return None
        local = self._clock.now().astimezone(self._zone)
        with self._store.transaction() as tx:
            current = tables.current_day(tx)
            if current is None or opening(current, local.date(), str(ClockState.TRUSTED)) is Opening.REFUSED:
                return None
            if current.on != local.date() and local.time() < OPENS_AT:
                return None
            if self._people_came_today(tx, current):
                return self._correct(tx, HallDay(current.ordinal, local.date(), str(ClockState.TRUSTED)))
            return self.open_day_in(tx, local.date(), ClockState.TRUSTED, CALENDAR)

    def _people_came_today(self, tx: Transaction, day: HallDay) -> bool:
        """Return whether the latest number of an unknown date was given today, as the uptime tells."""
        uptime_s = tables.latest_undated_issue_uptime_s(tx, day.ordinal, self._clock.bootid)
        if uptime_s is None:
            return False
        issued_at = self._clock.now() - timedelta(seconds=self._clock.uptime_s() - uptime_s)
        return issued_at.astimezone(self._zone).date() == self._today()

    def _today(self) -> date:
        return self._clock.now().astimezone(self._zone).date()

    def _begin(self, tx: Transaction, day: HallDay, by: str) -> HallDay:
        stamp = Stamp.of(self._clock, self._zone)
        tables.add_day(tx, day, by, stamp.time)
        outbox.append(tx, stamp, wire.day_opened(day, epochs.current(tx), CALENDAR if by == CALENDAR else "staff"))
        tables.bump_revision(tx)
        return day

    def _correct(self, tx: Transaction, day: HallDay) -> HallDay:
        tables.correct_day(tx, day)
        outbox.append(tx, Stamp.of(self._clock, self._zone), wire.day_dated(day, epochs.current(tx)))
        tables.bump_revision(tx)
        return day

    def _close(self, tx: Transaction, day: HallDay) -> list[tables.Ticket]:
        """End every ticket that is left; return those to be carried over, in the order of their places."""
        stamp = Stamp.of(self._clock, self._zone)
        carry = self._choices.read(tx, QueueRules).leftover == "carry"
        carried = []
        for ticket in tables.unfinished_tickets(tx, day.ordinal):
            after = state_after(ticket.state, Act.CANCEL)
            assert after is not None, "whoever is in the hall can be cancelled"  # noqa: S101 - an invariant, not a check of input
            # Whoever was at a counter has been served; whoever waited or fetched papers comes again.
            again = carry and ticket.state in {TicketState.WAITING, TicketState.HELD} and find_line(tx, ticket.line) is not None
            reason = "carried" if again else "day-closed"
            tables.write_ticket(tx, ticket.id, {"state": after.value, "reason": reason, "ended_at": stamp.time})
            outbox.append(tx, stamp, wire.cancelled(ticket, reason))
            if again:
                carried.append(ticket)
        tx.execute("DELETE FROM last_act")
        return sorted(carried, key=lambda ticket: ticket.place)
