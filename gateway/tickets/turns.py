"""Whose turn it is: the stated fairness rule, with nothing of a database or a clock in it.

Promises: of those who wait in the same lines no more priority tickets are called in a row than the hall has chosen
while somebody without priority waits too; within a class the order is the order of issue, never the time of day;
a ticket that was skipped comes again after a stated number of others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

PRIORITY_IN_A_ROW = 2
"""So many priority tickets are called in a row while others wait, unless the hall chooses otherwise."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who waits. ``place`` grows in the order of issue."""

    ticket: int
    priority: bool
    place: float


def priority_streak(last_first: Iterable[bool], in_a_row: int = PRIORITY_IN_A_ROW) -> int:
    """Return how many of the latest calls in a row were priority, given whether each was, the last one first."""
    streak = 0
    for priority in last_first:
        if not priority or streak == in_a_row:
            break
        streak += 1
    return streak


def choose(regular: int | None, priority: int | None, streak: int, in_a_row: int = PRIORITY_IN_A_ROW) -> int | None:
    """Return who is called next: the first ``regular`` or the first ``priority`` ticket, or None when nobody waits.

    ``streak`` is the number of priority tickets called just before, in a row.
    """
    if priority is None or (streak >= in_a_row and regular is not None):
        return regular
    return priority


def calling_order(waiting: Sequence[Waiting], streak: int, in_a_row: int = PRIORITY_IN_A_ROW) -> list[int]:
    """Return the tickets in the order in which they will be called if nobody else comes."""
    in_order = sorted(waiting, key=lambda one: (one.place, one.ticket), reverse=True)
    regular = [one.ticket for one in in_order if not one.priority]
    priority = [one.ticket for one in in_order if one.priority]
    order: list[int] = []
    while regular or priority:
        chosen = choose(regular[-1] if regular else None, priority[-1] if priority else None, streak, in_a_row)
        if priority and chosen == priority[-1]:
            order.append(priority.pop())
            streak = min(streak + 1, in_a_row)
        else:
            order.append(regular.pop())
            streak = 0
    return order


def ahead_of_newcomer(regular: int, priority: int, streak: int, in_a_row: int = PRIORITY_IN_A_ROW, *, has_priority: bool) -> int:
    """Return how many of ``regular`` and ``priority`` waiting people are called before one who comes now.

    Says the same as ``calling_order`` without needing to know who they are.
    """
    room = in_a_row - min(streak, in_a_row)
    if has_priority:
        beyond = max(0, priority + 1 - room)
        turns_of_others = -(-beyond // in_a_row)
        return priority + min(regular, turns_of_others)
    return regular + min(priority, room + in_a_row * regular)


def place_after(own: float, others: Sequence[float], behind: int) -> float:
    """Return the new place of a skipped ticket: behind the next ``behind`` of those who wait after it, or behind all.

    ``others`` are the places of the line's other waiting people.
    """
    later = sorted(place for place in others if place > own)
    if not later:
        return own
    if len(later) <= behind:
        return later[-1] + 1.0
    return (later[behind - 1] + later[behind]) / 2
