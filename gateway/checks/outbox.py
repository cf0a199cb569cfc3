"""How much still waits to be confirmed by the centre, and was anything refused?"""

from __future__ import annotations

from datetime import datetime, timedelta

from gateway.checks.finding import Finding, Level, Verdict

LATE = timedelta(days=3)
"""A backlog older than this deserves a look at the uplink."""

NONE = Verdict(Level.GOOD, "Belum ada data untuk kabupaten, dan belum ada broker yang diatur.")
KEPT = Verdict(Level.GOOD, "{depth} data disimpan di balai, dan dikirim bila sudah ada broker yang diatur.")
EMPTY = Verdict(Level.GOOD, "Semua data sudah diterima kabupaten.")
WAITING = Verdict(Level.GOOD, "{depth} data menunggu dikirim, yang tertua {age_hours} jam.")
OLD = Verdict(
    Level.WARNING,
    "{depth} data menunggu dikirim, yang tertua {age_hours} jam.",
    "Data aman di balai. Periksa uplink bila belum juga terkirim.",
)
HELD = Verdict(
    Level.GOOD,
    "{depth} data menunggu: jatah kirim hari ini ({held_mb} MB) sudah habis.",
    "Tidak perlu apa-apa: yang mendesak tetap dikirim, sisanya dilanjutkan besok.",
)
HELD_OLD = Verdict(
    Level.WARNING,
    "{depth} data menunggu, yang tertua {age_hours} jam: jatah kirim {held_mb} MB sehari tidak cukup.",
    "Data aman di balai. Minta teknisi menaikkan relay.daily_mb, atau pakai uplink tanpa kuota.",
)
REFUSED = Verdict(
    Level.WARNING,
    "{troubles} data ditolak kabupaten: {reason}.",
    "Beri tahu kabupaten; data tetap tersimpan di balai dan yang lain terus dikirim.",
)


def check_outbox(
    depth: int,
    oldest_at: datetime | None,
    now: datetime,
    troubles: int = 0,
    reason: str = "",
    held_mb: int = 0,
    *,
    broker: bool = True,
) -> Finding:
    """Look at the unconfirmed events: how many, since when, and those the centre refused with the newest reason.

    ``held_mb`` is the day's budget when it is used up, else 0; ``broker``: whether there is anybody to send them to.
    """
    if not broker and not troubles:
        return Finding("outbox", KEPT, {"depth": depth}) if depth else Finding("outbox", NONE)
    if troubles:
        return Finding("outbox", REFUSED, {"troubles": troubles, "reason": reason})
    if not depth:
        return Finding("outbox", EMPTY)
    age = max(now - oldest_at, timedelta()) if oldest_at else timedelta()
    facts = {"depth": depth, "age_hours": int(age.total_seconds() // 3600)}
    if held_mb:
        return Finding("outbox", HELD_OLD if age > LATE else HELD, {**facts, "held_mb": held_mb})
    return Finding("outbox", OLD if age > LATE else WAITING, facts)
