"""The rules of PINs: which are good enough, and how long to wait after wrong ones.

Promises: guessing gets slower with each wrong PIN, and nobody is ever locked out for good.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import pairwise

SHORTEST_PIN = 6
LONGEST_PIN = 32
FEWEST_DIFFERENT_DIGITS = 3
FREE_TRIES = 3
"""So many wrong PINs cost nothing: fingers slip."""
FIRST_DELAY_S = 5.0
LONGEST_DELAY_S = 900.0
SESSION_IDLE_S = 4 * 3600.0
"""A session ends after so long without use: longer than any lunch, shorter than a night."""
SESSION_LONGEST_S = 16 * 3600.0
"""No session is older, however busy: each day begins with a PIN."""
LONGEST_NAME = 40
CODE_LETTERS = "ACEFHJKLMNPRTUWXY3479"
"""Of a setup code: none that sounds or looks like another."""
CODE_LENGTH = 8


class Role(StrEnum):
    """What an officer is in the hall."""

    CLERK = "clerk"
    HEAD = "head"
    TECHNICIAN = "technician"


class Right(StrEnum):
    """What a page or an act may be for."""

    SERVE = "serve"
    """Work at a counter, open the day, see statistics."""
    SET_UP = "set-up"
    """Change lines, hours, screens, voice."""
    OFFICERS = "officers"
    """Add officers, end their access, give new PINs."""
    DEVICES = "devices"
    """Test and replace devices."""
    RECORDS = "records"
    """Bring and erase what is personal, print the recovery key, read the audit log, report a breach."""


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.CLERK: frozenset({Right.SERVE}),
    Role.HEAD: frozenset(Right),
    Role.TECHNICIAN: frozenset({Right.SET_UP, Right.DEVICES}),
}
"""Who may do what."""


def pin_is_good(pin: str) -> bool:
    """Return whether a PIN is hard enough to guess: at least 6 digits, not a row, not a repeated pattern."""
    if not (pin.isascii() and pin.isdigit() and SHORTEST_PIN <= len(pin) <= LONGEST_PIN):
        return False
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    repeated = any(pin == (pin[:size] * len(pin))[: len(pin)] for size in range(1, len(pin) // 2 + 1))
    return steps not in ({1}, {9}) and len(set(pin)) >= FEWEST_DIFFERENT_DIGITS and not repeated


def name_is_good(name: str) -> bool:
    """Return whether a name can be an officer's: 1 to 40 letters, digits, spaces and the marks of names."""
    return (
        0 < len(name) <= LONGEST_NAME and name == " ".join(name.split()) and all(one.isalnum() or one in " .'-" for one in name)
    )


def delay_s(failures: int) -> float:
    """Return how many seconds must pass after ``failures`` wrong PINs in a row before the next try counts."""
    if failures < FREE_TRIES:
        return 0.0
    return min(LONGEST_DELAY_S, FIRST_DELAY_S * 2.0 ** min(failures - FREE_TRIES, 30))


def plain_code(typed: str) -> str:
    """Return a setup code as it is kept, from how people write it: ``km4r-tw7a`` is ``KM4RTW7A``."""
    return "".join(one for one in typed[:40].upper() if one.isalnum())


def code_is_good(code: str) -> bool:
    """Return whether this can be a setup code at all."""
    return len(code) == CODE_LENGTH and all(one in CODE_LETTERS for one in code)


def spaced_code(code: str) -> str:
    """Return a setup code as it is read aloud: ``KM4R-TW7A``."""
    return f"{code[: CODE_LENGTH // 2]}-{code[CODE_LENGTH // 2 :]}"
