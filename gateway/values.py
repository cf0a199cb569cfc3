"""What people type, read by the rules of Indonesian papers. Pure.

Promises: every good answer has one spelling, and reading it again changes nothing; a NIK that does not fit the date of
birth is a warning, never a refusal; what is refused says what to type instead.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Protocol

from gateway.errors import Reason

KINDS = ("text", "long-text", "name", "place", "nik", "kk", "phone", "date", "money", "number", "village", "choice", "yes-no")
LONGEST = {"text": 120, "long-text": 1000, "name": 80, "place": 80}
"""Letters, unless the question says otherwise."""
LARGEST = 10**15
WOMAN_DAYS = 40
"""Added to the day of birth in the NIK of a woman."""
MONTHS = (
    "januari", "februari", "maret", "april", "mei", "juni", "juli", "agustus", "september", "oktober", "november", "desember",
)  # fmt: skip
YES_NO = {"ya": "ya", "y": "ya", "yes": "ya", "tidak": "tidak", "t": "tidak", "no": "tidak"}


class Asked(Protocol):
    """A question, as far as reading an answer needs it."""

    @property
    def kind(self) -> str:
        """One of ``KINDS``."""

    @property
    def longest(self) -> int:
        """Letters; 0 for the usual."""

    @property
    def least(self) -> int | None:
        """The least number."""

    @property
    def most(self) -> int | None:
        """The greatest number."""

    @property
    def choices(self) -> Collection[str]:
        """What can be chosen."""


class Wrong(ValueError):
    """An answer that cannot be kept, with what to do about it."""

    def __init__(self, sentence: str, **facts: object) -> None:
        self.reason = Reason(sentence, **facts)
        super().__init__(self.reason)


def read_value(asked: Asked, typed: str) -> str:
    """Return the one spelling of a good answer: a date ``2022-10-07``, a phone ``+6281...``, rupiah ``1500000``. Raises Wrong."""
    text = " ".join(unicodedata.normalize("NFC", typed).split())
    if not text:
        raise Wrong("Harus diisi.")
    if not text.isprintable():
        raise Wrong("Ada tanda yang tidak dapat ditampilkan; ketik ulang.")
    if asked.kind in LONGEST:
        limit = asked.longest or LONGEST[asked.kind]
        if len(text) > limit:
            raise Wrong("Paling panjang {limit} huruf.", limit=limit)
        return text
    if asked.kind == "choice":
        if text not in asked.choices:
            raise Wrong("Pilih salah satu.")
        return text
    read = _READERS[asked.kind](text)
    if asked.kind in {"number", "money"}:
        _in_range(int(read), asked)
    return read


def nik_doubts(nik: str, born: date | None) -> list[Reason]:
    """Return what looks strange about a NIK of 16 digits: to be asked again, never to be refused.

    The region in it is that of the first registration, so any region may be right.
    """
    day, month, year = int(nik[6:8]), int(nik[8:10]), int(nik[10:12])
    day -= WOMAN_DAYS if day > WOMAN_DAYS else 0
    try:
        told = date(2000, month, day)  # a leap year: whether the 29th of February was one, the date of birth tells
    except ValueError:
        return [Reason("Tanggal lahir di dalam NIK ini tidak lazim. Cocokkan dengan KTP atau KK; bila memang begitu, lanjutkan.")]
    if born is not None and (told.day, told.month, year) != (born.day, born.month, born.year % 100):
        return [
            Reason("NIK ini tidak cocok dengan tanggal lahirnya. Cocokkan dengan KTP atau KK; bila memang begitu, lanjutkan.")
        ]
    return []


def last_four(nik: str) -> str:
    """Return a NIK as pages show it: its last four digits."""
    return f"\N{BULLET}{nik[-4:]}"


def _digits(text: str, also: str) -> str:
    return text.translate({ord(sign): None for sign in also})


def _is_digits(text: str, count: int) -> bool:
    return len(text) == count and text.isascii() and text.isdecimal()


def _sixteen(what: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        digits = _digits(text, " .-")
        if not _is_digits(digits, 16):
            raise Wrong("{what} terdiri dari 16 angka; yang tertulis {n} tanda.", what=what, n=len(digits))
        return digits

    return read


def _phone(text: str) -> str:
    digits = _digits(text, " .-()")
    found = re.fullmatch(r"(?:\+?62|0)?(8[0-9]{7,11})", digits, re.ASCII)
    if not found:
        raise Wrong("Tulis nomor ponsel Indonesia, misalnya 0812 3456 7890.")
    return f"+62{found[1]}"


def _date(text: str) -> str:
    found = re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", text, re.ASCII)
    if found:
        year, month, day = (int(part) for part in found.groups())
    else:
        parts = [part for part in re.split(r"[\s./-]+", text.lower()) if part]
        if len(parts) != 3 or not (_is_short(parts[0], 2) and _is_digits(parts[2], 4)):  # noqa: PLR2004 - day, month, year
            raise Wrong("Tulis tanggal seperti 7-10-2022 atau 7 Oktober 2022.")
        day, month, year = int(parts[0]), _month(parts[1]), int(parts[2])
    try:
        on = date(year, month, day)
    except ValueError:
        raise Wrong("Tanggal ini tidak ada di kalender.") from None
    if not 1900 <= on.year <= 2199:  # noqa: PLR2004 - nobody alive is older, and no plan reaches further
        raise Wrong("Tahunnya tidak masuk akal; tulis empat angka, misalnya 1987.")
    return on.isoformat()


def _is_short(text: str, longest: int) -> bool:
    return 0 < len(text) <= longest and text.isascii() and text.isdecimal()


def _month(text: str) -> int:
    if _is_short(text, 2):
        return int(text)
    named = [number for number, month in enumerate(MONTHS, 1) if len(text) > 2 and month.startswith(text)]  # noqa: PLR2004 - "ju" may be two
    if len(named) != 1:
        raise Wrong("Tulis tanggal seperti 7-10-2022 atau 7 Oktober 2022.")
    return named[0]


def _money(text: str) -> str:
    bare = re.sub(r"^rp\.? ?", "", text.lower()).removesuffix(",-").removesuffix(",00")
    if not re.fullmatch(r"[0-9]{1,3}([. ][0-9]{3})+|[0-9]+", bare, re.ASCII):
        raise Wrong("Tulis jumlah rupiah, misalnya Rp1.500.000.")
    return str(_counted(_digits(bare, ". ")))


def _number(text: str) -> str:
    if not re.fullmatch(r"-?([0-9]{1,3}(\.[0-9]{3})+|[0-9]+)", text, re.ASCII):
        raise Wrong("Tulis angka bulat.")
    return str(_counted(_digits(text, ".")))


def _counted(digits: str) -> int:
    if len(digits) > len(str(LARGEST)):
        raise Wrong("Angkanya terlalu besar.")
    return int(digits)


def _village(text: str) -> str:
    digits = _digits(text, " .")
    if not _is_digits(digits, 10):
        raise Wrong("Kode desa terdiri dari 10 angka, misalnya 35.10.01.2001.")
    return digits


def _yes_no(text: str) -> str:
    if text.lower() not in YES_NO:
        raise Wrong("Jawab ya atau tidak.")
    return YES_NO[text.lower()]


_READERS: Mapping[str, Callable[[str], str]] = {
    "nik": _sixteen("NIK"), "kk": _sixteen("Nomor KK"), "phone": _phone, "date": _date, "money": _money, "number": _number,
    "village": _village, "yes-no": _yes_no,
}  # fmt: skip


def _in_range(number: int, asked: Asked) -> None:
    if asked.least is not None and number < asked.least:
        raise Wrong("Paling kecil {limit}.", limit=asked.least)
    if asked.most is not None and number > asked.most:
        raise Wrong("Paling besar {limit}.", limit=asked.most)
