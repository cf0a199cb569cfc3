"""Is there room on the card?"""

from __future__ import annotations

import shutil
from pathlib import Path

from gateway.checks.finding import Finding, Level, Verdict

LOW_BYTES = 300 * 1024**2
"""Below this somebody should make room: some weeks of events without uplink."""
FULL_BYTES = 30 * 1024**2
"""Below this nothing may be accepted soon."""

GOOD = Verdict(Level.GOOD, "Kartu penyimpanan masih longgar: {free_mb} MB.")
LOW = Verdict(
    Level.WARNING,
    "Kartu penyimpanan hampir penuh: tinggal {free_mb} MB.",
    "Kosongkan berkas yang tidak perlu atau ganti kartu yang lebih besar.",
)
THINNED = Verdict(
    Level.WARNING,
    "Kartu penyimpanan hampir penuh: tinggal {free_mb} MB, dan {thinned} catatan pengukuran sudah diringkas.",
    "Antrean dan surat tetap utuh. Kosongkan berkas yang tidak perlu atau ganti kartu yang lebih besar.",
)
FULL = Verdict(
    Level.BROKEN, "Kartu penyimpanan penuh: tinggal {free_mb} MB.", "Segera kosongkan kartu; antrean berhenti bila penuh."
)


def check_disk(directory: Path, thinned: int = 0) -> Finding:
    """Look at the free bytes of the file system that holds ``directory``; ``thinned`` events were shrunk to make room."""
    free_bytes = shutil.disk_usage(directory).free
    low = THINNED if thinned else LOW
    verdict = GOOD if free_bytes >= LOW_BYTES else low if free_bytes >= FULL_BYTES else FULL
    return Finding("disk", verdict, {"free_mb": free_bytes // 1024**2, "thinned": thinned})
