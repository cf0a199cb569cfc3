"""The languages people read: sentences, dates and numbers.

The Indonesian sentence in the code is itself the key; ``locale/<language>/LC_MESSAGES/portal.po`` holds the
others. A sentence without a translation is shown in Indonesian, never as a code.
"""

from __future__ import annotations

import io
from datetime import date, datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = {"id": "Bahasa Indonesia", "en": "English"}
"""The languages that the switch offers, each by its own name."""

FALLBACKS = {"jv": "id", "osi": "id", "mad": "id"}
"""Languages of the hall without a catalogue yet, and what their readers get."""

LONG_WAIT_MIN = 120
"""From here on a wait is said in hours."""
LOCALE = Path(__file__).parent / "locale"

ZONE_NAMES = {7: "WIB", 8: "WITA", 9: "WIT"}
"""What Indonesians call their time zones, by hours from UTC."""


class Words:
    """Everything that differs from language to language. Immutable; safe from any thread."""

    def __init__(self, language: str, catalogue: NullTranslations) -> None:
        self.language = language
        self._catalogue = catalogue

    def __call__(self, sentence: str, /, **facts: object) -> str:
        """Return ``sentence`` in this language with its ``{facts}`` filled in."""
        translated = self._catalogue.gettext(sentence) if sentence else ""
        return translated.format_map(facts) if facts else translated

    def count(self, sentence: str, /, n: int, **facts: object) -> str:
        """Return ``sentence``, which tells of ``{n}`` things, in the right number."""
        return self._catalogue.ngettext(sentence, sentence, n).format_map({"n": n, **facts})

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
        return format_date(on, "EEEE, d MMMM y", locale=self.language)

    def time(self, at: datetime) -> str:
        """Return the time of day of an aware local instant: ``08.00``."""
        return at.strftime("%H.%M" if self.language == "id" else "%H:%M")

    def zone(self, at: datetime) -> str:
        """Return the short name of the time zone of an aware local instant: ``WIB``."""
        offset = at.utcoffset()
        hours = offset.total_seconds() / 3600 if offset else 0.0
        return ZONE_NAMES.get(int(hours), f"UTC{hours:+g}")


@cache
def words(language: str) -> Words:
    """Return the words of ``language``; of Indonesian when there is no catalogue."""
    known = known_language(language)
    file = LOCALE / known / "LC_MESSAGES" / "portal.po"
    if not file.exists():
        return Words(known, NullTranslations())
    compiled = io.BytesIO()
    with file.open("rb") as source:
        write_mo(compiled, read_po(source, locale=known))
    compiled.seek(0)
    return Words(known, GNUTranslations(compiled))


def known_language(language: str) -> str:
    """Return the language of ``LANGUAGES`` in which a reader of ``language`` is served."""
    return language if language in LANGUAGES else FALLBACKS.get(language, "id")


def local(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return an aware instant in the hall's own time."""
    return instant.astimezone(zone)
