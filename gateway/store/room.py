"""Room on the card: new records stop a little before it is full.

What is under way (a call, a receipt, a slip) can then still be finished, and nobody is given a number that
the card could not keep.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from gateway.errors import Refusal


@dataclass(frozen=True, slots=True)
class Room:
    """An amount of free room: ``share`` of a card so small that ``size_bytes`` would be most of it."""

    size_bytes: int
    share: float


RESERVE = Room(16 * 1024**2, 0.05)
"""Kept free for what is under way: some thousand acts."""


def require_room(directory: Path, needed_bytes: int = 0) -> None:
    """Refuse a new record of ``needed_bytes`` with ``storage-full`` when the card of ``directory`` would be down to its reserve."""
    if not look(directory, RESERVE, -needed_bytes):
        raise Refusal("storage-full")


def look(directory: Path, room: Room, more_bytes: int = 0) -> bool:
    """Return whether the card of ``directory`` has ``room`` free, with ``more_bytes`` besides. Raises OSError."""
    card = os.statvfs(directory)
    free_bytes, card_bytes = card.f_bavail * card.f_frsize, card.f_blocks * card.f_frsize
    return free_bytes + more_bytes >= min(room.size_bytes, card_bytes * room.share)
