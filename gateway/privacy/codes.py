"""Codes by which somebody who left no name comes back to what was told: made of the form itself, kept nowhere. Pure.

Promises: the same form sent twice gives the same code, though nothing was kept that could give it; whoever has the hall's
database cannot find a code, nor tell from it what was written; a code is spelled for people, without letters that look alike.
"""

from __future__ import annotations

import hashlib

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Neither I, L, O nor U."""
TAKEN_FOR = str.maketrans("ILO", "110")
CODE_SIGNS = 16
"""Eighty bits: nobody finds one by trying."""
NUMBER_SIGNS = 8
GROUP = 4
_BITS = 5


def code_of(key: str, *told: str) -> str:
    """Return the code of a form: ``key`` is the secret that only this form of this browser has, ``told`` what stands in it."""
    return _signs(_hash("code", key, *told), CODE_SIGNS)


def number_of(code: str) -> str:
    """Return the number under which everybody else speaks of it; it leads to no code."""
    return _signs(_hash("number", code), NUMBER_SIGNS).lower()


def digest(code: str) -> str:
    """Return what is kept of a code: it can only be compared."""
    return _hash("digest", code).hex()


def once(key: str, *told: str) -> str:
    """Return a name for one sending of a form: whoever does not have ``key`` cannot try what was told against it."""
    return _hash("once", key, *told).hex()


def spaced(code: str) -> str:
    """Return a code or number as it is read aloud: ``K7MX-2Q4P-9RTD-HW3N``."""
    letters = code.upper()
    return "-".join(letters[at : at + GROUP] for at in range(0, len(letters), GROUP))


def plain(typed: str) -> str:
    """Return a code as it is compared, however somebody has typed it: cut at a length that no code has."""
    return "".join(sign for sign in typed[:60].upper() if sign.isalnum()).translate(TAKEN_FOR)[: CODE_SIGNS + 1]


def _hash(use: str, *parts: str) -> bytes:
    told = "\0".join([use, *(f"{len(part)} {part}" for part in parts)])
    return hashlib.sha256(told.encode(errors="replace")).digest()


def _signs(raw: bytes, count: int) -> str:
    number = int.from_bytes(raw)
    return "".join(SIGNS[(number >> (_BITS * place)) & 31] for place in range(count))
