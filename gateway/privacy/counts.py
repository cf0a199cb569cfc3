"""Counts that are shown to everybody, such that nobody is found in them: what is few is counted together. Pure."""

from __future__ import annotations

from collections.abc import Mapping

FEW = 5
"""Fewer than so many are never told by themselves."""
OTHERS = ""
"""The name under which what is few stands together."""


def merged(counts: Mapping[str, int], few: int = FEW) -> dict[str, int] | None:
    """Return the counts, the greatest first, those below ``few`` as one last count of ``OTHERS``; None when all together are few.

    While the others together are still few, the smallest count that is told joins them, so that none can be reckoned from the whole.
    """
    whole = sum(counts.values())
    if whole < few:
        return None
    told = dict(sorted(((name, n) for name, n in counts.items() if n >= few), key=lambda one: (-one[1], one[0])))
    while 0 < whole - sum(told.values()) < few:
        told.popitem()
    if rest := whole - sum(told.values()):
        told[OTHERS] = rest
    return told
