"""The rules of complaints: which act leads where, how long each state may last, and what is told of them all. Pure.

Promises: every state but ``closed`` has a deadline; passing a complaint on within the hall buys nobody time; whoever complained can
always answer an answer, and reads what comes even after the end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

TEXT_LIMIT = 2000
"""Letters of one message."""
PLACE_LIMIT = 120
NAME_LIMIT = 80
PHONE_LIMIT = 20
MESSAGES_LIMIT = 40
"""More is no thread any more: it is closed and begun anew."""
PHOTOS_LIMIT = 3
WAITING_LIMIT = 1000
"""More open ones than any village has: a flood, which must neither fill the card nor bury the others."""

After = Callable[[date, int], date]
"""Returns the working day that is so many of them after a day."""


class State(StrEnum):
    """Where a complaint stands."""

    RECEIVED = "received"
    """Nobody has it in hand yet."""
    FORWARDED = "forwarded"
    """Somebody in the hall has to answer."""
    WITH_REGENCY = "with-regency"
    ANSWERED = "answered"
    """Whoever complained may say whether that is enough."""
    CLOSED = "closed"


class Act(StrEnum):
    """What is done with one."""

    FORWARD = "forward"
    ESCALATE = "escalate"
    ANSWER = "answer"
    """By the hall, or by the regency when it has nothing more to say."""
    NOTE = "note"
    """The regency says something, and goes on with it."""
    REPLY = "reply"
    """Whoever complained writes again."""
    CONTENT = "content"
    """Whoever complained says that it is enough."""
    CLOSE = "close"
    """By the hall, with a reason."""
    SILENCE = "silence"
    """Nothing was heard for long after an answer."""


class Author(StrEnum):
    """Who has written a message."""

    VILLAGER = "villager"
    HALL = "hall"
    REGENCY = "regency"


class Why(StrEnum):
    """Why one was closed."""

    CONTENT = "content"
    SILENCE = "silence"
    DONE = "done"
    NOT_OURS = "not-ours"
    TWICE = "twice"
    ABUSE = "abuse"


BY_HALL = (Why.DONE, Why.NOT_OURS, Why.TWICE, Why.ABUSE)
"""The reasons that a clerk chooses from."""

OPEN = tuple(state for state in State if state is not State.CLOSED)
_OPEN_BUT_ANSWERED = (State.RECEIVED, State.FORWARDED, State.WITH_REGENCY)

LEADS: dict[tuple[State, Act], State] = {
    (State.RECEIVED, Act.FORWARD): State.FORWARDED,
    (State.FORWARDED, Act.FORWARD): State.FORWARDED,
    (State.ANSWERED, Act.FORWARD): State.FORWARDED,
    **{(state, Act.ESCALATE): State.WITH_REGENCY for state in (State.RECEIVED, State.FORWARDED, State.ANSWERED)},
    **{(state, Act.ANSWER): State.ANSWERED for state in OPEN},
    (State.CLOSED, Act.ANSWER): State.CLOSED,
    **{(state, Act.NOTE): state for state in State},
    **{(state, Act.REPLY): state for state in _OPEN_BUT_ANSWERED},
    (State.ANSWERED, Act.REPLY): State.FORWARDED,
    (State.ANSWERED, Act.CONTENT): State.CLOSED,
    **{(state, Act.CLOSE): State.CLOSED for state in OPEN},
    (State.ANSWERED, Act.SILENCE): State.CLOSED,
}
"""Which act leads where; what is not here is not done."""

WRITTEN_IN_CLOSED = (Act.ANSWER, Act.NOTE)
"""Only the regency's word reaches a complaint that is closed."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How many working days each state may last."""

    forward: int = 3
    answer: int = 5
    regency: int = 14
    close: int = 10


def after(state: State, act: Act) -> State | None:
    """Return where ``act`` leads, or None where it is not done."""
    return LEADS.get((state, act))


def begins_anew(before: State, act: Act, now: State) -> bool:
    """Return whether the deadline is counted from today: in a new state, and after another answer."""
    return before is not now or (act is Act.ANSWER and now is State.ANSWERED)


def due_on(state: State, since: date | None, terms: Terms, count: After) -> date | None:
    """Return the last day on which the hall is in time; after it, an answered one is closed. None for closed, or an unknown day."""
    days = {
        State.RECEIVED: terms.forward,
        State.FORWARDED: terms.answer,
        State.WITH_REGENCY: terms.regency,
        State.ANSWERED: terms.close,
    }.get(state)
    return count(since, days) if days is not None and since is not None else None


def is_late(state: State, due: date | None, today: date | None) -> bool:
    """Return whether somebody waits for longer than was promised; whoever answered is not late."""
    return state in _OPEN_BUT_ANSWERED and due is not None and today is not None and today > due


def is_silent(state: State, due: date | None, today: date | None) -> bool:
    """Return whether nothing was heard for long enough after an answer."""
    return state is State.ANSWERED and due is not None and today is not None and today > due
