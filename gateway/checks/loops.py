"""Does every part of the hall still run?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gateway.checks.finding import Finding, Level, Verdict

GOOD = Verdict(Level.GOOD, "Semua bagian gateway berjalan.")
DEVICE_LOOP = Verdict(
    Level.WARNING, "Bagian yang dijalankan ulang sendiri: {names}.", "Periksa perangkatnya; bila sering terjadi, hubungi teknisi."
)
ESSENTIAL = Verdict(
    Level.BROKEN, "Bagian penting berhenti: {names}.", "Gateway akan dijalankan ulang; bila tetap terjadi, hubungi teknisi."
)


def check_loops(alive: Mapping[str, bool], essential: Iterable[str], restarted: Mapping[str, int]) -> Finding:
    """Look at which parts are alive, which of them are essential, and how often one was restarted."""
    dead = {name for name, living in alive.items() if not living}
    if broken := sorted(dead & set(essential)):
        return Finding("loops", ESSENTIAL, {"names": ", ".join(broken)})
    ailing = sorted(dead | {name for name, count in restarted.items() if count})
    if ailing:
        return Finding("loops", DEVICE_LOOP, {"names": ", ".join(f"{name} ({restarted.get(name, 0)}x)" for name in ailing)})
    return Finding("loops", GOOD)
