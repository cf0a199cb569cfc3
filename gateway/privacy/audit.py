"""Who did what to whose record: each entry is chained to the one before, so that none is changed or taken away unseen. Pure.

Nothing personal of a villager stands in an entry: a record is named by its number. The newest head goes up with ``hello``; whoever
holds an earlier one can tell whether this log continues it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

BEGINNING = "0" * 64
"""The head before the first entry."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One act."""

    seq: int
    """From 1, without a gap."""
    at: str
    """ISO 8601, as the hall's clock had it."""
    who: str
    """The officer, or ``hall`` for what the program does by itself."""
    act: str
    """For example ``seal``, ``open``, ``erase``, ``export``."""
    kind: str
    record: str
    version: int
    """0 for all versions."""
    why: str
    """The legal basis, the consent, or the task."""


class Broken(ValueError):
    """A log that is not as it was written; the message names the entry."""


def head_after(head: str, entry: Entry) -> str:
    """Return the head once ``entry`` follows ``head``: SHA-256 in hex over both."""
    told = [head, entry.seq, entry.at, entry.who, entry.act, entry.kind, entry.record, entry.version, entry.why]
    return hashlib.sha256(json.dumps(told, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def verify(entries: Iterable[tuple[Entry, str]]) -> str:
    """Return the head of a whole log, given as entries with the head kept beside each. Raises Broken at the first that is not right."""
    head = BEGINNING
    for number, (entry, kept) in enumerate(entries, 1):
        head = head_after(head, entry)
        if entry.seq != number or kept != head:
            raise Broken(f"entry {number} is not as it was written")
    return head
