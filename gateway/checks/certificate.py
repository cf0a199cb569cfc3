"""How long is the hall's certificate good?"""

from __future__ import annotations

from datetime import datetime, timedelta

from gateway.checks.finding import Finding, Level, Verdict
from gateway.errors import FAULTS

SOON = timedelta(days=60)
"""By then the hall should have renewed it long ago."""

NONE = Verdict(Level.GOOD, "Balai ini tidak memakai sertifikat.")
GOOD = Verdict(Level.GOOD, "Sertifikat balai berlaku {days} hari lagi.")
UNSURE = Verdict(Level.GOOD, "Umur sertifikat balai diperiksa setelah jam diatur.")
ENDING = Verdict(
    Level.WARNING,
    "Sertifikat balai habis {days} hari lagi.",
    "Biarkan uplink menyala; balai memperbaruinya sendiri. Bila tetap begini, minta sertifikat baru dari kabupaten.",
)
STUCK = Verdict(
    Level.WARNING,
    "Sertifikat balai belum dapat diperbarui. {reason}",
    "Balai mencoba lagi setiap jam; yang sekarang berlaku {days} hari lagi. Bila tetap begini, beri tahu kabupaten.",
)
ENDED = Verdict(
    Level.BROKEN,
    "Sertifikat balai sudah habis sejak {days} hari.",
    FAULTS["certificate-expired"].remedy,
)
EARLY = Verdict(Level.BROKEN, FAULTS["certificate-early"].sentence, FAULTS["certificate-early"].remedy)
OTHER = Verdict(Level.BROKEN, FAULTS["certificate-other"].sentence, FAULTS["certificate-other"].remedy)
UNREADABLE = Verdict(Level.BROKEN, FAULTS["certificate-unreadable"].sentence, FAULTS["certificate-unreadable"].remedy)


def check_certificate(
    life: tuple[datetime, datetime] | None, now: datetime | None, *, wanted: str, other: str = "", trouble: str = ""
) -> Finding:
    """Look at the certificate that the hall shows first.

    ``life`` is when it begins and ends, None when none can be read; ``now`` is None while the clock is not set;
    ``wanted`` is the file that the settings name, or empty; ``other`` tells in what it is another hall's, or is empty;
    ``trouble`` tells why a renewal did not succeed.
    """
    if not wanted:
        return Finding("certificate", NONE)
    if life is None or other:
        return Finding("certificate", OTHER if other else UNREADABLE, {"reason": other or wanted})
    if now is None:
        return Finding("certificate", UNSURE)
    begins_at, ends_at = life
    if ends_at <= now:
        return Finding("certificate", ENDED, {"days": (now - ends_at).days})
    facts = {"days": (ends_at - now).days, "reason": trouble}
    if begins_at > now:
        return Finding("certificate", EARLY, facts)
    verdict = STUCK if trouble else ENDING if ends_at - now < SOON else GOOD
    return Finding("certificate", verdict, facts)
