"""A list of residents, judged line by line: every fault of the whole list is told at once, and where it stands. Pure.

Reads the village's own table, and OpenSID's: its import form (codes for sex, religion and marital status) and its list for printing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

from gateway.errors import Reason
from gateway.residents.person import LONGEST, MARITAL, RELIGIONS, SEXES, Resident, folded
from gateway.values import Wrong, read_value

Cell = object
"""A text, a number, a date or nothing."""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "nik": ("nik", "nomor nik", "no nik", "nomor induk kependudukan"),
    "name": ("nama", "nama lengkap", "nama penduduk"),
    "kk": ("no kk", "nokk", "kk", "nomor kk", "nomor kartu keluarga", "no kartu keluarga"),
    "birthplace": ("tempat lahir", "tempatlahir", "tmp lahir"),
    "born_on": ("tanggal lahir", "tanggallahir", "tgl lahir", "tgllahir"),
    "sex": ("jenis kelamin", "sex", "jk", "kelamin"),
    "religion": ("agama", "agama id"),
    "marital": ("status perkawinan", "status kawin", "kawin", "perkawinan", "status"),
    "job": ("pekerjaan", "pekerjaan id", "jenis pekerjaan"),
    "address": ("alamat", "alamat sekarang", "alamat lengkap"),
    "hamlet": ("dusun", "nama dusun", "lingkungan"),
    "rt": ("rt",),
    "rw": ("rw",),
    "life": ("status dasar",),
}
"""Fields, and what spreadsheets call them; the first column that fits counts."""
CODED: Mapping[str, tuple[str, ...]] = {"sex": SEXES, "religion": RELIGIONS, "marital": MARITAL}
"""OpenSID writes 1 for the first, and so on."""
SPELLED: Mapping[str, Mapping[str, str]] = {
    "sex": {
        "l": "laki-laki",
        "lakilaki": "laki-laki",
        "laki laki": "laki-laki",
        "pria": "laki-laki",
        "p": "perempuan",
        "wanita": "perempuan",
    },
    "religion": {
        "budha": "buddha",
        "katholik": "katolik",
        "konghucu": "khonghucu",
        "protestan": "kristen",
        "khatolik": "katolik",
    },
    "marital": {"kawin tercatat": "kawin", "kawin belum tercatat": "kawin", "menikah": "kawin", "belum menikah": "belum-kawin"},
}
LIVING = ("", "1", "hidup")
NONE = ("", "-", "0")
PEOPLE_LIMIT = 60_000
HEAD_WITHIN = 12
"""The line with the names of the columns is one of the first so many."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in one line."""

    line: int
    """As the spreadsheet counts them; 0 for the whole list."""
    reason: Reason


@dataclass(frozen=True, slots=True)
class Judged:
    """What a list says."""

    residents: Sequence[Resident] = ()
    faults: Sequence[Fault] = ()
    """Lines that nobody can take as they are."""
    gone: int = 0
    """People who have died or moved away by the list's own words."""
    nameless: int = 0
    """Lines without a NIK: they cannot be looked up, and are left out."""
    unread: Mapping[str, int] = field(default_factory=dict)
    """How many cells of a column said nothing that is understood: these are left empty."""


def judge(rows: Iterable[Sequence[Cell]]) -> Judged:
    """Return the people of a table, and all that is wrong with it."""
    numbered = [(number, row) for number, row in enumerate(rows, 1) if any(_text(cell) for cell in row)]
    places, after = _head(numbered)
    if not {"nik", "name"} <= places.keys():
        return Judged(faults=[Fault(0, Reason("Kolom NIK dan nama tidak ditemukan. Beri nama kolom di baris pertama."))])
    judging = _Judging(places)
    for number, row in numbered[after:]:
        judging.take(number, row)
        if len(judging.residents) > PEOPLE_LIMIT:
            return Judged(faults=[Fault(0, Reason("Lebih dari {limit} orang; bagi daftarnya per dusun.", limit=PEOPLE_LIMIT))])
    return judging.done()


class _Judging:
    """Judges one line after another."""

    def __init__(self, places: Mapping[str, int]) -> None:
        self.residents: dict[str, tuple[int, Resident]] = {}
        self._places = places
        self._faults: list[Fault] = []
        self._gone = self._nameless = 0
        self._unread: Counter[str] = Counter()

    def take(self, number: int, row: Sequence[Cell]) -> None:
        """Judge one line."""
        cells = {name: row[place] if place < len(row) else "" for name, place in self._places.items()}
        if folded(_text(cells.get("life", ""))) not in LIVING:
            self._gone += 1
            return
        if _text(cells["nik"]) in NONE:
            self._nameless += 1
            return
        try:
            nik, name = _nik(cells["nik"]), _name(cells["name"])
        except Wrong as wrong:
            self._faults.append(Fault(number, wrong.reason))
            return
        if nik in self.residents:
            first = self.residents[nik][0]
            self._faults.append(Fault(number, Reason("NIK ini sudah ada di baris {first}.", first=first)))
            return
        rest = {name: self._read(name, cell) for name, cell in cells.items() if name not in {"nik", "name", "life"}}
        self.residents[nik] = (number, Resident(nik, name, **rest))

    def done(self) -> Judged:
        """Return what all lines together say."""
        people = [resident for _, resident in self.residents.values()]
        return Judged(people, self._faults, self._gone, self._nameless, dict(self._unread))

    def _read(self, name: str, cell: Cell) -> str:
        text = _text(cell)
        if text in NONE:
            return ""
        try:
            return _READERS[name](cell)
        except Wrong:
            self._unread[name] += 1
            return ""


@dataclass(frozen=True, slots=True)
class _Asked:
    kind: str
    longest: int = 0
    least: int | None = None
    most: int | None = None
    choices: Sequence[str] = ()


def _head(rows: Sequence[tuple[int, Sequence[Cell]]]) -> tuple[dict[str, int], int]:
    """Return where each field stands, and how many lines there are before the first person."""
    best: tuple[dict[str, int], int] = ({}, 0)
    for index, (_, row) in enumerate(rows[:HEAD_WITHIN]):
        titles = [folded(_text(cell).replace("_", " ").replace(".", " ")) for cell in row]
        places = {
            name: titles.index(title) for name, spelled in COLUMNS.items() for title in reversed(spelled) if title in titles
        }
        if len(places) > len(best[0]):
            best = (places, index + 1)
    return best


def _text(cell: Cell) -> str:
    if isinstance(cell, datetime | date):
        return cell.strftime("%Y-%m-%d")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else " ".join(str(cell).replace("\N{NO-BREAK SPACE}", " ").split()).removeprefix("'")


def _nik(cell: Cell) -> str:
    if isinstance(cell, float | int):
        # A spreadsheet keeps 15 digits of a number: the last one has become a nought.
        raise Wrong(
            "NIK tersimpan sebagai angka, sehingga angka terakhirnya hilang. Jadikan kolomnya Teks dan isi lagi dari sumbernya."
        )
    return read_value(_Asked("nik"), _text(cell))


def _name(cell: Cell) -> str:
    return read_value(_Asked("name"), _text(cell))


def _kk(cell: Cell) -> str:
    if isinstance(cell, float | int):
        raise Wrong(
            "NIK tersimpan sebagai angka, sehingga angka terakhirnya hilang. Jadikan kolomnya Teks dan isi lagi dari sumbernya."
        )
    return read_value(_Asked("kk"), _text(cell))


def _date(cell: Cell) -> str:
    return read_value(_Asked("date"), _text(cell))


def _plain(cell: Cell) -> str:
    return read_value(_Asked("text", LONGEST), _text(cell))


def _job(cell: Cell) -> str:
    text = _plain(cell)
    if text.isdecimal():  # OpenSID's number of a job, which tells nobody anything
        raise Wrong("Harus diisi.")
    return text


def _chosen(name: str, cell: Cell) -> str:
    text, choices = folded(_text(cell)), CODED[name]
    if text.isdecimal() and 1 <= int(text) <= len(choices):
        return choices[int(text) - 1]
    spelled = SPELLED[name].get(text) or next(
        (one for one in choices if folded(one.replace("-", " ")) == text or text.startswith(f"{one} ")), ""
    )
    if not spelled:
        raise Wrong("Pilih salah satu.")
    return spelled


def _number(cell: Cell) -> str:
    text = _text(cell)
    if not (text.isascii() and text.isdecimal() and len(text) <= 3):  # noqa: PLR2004 - RT 001
        raise Wrong("Tulis angka bulat.")
    return f"{int(text):02d}" if int(text) else ""


_READERS: Mapping[str, Callable[[Cell], str]] = {
    "kk": _kk, "birthplace": _plain, "born_on": _date, "sex": partial(_chosen, "sex"), "religion": partial(_chosen, "religion"),
    "marital": partial(_chosen, "marital"), "job": _job, "address": _plain, "hamlet": _plain, "rt": _number, "rw": _number,
}  # fmt: skip
