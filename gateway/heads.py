"""The running head of a lane: one SHA-256 that tells which history led here.

Hall and centre reckon it for themselves over the same rows; where their heads differ, a rewritten card or a
clone has made other facts under the same numbers. Pure.
"""

from __future__ import annotations

import hashlib


def head_after(head: str, first: str, time: str, bootid: str, uptime: str) -> str:
    """Return the head once a row follows ``head``: SHA-256 in hex over both. ``first`` is the id it was first issued under."""
    words = f"{head}\n{first}\n{time}\n{bootid}\n{uptime}"
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


def head_over_absence(head: str, first: int, last: int) -> str:
    """Return the head once the absent numbers ``first`` to ``last`` follow ``head``."""
    return hashlib.sha256(f"{head}\nabsent {first} {last}".encode()).hexdigest()
