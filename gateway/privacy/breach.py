"""What has to be told when personal data may be in wrong hands, gathered from the audit log and the hall's epochs. Pure but for its reads.

UU 27/2022, article 46: within 3 x 24 hours, in writing, to the persons concerned and to the supervising body: which data, when and how,
and what is done about it. The hall fills in what it knows; people write the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.privacy import tables
from gateway.privacy.tables import Wanted
from gateway.store.outbox import Reads

ENTRIES_LIMIT = 100_000
READING = ("open", "search", "export", "print", "compare", "check")
"""Acts by which somebody has seen what is personal."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the hall knows of a time in which something went wrong."""

    since: str
    until: str
    """ISO 8601."""
    kinds: Mapping[str, tuple[int, int]]
    """By kind, how many records the hall keeps, and how many are erased."""
    seen: Mapping[tuple[str, str], int]
    """By officer and kind, how often something was opened, searched, printed or exported in that time."""
    epochs: Sequence[tuple[str, str, str]]
    """Histories of this hall that began in that time (a restored, moved or copied card): epoch, reason, when."""
    mode: str
    """Where the hall's key is: ``file`` means that the card alone opens everything that is not erased."""
    log_is_whole: bool
    """Whether nobody has changed the audit log."""


def gather(db: Reads, since: str, until: str, *, mode: str, log_is_whole: bool, named: Callable[[str], str] = str) -> Known:
    """Return what is known of a time. ``named`` returns the name of whom the log has by number, and anybody else as they stand there."""
    seen: dict[tuple[str, str], int] = {}
    for entry in tables.entries(db, Wanted(since=since, until=until), ENTRIES_LIMIT):
        if entry.act in READING:
            who = named(entry.who)
            seen[who, entry.kind] = seen.get((who, entry.kind), 0) + 1
    rows = db.execute(
        "SELECT epoch, reason, opened_at FROM epoch WHERE reason <> 'made' AND opened_at >= ? AND opened_at < ? ORDER BY number",
        (since, until),
    )
    epochs = [(str(epoch), str(reason), str(at)) for epoch, reason, at in rows]
    return Known(since, until, tables.counts(db), seen, epochs, mode, log_is_whole)


WITHIN = timedelta(days=3)
TITLES = {
    "resident": "data warga",
    "request": "permohonan surat",
    "complaint": "pengaduan",
    "need": "laporan warga butuh bantuan",
    "complaint-contact": "nama dan nomor pelapor pengaduan",
    "need-contact": "nama dan nomor pelapor warga butuh bantuan",
    "aid": "cek program bantuan",
    "request-photo": "foto syarat permohonan",
    "letter": "isi surat",
    "letter-document": "surat yang dicetak",
    "seller": "pelapak",
    "guest": "buku tamu",
    "own-key": "",
}
"""What kinds are called in the notice; empty is no person's."""
KEPT_IN = {
    "file": "Kunci balai ada di kartu yang sama: siapa memegang kartu atau salinannya dapat membaca semua yang belum dihapus.",
    "otp": "Kunci balai ada di memori OTP Pi: kartu tanpa Pi ini tidak membuka apa pun; kartu bersama Pi-nya membuka yang belum dihapus.",
    "tpm": "Kunci balai ada di cip TPM: kartu tanpa cip tidak membuka apa pun; yang sudah dihapus dan dirotasi tidak terbuka lagi oleh siapa pun.",
}
TO_DO = (
    "[ ] Nomor kontak warga yang terkena sudah didaftar dan pemberitahuan sudah dikirim kepada mereka",
    "[ ] PIN semua petugas sudah diganti (/atur/petugas)",
    "[ ] Sertifikat balai sudah dicabut oleh kabupaten, bila kartu atau Pi hilang",
    "[ ] Kunci pemulihan yang baru sudah dicetak, bila kertasnya ikut hilang (gateway recovery-key)",
)


def notice(known: Known, hall: str, what: str, now: datetime) -> str:
    """Return the notice in Indonesian, ready to be completed and sent; ``now`` is when the hall learned of it."""
    kinds = [
        f"- {TITLES.get(kind, kind)}: {still} catatan tersimpan, {erased} sudah dihapus"
        for kind, (still, erased) in sorted(known.kinds.items())
        if TITLES.get(kind, kind)
    ]
    seen = [f"- {who}: {TITLES.get(kind) or kind or 'umum'}, {times} kali" for (who, kind), times in sorted(known.seen.items())]
    epochs = [f"- riwayat {epoch} dimulai {at} ({reason})" for epoch, reason, at in known.epochs]
    log = "utuh" if known.log_is_whole else "TIDAK UTUH: ada entri yang diubah atau hilang"
    return "\n".join(
        [
            "PEMBERITAHUAN KEGAGALAN PELINDUNGAN DATA PRIBADI",
            "Pasal 46 UU 27/2022: tertulis, kepada warga yang terkena dan lembaga, paling lambat 3 x 24 jam.",
            "",
            f"Dari: {hall}",
            f"Disusun: {now:%d-%m-%Y %H.%M}; paling lambat dikirim: {now + WITHIN:%d-%m-%Y %H.%M}",
            f"Masa yang diperiksa: {known.since} sampai {known.until}",
            "",
            "1. Apa yang terjadi",
            what or "(tulis di sini)",
            "",
            "2. Data pribadi yang mungkin terungkap",
            *(kinds or ["- tidak ada catatan pribadi di balai ini"]),
            "",
            "3. Kapan dan bagaimana",
            KEPT_IN[known.mode],
            f"Catatan audit: {log}. Yang dibuka, dicari, dicetak, atau diekspor pada masa itu:",
            *(seen or ["- tidak ada"]),
            "Kartu yang dipulihkan, dipindah, atau disalin pada masa itu:",
            *(epochs or ["- tidak ada"]),
            "",
            "4. Upaya penanganan dan pemulihan",
            *TO_DO,
            "",
            "5. Narahubung",
            "(nama, jabatan, nomor telepon)",
        ]
    )
