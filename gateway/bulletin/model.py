"""The rules of announcements: which are shown on a day, in which order and in which language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

TEXT_LIMIT = 300
"""Letters of one text: half a minute on the board."""
ANNOUNCEMENTS_LIMIT = 40
"""More would never be read."""
PLACE_LIMIT = 80
LANGUAGE = "id"
"""The language of who finds no text of the own."""

CATEGORIES: Mapping[str, tuple[str, str]] = {
    "": ("Umum", "megaphone"),
    "event": ("Acara", "calendar"),
    "school": ("Sekolah dan beasiswa", "book"),
    "health": ("Kesehatan", "heart"),
    "work": ("Pekerjaan dan pelatihan", "hands"),
    "aid": ("Bantuan", "people"),
}
"""By key: what it is called, a key of the catalogues, and its picture."""

Media = Literal["", "image", "video"]


@dataclass(frozen=True, slots=True)
class Draft:
    """An announcement before it is published."""

    texts: Mapping[str, str]
    """By language; empty when the picture says everything."""
    starts_on: date | None = None
    """The first day; None for at once."""
    ends_on: date | None = None
    """The last day; None for until it is withdrawn."""
    important: bool = False
    """Shown before the others."""
    media: Media = ""
    blob: str = ""
    """The content's name among the blobs, when there is a picture or film."""
    category: str = ""
    """A key of ``CATEGORIES``."""
    held_on: date | None = None
    """The day on which it happens; None for what is no event."""
    held_at: str = ""
    """The time of day, ``08:00``; empty where it is not known."""
    place: str = ""
    """Where it happens; may be empty."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """A published announcement."""

    id: int
    texts: Mapping[str, str]
    starts_on: date | None
    ends_on: date | None
    important: bool
    media: Media
    blob: str
    regency: str = ""
    """Its name at the regency, which alone may change it; empty for the hall's own."""
    category: str = ""
    held_on: date | None = None
    held_at: str = ""
    place: str = ""

    def is_due(self, today: date | None) -> bool:
        """Return whether it is shown on ``today``; on an unknown day everything is."""
        if today is None:
            return True
        return (self.starts_on is None or self.starts_on <= today) and not self.is_over(today)

    def is_over(self, today: date) -> bool:
        """Return whether its last day has passed: that of an event is the day on which it happens, unless another is named."""
        last = self.ends_on or self.held_on
        return last is not None and last < today

    def tongue(self, language: str) -> str:
        """Return the language in which readers of ``language`` get it."""
        return next((one for one in (language, LANGUAGE, *self.texts) if self.texts.get(one)), language)

    def text(self, language: str) -> str:
        """Return its text for readers of ``language``, else in Indonesian, else in any; empty when there is none."""
        return self.texts.get(language) or self.texts.get(LANGUAGE) or next(iter(self.texts.values()), "")


def happening(announcements: Iterable[Announcement], today: date | None) -> list[Announcement]:
    """Return what happens from today on, in order of day and hour."""
    ahead = [one for one in announcements if one.held_on is not None and (today is None or one.held_on >= today)]
    return sorted(ahead, key=lambda one: (one.held_on or date.min, one.held_at, one.id))


def in_order(announcements: Iterable[Announcement]) -> list[Announcement]:
    """Return them as they are shown: the important ones first, then the newest."""
    return sorted(announcements, key=lambda one: (not one.important, -one.id))
