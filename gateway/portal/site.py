"""What every page knows: whose hall it is, in which language, and how a page is drawn.

Rendering is pure: the same words in give the same page, so hot pages are drawn once per revision.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway import __version__
from gateway.clock import Clock, ClockState
from gateway.portal.assets import Assets
from gateway.portal.face import Face, FaceSource
from gateway.portal.i18n import LANGUAGES, Words, known_language, local, words

if TYPE_CHECKING:
    from gateway.portal.feature import Door, SetUpPage

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"
THEMES = Path(__file__).parent / "themes"
"""One folder for each regency: ``mark.svg``, ``pattern.svg`` and ``colours.css``."""

LANGUAGE_COOKIE = "bahasa"
LANGUAGE_PARAMETER = "bahasa"

SRGB_KNEE = 0.04045
"""Below it sRGB is linear."""

INK = "#14212b"
PAPER = "#ffffff"


class Site:
    """The hall's face on the web: its name, languages, templates and static files."""

    def __init__(
        self, *, hall_id: str, face: FaceSource, zone: ZoneInfo, clock: Clock, randomness: random.Random,
        templates: Iterable[Path] = (), static: Iterable[Path] = (), set_up: Sequence[SetUpPage] = (),
        doors: Sequence[Door] = (),
    ) -> None:  # fmt: skip
        self.hall_id = hall_id
        self.face = face
        """How the hall shows itself now: asked anew for every page."""
        self.zone = zone
        self.clock = clock
        self._static = [STATIC, *static]
        self._assets: dict[str, Assets] = {}
        self._edition: tuple[Face | None, str] = (None, "")
        self.set_up = set_up
        """The pages below ``/atur`` of all features, in the order of a first setting up."""
        self.doors = doors
        """What ``/desa`` leads to."""
        self._randomness = randomness
        self._templates = Environment(
            loader=FileSystemLoader([TEMPLATES, *templates]), autoescape=True, trim_blocks=True, lstrip_blocks=True,
            undefined=StrictUndefined,
        )  # fmt: skip
        self._templates.globals.update(ink_on=ink_on, plain_colour=plain_colour)

    @property
    def hall_name(self) -> str:
        """The hall's name, as people say it."""
        return self.face().name

    @property
    def language(self) -> str:
        """The language of readers who have not chosen one."""
        return known_language(self.face().language)

    @property
    def address(self) -> str:
        """Where phones find the portal, for example ``http://balai.lan``: for codes that a second phone reads."""
        return self.face().address.rstrip("/")

    @property
    def assets(self) -> Assets:
        """Style, scripts and pictures in the hall's present theme."""
        theme = self.face().theme
        if theme not in self._assets:
            self._assets[theme] = Assets(self._static, THEMES / theme)
        return self._assets[theme]

    def edition(self) -> str:
        """Return what every page of this moment has in common: a page that says otherwise is of another version or face."""
        face = self.face()
        if face is not self._edition[0]:
            # Asked with every hot page: put together once for each face.
            self._edition = (face, f"{__version__} {face.mark}")
        return self._edition[1]

    def static_route(self) -> Route:
        """Return the route that serves style, scripts and pictures, of a former theme too while browsers still ask."""

        async def serve(request: Request) -> Response:
            sources = [self.assets, *self._assets.values()]
            return next((source for source in sources if source.has(request.url.path)), sources[0]).serve(request)

        return Route("/static/{name}", serve)

    def language_of(self, request: Request) -> str:
        """Return the reader's language: from the address, else from the cookie, else the hall's own.

        The browser's own preference does not count: a phone bought with English menus is no English reader.
        """
        return self._served(request.query_params.get(LANGUAGE_PARAMETER) or request.cookies.get(LANGUAGE_COOKIE))

    def language_asked(self, request: Request) -> str:
        """Return the language of the address, else the hall's own: for screens that many people use one after another."""
        return self._served(request.query_params.get(LANGUAGE_PARAMETER))

    def _served(self, asked: str | None) -> str:
        known = known_language(asked) if asked else ""
        # What is in no list of languages is on trial: somebody looks at a catalogue before anybody is offered it.
        return known if known in self.face().offered or (known and known not in LANGUAGES) else self.language

    def link(self, path: str, language: str) -> str:
        """Return ``path`` with the language in it, since a sign-in window forgets cookies."""
        return path if language == self.language else f"{path}?{LANGUAGE_PARAMETER}={language}"

    def new_key(self) -> str:
        """Return a fresh idempotency key for one form: 22 letters and digits that nobody guesses."""
        return f"{self._randomness.getrandbits(112):028x}"

    def page(self, template: str, language: str, path: str, **context: object) -> str:
        """Draw ``template`` in ``language`` for the address ``path``."""
        speak = words(language)

        def link(target: str) -> str:
            return self.link(target, language)

        face, asset = self.face(), self.assets.address
        own = {
            "hall_name": face.name,
            "languages": face.offered,
            "asset": asset,
            "language": language,
            "path": path,
            "has_doors": bool(self.doors),
        }
        return self._templates.get_template(template).render(
            {"_": speak, "count": speak.count, "words": speak, "link": link, **own, **context}
        )

    def now(self) -> datetime:
        """Return the hall's local time."""
        return local(self.clock.now(), self.zone)

    def clock_face(self, speak: Words) -> tuple[str, str]:
        """Return date and time for a wall, or empty words while the clock is certainly wrong."""
        if self.clock.state() is ClockState.UNSET:
            return "", ""
        now = self.now()
        return speak.day(now.date()), speak.time(now)


def themes() -> list[str]:
    """Return the names of all themes."""
    return sorted(folder.name for folder in THEMES.iterdir())


def plain_colour(colour: str) -> str:
    """Return ``colour`` if it is ``#rrggbb``, else the hall's sea blue: it goes into pictures."""
    return colour if re.fullmatch(r"#[0-9a-fA-F]{6}", colour) else "#0b4f6c"


def ink_on(colour: str) -> str:
    """Return the colour, dark or white, in which letters on ``colour`` are read best."""
    channels = [int(plain_colour(colour)[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= SRGB_KNEE else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    # The crossing of the contrast ratios of white and ink (WCAG 2.2).
    return PAPER if 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.0649 else INK
