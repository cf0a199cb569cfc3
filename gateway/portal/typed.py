"""What somebody has typed into a form, field by field: read into one spelling, and what is wrong with it remembered beside it.

Promises: nothing typed is lost, the form is shown again with every fault at once; a good answer has one spelling.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import date, time

from gateway.errors import Reason

PHONE = re.compile(r"(?:\+?62|0)?(8[0-9]{7,11})", re.ASCII)
RUPIAH = re.compile(r"[0-9]{1,3}([. ][0-9]{3})+|[0-9]+", re.ASCII)
DIGITS_LIMIT = 15
MONTHS = (
    "januari", "februari", "maret", "april", "mei", "juni", "juli", "agustus", "september", "oktober", "november", "desember",
)  # fmt: skip
SHORTEST_MONTH = 3


def read_day(text: str) -> date | None:
    """Return a date as people write it, ``10-12-2026``, ``10/12/2026``, ``10 Desember 2026`` or ``2026-12-10``; None for what is none."""
    parts = [part for part in re.split(r"[\s./-]+", text.strip().lower()) if part]
    if len(parts) != 3:  # noqa: PLR2004 - day, month, year
        return None
    if parts[0].isascii() and parts[0].isdecimal() and len(parts[0]) == 4:  # noqa: PLR2004 - the year comes first
        parts.reverse()
    named = [
        str(number) for number, month in enumerate(MONTHS, 1) if len(parts[1]) >= SHORTEST_MONTH and month.startswith(parts[1])
    ]
    if len(named) == 1:
        parts[1] = named[0]
    if not all(part.isascii() and part.isdecimal() and len(part) <= 4 for part in parts):  # noqa: PLR2004 - digits of a year
        return None
    day, month, year = (int(part) for part in parts)
    try:
        on = date(year, month, day)
    except ValueError:
        return None
    return on if 1900 <= on.year <= 2199 else None  # noqa: PLR2004 - no plan reaches further


class Typed:
    """The fields of one form. ``wrong`` holds, by field, a sentence that says what to type instead."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = dict(fields)
        self.wrong: dict[str, Reason] = {}

    def raw(self, name: str) -> str:
        """Return what was typed, for showing it again."""
        return self.fields.get(name, "")

    def text(self, name: str, longest: int, *, needed: bool = True, lines: bool = False) -> str:
        """Return a text, its spaces joined; with ``lines`` its lines are kept."""
        typed = unicodedata.normalize("NFC", self.raw(name)).replace("\r\n", "\n")
        parts = [" ".join(line.split()) for line in typed.split("\n")]
        text = "\n".join(parts).strip() if lines else " ".join(part for part in parts if part)
        if not text and needed:
            return self._fault(name, Reason("Harus diisi."))
        if len(text) > longest:
            return self._fault(name, Reason("Paling panjang {limit} huruf.", limit=longest))
        if not text.replace("\n", "").isprintable():
            return self._fault(name, Reason("Ada tanda yang tidak dapat ditampilkan; ketik ulang."))
        return text

    def phone(self, name: str, *, needed: bool = True) -> str:
        """Return an Indonesian mobile number as ``+628...``."""
        digits = self.raw(name).strip().translate({ord(sign): None for sign in " .-()"})
        if not digits and not needed:
            return ""
        found = PHONE.fullmatch(digits)
        if found is None:
            return self._fault(name, Reason("Tulis nomor ponsel Indonesia, misalnya 0812 3456 7890."))
        return f"+62{found[1]}"

    def rupiah(self, name: str) -> int | None:
        """Return an amount in rupiah, None for an empty field."""
        bare = re.sub(r"^rp\.? ?", "", self.raw(name).strip().lower()).removesuffix(",-").removesuffix(",00")
        if not bare:
            return None
        if not RUPIAH.fullmatch(bare) or len(bare) > DIGITS_LIMIT:
            self._fault(name, Reason("Tulis jumlah rupiah, misalnya Rp1.500.000."))
            return None
        return int(bare.translate({ord("."): None, ord(" "): None}))

    def choice(self, name: str, among: Collection[str], *, needed: bool = True) -> str:
        """Return one of ``among``, empty when nothing is chosen and nothing need be."""
        chosen = self.raw(name)
        if chosen in among or (not chosen and not needed):
            return chosen
        return self._fault(name, Reason("Pilih salah satu."))

    def day(self, name: str, *, needed: bool = True) -> date | None:
        """Return a date as browsers send it, None for an empty field."""
        typed = self.raw(name).strip()
        if not typed and not needed:
            return None
        try:
            return date.fromisoformat(typed)
        except ValueError:
            self._fault(name, Reason("Tulis tanggal seperti {example}.", example="2026-10-07"))
            return None

    def clock_time(self, name: str, *, needed: bool = True) -> time | None:
        """Return a time of day such as ``08.00`` or ``08:00``, None for an empty field."""
        typed = self.raw(name).strip().replace(".", ":")
        if not typed and not needed:
            return None
        try:
            return time.fromisoformat(typed.zfill(5)).replace(second=0, microsecond=0, tzinfo=None)
        except ValueError:
            self._fault(name, Reason("Tulis jam seperti {example}.", example="08.00"))
            return None

    def ticked(self, name: str, needed: Reason | None = None) -> bool:
        """Return whether a box is ticked; ``needed`` says why it must be."""
        if self.raw(name) == "1":
            return True
        if needed is not None:
            self._fault(name, needed)
        return False

    def _fault(self, name: str, reason: Reason) -> str:
        self.wrong.setdefault(name, reason)
        return ""
