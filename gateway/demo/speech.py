"""What ``/sim`` says: Indonesian as it is written in its templates, or English for whoever only wants to see what this is.

The catalogues of the portal are for people of a hall and have no sentence of this page; what devices say of themselves they do have.
"""

from __future__ import annotations

from starlette.requests import Request

from gateway.portal.i18n import words
from gateway.portal.site import LANGUAGE_COOKIE, LANGUAGE_PARAMETER

ENGLISH: dict[str, str] = {
    "Balai di atas meja": "A hall on your desk",
    "Halaman lain": "Other pages",
    "Ambil nomor": "Take a number",
    "Papan TV": "TV board",
    "Loket": "Counter",
    "Keadaan balai": "Health of the hall",
    "Tombol antrean": "Queue buttons",
    "{n} menunggu": "{n} waiting",
    "lampu menyala": "lamp lit",
    "Tombol kepuasan di loket {counter}": "How was it? Buttons at counter {counter}",
    "Tidak puas": "Not content",
    "Cukup puas": "Fairly content",
    "Puas": "Content",
    "Sangat puas": "Very content",
    "{score}: dicatat untuk loket {counter}.": "{score}: noted for counter {counter}.",
    "Belum ada yang baru selesai dilayani di loket {counter}.": "Nobody has just been served at counter {counter}.",
    "Nomor terakhir dari tombol:": "Latest number from a button:",
    "Tombol ditekan, nomor tidak diberikan ({refusal}).": "Pressed, but no number was given ({refusal}).",
    "Tekan tombol: nomor muncul di papan dan struk keluar.": "Press a button: the number shows on the board and a slip comes out.",
    "Papan antrean": "Queue boards",
    "papan": "board",
    "papan matriks": "matrix board",
    "papan angka": "board of digits",
    "{number}, loket {counter}": "{number}, counter {counter}",
    "belum ada panggilan": "nobody called yet",
    "Keypad {counter}": "Keypad of {counter}",
    "kini {number}": "now {number}",
    "Panggil": "Call",
    "Panggil ulang": "Call again",
    "Selesai": "Done",
    "Tidak hadir": "Not here",
    "Urungkan": "Undo",
    "di loket {counter}.": "at counter {counter}.",
    "Tombol kedua dalam dua detik tidak memanggil orang kedua.": "A second press within two seconds calls no second person.",
    "Menunggu": "Waiting",
    "Printer struk": "Slip printer",
    "Struk yang sudah keluar": "Slips that have come out",
    "Struk yang sedang keluar": "The slip that is coming out",
    "Struk {number}": "Slip {number}",
    "terpotong": "torn",
    "Belum ada struk.": "No slip yet.",
    "Pengeras suara": "Loudspeaker",
    "Sedang diam.": "Silent.",
    "Dengarkan": "Listen",
    "Belum ada yang dipanggil.": "Nobody has been called yet.",
    "Lewat Wi-Fi balai": "On the hall's Wi-Fi",
    "Tombol {line}": "Button for {line}",
    "tanpa daya": "without power",
    "lampu berkedip: balai tidak menjawab": "lamp blinks: the hall does not answer",
    "terhubung, lampu padam": "connected, lamp dark",
    "mencari broker": "looking for the broker",
    "Pasang daya tombol": "Give the button power",
    "Cabut daya tombol": "Take the button's power",
    "Pasang daya papan": "Give the board power",
    "Cabut daya papan": "Take the board's power",
    "Papan lewat Wi-Fi": "Board on Wi-Fi",
    "gelap": "dark",
    "Gangguan yang dapat dicoba": "Troubles to try",
    "belum siap": "not ready",
    "tanpa daya: balai tidak tahu": "without power: the hall does not know",
    "{closings} sentuhan, {counted} dihitung": "{closings} touches, {counted} counted",
    "Cabut printer": "Unplug the printer",
    "Cabut di tengah struk berikutnya": "Unplug in the middle of the next slip",
    "Isi kertas": "New paper",
    "Kertas hampir habis": "Paper near its end",
    "Habiskan kertas": "Use up the paper",
    "Tutup penutupnya": "Close its cover",
    "Buka penutupnya": "Open its cover",
    "Cepat lagi": "Fast again",
    "Lambatkan": "Slow it down",
    "Cabut lampu": "Unplug the lamp",
    "Cabut papan": "Unplug the board",
    "Cabut pengeras": "Unplug the speaker",
    "Pasang lagi": "Plug it in again",
    "Kembalikan kartu suara": "Bring the sound card back",
    "Hilangkan kartu suara": "Take the sound card away",
    "Lepaskan": "Let go",
    "Lepaskan panggil": "Let go of Call",
    "Tekan, kontaknya aus": "Press, worn contact",
    "Tekan panggil, kontaknya aus": "Press Call, worn contact",
    "Ganjal": "Wedge it",
    "Ganjal panggil": "Wedge Call",
    "Basis data kabupaten": "The regency's database",
    "Lampu menyala: semua baik.": "The lamp shines: all is well.",
    "Lampu kedip lambat: kabupaten tidak terjangkau.": "The lamp blinks slowly: the regency is out of reach.",
    "Lampu kedip cepat: perlu orang.": "The lamp blinks fast: a person is needed.",
    "Lampu gelap.": "The lamp is dark.",
    "menunggu di balai": "wait in the hall",
    "sudah di kabupaten": "are at the regency",
    "Uplink tercabut": "Uplink unplugged",
    "Uplink tersambung": "Uplink connected",
    "Pasang uplink": "Plug the uplink in",
    "Cabut uplink": "Unplug the uplink",
    "Tiba": "Arrived",
    "Jalur": "Lane",
    "Urutan": "Sequence",
    "Kejadian": "Event",
    "Tentang": "About",
    "Belum ada yang tiba.": "Nothing has arrived yet.",
    "Basis data kabupaten tidak ada di laptop ini.": "The regency's database is not on this laptop.",
}


def language_of(request: Request) -> str:
    """Return ``en`` for whoever asked for English here or on another page, else ``id``."""
    asked = request.query_params.get(LANGUAGE_PARAMETER) or request.cookies.get(LANGUAGE_COOKIE)
    return "en" if asked == "en" else "id"


class Speech:
    """The page's sentences in one language."""

    def __init__(self, language: str) -> None:
        self._words = words(language)
        self._catalogue = ENGLISH if language == "en" else {}

    def __call__(self, sentence: str, /, **facts: object) -> str:
        """Return ``sentence`` in this language; one of the portal's, as the name of a line, as the portal has it."""
        said = self._catalogue.get(sentence) or self._words(sentence)
        return said.format_map(facts) if facts else said

    def told(self, reason: str) -> str:
        """Return what a device says of itself, or the page of a device, in this language."""
        sentence = getattr(reason, "sentence", reason)
        if sentence in self._catalogue:
            return self._catalogue[sentence].format_map(getattr(reason, "facts", {}))
        return self._words.tell("{reason}", {"reason": reason})
