"""Does the hall obey its regency, and nobody else?"""

from __future__ import annotations

from gateway.checks.finding import Finding, Level, Verdict

NONE = Verdict(Level.GOOD, "Tanpa broker tidak ada perintah dari kabupaten.")
GOOD = Verdict(Level.GOOD, "Perintah dari kabupaten dijalankan bila tanda tangannya benar.")
NO_KEY = Verdict(
    Level.WARNING,
    "Perintah dari kabupaten belum dapat dijalankan: kuncinya belum dipasang.",
    "Minta baris centre_key kepada kabupaten, lalu tulis di bagian [relay] hall.toml.",
)
FORGED = Verdict(
    Level.WARNING,
    "{refused} pesan di broker bukan dari kabupaten; tidak ada yang dijalankan.",
    "Beri tahu kabupaten: kuncinya sudah berganti, atau ada yang memalsukan perintah.",
)
TRIAL = Verdict(Level.GOOD, "Pengaturan dari kabupaten sedang dicoba; kembali sendiri bila sambungan tidak pulih.")
RELEASE = Verdict(Level.GOOD, "Kabupaten menawarkan versi {release}; sekarang versi {version}.")


def check_commands(
    *, broker: str, key: str, refused: int = 0, on_trial: bool = False, release: str = "", version: str = ""
) -> Finding:
    """Look at who may command: ``key`` is the pinned one, ``refused`` counts messages that were not the centre's."""
    if not broker:
        return Finding("commands", NONE)
    if not key:
        return Finding("commands", NO_KEY)
    if refused:
        return Finding("commands", FORGED, {"refused": refused})
    if on_trial:
        return Finding("commands", TRIAL)
    if release and release != version:
        return Finding("commands", RELEASE, {"release": release, "version": version})
    return Finding("commands", GOOD)
