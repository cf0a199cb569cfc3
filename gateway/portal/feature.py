"""What a feature gives the portal: its pages, its part of the JSON API, its templates and live streams."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from starlette.routing import BaseRoute

from gateway.portal.live import Broadcaster
from gateway.portal.site import Site

if TYPE_CHECKING:
    # FastAPI is slow to import and is only loaded when the first API request comes.
    from fastapi import APIRouter


@dataclass(frozen=True, slots=True)
class SetUpPage:
    """A page on which the hall is set up, as ``/atur`` lists it."""

    path: str
    """For example ``/atur/layanan``."""
    title: str
    """Indonesian, a key of the catalogues."""
    icon: str
    """A name of ``icons.html``."""
    largest_body_bytes: int = 0
    """How large a form may be that is sent to this page or below it, such as one with a file; 0 as anywhere else."""
    largest_file_bytes: int = 0
    """As before, for forms with files too large for the memory: read with ``uploads.receive_upload``, in pieces."""


def always() -> bool:
    """Return True: most doors are always open."""
    return True


def nobody() -> int:
    """Return nought: nobody waits for longer than was promised."""
    return 0


@dataclass(frozen=True, slots=True)
class Door:
    """A page for everybody, as ``/desa`` lists it; or for who serves, as ``/petugas`` does."""

    path: str
    """For example ``/lapak``."""
    title: str
    """Indonesian, a key of the catalogues."""
    about: str
    """What one finds there, in a few Indonesian words; a key of the catalogues."""
    icon: str
    """A name of ``icons.html``."""
    is_open: Callable[[], bool] = always
    """Whether there is anything behind it; quick, safe from any thread."""
    late: Callable[[], int] = nobody
    """How many people wait behind it for longer than was promised; safe from any thread, may read the database."""


class Feature(Protocol):
    """One village feature on the web. hall.py makes it and hands it to ``create_app``."""

    @property
    def templates(self) -> Path:
        """The folder of its templates; their names begin with the feature's own words."""

    @property
    def static(self) -> Path | None:
        """The folder of its style, scripts and pictures, if it has any besides the portal's."""

    @property
    def set_up(self) -> Sequence[SetUpPage]:
        """Its pages below ``/atur``, in the order in which a new hall is set up."""

    def routes(self, site: Site) -> Sequence[BaseRoute]:
        """Return its pages and whatever of its API must be fast."""

    def describe(self, api: APIRouter, site: Site) -> None:
        """Add its part of the JSON API below ``/api/v1``."""

    def streams(self) -> Sequence[Broadcaster]:
        """Return its live streams, to be begun and ended with the portal."""
