"""How a hall shows itself: its name, its languages, its theme and the address that it tells people.

Promises: immutable; two faces that show the same have the same ``mark``, so a page drawn with another face is never served.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from gateway.portal.i18n import LANGUAGES, known_language


@dataclass(frozen=True)
class Face:
    """What every page, slip and board of a hall says about it."""

    name: str
    """As people say it."""
    language: str = "id"
    """The language of readers who have not chosen one, of slips and of boards."""
    languages: tuple[str, ...] = tuple(LANGUAGES)
    """The languages that are offered, in their order."""
    theme: str = "banyuwangi"
    """A folder of ``themes/``."""
    address: str = ""
    """Where people find the pages, for example ``http://balai.lan``."""

    @cached_property
    def mark(self) -> str:
        """Tells this face from others."""
        return repr(self)

    @cached_property
    def offered(self) -> dict[str, str]:
        """Return the languages that a reader can choose, each by its own name; the hall's own is always among them."""
        known = [code for code in self.languages if code in LANGUAGES]
        own = known_language(self.language)
        return {code: LANGUAGES[code] for code in (known if own in known else [own, *known])}


FaceSource = Callable[[], Face]
"""Gives the face as it is now: quick, and safe from any thread."""
