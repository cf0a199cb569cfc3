"""What can be wrong with a LAN device, in a few Indonesian words, and what somebody in the hall does about it."""

from __future__ import annotations

NO_NETWORK = "jaringan perangkat belum diatur"
NEVER_RUN = "balai belum berjalan dengan jaringan perangkatnya"
NO_BROKER = "broker perangkat tidak terhubung"
NEVER_SEEN = "belum pernah terhubung"
GONE = "terputus dari Wi-Fi balai"
SILENT = "tidak menjawab"
BOARD_SILENT = "papan tidak menjawab"
CLOSED = "dilepas"

REMEDIES: dict[str, str] = {
    NO_NETWORK: "Teknisi: isi bagian [lan] di hall.toml (docs/lan.md), lalu mulai ulang.",
    NEVER_RUN: "Jalankan balai sekali, lalu periksa lagi.",
    NO_BROKER: "Teknisi: periksa layanan balai-lan-broker dengan systemctl status balai-lan-broker.",
    NEVER_SEEN: "Nyalakan perangkat di dekat Wi-Fi balai; bila tetap begini, isinya harus ditulis ulang.",
    GONE: "Periksa daya perangkat dan Wi-Fi balai; perangkat terhubung lagi dengan sendirinya.",
    SILENT: "Cabut dayanya sepuluh detik, lalu pasang lagi.",
    BOARD_SILENT: "Cabut daya papan sepuluh detik, lalu pasang lagi.",
}
"""By the words above."""
