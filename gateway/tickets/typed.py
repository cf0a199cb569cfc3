"""Which ticket a clerk means who types a number on a keypad, where there are few letters or none. Pure.

``12`` is whoever waits with that number in one of the counter's lines, or was put aside there; where two lines have it nobody is called, and
the clerk is told how to type it: ``2.12`` is ``B-012``, by the letter's place in the alphabet. A keyboard types ``b12``.
"""

from __future__ import annotations

import re

from gateway.errors import Refusal
from gateway.tickets.model import label
from gateway.tickets.snapshot import QueueSnapshot

TYPED = re.compile(r"(?:(?P<letter>[A-Z]{1,2})\.?|(?P<place>\d{1,2})\.)?(?P<number>\d{1,4})")
FIRST_LETTER, LETTERS = ord("A"), 26


def number_meant(typed: str, snapshot: QueueSnapshot, counter_id: str) -> str:
    """Return the number as slips have it. Raises Refusal ``unknown-number`` or ``number-ambiguous``."""
    found = TYPED.fullmatch(typed.upper())
    if found is None:
        raise Refusal("unknown-number", number=typed)
    number = int(found["number"])
    if found["letter"]:
        return label(found["letter"], number)
    if found["place"]:
        if not 1 <= int(found["place"]) <= LETTERS:
            raise Refusal("unknown-number", number=typed)
        return label(chr(FIRST_LETTER + int(found["place"]) - 1), number)
    meant = [one for one in _callable(snapshot, counter_id) if int(one.rpartition("-")[2]) == number]
    if not meant:
        raise Refusal("unknown-number", number=typed)
    if len(meant) > 1:
        place = ord(meant[-1][0]) - FIRST_LETTER + 1
        raise Refusal("number-ambiguous", numbers=", ".join(meant), typed=f"{place}.{number}", example=meant[-1])
    return meant[0]


def _callable(snapshot: QueueSnapshot, counter_id: str) -> list[str]:
    """Return the numbers that wait for this counter or were put aside in its lines, in the order of the lines."""
    counter = snapshot.counter(counter_id)
    if counter is None:
        return []
    waiting = [
        one.number
        for line in snapshot.lines
        for one in snapshot.waiting.get(line.id, ())
        if one.for_counter == counter_id or (not one.for_counter and line.id in counter.lines)
    ]
    return waiting + [one.number for one in snapshot.held if one.line in counter.lines]
