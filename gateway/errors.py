"""Every sentence with which the product refuses: what happened and what to do.

A rule or an edge raises ``Refusal(code, **facts)``. The code is stable (programs may rely on it), the
sentence and the remedy are for people: Indonesian here, other languages in the catalogues of
translations. Facts fill the ``{braces}`` and never hold personal data.
"""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from functools import partial
from typing import Self


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which something can go wrong."""

    status: int
    """The HTTP status with which the portal answers it."""
    sentence: str
    """What happened, in Indonesian, with ``{facts}``."""
    remedy: str
    """What the reader can do about it, in Indonesian, with ``{facts}``."""


class Reason(str):
    """A few Indonesian words within a sentence; what fills them is kept apart, so that a reader of another language gets them too."""

    __slots__ = ("facts", "sentence")

    def __new__(cls, sentence: str, **facts: object) -> Self:
        """Return the words as Indonesians read them."""
        reason = super().__new__(cls, sentence.format_map(facts))
        reason.sentence, reason.facts = sentence, facts
        return reason

    sentence: str
    facts: dict[str, object]


MACHINE: dict[str, str] = {
    os.strerror(number): words
    for number, words in {
        errno.ENOENT: "tidak ditemukan",
        errno.EACCES: "tidak ada izin",
        errno.EPERM: "tidak diperbolehkan",
        errno.EISDIR: "itu folder",
        errno.ENOTDIR: "bukan folder",
        errno.EROFS: "kartunya hanya dapat dibaca",
        errno.ENOSPC: "kartunya penuh",
        errno.EIO: "kartunya rusak",
        errno.EADDRNOTAVAIL: "alamat itu bukan milik mesin ini",
        errno.ENETUNREACH: "jaringannya tidak terjangkau",
        errno.EHOSTUNREACH: "mesin itu tidak terjangkau",
    }.items()
}
"""What the machine itself says of a file or a network, and the same in Indonesian."""


class Refusal(Exception):
    """An act that is not done, with the reason and the remedy for the person who asked.

    ``code`` is a key of ``FAULTS``; ``facts`` fill its sentences.
    """

    def __init__(self, code: str, **facts: object) -> None:
        self.code = code
        self.fault = FAULTS[code]
        self.facts = facts
        super().__init__(self.sentence + " " + self.remedy)

    def __reduce__(self) -> tuple[partial[Refusal], tuple[()]]:
        """Let it pass between processes whole."""
        return partial(Refusal, self.code, **self.facts), ()

    @property
    def sentence(self) -> str:
        """What happened, in Indonesian."""
        return self.fault.sentence.format_map(self.facts)

    @property
    def remedy(self) -> str:
        """What to do, in Indonesian."""
        return self.fault.remedy.format_map(self.facts)


# A table: one row for one code, so that codes, sentences and remedies are seen under each other.
# fmt: off
FAULTS: dict[str, Fault] = {
    # The queue
    "unknown-line": Fault(404, "Layanan {line} tidak ada di balai ini.", "Pilih salah satu layanan di halaman depan."),
    "line-closed": Fault(409, "Layanan {line} sedang ditutup.", "Pilih layanan lain atau tanyakan kepada petugas."),
    "unknown-priority": Fault(422, "Prioritas {priority} tidak dikenal.", "Pilih lansia, disabilitas, hamil, atau tanpa prioritas."),
    "unknown-counter": Fault(404, "Loket {counter} tidak ada di balai ini.", "Pilih loket di halaman petugas."),
    "unknown-ticket": Fault(404, "Nomor antrean ini tidak ditemukan.", "Periksa alamat pada struk atau ambil nomor baru."),
    "nobody-waiting": Fault(409, "Tidak ada yang menunggu di loket ini.", "Tunggu sampai ada yang mengambil nomor."),
    "no-current-ticket": Fault(409, "Loket {counter} belum memanggil siapa pun.", "Panggil nomor berikutnya dulu."),
    "ticket-moved-on": Fault(409, "Nomor di loket ini sudah berganti sejak halaman dibuka.", "Lihat nomor yang sekarang, lalu ulangi bila masih perlu."),
    "unknown-number": Fault(404, "Nomor {number} tidak ada hari ini.", "Periksa nomor pada struk."),
    "number-ambiguous": Fault(409, "Dua orang menunggu dengan nomor itu: {numbers}.", "Ketik {typed} untuk {example}, atau panggil di halaman loket."),
    "act-not-now": Fault(409, "Itu tidak dapat dilakukan lagi untuk nomor {number}.", "Lihat keadaan nomor itu sekarang."),
    "called-too-few": Fault(409, "Nomor {number} baru dipanggil {calls} kali.", "Panggil ulang sampai {needed} kali, atau lewati dulu."),
    "unknown-hold-reason": Fault(422, "Alasan menunda {reason} tidak dikenal.", "Pilih salah satu alasan di halaman loket."),
    "undo-too-late": Fault(409, "Sudah terlambat untuk mengurungkan.", "Perbaiki dengan tombol yang lain, misalnya panggil nomor itu lagi."),
    "line-full": Fault(409, "Nomor {line} untuk hari ini sudah habis ({cap}).", "Datang lagi besok, atau tanyakan kepada petugas."),
    "hall-closed": Fault(409, "Balai sedang tutup.", "Nomor dapat diambil lagi {opens}."),
    "last-ticket-given": Fault(409, "Nomor terakhir hari ini sudah dibagikan.", "Nomor dapat diambil lagi {opens}, atau tanyakan kepada petugas."),
    "phone-tickets-paused": Fault(409, "Nomor lewat ponsel sedang dihentikan.", "Tekan tombol di balai; nomornya langsung keluar."),
    "phone-limit": Fault(429, "Terlalu banyak nomor diambil lewat ponsel.", "Pakai nomor yang sudah ada, atau tekan tombol di balai."),
    "claim-unknown": Fault(404, "Kode ini tidak cocok dengan nomor hari ini.", "Periksa enam huruf dan angka pada struk, lalu ketik lagi."),
    "claim-tries": Fault(429, "Terlalu banyak kode yang salah.", "Tunggu {wait_s} detik, atau tunjukkan struk kepada petugas."),
    "kiosk-only": Fault(403, "Halaman ini hanya untuk layar sentuh balai.", "Ambil nomor di halaman depan, atau tekan tombol di balai."),
    "line-setup": Fault(422, "Layanan {line} belum benar.", "Setiap layanan perlu nama dan huruf sendiri."),
    "counter-setup": Fault(422, "Loket {counter} belum benar.", "Setiap loket perlu nama sendiri dan paling sedikit satu layanan."),
    "line-in-use": Fault(409, "Masih ada yang menunggu di layanan {line}.", "Layani mereka dulu; tutup layanan itu supaya tidak bertambah."),
    "counter-in-use": Fault(409, "Masih ada orang di {counter}.", "Selesaikan dulu nomor di loket itu, lalu hapus."),
    "letter-used": Fault(409, "Huruf {letter} hari ini sudah dipakai layanan lain.", "Pakai huruf lain, atau ganti besok sebelum balai buka."),
    "last-line": Fault(409, "Ini layanan yang terakhir.", "Tambahkan layanan lain dulu, lalu hapus yang ini."),
    "last-counter": Fault(409, "Ini loket yang terakhir.", "Tambahkan loket lain dulu, lalu hapus yang ini."),
    "choices-changed": Fault(409, "Pengaturan ini sudah diubah petugas lain, jadi tulisan Anda belum disimpan.", "Di bawah ini yang terbaru; ubah lagi bila masih perlu."),
    "number-too-low": Fault(422, "Nomor terakhir sudah {number}.", "Masukkan nomor yang lebih besar."),
    "day-not-later": Fault(409, "Tanggal {date} tidak sesudah hari layanan terakhir.", "Periksa tanggal; hari layanan tidak pernah mundur."),
    # Officers
    "wrong-pin": Fault(401, "Nama petugas atau PIN salah.", "Coba lagi, atau minta kepala kantor membuat PIN baru."),
    "too-many-tries": Fault(429, "Terlalu banyak PIN salah.", "Tunggu {wait_s} detik, lalu coba lagi."),
    "sign-in-needed": Fault(401, "Halaman ini untuk petugas.", "Masuk dengan nama petugas dan PIN."),
    "right-missing": Fault(403, "Halaman ini bukan untuk tugas Anda.", "Minta kepala kantor atau teknisi membukanya."),
    "pin-too-weak": Fault(422, "PIN harus paling sedikit 6 angka dan tidak berurutan.", "Pilih PIN lain."),
    "officer-exists": Fault(409, "Petugas {name} sudah ada.", "Pakai nama lain."),
    "officer-unknown": Fault(404, "Petugas ini tidak ada.", "Lihat daftar petugas, lalu ulangi."),
    "last-head": Fault(409, "Ini kepala kantor yang terakhir.", "Tambahkan kepala kantor lain dulu, lalu ulangi."),
    "pins-differ": Fault(422, "Kedua PIN baru tidak sama.", "Tulis PIN yang sama dua kali."),
    "setup-code-wrong": Fault(401, "Kode pemasangan salah.", "Lihat kode di layar balai, atau jalankan: gateway setup-code"),
    "hall-claimed": Fault(409, "Balai ini sudah punya kepala kantor.", "Masuk sebagai kepala kantor di halaman petugas."),
    "staff-network-only": Fault(403, "Halaman ini hanya dibuka dari jaringan petugas.", "Pakai komputer atau Wi-Fi untuk petugas, bukan Wi-Fi tamu."),
    "officer-name": Fault(422, "Nama petugas tidak dapat dipakai.", "Pakai 1 sampai 40 huruf, angka, atau spasi."),
    # Announcements
    "announcement-empty": Fault(422, "Pengumuman masih kosong.", "Tulis teksnya, atau pilih gambar atau film."),
    "announcement-dates": Fault(422, "Tanggal selesai sebelum tanggal mulai.", "Perbaiki kedua tanggal itu."),
    "announcements-full": Fault(409, "Sudah ada {limit} pengumuman.", "Cabut yang tidak perlu lagi, lalu ulangi."),
    "announcement-unknown": Fault(404, "Pengumuman ini sudah dicabut.", "Lihat daftar pengumuman, lalu buat yang baru bila masih perlu."),
    "picture-unreadable": Fault(422, "Gambar atau film ini tidak dapat dibaca.", "Pilih JPEG, PNG, WebP, MP4, atau WebM."),
    # Services
    "service-unknown": Fault(404, "Layanan ini tidak ada di balai ini.", "Lihat daftar layanan, atau tanyakan kepada petugas."),
    "service-name": Fault(422, "Nama pendek layanan ini tidak dapat dipakai.", "Pakai huruf kecil, angka, dan tanda hubung, mulai dengan huruf, misalnya izin-hajatan."),
    "service-unfit": Fault(422, "Layanan {service} tidak dapat dipakai: {reason}", "Perbaiki berkas itu di baris yang disebut, lalu kirim lagi."),
    "catalogue-full": Fault(409, "Sudah {limit} layanan yang ditulis sendiri.", "Hapus yang tidak perlu lagi, lalu ulangi."),
    # The market
    "market-code": Fault(404, "Kode lapak ini tidak dikenal.", "Periksa sepuluh huruf dan angkanya, lalu ketik lagi; bila hilang, datanglah ke loket."),
    "market-full": Fault(503, "Terlalu banyak jualan menunggu diperiksa petugas.", "Coba lagi besok; yang sudah ditulis dapat dikirim lagi."),
    "market-many": Fault(409, "Anda sudah menawarkan {limit} jualan.", "Cabut dulu yang tidak dijual lagi."),
    "product-unknown": Fault(404, "Jualan ini sudah tidak ada di lapak.", "Lihat yang lain di lapak warga."),
    # Health posts
    "healthpost-unknown": Fault(404, "Posyandu ini tidak ada.", "Lihat jadwal posyandu."),
    "healthposts-full": Fault(409, "Sudah ada {limit} posyandu.", "Hapus yang tidak dipakai lagi."),
    "healthpost-hours": Fault(422, "Jam selesai tidak sesudah jam mulai.", "Perbaiki kedua jam itu."),
    # Requests
    "draft-unknown": Fault(404, "Isian permohonan ini tidak ada lagi.", "Isian disimpan 3 hari. Mulai lagi dari daftar layanan, atau minta bantuan petugas."),
    "drafts-full": Fault(503, "Terlalu banyak permohonan yang sedang diisi.", "Coba lagi nanti, atau datang ke loket."),
    "consent-needed": Fault(422, "Permohonan ini memerlukan persetujuan Anda.", "Beri tanda bila setuju; bila tidak, bicaralah dengan petugas."),
    "requests-at-counter": Fault(409, "Di balai ini permohonan dimulai di loket.", "Ambil nomor, lalu sebutkan layanan yang diperlukan kepada petugas."),
    "answers-wrong": Fault(422, "Ada isian yang belum benar.", "Perbaiki yang ditandai, lalu kirim lagi."),
    "request-unknown": Fault(404, "Permohonan ini tidak ditemukan.", "Periksa alamat atau kode lacak pada tanda terima."),
    "code-unknown": Fault(404, "Tidak ada permohonan dengan kode ini.", "Periksa delapan huruf dan angka pada tanda terima, lalu ketik lagi."),
    "act-too-late": Fault(409, "Itu tidak dapat dilakukan lagi untuk {number}.", "Lihat keadaannya sekarang."),
    "answers-missing": Fault(422, "Belum dapat disetujui. Yang belum dijawab: {missing}.", "Isi yang kurang, lalu setujui lagi. Bila belum ada, pilih Belum lengkap."),
    "reason-needed": Fault(422, "Pilih alasan penolakan.", "Pemohon membaca alasan itu di ponselnya."),
    # Complaints and needs
    "report-unknown": Fault(404, "Laporan dengan kode atau nomor ini tidak ada.", "Periksa kodenya, huruf demi huruf, lalu ketik lagi."),
    "report-empty": Fault(422, "Ceritanya masih kosong.", "Tulis satu atau dua kalimat, lalu kirim lagi."),
    "report-nameless": Fault(422, "Nama atau nomor ponsel belum diisi.", "Isi salah satunya, atau pilih tanpa nama."),
    "report-closed": Fault(409, "Laporan ini sudah selesai.", "Bila masih perlu, buat laporan baru."),
    "report-not-now": Fault(409, "Itu tidak dapat dilakukan dalam keadaan laporan ini sekarang.", "Lihat keadaannya di halaman ini, lalu pilih yang lain."),
    "report-long": Fault(409, "Laporan ini sudah terlalu panjang.", "Tutup dengan jawaban, lalu lanjutkan dalam laporan baru."),
    "reports-full": Fault(503, "Terlalu banyak laporan yang belum selesai di balai ini.", "Sampaikan langsung kepada petugas, atau coba lagi besok."),
    "programmes-full": Fault(409, "Sudah {limit} program yang ditulis sendiri.", "Kembalikan yang tidak perlu lagi ke bawaan, lalu ulangi."),
    "person-absent": Fault(422, "Orangnya harus ada di depan Anda.", "Cocokkan KTP dengan wajahnya, beri tanda, lalu periksa lagi."),
    # The reading corner
    "library-resting": Fault(503, "Kumpulan ini sedang disiapkan, atau tidak ada lagi.", "Tunggu sebentar, lalu buka lagi dari pojok baca."),
    # What is personal
    "paper-missing": Fault(409, "Tidak ada kunci yang sedang ditunggu.", "Tampilkan kunci baru, cetak, lalu ketik kelompok yang diminta."),
    "paper-differs": Fault(400, "Tidak cocok dengan kertasnya.", "Ketik kelompok yang diminta persis seperti di kertas."),
    "paper-in-clear": Fault(403, "Kunci tidak ditampilkan lewat sambungan yang dapat disadap.", "Centang bahwa Anda mengerti, atau jalankan gateway recovery-key di Pi."),
    "reason-missing": Fault(400, "Alasan belum ditulis.", "Tulis singkat mengapa catatan ini dihapus."),
    "search-too-short": Fault(400, "Yang dicari terlalu pendek.", "Tulis NIK 16 angka, atau paling sedikit {least} huruf dari nama."),
    "list-unreadable": Fault(400, "Daftar itu tidak terbaca: {reason}.", "Simpan dari Excel sebagai XLSX atau CSV, lalu kirim lagi."),
    "list-under-way": Fault(409, "Daftar lain sedang dibawa.", "Tunggu sebentar, lalu buka halaman ini lagi."),
    "nik-taken": Fault(409, "NIK itu sudah dipakai orang lain di daftar ini.", "Cocokkan dengan KTP atau KK."),
    "person-unfit": Fault(422, "Isian belum benar: {reason}", "Betulkan isian itu, lalu simpan lagi."),
    "paper-misspelled": Fault(400, "Kunci pemulihan salah ketik: {reason}.", "Cocokkan huruf demi huruf dengan kertasnya, lalu ketik lagi."),
    "record-unknown": Fault(404, "Catatan ini tidak ada.", "Periksa nomornya."),
    "record-erased": Fault(410, "Isi catatan ini sudah dihapus dari balai.", "Bila benar-benar perlu, minta kepada kabupaten, yang memegang salinannya."),
    "record-locked": Fault(409, "Catatan ini disegel oleh perangkat lain.", "Buka dengan kunci pemulihan kepala desa yang tercetak di kertas."),
    # Requests
    "not-found": Fault(404, "Halaman ini tidak ada.", "Kembali ke halaman depan."),
    "method-not-allowed": Fault(405, "Cara membuka halaman ini keliru.", "Kembali ke halaman depan."),
    "key-missing": Fault(400, "Permintaan tidak membawa Idempotency-Key yang benar.", "Kirim Idempotency-Key yang unik, 8 sampai 80 huruf atau angka."),
    "key-reused": Fault(422, "Idempotency-Key ini sudah dipakai untuk permintaan lain.", "Buat kunci baru untuk setiap permintaan baru."),
    "body-too-large": Fault(413, "Kiriman terlalu besar.", "Pilih foto atau berkas yang lebih kecil: paling besar {limit_kib} KiB."),
    "uploads-full": Fault(503, "Ada kiriman besar lain yang sedang diterima.", "Tunggu sebentar, lalu kirim lagi."),
    "tries-used-up": Fault(429, "Terlalu banyak kiriman dari sini dalam waktu singkat.", "Tunggu {wait_s} detik, lalu kirim lagi; atau minta bantuan petugas."),
    "body-slow": Fault(408, "Kiriman terlalu lama sampai.", "Kirim ulang; bila tetap terjadi, mendekatlah ke pemancar Wi-Fi balai."),
    "streams-full": Fault(503, "Terlalu banyak layar yang terhubung langsung.", "Halaman tetap diperbarui sendiri, hanya lebih lambat."),
    "body-unreadable": Fault(400, "Kiriman tidak dapat dibaca.", "Kirim ulang; isinya harus UTF-8 yang benar."),
    "field-invalid": Fault(422, "Isian {field} tidak benar.", "Periksa isian itu dan kirim lagi."),
    "foreign-origin": Fault(403, "Permintaan datang dari situs lain.", "Buka halaman balai langsung, lalu ulangi."),
    "unknown-host": Fault(421, "Alamat ini bukan alamat balai.", "Buka {address}."),
    "internal": Fault(500, "Ada kesalahan di perangkat balai.", "Coba lagi; bila tetap terjadi, beri tahu petugas."),
    # Letters
    "letter-settings": Fault(409, "Kop surat, penandatangan, atau nomor surat belum diatur.", "Minta kepala kantor mengisi Kop surat dan Nomor surat di halaman Atur balai."),
    "letter-date-unknown": Fault(409, "Tanggal hari ini belum dipastikan, jadi surat belum dapat diberi nomor.", "Buka halaman Hari di loket, lalu pastikan tanggalnya."),
    "letter-date-behind": Fault(409, "Tanggal {date} lebih awal daripada surat terakhir ({newest}).", "Pastikan tanggal hari ini, atau batalkan surat yang tanggalnya salah."),
    "letter-number-used": Fault(409, "Nomor {number} sudah ada di buku.", "Betulkan pola di halaman Nomor surat, supaya tidak ada dua surat bernomor sama."),
    "letter-unknown": Fault(404, "Surat ini tidak ditemukan.", "Cari di daftar surat dengan nomornya."),
    "letter-closed": Fault(409, "Itu tidak dapat dilakukan lagi untuk surat {number}.", "Lihat keadaan surat itu sekarang."),
    "letter-unmade": Fault(503, "Surat ini belum dapat dicetak.", "Coba sekali lagi. Bila tetap gagal, beri tahu teknisi; nomornya tidak hilang."),
    "void-reason": Fault(422, "Alasan membatalkan surat belum ditulis.", "Tulis alasannya, misalnya salah nama."),
    "register-unopened": Fault(409, "Buku nomor surat tahun {year} belum dibuka di sini.", "Minta kepala kantor menulis nomor terakhir yang sudah dipakai di halaman Nomor surat."),
    "register-unsure": Fault(409, "Balai ini baru dipulihkan, jadi nomor surat terakhir belum pasti.", "Cocokkan dengan surat yang sudah keluar, lalu tulis nomor terakhirnya di halaman Nomor surat."),
    "register-backwards": Fault(422, "Nomor terakhir di buku ini sudah {last}.", "Tulis angka itu atau yang lebih besar; nomor yang sudah keluar tidak dipakai lagi."),
    "register-too-far": Fault(422, "Nomor itu terlalu jauh.", "Paling banyak {limit} nomor dicatat sekali jalan; periksa angkanya."),
    # Storage
    "storage-full": Fault(503, "Penyimpanan balai penuh; tidak ada yang tersimpan.", "Beri tahu petugas: kosongkan kartu atau ganti yang lebih besar."),
    "storage-failed": Fault(503, "Penyimpanan balai gagal; tidak ada yang tersimpan.", "Coba lagi; bila tetap terjadi, beri tahu petugas."),
    "event-too-large": Fault(422, "Isian terlalu banyak untuk dikirim ke kabupaten.", "Ringkas isian sampai di bawah {limit_kib} KiB."),
    "hall-stopping": Fault(503, "Balai sedang dimatikan.", "Coba lagi sebentar lagi."),
    "hall-running": Fault(409, "Balai lain sudah berjalan dengan folder {directory}.", "Hentikan yang itu dulu, atau pakai folder lain."),
    "hall-missing": Fault(409, "Folder {directory} belum berisi balai.", "Periksa data.directory, atau jalankan balai sekali: gateway run"),
    "command-unknown": Fault(400, "Balai yang berjalan tidak mengenal perintah ini.", "Pakai gateway dari versi yang sama dengan balai yang berjalan."),
    "file-failed": Fault(500, "Berkas {path} tidak dapat dipakai: {reason}.", "Periksa nama, izin, dan ruang kartunya."),
    "hall-not-running": Fault(409, "Balai tidak berjalan.", "Jalankan dengan: gateway run --config hall.toml"),
    "folder-unwritable": Fault(500, "Folder {directory} tidak dapat ditulisi: {reason}.", "Periksa pemilik, izin, dan apakah kartu hanya-baca."),
    "database-newer": Fault(500, "hall.db dibuat oleh versi yang lebih baru ({migration}).", "Pasang versi gateway yang lebih baru, atau pulihkan cadangan lama."),
    "database-corrupt": Fault(500, "hall.db rusak dan tidak ada salinan yang dapat dipulihkan.", "Bukti disimpan di {evidence}. Jalankan: gateway restore CADANGAN"),
    "backup-exists": Fault(409, "Berkas {path} sudah ada.", "Pilih nama lain; berkas yang ada tidak pernah ditimpa."),
    "backup-invalid": Fault(422, "Berkas {path} bukan cadangan yang utuh: {reason}.", "Pakai cadangan lain."),
    "restore-unfinished": Fault(500, "Pemulihan cadangan ke {directory} terputus di tengah jalan.", "Jalankan lagi: gateway restore CADANGAN --replace"),
    "restore-occupied": Fault(409, "Folder {directory} sudah berisi data balai.", "Pakai --replace; data lama disimpan di sampingnya."),
    # Settings and surroundings
    "settings-unreadable": Fault(500, "Pengaturan {path} tidak dapat dibaca: {reason}.", "Perbaiki berkas itu (TOML, UTF-8)."),
    "settings-unknown-key": Fault(500, "Pengaturan {path} memuat kunci yang tidak dikenal: {key}.", "Hapus atau perbaiki kunci itu. {hint}"),
    "settings-invalid": Fault(500, "Pengaturan {path}: {key} tidak benar ({reason}).", "Perbaiki nilainya."),
    "port-taken": Fault(500, "Port {port} sudah dipakai program lain.", "Pilih port lain atau hentikan program itu."),
    "port-refused": Fault(500, "Port {port} tidak boleh dibuka: {reason}.", "Pilih port lain, atau beri layanan izin membuka port di bawah 1024."),
    "broker-address": Fault(500, "Alamat broker {address} tidak dapat dibaca.", "Tulis mqtt://HOST:PORT atau mqtts://HOST:PORT."),
    "broker-unreachable": Fault(500, "Broker {address} tidak terjangkau: {reason}.", "Periksa kabel, uplink, dan alamat broker."),
    "broker-refused": Fault(500, "Broker {address} menolak balai ini: {reason}.", "Periksa sertifikat dan nama balai di broker."),
    "broker-plain": Fault(500, "{address} tidak menjawab dengan TLS: {reason}.", "Periksa port di relay.broker: mqtts biasanya 8883, dan 1883 biasanya tanpa TLS. Bila port sudah benar, tunggu; balai mencoba lagi sendiri."),
    "broker-untrusted": Fault(500, "Sertifikat broker {address} tidak dapat dipercaya: {reason}.", "Periksa jam balai dan berkas sertifikat di pengaturan."),
    "broker-silent": Fault(500, "Broker {address} menerima sambungan tetapi tidak menjawab.", "Periksa apakah alamat itu benar-benar broker MQTT."),
    "clock-not-set": Fault(500, "Jam balai belum diatur, jadi broker {address} belum dapat diperiksa.", "Nyalakan uplink sebentar sampai jam benar, atau pasang jam baterai DS3231. Data aman di balai."),
    "broker-early": Fault(500, "Sertifikat broker {address} belum berlaku menurut jam balai.", "Periksa jam balai. Bila sudah benar, beri tahu kabupaten."),
    "broker-expired": Fault(500, "Sertifikat broker {address} sudah habis menurut jam balai.", "Periksa jam balai. Bila sudah benar, minta kabupaten memperbarui sertifikat broker."),
    "broker-foreign": Fault(500, "Sertifikat broker {address} bukan dari kabupaten ini.", "Periksa alamat broker dan relay.ca_file. Mungkin ada yang menyamar; balai tidak mengirim apa pun."),
    "broker-misnamed": Fault(500, "Sertifikat broker bukan untuk nama di {address}.", "Tulis nama broker seperti dalam sertifikatnya di relay.broker, atau tanyakan kepada kabupaten."),
    "certificate-unreadable": Fault(500, "Berkas sertifikat atau kunci tidak terbaca: {reason}.", "Periksa nama, izin, dan isi berkas di bagian [relay] pengaturan."),
    "certificate-expired": Fault(500, "Sertifikat balai ini sudah habis, jadi broker {address} menolaknya.", "Balai tetap bekerja dan data aman. Minta sertifikat baru dari kabupaten."),
    "certificate-early": Fault(500, "Sertifikat balai ini belum berlaku menurut jam balai.", "Periksa jam balai. Bila sudah benar, minta sertifikat baru dari kabupaten."),
    "certificate-other": Fault(500, "Sertifikat di sini milik balai lain ({reason}).", "Periksa hall.id dan certificate_file di hall.toml. Bila hall.id benar, minta hall.pem untuk kode itu dari kabupaten."),
    "certificate-revoked": Fault(500, "Kabupaten telah mencabut sertifikat balai ini.", "Balai tetap bekerja dan data aman. Tanyakan kepada kabupaten; mungkin perangkat ini pernah dilaporkan hilang."),
    "certificate-unknown": Fault(500, "Broker {address} tidak mengenal penerbit sertifikat balai ini.", "Periksa alamat broker, atau minta sertifikat baru dari kabupaten."),
    "renewal-refused": Fault(502, "Sertifikat baru tidak diperoleh: {reason}.", "Balai mencoba lagi setiap jam; bila tetap begini, beri tahu kabupaten."),
    "certificate-refused": Fault(500, "Broker {address} tidak menerima sertifikat balai ini: {reason}.", "Periksa jam balai dan jam broker, lalu tanyakan kepada kabupaten."),
    "device-unknown-kind": Fault(500, "Jenis perangkat {kind} tidak dikenal.", "Pakai salah satu: {kinds}."),
    "device-id-taken": Fault(409, "Nama perangkat {device} sudah dipakai.", "Pilih nama lain, atau ganti perangkat yang lama."),
    "device-unknown": Fault(404, "Perangkat {device} tidak ada di balai ini.", "Lihat daftar perangkat, lalu ulangi."),
    "device-option": Fault(500, "Perangkat {device} tidak dapat dipakai: {wrong}.", "Perbaiki perangkat itu di hall.toml."),
    # Who is who
    "centre-missing": Fault(404, "Folder {directory} belum berisi pusat.", "Buat dulu dengan: provision centre init {directory}"),
    "centre-founded": Fault(409, "Pusat di {directory} dibuat dengan {key} = {value}.", "Ubah centre.toml dan berkas yang memuatnya, atau pakai folder lain."),
    "authority-away": Fault(409, "Kunci {path} tidak ada di sini.", "Pasang stik tempat kunci itu disimpan, salin ke tempat itu, dan ulangi."),
    "hall-code": Fault(422, "{hall} bukan kode desa sepuluh angka.", "Tulis kodenya seperti pada label, misalnya 3510012001."),
    "request-unusable": Fault(422, "Permintaan sertifikat {hall} tidak dapat dipakai: {reason}.", "Buat lagi dengan kunci EC P-256 dan CN = {hall}."),
    "certificates-many": Fault(409, "Balai {hall} sudah memegang {count} sertifikat yang berlaku.", "Cabut dulu yang tidak dipakai: provision centre revoke"),
    "certificate-not-issued": Fault(404, "Tidak ada sertifikat yang berlaku untuk {who}.", "Tulis kode desa, atau nomor seri seperti pada nama berkas di identity/issued."),
    "broker-unsignalled": Fault(403, "Broker (proses {pid}) tidak dapat diberi tahu: {reason}.", "Jalankan perintah ini sebagai pengguna yang menjalankan broker."),
    "broker-not-back": Fault(503, "Broker tidak kembali: {reason}.", "Jalankan broker lagi dan lihat lognya; sertifikat yang dicabut sudah tercatat."),
    "revocation-open": Fault(500, "Broker masih menerima sertifikat yang dicabut!", "Hentikan broker sekarang, lalu periksa crlfile di mosquitto.conf dan berkas devices.crl."),
    # The voice
    "voice-language": Fault(404, "Bahasa {language} tidak dikenal.", "Pilih salah satu: {languages}."),
    "clip-unknown": Fault(404, "Potongan suara {clip} tidak ada dalam daftar bahasa {language}.", "Pakai nama dari daftar; lihat dengan: gateway voice list --language {language}"),
    "recording-unreadable": Fault(422, "Rekaman {clip} bukan berkas WAV yang utuh.", "Simpan rekaman sebagai WAV (PCM), lalu kirim lagi."),
    "recording-format": Fault(422, "Rekaman {clip} tersimpan dengan {bits} bit, {channels} saluran, {rate_hz} Hz.", "Simpan sebagai WAV 16 bit, mono atau stereo, 22050 sampai 48000 Hz."),
    "recording-clipped": Fault(422, "Rekaman {clip} terlalu keras sehingga pecah.", "Jauhkan mikrofon sedikit, lalu rekam lagi."),
    "recording-quiet": Fault(422, "Rekaman {clip} terlalu pelan ({level_db} dB).", "Bicara lebih dekat, satu jengkal dari mikrofon, lalu rekam lagi."),
    "recording-cut": Fault(422, "Awal atau akhir rekaman {clip} terpotong.", "Beri jeda setengah detik sebelum dan sesudah berbicara."),
    "recording-noisy": Fault(422, "Rekaman {clip} terlalu berisik.", "Rekam di ruang yang tenang, tanpa kipas angin dan jauh dari jalan."),
    "recording-short": Fault(422, "Rekaman {clip} terlalu pendek.", "Ucapkan seluruh kata dalam daftar."),
    "recording-long": Fault(422, "Rekaman {clip} terlalu panjang ({seconds} detik).", "Ucapkan hanya kata dalam daftar, paling lama {limit_s} detik."),
    "voice-mute": Fault(409, "Tidak ada suara untuk bahasa yang dipilih.", "Pasang espeak-ng (sudo apt install espeak-ng) atau lengkapi rekamannya."),
    "speaker-missing": Fault(409, "Pengeras suara tidak siap.", "Periksa kabel dan daya pengeras suara; keadaannya ada di halaman Keadaan balai."),
    # What the centre asks
    "expired": Fault(410, "Perintah ini hanya berlaku sampai {notafter}.", "Kirim perintah baru bila masih perlu."),
    "superseded": Fault(409, "Sudah ada perintah yang lebih baru tentang {subject}.", "Kirim perintah baru bila yang ini yang dimaksud."),
    "failed": Fault(500, "Perintah ini gagal {tries} kali di balai.", "Lihat log balai itu, lalu kirim perintah baru."),
    "not-here": Fault(501, "Versi balai ini belum bisa menjalankan {kind}; perintahnya disimpan.", "Perbarui gateway; sesudah itu perintahnya dijalankan sendiri."),
    "sealing-key-missing": Fault(409, "Balai ini belum mengenal kunci segel pusat, jadi cadangan tidak dapat dikirim dengan aman.", "Kirim dahulu kuncinya: provision centre key --sealing BERKAS"),
    "backup-under-way": Fault(409, "Cadangan sebelumnya masih dibuat atau dikirim.", "Tunggu sampai tiba di pusat: provision centre parcels"),
    "setting-unknown": Fault(422, "Pengaturan {key} tidak dikenal atau tidak boleh diubah dari kabupaten.", "Lihat daftarnya di docs/choices.md."),
    "setting-unfit": Fault(422, "Pengaturan {key} tidak dapat dipakai: {reason}", "Perbaiki nilainya, lalu kirim lagi."),
    "announcement-of-regency": Fault(409, "Pengumuman ini dari kabupaten.", "Hanya kabupaten yang dapat mengubah atau mencabutnya."),
    # The centre
    "centre-address": Fault(500, "Alamat basis data {address} tidak dapat dibaca.", "Tulis sqlite:///BERKAS atau postgresql://HOST/NAMA."),
    "centre-driver": Fault(500, "Penggerak PostgreSQL belum terpasang: {reason}.", "Pasang dengan: pip install 'balai-gateway[centre]'."),
    "centre-running": Fault(409, "Penerima lain sudah memakai basis data {path}.", "Hentikan yang itu dulu, atau pakai berkas lain."),
    "centre-older": Fault(500, "Basis data {path} belum dibawa ke versi ini, atau belum pernah dipakai penerima.", "Jalankan dahulu penerima versi ini: provision centre intake"),
    "centre-newer": Fault(500, "Basis data {path} dibuat oleh versi yang lebih baru ({version}).", "Pasang versi yang lebih baru."),
    "centre-unusable": Fault(500, "Basis data pusat {path} tidak dapat dipakai: {reason}.", "Periksa folder, izin, dan isi berkas itu, atau server basis datanya."),
    "centre-storage": Fault(503, "Basis data pusat {path} tidak menerima data: {reason}.", "Periksa disk atau server basis data; balai mengirim ulang."),
    "key-file": Fault(500, "Kunci {path} tidak dapat dipakai: {reason}.", "Perbaiki berkas itu, atau buat yang baru dengan: provision centre key BERKAS"),
    "order-hall": Fault(422, "Balai {hall} tidak dikenal.", "Tulis kode desa sepuluh angka, atau all untuk semua balai."),
    "order-user": Fault(403, "Hanya {user}, pemilik {path}, dapat meninggalkan perintah di sini.", "Jalankan sebagai {user}: sudo -u {user} provision centre ask ..."),
    "order-unread": Fault(500, "Penerima tidak dapat membaca {path}, jadi perintah di situ tidak dikirim.", "Berikan {path} kepada pengguna penerima dengan chown. Bila namanya berakhir dengan .unread, hapus berkas itu lalu minta lagi."),
    "order-name": Fault(422, "Nama untuk perintah {kind} belum ada atau tidak dapat dipakai.", "Lengkapi isinya, atau beri nama dengan --name, misalnya posyandu: huruf kecil, angka, dan tanda hubung."),
    "order-data": Fault(422, "Isi perintah tidak dapat dipakai: {reason}.", "Tulis objek JSON dengan --data, atau isi satu per satu dengan --set."),
    "parcel-unknown": Fault(404, "Paket {subject} dari balai {hall} belum diterima.", "Lihat yang ada dengan: provision centre parcels"),
    "parcel-closed": Fault(422, "Paket {subject} tidak dapat dibuka: {reason}.", "Pakai kunci yang namanya ditunjukkan provision centre parcels, atau tunggu sampai paketnya lengkap."),
    "order-unfit": Fault(422, "Isi perintah {kind} tidak sesuai: {reason}.", "Perbaiki dengan --data atau --set. Bagiannya: {parts}. Contohnya ada di docs/orders.md."),
    "order-days": Fault(422, "Masa berlaku perintah tidak benar.", "Pilih lebih dari 0 sampai {limit} hari."),
    # The inventory of halls
    "fleet-missing": Fault(404, "Folder {directory} belum berisi daftar balai.", "Buat dulu dengan: provision fleet init {directory}"),
    "fleet-founded": Fault(409, "Folder {directory} sudah berisi daftar balai.", "Ubah fleet.toml di folder itu, atau pakai folder lain."),
    "fleet-busy": Fault(409, "Perintah lain sedang mengubah daftar balai di {directory}.", "Tunggu sampai selesai, lalu ulangi."),
    "hall-listed": Fault(409, "Balai {hall} sudah ada di daftar.", "Ubah dengan: provision hall edit {hall}"),
    "hall-unlisted": Fault(404, "Balai {hall} tidak ada di daftar.", "Periksa kodenya dengan provision hall list, atau tambahkan dengan provision hall add."),
    "hall-retired": Fault(409, "Balai {hall} sudah berhenti sejak {on} ({reason}).", "Bila dipakai lagi: provision hall retire {hall} --undo"),
    "hall-list": Fault(422, "Daftar {path} tidak dapat dibaca: {reason}.", "Simpan dari Excel sebagai CSV UTF-8, dengan judul kolom kode, nama, dan kecamatan."),
    # Releases
    "release-keys-there": Fault(409, "{path} sudah ada; kunci tidak pernah ditimpa.", "Pakai folder lain, atau pindahkan yang lama ke tempat aman."),
    "release-keys-kept": Fault(422, "Folder {directory} disimpan git; kunci rahasia tidak boleh di situ.", "Pakai folder lain, misalnya di stik USB."),
    "release-passphrase": Fault(422, "Kalimat sandi terlalu pendek, atau keduanya sama.", "Pakai dua kalimat berbeda, masing-masing paling sedikit {letters} huruf: empat kata."),
    "release-locked": Fault(403, "Kunci di {path} tidak terbuka dengan kalimat sandi itu.", "Ulangi kalimat sandinya; periksa apakah berkas itu memang kunci rilis."),
    "release-pins": Fault(422, "Kunci umum di {path} tidak dapat dibaca: {reason}.", "Salin lagi release-keys.toml yang dibuat provision release keys."),
    "release-source": Fault(422, "Sumber di {directory} tidak dapat dipakai: {reason}.", "Jalankan di folder git Balai Gateway yang lengkap."),
    "release-wheel": Fault(502, "Paket Python {name} tidak dapat diambil: {reason}.", "Periksa jaringan dan requirements.lock, lalu ulangi; yang sudah diambil tidak diambil lagi."),
    "release-debian": Fault(502, "Paket Debian tidak dapat diambil: {reason}.", "Periksa jaringan, apt, dan pilihan --mirror, lalu ulangi."),
    "release-lock": Fault(409, "Arsip Debian tidak lagi punya {name}.", "Perbarui daftarnya dengan provision release debian, lalu commit."),
    "release-space": Fault(507, "Ruang di {path} kurang: perlu {needed_mb} MB, ada {free_mb} MB.", "Hapus yang tidak perlu, atau pilih tempat lain."),
    "release-number": Fault(409, "Nomor rilis {number} sudah dipakai commit lain di {path}.", "Pilih nomor yang lebih tinggi dengan --number."),
    "release-unreadable": Fault(422, "Ini bukan berkas rilis yang dapat dibaca: {reason}.", "Ambil berkas .bundle dari kabupaten sekali lagi."),
    "release-format": Fault(422, "Berkas rilis ini dari versi yang belum dikenal: {reason}.", "Perbarui dulu program provision di laptop ini."),
    "release-stranger": Fault(403, "Rilis ini ditandatangani kunci lain ({key}); balai percaya {expected}.", "Pastikan rilis dan release-keys.toml dari kabupaten yang sama. Jangan memasangnya bila ragu."),
    "release-keys": Fault(403, "Rilis {number} mau mengganti kunci yang tidak boleh digantinya.", "Hanya recovery.key boleh mengganti release.key, tanpa mengganti dirinya. Tanyakan ke kabupaten; jangan memasangnya."),
    "release-older": Fault(409, "Rilis {number} lebih lama dari {over} yang sudah ada.", "Pakai rilis yang lebih baru; balai tidak mundur sendiri."),
    "release-altered": Fault(422, "Berkas {name} di dalam rilis rusak atau diubah.", "Salin rilisnya sekali lagi; bila tetap begitu, minta yang baru dari kabupaten."),
    "release-missing": Fault(422, "Berkas {name} tidak ada di tempatnya di dalam rilis.", "Salin rilisnya sekali lagi; bila tetap begitu, minta yang baru dari kabupaten."),
    "release-truncated": Fault(422, "Berkas rilis terpotong, di {name}.", "Salin sekali lagi sampai selesai, lalu lepas stiknya dengan benar."),
    # Cards
    "card-image": Fault(422, "Ini tidak dapat dijadikan kartu balai: {reason}.", "Tulis Raspberry Pi OS Lite (64-bit) yang resmi ke kartu, lalu ulangi. Belum ada yang diubah."),
    "card-other": Fault(409, "Kartu ini milik balai {hall}.", "Pakai kartu lain; bila memang dipindahkan, ulangi dengan --replace."),
    "card-bundle": Fault(404, "Tidak ada rilis di {directory}.", "Salin berkas .bundle dari kabupaten ke folder itu, atau sebut dengan --bundle."),
    "card-source": Fault(422, "{path} tidak dapat dipakai untuk membuat kartu.", "Periksa nama bagian pada --with dan isi berkas itu; docs/card.md menyebut yang ada."),
    "card-space": Fault(507, "Ruang partisi boot kurang: perlu {needed_mb} MB, ada {free_mb} MB.", "Tulis image resmi yang baru (partisi boot 512 MB); jangan taruh berkas lain di situ."),
    "card-tools": Fault(500, "Program {tool} belum terpasang.", "Pasang dengan: sudo apt install mtools"),
    "card-failed": Fault(500, "Kartu gagal pada {path}: {reason}.", "Periksa kunci di sisi kartu dan pembacanya, lalu ulangi; bila gagal lagi, pakai kartu lain."),
    "card-lies": Fault(500, "Kartu ini mengembalikan isi lain pada {path} daripada yang ditulis: kartunya rusak atau palsu.", "Jangan dipakai. Ulangi dengan kartu lain."),
}
# fmt: on
"""All faults by code. Every code is documented in docs/errors.md."""
