"""What a board shows beside the calls: running text and slides, as whoever keeps them hands it over.

Promises: immutable; two that say the same have the same ``etag``. It knows neither who keeps it nor who shows it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal, Protocol

from gateway.portal.hot import etag_of


@dataclass(frozen=True, slots=True)
class Slide:
    """One picture or film."""

    address: str
    """Where it is served."""
    kind: Literal["image", "video"]
    words: str = ""
    """What it shows, for who cannot see it."""


@dataclass(frozen=True, slots=True)
class News:
    """Everything that a board shows beside the calls, in one language."""

    texts: tuple[str, ...] = ()
    """The running text, the most pressing first."""
    slides: tuple[Slide, ...] = ()
    slide_s: float = 10.0
    """So long a picture is shown; a film is shown to its end."""
    text_s: float = 8.0
    """So long a text is shown."""
    quiet_s: float = 20.0
    """Slides come back when nobody has been called for so long."""
    lines: tuple[str, ...] = ()
    """The lines whose waiting is shown; empty for all."""

    @property
    def etag(self) -> str:
        """A name of what it says."""
        return etag_of(self)

    def as_json(self) -> dict[str, Any]:
        """Return it as the board's script reads it."""
        return asdict(self)

    def text_at(self, minute: int) -> str:
        """Return the text for a board without scripts, which is loaded anew: another each minute."""
        return self.texts[minute % len(self.texts)] if self.texts else ""


class Speaker(Protocol):
    """Whoever speaks in the hall, as a board shows it."""

    @property
    def saying(self) -> str:
        """The sentence that is being spoken at this moment, else empty."""

    def tells(self, tell: Callable[[], None], /) -> None:
        """Call ``tell``, which never blocks, when ``saying`` has changed."""


NewsSource = Callable[[str], News]
"""Returns the news for readers of a language. Safe from any thread; never blocks."""


def no_news(_language: str) -> News:
    """Return nothing: a hall that has nothing to say."""
    return News()
