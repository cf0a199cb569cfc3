"""A number that is being typed on the keys of a numpad or keyboard, before Enter. Pure.

Promises: what is half typed is forgotten after ten seconds, so that nobody's Enter calls what another has begun; Backspace takes back one
key, Esc or Delete all. NumLock means nothing: cheap numpads send it around every digit.
"""

from __future__ import annotations

FORGET_S = 10.0
"""So long after its last key a half-typed number is forgotten."""
LONGEST = 8
BACKSPACE = 14
CLEAR = (1, 111)
"""Esc and Delete."""


def _keys() -> dict[int, str]:
    rows = {2: "1234567890", 16: "QWERTYUIOP", 30: "ASDFGHJKL", 44: "ZXCVBNM", 71: "789", 75: "456", 79: "1230."}
    found = {first + place: letter for first, row in rows.items() for place, letter in enumerate(row)}
    return found | {51: ".", 52: ".", 121: "."}


KEYS = _keys()
"""Linux's code of each key that writes: digits and letters of a keyboard, digits and point of a numpad, commas as points."""


class TypedNumber:
    """What one keypad has typed. Times are monotonic seconds; not thread-safe."""

    def __init__(self) -> None:
        self._typed = ""
        self._at_s = 0.0

    def key(self, code: int, at_s: float) -> None:
        """Note that a key went down; keys that write nothing change nothing."""
        self._forget_old(at_s)
        if code == BACKSPACE:
            self._typed = self._typed[:-1]
        elif code in CLEAR:
            self._typed = ""
        elif code in KEYS:
            self._typed = (self._typed + KEYS[code])[:LONGEST]
        self._at_s = at_s

    def take(self, at_s: float) -> str:
        """Return what has been typed, and forget it."""
        self._forget_old(at_s)
        typed, self._typed = self._typed, ""
        return typed

    def _forget_old(self, at_s: float) -> None:
        if at_s - self._at_s >= FORGET_S:
            self._typed = ""
