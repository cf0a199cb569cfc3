"""Does a stolen card keep to itself what is personal?"""

from __future__ import annotations

from gateway.checks.finding import Finding, Level, Verdict
from gateway.errors import Reason

SAFES = {"otp": Reason("memori OTP Pi ini"), "tpm": Reason("cip TPM")}
ON_CARD = Reason("kartu")
"""Where the hall's key may be, in words."""

OUTSIDE = Verdict(Level.GOOD, "Data pribadi disegel. Kuncinya di {safe}: kartu yang dicuri tidak membuka apa pun.")
CARD = Verdict(Level.GOOD, "Data pribadi disegel, tetapi kuncinya di kartu yang sama. Ini mode lemah: jaga kartunya.")
BURNABLE = Verdict(
    Level.WARNING,
    "Kunci balai ada di kartu: siapa yang mencuri kartunya dapat membaca data pribadi. Pi ini punya tempat kunci yang masih kosong.",
    "Teknisi: isi sekali dengan rpi-otp-private-key, lalu jalankan ulang balai (docs/privacy.md).",
)
SILENT = Verdict(
    Level.BROKEN,
    "Tempat kunci di luar kartu tidak menjawab ({safe}). Untuk sementara kunci yang baru ada di {now}.",
    "Jalankan ulang Pi. Bila tetap begini, panggil teknisi: cip longgar, atau layanan tidak boleh membukanya.",
)
LOCKED = Verdict(
    Level.BROKEN,
    "{locked} catatan pribadi disegel oleh perangkat lain dan belum dapat dibuka di sini.",
    "Di Pi ini jalankan gateway recover dan ketik kunci pemulihan kepala desa dari kertas.",
)
NO_PAPER = Verdict(
    Level.WARNING,
    "Kunci pemulihan kepala desa belum dicetak: bila Pi ini rusak, permohonan yang masih terbuka tidak terbaca lagi.",
    "Kepala kantor membuka /atur/pelindungan-data, atau teknisi menjalankan gateway recovery-key di Pi.",
)
KEY_LOST = Verdict(
    Level.BROKEN,
    "Berkas kunci balai rusak dan sudah diganti; yang disegel sebelumnya belum dapat dibuka.",
    "Jalankan gateway recover dengan kunci pemulihan kepala desa. Berkas lama tetap disimpan di samping yang baru.",
)


def check_sealing(
    *,
    mode: str,
    silent: str = "",
    burnable: bool = False,
    locked: int = 0,
    paper: bool = True,
    is_empty: bool = False,
    key_lost: bool = False,
) -> tuple[Finding, ...]:
    """Look at where the hall's key is (``mode``, see ``privacy.safes``) and at what it does not open.

    ``silent`` is a place that should answer; ``paper`` whether there is a recovery key; ``is_empty`` whether nothing personal is kept.
    """
    found = []
    if key_lost:
        found.append(Finding("sealing", KEY_LOST))
    if locked:
        found.append(Finding("sealing", LOCKED, {"locked": locked}))
    if silent:
        found.append(Finding("sealing", SILENT, {"safe": SAFES[silent], "now": SAFES.get(mode, ON_CARD)}))
    elif mode in SAFES:
        found.append(Finding("sealing", OUTSIDE, {"safe": SAFES[mode]}))
    else:
        found.append(Finding("sealing", BURNABLE if burnable else CARD))
    if not paper and not is_empty:
        found.append(Finding("sealing", NO_PAPER))
    return tuple(found)
