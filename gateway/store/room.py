"""Room on the card: new records stop a little before it is full.

What is under way (a call, a receipt, a slip) can then still be finished, and nobody is given a number that
the card could not keep.
"""

from __future__ import annotations

import os
from pathlib import Path

from gateway.errors import Refusal

RESERVE_BYTES = 16 * 1024**2
"""Kept free for what is under way: some thousand acts."""
RESERVE_SHARE = 0.05
"""The reserve of a card so small that the bytes above would be most of it."""


def require_room(directory: Path, needed_bytes: int = 0) -> None:
    """Refuse a new record of ``needed_bytes`` with ``storage-full`` when the card of ``directory`` would be down to its reserve."""
    card = os.statvfs(directory)
    free_bytes, size_bytes = card.f_bavail * card.f_frsize, card.f_blocks * card.f_frsize
    if free_bytes - needed_bytes < min(RESERVE_BYTES, size_bytes * RESERVE_SHARE):
        raise Refusal("storage-full")
