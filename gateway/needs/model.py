"""The rules of reports about neighbours in need: who must be visited until when, and what a visit leads to. Pure.

Promises: every state but ``closed`` and ``joined`` has a day on which somebody goes there; what is urgent waits for no working day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

TEXT_LIMIT = 1500
WHO_LIMIT = 80
WHERE_LIMIT = 120
NAME_LIMIT = 80
PHONE_LIMIT = 20
ENTRIES_LIMIT = 60
WAITING_LIMIT = 1000
"""More open ones than any village has: a flood, which must neither fill the card nor bury the others."""

After = Callable[[date, int], date]
"""Returns the working day that is so many of them after a day."""


class State(StrEnum):
    """Where a report stands."""

    REPORTED = "reported"
    """Nobody has been there."""
    VISITED = "visited"
    """Somebody was there, and help is needed."""
    HELPED = "helped"
    """Help has come; somebody looks again."""
    CLOSED = "closed"
    JOINED = "joined"
    """It is about the same person or house as another."""


OPEN = (State.REPORTED, State.VISITED, State.HELPED)


class Result(StrEnum):
    """What a visit has found."""

    NOBODY = "nobody"
    """Nobody was at home."""
    NEEDS_HELP = "needs-help"
    HELPED = "helped"
    STANDS = "stands"
    """Stands on their own feet now, or did all along."""
    AWAY = "away"
    """Moved away, or died."""


LEADS: dict[Result, State | None] = {
    Result.NOBODY: None,
    Result.NEEDS_HELP: State.VISITED,
    Result.HELPED: State.HELPED,
    Result.STANDS: State.CLOSED,
    Result.AWAY: State.CLOSED,
}
"""Where a visit leads; None leaves a report where it stands, and asks for another visit."""


class Author(StrEnum):
    """Who has written an entry."""

    VILLAGER = "villager"
    HALL = "hall"
    REGENCY = "regency"


class Why(StrEnum):
    """Why one was closed without a visit that says so."""

    VISIT = "visit"
    TWICE = "twice"
    ELSEWHERE = "elsewhere"
    """Another village's."""
    ABUSE = "abuse"


BY_HALL = (Why.ELSEWHERE, Why.ABUSE)


@dataclass(frozen=True, slots=True)
class Terms:
    """Until when somebody goes there: days of the calendar for what is urgent, working days for all else."""

    urgent: int = 1
    visit: int = 7
    again: int = 14


def after_visit(state: State, result: Result) -> State | None:
    """Return where a visit leads, or None where nobody goes any more."""
    return (LEADS[result] or state) if state in OPEN else None


def due_on(state: State, since: date | None, again_on: date | None, terms: Terms, count: After, *, urgent: bool) -> date | None:
    """Return the last day on which somebody should be there. None where nobody goes any more, or for an unknown day.

    ``again_on`` is the day that the team itself has named.
    """
    if state not in OPEN or since is None:
        return None
    if again_on is not None:
        return again_on
    if urgent and state is State.REPORTED:
        return since + timedelta(days=terms.urgent)
    return count(since, terms.visit if state is State.REPORTED else terms.again)


def is_late(due: date | None, today: date | None) -> bool:
    """Return whether somebody should have been there by now."""
    return due is not None and today is not None and today > due
