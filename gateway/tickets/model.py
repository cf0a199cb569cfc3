"""The rules of the queue, with nothing of a database or a clock in them.

Promises: a ticket changes its state only as ``LEGAL`` says; a hall-day's ordinal only ever grows. Whose turn it is
stands in ``turns.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum


class TicketState(StrEnum):
    """Where a ticket is on its way through the hall."""

    WAITING = "waiting"
    CALLED = "called"
    """At a counter, which has called and does not know yet whether somebody comes."""
    SERVING = "serving"
    """At a counter, and the person is there."""
    HELD = "held"
    """Put aside while the person fetches something; comes back to its place without a new number."""
    COMPLETED = "completed"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"


class Act(StrEnum):
    """What somebody does with a ticket that exists."""

    CALL = "call"
    RECALL = "recall"
    SERVE = "serve"
    SKIP = "skip"
    HOLD = "hold"
    BRING_BACK = "bring_back"
    TRANSFER = "transfer"
    COMPLETE = "complete"
    NO_SHOW = "no_show"
    CANCEL = "cancel"


LEGAL: dict[tuple[TicketState, Act], TicketState] = {
    (TicketState.WAITING, Act.CALL): TicketState.CALLED,
    (TicketState.WAITING, Act.HOLD): TicketState.HELD,
    (TicketState.WAITING, Act.TRANSFER): TicketState.WAITING,
    (TicketState.WAITING, Act.CANCEL): TicketState.CANCELLED,
    (TicketState.CALLED, Act.RECALL): TicketState.CALLED,
    (TicketState.CALLED, Act.SERVE): TicketState.SERVING,
    (TicketState.CALLED, Act.SKIP): TicketState.WAITING,
    (TicketState.CALLED, Act.HOLD): TicketState.HELD,
    (TicketState.CALLED, Act.TRANSFER): TicketState.WAITING,
    (TicketState.CALLED, Act.COMPLETE): TicketState.COMPLETED,
    (TicketState.CALLED, Act.NO_SHOW): TicketState.NO_SHOW,
    (TicketState.CALLED, Act.CANCEL): TicketState.CANCELLED,
    (TicketState.SERVING, Act.RECALL): TicketState.CALLED,
    (TicketState.SERVING, Act.HOLD): TicketState.HELD,
    (TicketState.SERVING, Act.TRANSFER): TicketState.WAITING,
    (TicketState.SERVING, Act.COMPLETE): TicketState.COMPLETED,
    (TicketState.SERVING, Act.CANCEL): TicketState.CANCELLED,
    (TicketState.HELD, Act.CALL): TicketState.CALLED,
    (TicketState.HELD, Act.BRING_BACK): TicketState.WAITING,
    (TicketState.HELD, Act.CANCEL): TicketState.CANCELLED,
}
"""Every legal act and the state after it. docs/tickets.md shows this table."""

AT_COUNTER = frozenset({TicketState.CALLED, TicketState.SERVING})
UNFINISHED = frozenset({TicketState.WAITING, TicketState.HELD}) | AT_COUNTER


class HoldReason(StrEnum):
    """Why a ticket is put aside: one of few words, so that nothing about a person is ever typed into the queue."""

    PAPERS = "papers"
    """Fetches or copies papers."""
    PAYMENT = "payment"
    """Pays elsewhere."""
    SIGNATURE = "signature"
    """Waits for a signature."""
    LATER = "later"
    """Has said so on the phone: comes later."""
    OTHER = "other"


class Satisfaction(IntEnum):
    """How content somebody was with a visit."""

    NOT = 1
    FAIRLY = 2
    YES = 3
    VERY = 4


class PriorityClass(StrEnum):
    """Why a ticket goes ahead of others; the empty class is everybody else."""

    NONE = ""
    LANSIA = "lansia"
    DISABILITAS = "disabilitas"
    HAMIL = "hamil"
    AMBIL = "ambil"
    """Collects what is ready (``collecting.py``): it comes with a request, and nobody can choose it."""


def state_after(state: TicketState, act: Act) -> TicketState | None:
    """Return the state after ``act``, or None when the act is not legal in ``state``."""
    return LEGAL.get((state, act))


def label(letter: str, number: int) -> str:
    """Return the number as people read it: ``A-012``; after 999 it goes on with ``A-1000``."""
    return f"{letter}-{number:03d}"


@dataclass(frozen=True, slots=True)
class HallDay:
    """The day the hall is in: an ordinal that only grows, with its best-known date."""

    ordinal: int
    on: date
    clock: str
    """How far ``on`` can be believed: ``unset``, ``restored``, ``staff`` or ``trusted``."""


class Opening(StrEnum):
    """What comes of opening a day."""

    NEXT_DAY = "next-day"
    """A new ordinal begins."""
    SAME_DAY = "same-day"
    """The date of the present ordinal is now better known; nothing else changes."""
    REFUSED = "refused"


BELIEF = ("unset", "restored", "staff", "trusted")
"""Clock states, the least believable first."""


def opening(current: HallDay, on: date, clock: str) -> Opening:
    """Return what comes of opening the day ``on``, a date believed as ``clock`` says.

    A later date begins the next day. A date that is believed more than the present one corrects it: so a
    hall that woke in the wrong year is not shut out of its own calendar. Everything else is refused.
    """
    better_known = BELIEF.index(clock) > BELIEF.index(current.clock)
    if on == current.on:
        return Opening.SAME_DAY if better_known else Opening.REFUSED
    return Opening.NEXT_DAY if on > current.on or better_known else Opening.REFUSED


@dataclass(frozen=True, slots=True)
class LineSetup:
    """A line as the hall wants it. ``letter`` begins its numbers and is its alone."""

    id: str
    letter: str
    name: str
    colour: str = "#0b4f6c"
    icon: str = ""
    cap: int = 0
    """At most so many numbers a day; 0 for as many as come."""
    open: bool = True


@dataclass(frozen=True, slots=True)
class CounterSetup:
    """A counter as the hall wants it. It serves ``helps`` only when nobody waits in ``lines``."""

    id: str
    name: str
    lines: tuple[str, ...]
    helps: tuple[str, ...] = ()
