"""Are calls spoken, and in every language that the hall has chosen?"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.checks.finding import Finding, Level, Verdict

NO_SPEAKER = Verdict(Level.GOOD, "Tidak ada pengeras suara; panggilan hanya ditampilkan.")
OFF = Verdict(Level.GOOD, "Suara panggilan dimatikan petugas.")
GOOD = Verdict(Level.GOOD, "Panggilan diucapkan dalam {languages}.")
NO_PROGRAM = Verdict(
    Level.WARNING,
    "Program suara espeak-ng belum terpasang; panggilan tidak diucapkan.",
    "Pasang dengan: sudo apt install espeak-ng",
)
LEFT_OUT = Verdict(
    Level.WARNING,
    "Bahasa yang rekamannya belum lengkap tidak diucapkan: {languages}.",
    "Lengkapi rekamannya di halaman /atur/suara, atau jangan pilih bahasa itu.",
)


def check_voice(*, speakers: int, on: bool, program: bool, spoken: Sequence[str], left_out: Sequence[str]) -> Finding:
    """Look at what a call would be said in: names of the languages that can be spoken, and of those that cannot."""
    if not speakers:
        return Finding("voice", NO_SPEAKER)
    if not on:
        return Finding("voice", OFF)
    if not spoken and not program:
        return Finding("voice", NO_PROGRAM)
    if left_out:
        return Finding("voice", LEFT_OUT, {"languages": ", ".join(left_out)})
    return Finding("voice", GOOD, {"languages": ", ".join(spoken)})
