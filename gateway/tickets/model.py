"""The rules of the queue, with nothing of a database or a clock in them.

Promises: a ticket changes its state only as ``LEGAL`` says; of those who wait in the same lines at most
two priority tickets are called in a row while somebody without priority waits too; within a class the
order is the order of issue, never the time of day; a hall-day's ordinal only ever grows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

PRIORITY_IN_A_ROW = 2
"""So many priority tickets are called in a row while others wait; then it is the others' turn."""


class TicketState(StrEnum):
    """Where a ticket is on its way through the hall."""

    WAITING = "waiting"
    CALLED = "called"
    COMPLETED = "completed"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"


class Act(StrEnum):
    """What somebody does with a ticket that exists."""

    CALL = "call"
    RECALL = "recall"
    COMPLETE = "complete"
    NO_SHOW = "no_show"
    CANCEL = "cancel"


LEGAL: dict[tuple[TicketState, Act], TicketState] = {
    (TicketState.WAITING, Act.CALL): TicketState.CALLED,
    (TicketState.WAITING, Act.CANCEL): TicketState.CANCELLED,
    (TicketState.CALLED, Act.RECALL): TicketState.CALLED,
    (TicketState.CALLED, Act.COMPLETE): TicketState.COMPLETED,
    (TicketState.CALLED, Act.NO_SHOW): TicketState.NO_SHOW,
    (TicketState.CALLED, Act.CANCEL): TicketState.CANCELLED,
}
"""Every legal act and the state after it. docs/tickets.md shows this table."""


class PriorityClass(StrEnum):
    """Why a ticket goes ahead of others; the empty class is everybody else."""

    NONE = ""
    LANSIA = "lansia"
    DISABILITAS = "disabilitas"
    HAMIL = "hamil"


def state_after(state: TicketState, act: Act) -> TicketState | None:
    """Return the state after ``act``, or None when the act is not legal in ``state``."""
    return LEGAL.get((state, act))


def label(letter: str, number: int) -> str:
    """Return the number as people read it: ``A-012``; after 999 it goes on with ``A-1000``."""
    return f"{letter}-{number:03d}"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who waits. ``ticket`` grows in the order of issue."""

    ticket: int
    priority: bool


def priority_streak(last_first: Iterable[bool]) -> int:
    """Return how many of the latest calls in a row were priority, given whether each was, the last one first."""
    streak = 0
    for priority in last_first:
        if not priority or streak == PRIORITY_IN_A_ROW:
            break
        streak += 1
    return streak


def choose(regular: int | None, priority: int | None, streak: int) -> int | None:
    """Return who is called next: the first ``regular`` or the first ``priority`` ticket, or None when nobody waits.

    ``streak`` is the number of priority tickets called just before, in a row.
    """
    if priority is None or (streak >= PRIORITY_IN_A_ROW and regular is not None):
        return regular
    return priority


def calling_order(waiting: Sequence[Waiting], streak: int) -> list[int]:
    """Return the tickets in the order in which they will be called if nobody else comes."""
    regular = sorted((one.ticket for one in waiting if not one.priority), reverse=True)
    priority = sorted((one.ticket for one in waiting if one.priority), reverse=True)
    order: list[int] = []
    while regular or priority:
        chosen = choose(regular[-1] if regular else None, priority[-1] if priority else None, streak)
        if priority and chosen == priority[-1]:
            order.append(priority.pop())
            streak = min(streak + 1, PRIORITY_IN_A_ROW)
        else:
            order.append(regular.pop())
            streak = 0
    return order


def ahead_of_newcomer(regular: int, priority: int, streak: int, *, has_priority: bool) -> int:
    """Return how many of ``regular`` and ``priority`` waiting people are called before one who comes now.

    Says the same as ``calling_order`` without needing to know who they are.
    """
    room = PRIORITY_IN_A_ROW - min(streak, PRIORITY_IN_A_ROW)
    if has_priority:
        beyond = max(0, priority + 1 - room)
        turns_of_others = -(-beyond // PRIORITY_IN_A_ROW)
        return priority + min(regular, turns_of_others)
    return regular + min(priority, room + PRIORITY_IN_A_ROW * regular)


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


@dataclass(frozen=True, slots=True)
class CounterSetup:
    """A counter as the hall wants it. It serves ``helps`` only when nobody waits in ``lines``."""

    id: str
    name: str
    lines: tuple[str, ...]
    helps: tuple[str, ...] = ()
