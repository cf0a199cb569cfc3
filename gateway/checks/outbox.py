"""How much still waits to be confirmed by the centre, and was anything refused?"""

from __future__ import annotations

from datetime import datetime, timedelta

from gateway.checks.finding import Finding, Level, Verdict

LATE = timedelta(days=3)
"""A backlog older than this deserves a look at the uplink."""

EMPTY = Verdict(Level.GOOD, "Semua data sudah diterima kabupaten.")
WAITING = Verdict(Level.GOOD, "{depth} data menunggu dikirim, yang tertua {age_hours} jam.")
OLD = Verdict(
    Level.WARNING,
    "{depth} data menunggu dikirim, yang tertua {age_hours} jam.",
    "Data aman di balai. Periksa uplink bila belum juga terkirim.",
)
REFUSED = Verdict(
    Level.WARNING,
    "{troubles} data ditolak kabupaten: {reason}.",
    "Beri tahu kabupaten; data tetap tersimpan di balai dan yang lain terus dikirim.",
)


def check_outbox(depth: int, oldest_at: datetime | None, now: datetime, troubles: int = 0, reason: str = "") -> Finding:
    """Look at the unconfirmed events: how many, since when, and those the centre refused with the newest reason."""
    if troubles:
        return Finding("outbox", REFUSED, {"troubles": troubles, "reason": reason})
    if not depth:
        return Finding("outbox", EMPTY)
    age = max(now - oldest_at, timedelta()) if oldest_at else timedelta()
    verdict = OLD if age > LATE else WAITING
    return Finding("outbox", verdict, {"depth": depth, "age_hours": int(age.total_seconds() // 3600)})
