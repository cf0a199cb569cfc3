"""What the relay has used of its budget today: kept, so that a restart gives no second one."""

from __future__ import annotations

from gateway.store.database import Transaction
from gateway.store.outbox import Reads

_KEY = "relay-use"


def kept(db: Reads) -> tuple[str, int]:
    """Return the hall's date of the last use, or empty, and the bytes used on it."""
    found = db.execute("SELECT value FROM meta WHERE key = ?", (_KEY,)).fetchone()
    day, _, used = (found[0] if found else "").partition(" ")
    return day, int(used or 0)


def keep(tx: Transaction, day: str, used_bytes: int) -> None:
    """Record what was used on a day."""
    tx.execute("INSERT INTO meta VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2", (_KEY, f"{day} {used_bytes}"))
