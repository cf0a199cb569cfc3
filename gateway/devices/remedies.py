"""What to do about whatever a device says of itself: the one table of every reason, by its sentence, and by kind where one kind needs other words.

A device says what is wrong (``Device.reason``, ``Foresees.warning``, ``DeviceFault``); what somebody in the hall does about it stands here. A test
reads every module of devices: a sentence without a remedy fails it.
"""

from __future__ import annotations

from gateway.devices import lan_words, printer_words
from gateway.errors import Reason

USUAL = "Periksa kabel dan dayanya."
"""For what a device of another version may say."""
RESTART = "Mulai ulang balai; bila tetap begini, beri tahu teknisi."
GPIO = "Teknisi: periksa nomor pin di hall.toml dan apakah pin itu dipakai perangkat lain (docs/devices.md), lalu grup gpio layanan balai."

REMEDIES: dict[str, str] = {
    **printer_words.REMEDIES,
    **lan_words.REMEDIES,
    printer_words.CLOSED: RESTART,
    "perangkat belum siap dalam satu menit": "Lihat di atas apa yang kurang, lalu coba lagi.",
    # Buttons and keypads
    "tombol macet tertekan, dimatikan": "Lepaskan tombolnya: periksa apakah ada yang menekan, kotor, atau basah. Tombol berfungsi lagi 5 detik sesudah lepas.",
    "ditutup": RESTART,
    "tidak dapat diperiksa ({error})": "Teknisi: periksa bagian perangkat itu di hall.toml, lalu mulai ulang balai; log balai menyebut kesalahannya (docs/technician.md).",
    "tidak dapat dipakai: {why}": "Teknisi: perbaiki bagian perangkat itu di hall.toml (docs/settings.md), lalu mulai ulang balai. Perangkat lain bekerja terus.",
    "belum dicari": "Tunggu beberapa detik; balai sedang mencarinya.",
    "pin tidak dapat dibuka ({error})": GPIO,
    "pin ditulis dua kali di hall.toml": "Teknisi: beri setiap tombol dan lampu pinnya sendiri di hall.toml (docs/rangkaian.md), lalu mulai ulang balai.",
    "pin dipakai config.txt atau program lain": "Teknisi: hapus overlay yang memakai pin itu dari config.txt (firmware_config/pi), atau pilih pin lain.",
    "chip GPIO tidak dapat dibuka": "Teknisi: masukkan pengguna balai ke grup gpio (systemd/README.md), lalu mulai ulang.",
    "tidak tercolok di porta ini": "Colokkan papan tombol USB ke porta yang sama seperti dulu; porta lain ditulis di hall.toml sebagai port.",
    "tidak boleh dibaca: layanan harus masuk grup input": "Teknisi: masukkan pengguna balai ke grup input (systemd/README.md), lalu mulai ulang.",
    "dipakai program lain": "Teknisi: hentikan program lain yang memakai papan tombol itu, lalu cabut dan colokkan lagi.",
    "tidak terbaca ({error})": "Cabut papan tombol itu, tunggu 5 detik, lalu colokkan lagi; bila tetap begini, ganti papannya.",
    # Boards
    "kabel papan tercabut": "Periksa kabel data dan listrik papan; nomor yang sedang dipanggil tampil lagi sendiri.",
    "kabel lampu tercabut": "Periksa kabel dan listrik lampu.",
    "SPI belum dinyalakan (dtparam=spi=on)": "Teknisi: tulis dtparam=spi=on di config.txt, lalu nyalakan ulang Raspberry Pi.",
    "SPI tidak boleh dibuka: layanan harus masuk grup spi": "Teknisi: masukkan pengguna balai ke grup spi (systemd/README.md), lalu mulai ulang.",
    "pustaka {name} belum terpasang": "Teknisi: sudo apt install python3-lgpio python3-spidev; untuk luma pasang paket tambahan led (docs/devices.md). Lalu mulai ulang balai.",
    "SPI gagal ({error})": "Periksa kabel papan; bila tetap begini, nyalakan ulang Raspberry Pi.",
    # Screens
    "layar hanya terlihat oleh balai yang berjalan": "Jalankan balai, lalu periksa lagi.",
    "layar belum membuka halamannya": "Nyalakan layar dan buka alamatnya di perambannya; layar memberi kabar tiap 20 detik.",
    "gambar layar diam, atau layarnya mati": "Lihat layarnya. Diam atau gelap? Matikan dan nyalakan lagi, atau muat ulang halamannya.",
    # Devices of the hall's own network
    lan_words.CLOSED: RESTART,
    "baterai tinggal {percent} persen": "Isi atau ganti baterainya hari ini.",
    "sinyal Wi-Fi lemah ({dbm} dBm)": "Dekatkan pemancar Wi-Fi, atau pindahkan perangkat dari logam dan dinding tebal.",
    # Speakers
    "kabel pengeras suara tercabut": "Periksa kabel dan listrik pengeras suara, lalu besarkan volumenya.",
    "aplay belum terpasang (apt install alsa-utils)": "Teknisi: pasang alsa-utils, lalu mulai ulang balai.",
    "kartu suara tidak dapat dibuka": "Periksa colokan pengeras suara. Teknisi: nama kartu di hall.toml harus salah satu dari aplay -L.",
    "kartu suara tidak menjawab": "Cabut kartu suara USB, tunggu 5 detik, lalu colokkan lagi; bila tetap begini, mulai ulang balai.",
    "pengeras suara dilepas": RESTART,
    "belum ada suara untuk bahasa yang dipilih": "Pilih bahasa lain atau rekam suaranya di halaman Suara panggilan. Teknisi: pasang espeak-ng.",
}
"""By the sentence, with its ``{braces}``."""

OF_KIND: dict[tuple[str, str], str] = {
    (
        "escpos-usb",
        printer_words.UNPLUGGED,
    ): "Periksa kabel USB dan listrik printer, lalu nyalakan. Di porta lain? Tulis portanya di hall.toml.",
    (
        "escpos-serial",
        printer_words.UNPLUGGED,
    ): "Periksa kabel serial dan listrik printer; path di hall.toml harus berkas kabel itu.",
}
"""By kind and sentence."""


def remedy(kind: str, reason: str) -> str:
    """Return what to do, in Indonesian, about a device of ``kind`` that says ``reason``; the usual when that is unknown or empty."""
    sentence = reason.sentence if isinstance(reason, Reason) else reason
    return OF_KIND.get((kind, sentence)) or REMEDIES.get(sentence, USUAL)
