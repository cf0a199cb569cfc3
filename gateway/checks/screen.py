"""Do the screens on the walls still move?"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from gateway.checks.finding import Finding, Level, Verdict

SILENT_S = 60.0
"""A screen gives a sign every 20 seconds."""

NONE = Verdict(Level.GOOD, "Belum ada layar TV yang membuka papan hari ini.")
GOOD = Verdict(Level.GOOD, "Semua layar bergerak ({names}).")
STILL = Verdict(
    Level.WARNING,
    "Layar tidak memberi kabar: {names}, sejak {minutes} menit.",
    "Lihat layarnya. Bila gambarnya diam atau gelap, matikan dan nyalakan lagi, atau muat ulang halamannya. Bila memang dimatikan, biarkan.",
)


def check_screens(silence_s: Mapping[str, float], devices: Collection[str] = ()) -> Finding:
    """Look at how long each screen of today has been silent. Those that are devices of the hall are missed among these."""
    if not silence_s:
        return Finding("screen", NONE)
    still = {name: silent_s for name, silent_s in silence_s.items() if silent_s > SILENT_S and name not in devices}
    if still:
        minutes = max(1, int(max(still.values()) // 60))
        return Finding("screen", STILL, {"names": ", ".join(sorted(still)), "minutes": minutes})
    return Finding("screen", GOOD, {"names": ", ".join(sorted(silence_s))})
