"""What can be wrong with a printer, in a few Indonesian words, and what somebody in the hall does about it."""

from __future__ import annotations

OUT_OF_PAPER = "kertas habis"
PAPER_NEAR_END = "kertas hampir habis"
UNPLUGGED = "kabel printer tercabut"
UNREACHABLE = "printer tidak terjangkau lewat jaringan"
FORBIDDEN = "port printer tidak boleh dibuka"
BUSY = "port printer dipakai program lain"
COVER_OPEN = "penutup printer terbuka"
TROUBLE = "printer melaporkan gangguan"
SILENT = "printer tidak menjawab"
NONSENSE = "jawaban printer tidak dapat dipahami"
STALLED = "printer berhenti di tengah struk"
CLOSED = "printer dilepas"

REMEDIES: dict[str, str] = {
    OUT_OF_PAPER: "Pasang gulungan kertas baru, lalu tutup printernya; struk yang tertunda keluar sendiri.",
    PAPER_NEAR_END: "Siapkan gulungan kertas baru di dekat printer.",
    UNPLUGGED: "Periksa kabel data dan listrik printer, lalu nyalakan printernya.",
    UNREACHABLE: "Nyalakan printer dan periksa kabel LAN-nya; host di hall.toml harus sama dengan alamat pada struk uji printer.",
    FORBIDDEN: "Teknisi: masukkan pengguna balai ke grup lp dan dialout (systemd/README.md), lalu mulai ulang.",
    BUSY: "Teknisi: hentikan program lain yang memakai printer itu, misalnya CUPS.",
    COVER_OPEN: "Tutup penutup printer sampai berbunyi klik.",
    TROUBLE: "Matikan printer, keluarkan kertas yang tersangkut di pemotong, tunggu sampai dingin, lalu nyalakan lagi.",
    SILENT: "Matikan lalu nyalakan printer. Printer yang memang tidak dapat menjawab memerlukan answers = false di hall.toml.",
    NONSENSE: "Teknisi: samakan baud di hall.toml dengan setelan printer, dan pastikan printernya memakai ESC/POS.",
    STALLED: "Matikan lalu nyalakan printer, dan buang kertas yang keluar sebagian; struknya dicetak ulang.",
}
"""By the words above."""
