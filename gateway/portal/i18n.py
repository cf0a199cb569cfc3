"""The languages people read: sentences, dates and numbers.

The Indonesian sentence in the code is itself the key; ``locale/<language>/LC_MESSAGES/portal.po`` holds the
others. A sentence without a translation is shown in Indonesian, never as a code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache
from pathlib import Path
from string import digits
from zoneinfo import ZoneInfo

from gateway.errors import MACHINE, Reason
from gateway.portal.catalogue import read_catalogue

LANGUAGES = {"id": "Bahasa Indonesia", "en": "English", "jv": "Basa Jawa", "osi": "Basa Using", "mad": "Bhâsa Madhurâ"}
"""The languages that the switch offers, each by its own name."""

LONG_WAIT_MIN = 120
"""From here on a wait is said in hours."""

WORDED = frozenset({"reason", "error", "remedy"})
"""Facts that are a few words and no name or number; several in one sentence are numbered, ``reason1``, ``reason2``."""

LOCALE = Path(__file__).parent / "locale"

ZONE_NAMES = {7: "WIB", 8: "WITA", 9: "WIT"}
"""What Indonesians call their time zones, by hours from UTC."""

WEEKDAYS = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "jv": ("Senen", "Selasa", "Rebo", "Kemis", "Jemuwah", "Setu", "Ahad"),
}
"""Monday to Sunday; a language that is not here says them in Indonesian, as villages do."""

MONTHS = {
    "id": (
        "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
    ),
}  # fmt: skip
"""As ``WEEKDAYS``."""


class Words:
    """Everything that differs from language to language. Immutable; safe from any thread."""

    def __init__(self, language: str, catalogue: Mapping[str, tuple[str, ...]]) -> None:
        self.language = language
        self.weekdays = WEEKDAYS.get(language, WEEKDAYS["id"])
        """Monday first."""
        self.months = MONTHS.get(language, MONTHS["id"])
        self.time_mark = ":" if language == "en" else "."
        """Stands between hours and minutes."""
        self._catalogue = catalogue

    def __call__(self, sentence: str, /, **facts: object) -> str:
        """Return ``sentence`` in this language with its ``{facts}`` filled in."""
        translated = self._catalogue.get(sentence, (sentence,))[0]
        return translated.format_map(facts) if facts else translated

    def tell(self, sentence: str, facts: Mapping[str, object]) -> str:
        """Return ``sentence`` with its ``facts`` filled in; those that are words, as a reason is, are said in this language too."""
        return self(sentence).format_map({name: self._said(fact, name.rstrip(digits) in WORDED) for name, fact in facts.items()})

    def _said(self, fact: object, is_words: bool) -> object:  # noqa: FBT001 - both are of one fact
        if isinstance(fact, Reason):
            return self.tell(fact.sentence, fact.facts)
        return self(MACHINE.get(str(fact), str(fact))) if is_words else fact

    def count(self, sentence: str, /, n: int, **facts: object) -> str:
        """Return ``sentence``, which tells of ``{n}`` things, in the right number."""
        forms = self._catalogue.get(sentence, (sentence,))
        return forms[0 if n == 1 else -1].format_map({"n": n, **facts})

    def wait(self, low_s: int, high_s: int) -> str:
        """Return a range of waiting, for example ``sekitar 10-20 menit`` or ``sekitar 2-4 jam``."""
        low_min, high_min = low_s // 60, max(1, -(-high_s // 60))
        if low_min == high_min:
            return self.count("sekitar {n} menit", high_min)
        if low_min == 0:
            return self.count("kurang dari {n} menit", high_min)
        if low_min >= LONG_WAIT_MIN and not (low_min % 60 or high_min % 60):
            return self("sekitar {low}\N{EN DASH}{high} jam", low=low_min // 60, high=high_min // 60)
        return self("sekitar {low}\N{EN DASH}{high} menit", low=low_min, high=high_min)

    def day(self, on: date) -> str:
        """Return a date as people write it: ``Jumat, 7 Oktober 2022``."""
        return f"{self.weekdays[on.weekday()]}, {on.day} {self.months[on.month - 1]} {on.year}"

    def time(self, at: datetime) -> str:
        """Return the time of day of an aware local instant: ``08.00``."""
        return at.strftime(f"%H{self.time_mark}%M")

    def number(self, n: int) -> str:
        """Return a count with its thousands set apart: ``1.204``, in English ``1,204``."""
        return f"{n:,}".replace(",", "," if self.language == "en" else ".")

    def rupiah(self, n: int) -> str:
        """Return an amount of money as it is written in every language here: ``Rp1.500.000``."""
        return f"{'-' if n < 0 else ''}Rp{abs(n):,}".replace(",", ".")

    def zone(self, at: datetime) -> str:
        """Return the short name of the time zone of an aware local instant: ``WIB``."""
        offset = at.utcoffset()
        hours = offset.total_seconds() / 3600 if offset else 0.0
        return ZONE_NAMES.get(int(hours), f"UTC{hours:+g}")


_ON_TRIAL: dict[str, Words] = {}


def words(language: str) -> Words:
    """Return the words of ``language``; of Indonesian when there is no such language."""
    return _ON_TRIAL.get(language) or _kept_words(known_language(language))


@contextmanager
def on_trial(speak: Words) -> Iterator[None]:
    """Serve also readers of ``speak.language``, which no switch offers: whoever looks over all pages brings such words."""
    _ON_TRIAL[speak.language] = speak
    try:
        yield
    finally:
        del _ON_TRIAL[speak.language]


def known_language(language: str) -> str:
    """Return ``language`` if readers of it are served in it, else Indonesian."""
    return language if language in LANGUAGES or language in _ON_TRIAL else "id"


@cache
def _kept_words(language: str) -> Words:
    """Read a catalogue when the first reader comes. What its reviewer has yet to see (``fuzzy``) is shown all the same."""
    file = LOCALE / language / "LC_MESSAGES" / "portal.po"
    if not file.exists():
        return Words(language, {})
    with file.open(encoding="utf-8") as lines:
        return Words(language, read_catalogue(lines))


def local(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return an aware instant in the hall's own time."""
    return instant.astimezone(zone)
