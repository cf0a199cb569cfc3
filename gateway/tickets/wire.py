"""What the centre learns of the queue: one small event for each act, in the transaction of the act.

Promises: nothing personal and nothing unguessable goes up; the subject names a ticket for ever, by the epoch
of its birth, the ordinal of its hall-day and its number. Each is described in docs/events.md.
"""

from __future__ import annotations

from gateway.store.outbox import Event
from gateway.tickets.model import HallDay
from gateway.tickets.tables import Ticket

LANE = "record"


def _about(ticket: Ticket, act: str, **data: object) -> Event:
    subject = f"ticket/{ticket.epoch}/{ticket.day}/{ticket.label}"
    known = {name: value for name, value in data.items() if value is not None and value != ""}
    return Event(LANE, f"id.balai.ticket.{act}.v1", subject, {"line": ticket.line, **known})


def issued(ticket: Ticket, origin: str, jumped: int) -> Event:
    """Somebody has taken a number; ``jumped`` numbers before it were left out after a restore."""
    return _about(ticket, "issued", number=ticket.label, priority=ticket.priority, origin=origin, jumped=jumped or None)


def called(ticket: Ticket, counter: str, waited_s: float | None) -> Event:
    """A counter has called a ticket for the first time."""
    return _about(ticket, "called", counter=counter, waited_s=waited_s)


def recalled(ticket: Ticket, counter: str, calls: int) -> Event:
    """A counter has called a ticket again, ``calls`` times in all."""
    return _about(ticket, "recalled", counter=counter, calls=calls)


def completed(ticket: Ticket, service_s: float | None) -> Event:
    """The person of a ticket has been served."""
    return _about(ticket, "completed", counter=ticket.counter, service_s=service_s)


def no_show(ticket: Ticket) -> Event:
    """Nobody came when the ticket was called."""
    return _about(ticket, "no-show", counter=ticket.counter, calls=ticket.calls)


def cancelled(ticket: Ticket, reason: str) -> Event:
    """A ticket has ended without service."""
    return _about(ticket, "cancelled", counter=ticket.counter, reason=reason)


def day_opened(day: HallDay, epoch: str, by: str) -> Event:
    """A hall-day has begun; ``by`` is ``calendar`` or ``staff``, never a name."""
    data = {"ordinal": day.ordinal, "date": day.on.isoformat(), "clock": day.clock, "by": by}
    return Event(LANE, "id.balai.day.opened.v1", f"day/{epoch}/{day.ordinal}", data)


def day_dated(day: HallDay, epoch: str) -> Event:
    """The date of a hall-day that is under way has become better known."""
    data = {"ordinal": day.ordinal, "date": day.on.isoformat(), "clock": day.clock}
    return Event(LANE, "id.balai.day.dated.v1", f"day/{epoch}/{day.ordinal}", data)
