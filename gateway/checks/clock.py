"""Can the clock be believed?"""

from __future__ import annotations

from gateway.checks.finding import Finding, Level, Verdict
from gateway.clock import Clock, ClockState

GOOD = Verdict(Level.GOOD, "Jam balai sudah benar.")
STAFF = Verdict(Level.GOOD, "Tanggal sudah dipastikan petugas.")
RESTORED = Verdict(
    Level.WARNING,
    "Jam balai belum pasti sejak listrik padam.",
    "Nyalakan uplink sebentar, atau petugas memastikan tanggal dengan Buka hari ini.",
)
UNSET = Verdict(
    Level.WARNING,
    "Jam balai belum diatur. Nomor antrean tetap berjalan.",
    "Nyalakan uplink sebentar, atau pasang jam baterai DS3231.",
)


def check_clock(clock: Clock) -> Finding:
    """Look at the clock's state."""
    verdicts = {ClockState.TRUSTED: GOOD, ClockState.STAFF: STAFF, ClockState.RESTORED: RESTORED, ClockState.UNSET: UNSET}
    return Finding("clock", verdicts[clock.state()])
