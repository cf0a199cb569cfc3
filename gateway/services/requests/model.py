"""The rules of a request: how it stands, who may change that, when it is whole, what it is called. Pure.

Promises: a request changes its state only as ``LEGAL`` says; whoever brought it may take it back while nobody has signed; what is
shown on a wall or a slip names no person.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a request stands. A draft is none yet: it has no number."""

    INCOMPLETE = "incomplete"
    """Something is missing that the hall needs."""
    REVIEW = "review"
    SIGNATURE = "signature"
    """Found good, and waits for whoever signs."""
    READY = "ready"
    COLLECTED = "collected"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class Act(StrEnum):
    """What somebody does with a request."""

    COMPLETE = "complete"
    """What was missing is there, or the clerk goes on without it."""
    RETURN = "return"
    """Something is missing after all."""
    APPROVE = "approve"
    REWORK = "rework"
    """What was to be signed was wrong."""
    SIGN = "sign"
    COLLECT = "collect"
    REJECT = "reject"
    CANCEL = "cancel"
    REOPEN = "reopen"
    """It was rejected, or marked as collected, by mistake."""


LEGAL: Mapping[tuple[State, Act], State] = {
    (State.INCOMPLETE, Act.COMPLETE): State.REVIEW,
    (State.INCOMPLETE, Act.REJECT): State.REJECTED,
    (State.INCOMPLETE, Act.CANCEL): State.CANCELLED,
    (State.REVIEW, Act.RETURN): State.INCOMPLETE,
    (State.REVIEW, Act.APPROVE): State.SIGNATURE,
    (State.REVIEW, Act.REJECT): State.REJECTED,
    (State.REVIEW, Act.CANCEL): State.CANCELLED,
    (State.SIGNATURE, Act.REWORK): State.REVIEW,
    (State.SIGNATURE, Act.SIGN): State.READY,
    (State.SIGNATURE, Act.REJECT): State.REJECTED,
    (State.SIGNATURE, Act.CANCEL): State.CANCELLED,
    (State.READY, Act.COLLECT): State.COLLECTED,
    (State.READY, Act.REWORK): State.REVIEW,
    (State.READY, Act.CANCEL): State.CANCELLED,
    (State.COLLECTED, Act.REOPEN): State.READY,
    (State.REJECTED, Act.REOPEN): State.REVIEW,
}
"""Every legal act and the state after it. docs/services.md shows this table."""
CLOSED = frozenset({State.COLLECTED, State.REJECTED, State.CANCELLED})
HOLDER_CANCELS = frozenset({State.INCOMPLETE, State.REVIEW})
"""Afterwards somebody has signed, or is about to: taking back is a word with the clerk."""
EDITABLE = frozenset({State.INCOMPLETE, State.REVIEW})
"""While what was answered may be changed. Later a letter says it."""
REASONS = ("data", "requirement", "not-here", "not-ours", "double", "other")
"""Why a request is rejected, as the phone's page says it; anything more is sealed, and told at the counter."""


def state_after(state: State, act: Act, *, signs: bool) -> State | None:
    """Return the state after ``act``, None when it is not legal; where nothing is signed, what is approved is ready."""
    after = LEGAL.get((state, act))
    return State.READY if after is State.SIGNATURE and not signs else after


def acts_in(state: State) -> list[Act]:
    """Return what a clerk may do now."""
    return [act for (before, act) in LEGAL if before is state]


class Origin(StrEnum):
    """Where a request was begun."""

    PHONE = "phone"
    KIOSK = "kiosk"
    STAFF = "staff"


PRIVATE_KINDS = frozenset({"nik", "kk"})
"""What is not asked where others can listen."""

SHOWN_PHOTO, SHOWN_SEEN, SHOWN_BOTH = "photo", "seen", "both"
"""How a requirement was shown: a photograph was sent, a clerk has seen it, or both."""
WITH_PHOTO = frozenset({SHOWN_PHOTO, SHOWN_BOTH})


def shown_after(before: Mapping[str, str], seen: Collection[str]) -> dict[str, str]:
    """Return how the requirements were shown, once a clerk says which have been ``seen``; a photograph stays one."""
    photos = {one for one, how in before.items() if how in WITH_PHOTO}
    return {
        one: SHOWN_SEEN if one not in photos else SHOWN_BOTH if one in seen else SHOWN_PHOTO
        for one in [*before, *(one for one in seen if one not in before)]
        if one in photos or one in seen
    }


class Needed(StrEnum):
    """Of what kind a thing is that is still missing."""

    ANSWER = "answer"
    REQUIREMENT = "requirement"


def label(number: int) -> str:
    """Return a registration number as people read it: ``REG-0042``; after 9999 it goes on."""
    return f"REG-{number:04d}"


def number_in(typed: str) -> int | None:
    """Return the registration number that somebody means: ``42``, ``reg 42``, ``REG-0042``."""
    found = re.fullmatch(r"(?:REG)?[\s-]*0*([1-9][0-9]{0,8})", typed.strip().upper(), re.ASCII)
    return int(found[1]) if found else None


CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Of a tracking code: without what looks alike, 0 and O, 1, I and L."""
CODE_LENGTH = 8
"""31 to the 8th power: with the guesses that a hall lets pass in ten years, one of a thousand open codes is found in one of a hundred halls."""


def plain_code(typed: str) -> str:
    """Return a tracking code as it is kept, from however it was typed: ``k7m4-p2qx`` is ``K7M4P2QX``."""
    return "".join(sign for sign in typed[:40].upper() if sign.isalnum())


def is_code(code: str) -> bool:
    """Return whether this can be a tracking code at all."""
    return len(code) == CODE_LENGTH and all(sign in CODE_LETTERS for sign in code)


def spaced_code(code: str) -> str:
    """Return a tracking code as it is read aloud: ``K7M4-P2QX``."""
    return f"{code[: CODE_LENGTH // 2]}-{code[CODE_LENGTH // 2 :]}"


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides how far a request has come, all of it without a person's data."""

    unanswered: tuple[str, ...]
    """Ids of the needed questions that have no good answer."""
    unshown: tuple[str, ...]
    """Ids of the needed requirements that nobody has shown."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        return not (self.unanswered or self.unshown)


def standing(
    needed_answers: Collection[str], answered: Collection[str], needed_requirements: Collection[str], shown: Collection[str]
) -> Standing:
    """Return what is missing, each in the order in which the service asks for it."""
    return Standing(
        tuple(one for one in needed_answers if one not in answered), tuple(one for one in needed_requirements if one not in shown)
    )
