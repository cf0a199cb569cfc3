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
LANGUAGE = "id"
"""The language of who finds no text of the own."""

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

    def is_due(self, today: date | None) -> bool:
        """Return whether it is shown on ``today``; on an unknown day everything is."""
        if today is None:
            return True
        return (self.starts_on is None or self.starts_on <= today) and not self.is_over(today)

    def is_over(self, today: date) -> bool:
        """Return whether its last day has passed."""
        return self.ends_on is not None and self.ends_on < today

    def text(self, language: str) -> str:
        """Return its text for readers of ``language``, else in Indonesian, else in any; empty when there is none."""
        return self.texts.get(language) or self.texts.get(LANGUAGE) or next(iter(self.texts.values()), "")


def in_order(announcements: Iterable[Announcement]) -> list[Announcement]:
    """Return them as they are shown: the important ones first, then the newest."""
    return sorted(announcements, key=lambda one: (not one.important, -one.id))
