"""What is derived from the hall's secret and from what people type: tokens, keepsakes, and against whom a wrong PIN counts.

Promises: nothing here is kept in clear; whoever has a token, a keepsake or a digest cannot compute another.
"""

from __future__ import annotations

import hashlib
import hmac
import zlib
from collections.abc import Iterable

from gateway.people import tables

TOKEN_BITS = 160
TOKEN_LETTERS = TOKEN_BITS // 4
UNKNOWN_NAMES = 64
"""Wrong PINs for names that do not exist share so many rows."""


def subjects_of(officer: tables.Officer | None, name: str, device: str, secret: str, keepsakes: Iterable[str]) -> tuple[str, ...]:
    """Return against whom a try counts. A browser where this officer signed in before has a count of its own."""
    if officer is None:
        folded = name.casefold().encode(errors="replace")
        return f"unknown:{zlib.crc32(folded) % UNKNOWN_NAMES}", f"device:{digest(device)}"
    expected = keepsake_of(secret, officer)
    if any(hmac.compare_digest(expected.encode(), one.encode(errors="replace")) for one in keepsakes):
        return (f"known:{officer.id}",)
    return f"officer:{officer.id}", f"device:{digest(device)}"


def keepsake_of(secret: str, officer: tables.Officer) -> str:
    """Return what a browser keeps of this officer's sign-in: worth nothing once the PIN is another."""
    return derived(secret, "keepsake", str(officer.id), officer.pin)


def derived(secret: str, *of: str) -> str:
    """Return what belongs to these parts under the hall's secret, of ``TOKEN_LETTERS`` hexadecimal digits."""
    return hmac.new(secret.encode(), "\0".join(of).encode(errors="replace"), hashlib.sha256).hexdigest()[:TOKEN_LETTERS]


def digest(text: str) -> str:
    """Return what is kept instead of a secret: it can only be compared."""
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()
