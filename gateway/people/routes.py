"""What the people's room gives the portal. Other features take ``session_of`` from here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.routing import BaseRoute

from gateway.people.desk import PeopleDesk
from gateway.people.officer_routes import OfficerPages
from gateway.people.session_routes import SessionPages, session_of, session_token, staff_page
from gateway.people.setup_routes import PATH_OF_OFFICERS, SetUpPages, TvPage
from gateway.portal.feature import Door, SetUpPage
from gateway.portal.live import Broadcaster
from gateway.portal.site import Site

if TYPE_CHECKING:
    from fastapi import APIRouter

__all__ = ["PeoplePages", "session_of", "session_token", "staff_page"]


class PeoplePages:
    """The pages and API of officers. Comes before the feature that shows the board: a new hall's TV shows the setup code."""

    templates = Path(__file__).parent / "templates"
    static = Path(__file__).parent / "static"
    set_up: Sequence[SetUpPage] = (SetUpPage(PATH_OF_OFFICERS, "Petugas", "people"),)

    def __init__(self, people: PeopleDesk, address: str, doors: Sequence[Door] = ()) -> None:
        """``doors`` are what who serves finds on ``/petugas`` besides the counters."""
        self._people = people
        self._address = address
        self._doors = doors

    def routes(self, site: Site) -> Sequence[BaseRoute]:
        """Return the pages."""
        return [
            *SessionPages(self._people, site, self._doors).routes(),
            *OfficerPages(self._people, site).routes(),
            *SetUpPages(self._people, site).routes(),
            TvPage(self._people, site, self._address),
        ]

    def describe(self, api: APIRouter, site: Site) -> None:
        """Add the API of sessions."""
        SessionPages(self._people, site).describe(api)

    def streams(self) -> Sequence[Broadcaster]:
        """Return no streams."""
        return ()
