"""What the centre learns of the queue: one small event for each act, in the transaction of the act.

Promises: nothing personal and nothing unguessable goes up; the subject names a ticket for ever, by the epoch
of its birth, the ordinal of its hall-day and its number. Each is described in docs/events.md.
"""

from __future__ import annotations

from typing import Any

from gateway.store.outbox import Event
from gateway.tickets.model import AT_COUNTER, HallDay
from gateway.tickets.tables import Ticket

LANE = "record"


def _about(ticket: Ticket, act: str, **data: object) -> Event:
    subject = f"ticket/{ticket.epoch}/{ticket.day}/{ticket.label}"
    known = {name: value for name, value in data.items() if value is not None and value != ""}
    return Event(LANE, f"id.balai.ticket.{act}.v1", subject, {"line": ticket.line, **known})


def issued(ticket: Ticket, origin: str, jumped: int, was: Ticket | None = None) -> Event:
    """Somebody has a number; ``jumped`` numbers before it were left out after a restore; ``was`` is the one it replaces."""
    replaced = f"ticket/{was.epoch}/{was.day}/{was.label}" if was is not None else None
    return _about(
        ticket, "issued", number=ticket.label, priority=ticket.priority, origin=origin, jumped=jumped or None, was=replaced
    )


def called(ticket: Ticket, counter: str, waited_s: float | None) -> Event:
    """A counter has called a ticket for the first time."""
    return _about(ticket, "called", counter=counter, waited_s=waited_s)


def recalled(ticket: Ticket, counter: str, calls: int) -> Event:
    """A counter has called a ticket again, ``calls`` times in all."""
    return _about(ticket, "recalled", counter=counter, calls=calls)


def served(ticket: Ticket) -> Event:
    """The person has come to the counter."""
    return _about(ticket, "served", counter=ticket.counter)


def skipped(ticket: Ticket) -> Event:
    """Nobody came yet: the ticket waits again, behind some others."""
    return _about(ticket, "skipped", counter=ticket.counter, calls=ticket.calls)


def held(ticket: Ticket, reason: str) -> Event:
    """A ticket is put aside, by a clerk or, with ``later``, by its holder."""
    return _about(ticket, "held", counter=ticket.counter if ticket.state in AT_COUNTER else None, reason=reason)


def brought_back(ticket: Ticket, by: str) -> Event:
    """A held ticket waits again; ``by`` is ``staff`` or ``holder``, never a name."""
    return _about(ticket, "returned", by=by)


def transferred(ticket: Ticket, line: str, counter: str, service_s: float | None) -> Event:
    """A counter has sent the ticket on to another line, or to one counter of it, after serving it so long."""
    return _about(ticket, "transferred", counter=ticket.counter, to_line=line, to_counter=counter, service_s=service_s)


def undone(ticket: Ticket, act: str, state: str) -> Event:
    """A clerk has taken back an act within seconds; the ticket is in ``state`` again."""
    return _about(ticket, "undone", taken_back=act, state=state)


def completed(ticket: Ticket, service_s: float | None) -> Event:
    """The person of a ticket has been served."""
    return _about(ticket, "completed", counter=ticket.counter, service_s=service_s)


def no_show(ticket: Ticket) -> Event:
    """Nobody came when the ticket was called."""
    return _about(ticket, "no-show", counter=ticket.counter, calls=ticket.calls)


def cancelled(ticket: Ticket, reason: str) -> Event:
    """A ticket has ended without service."""
    return _about(ticket, "cancelled", counter=ticket.counter, reason=reason)


def rated(ticket: Ticket, score: int, origin: str) -> Event:
    """Somebody has told how content they were; of which day and line, never of which ticket."""
    data = {"line": ticket.line, "score": score, "origin": origin}
    return Event(LANE, "id.balai.visit.rated.v1", f"rating/{ticket.epoch}/{ticket.day}/{ticket.line}", data)


def arranged(epoch: str, furniture: dict[str, Any]) -> Event:
    """The hall has changed its lines and counters; ``furniture`` is all of them."""
    return Event(LANE, "id.balai.hall.arranged.v1", f"hall/{epoch}", furniture)


def line_opened(epoch: str, line: str, *, is_open: bool) -> Event:
    """A line gives numbers again, or no more."""
    return Event(LANE, "id.balai.line.opened.v1", f"line/{epoch}/{line}", {"open": is_open})


def line_continued(epoch: str, day: int, line: str, after: int, through: int) -> Event:
    """Numbers above ``after`` up to ``through`` were given on paper."""
    return Event(LANE, "id.balai.line.continued.v1", f"line/{epoch}/{line}", {"day": day, "after": after, "through": through})


def day_opened(day: HallDay, epoch: str, by: str) -> Event:
    """A hall-day has begun; ``by`` is ``calendar`` or ``staff``, never a name."""
    data = {"ordinal": day.ordinal, "date": day.on.isoformat(), "clock": day.clock, "by": by}
    return Event(LANE, "id.balai.day.opened.v1", f"day/{epoch}/{day.ordinal}", data)


def day_dated(day: HallDay, epoch: str) -> Event:
    """The date of a hall-day that is under way has become better known."""
    data = {"ordinal": day.ordinal, "date": day.on.isoformat(), "clock": day.clock}
    return Event(LANE, "id.balai.day.dated.v1", f"day/{epoch}/{day.ordinal}", data)
