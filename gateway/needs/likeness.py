"""Whether two reports may be about the same person or house, as a clerk would wonder. Pure.

Nothing of it is kept: what is compared is unsealed for one clerk, in one act, and forgotten.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

TITLES = frozenset(
    (
        *(
            "bu",
            "ibu",
            "pak",
            "bapak",
            "bpk",
            "mbah",
            "mbok",
            "mak",
            "emak",
            "nek",
            "nenek",
            "kek",
            "kakek",
            "mas",
            "mbak",
            "cak",
            "lik",
        ),
        *("paklik", "bulik", "haji", "hajah", "hj", "alm", "almh", "sdr", "sdri", "bin", "binti", "si", "ny", "tn"),
    )
)
"""What people say before a name, or between two."""
PLACES = frozenset(
    (
        *("rt", "rw", "dusun", "dsn", "dukuh", "lingkungan", "jalan", "jl", "gang", "gg", "no", "nomor", "rumah"),
        *("dekat", "depan", "belakang", "sebelah", "samping", "timur", "barat", "utara", "selatan"),
    )
)
"""What tells no place from another by itself."""
SURELY, MAYBE, SAME_HOUSE, NEAR = 0.88, 0.7, 0.75, 0.34


@dataclass(frozen=True, slots=True)
class Told:
    """What one report says, as far as it is compared."""

    who: str
    where: str


def likeness(one: Told, other: Told) -> float:
    """Return from 0 to 1 how likely two reports are about the same person or house; 0 where nobody would think so."""
    names, places = (
        _alike(_words(one.who, TITLES), _words(other.who, TITLES)),
        _shared(_words(one.where, PLACES), _words(other.where, PLACES)),
    )
    if names >= SURELY or (names >= MAYBE and places >= NEAR):
        return max(names, places)
    return places if places >= SAME_HOUSE and not (names < MAYBE and one.who and other.who) else 0.0


def _words(text: str, left_out: frozenset[str]) -> list[str]:
    # 002 and 2 are the same neighbourhood.
    found = (word.lstrip("0") or "0" if word.isdigit() else word for word in re.findall(r"[^\W_]+", text.casefold()))
    return sorted({word for word in found if word not in left_out})


def _alike(one: list[str], other: list[str]) -> float:
    """Compare names: each word with its best partner, so that order and a missing second name matter little."""
    if not one or not other:
        return 0.0
    few, many = sorted((one, other), key=len)
    best = [max(SequenceMatcher(None, word, each).ratio() for each in many) for word in few]
    return sum(best) / len(best)


def _shared(one: list[str], other: list[str]) -> float:
    return len({*one} & {*other}) / len({*one} | {*other}) if one and other else 0.0
