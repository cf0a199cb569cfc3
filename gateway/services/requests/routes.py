"""The pages of requests, put together: for whoever brings one, and for the counter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.routing import BaseRoute

from gateway.choices.form_routes import FormPage
from gateway.portal.feature import Door, SetUpPage
from gateway.portal.live import Broadcaster
from gateway.portal.site import Site
from gateway.services.requests.begin_routes import BeginPages
from gateway.services.requests.draft_routes import PHOTO_LIMIT_BYTES, DraftPages
from gateway.services.requests.rooms import PATH, Rooms
from gateway.services.requests.searching import Search
from gateway.services.requests.setup_requests import RequestForm
from gateway.services.requests.staff_routes import PATH as STAFF_PATH
from gateway.services.requests.staff_routes import StaffPages
from gateway.services.requests.status_routes import PATH as STATUS_PATH
from gateway.services.requests.status_routes import StatusPages
from gateway.services.requests.view import RequestsView

if TYPE_CHECKING:
    from fastapi import APIRouter

DOOR = Door(STATUS_PATH, "Sampai di mana permohonan saya?", "Lihat dengan kode lacak", "search")
STAFF_DOOR = Door(STAFF_PATH, "Permohonan", "Periksa, setujui, dan serahkan", "document")
LARGER_BODIES = {PATH: PHOTO_LIMIT_BYTES}
"""Where photographs are sent."""


@dataclass(frozen=True, slots=True)
class RequestPages:
    """The pages of requests."""

    rooms: Rooms
    view: RequestsView
    search: Search

    templates = Path(__file__).parent / "templates"
    static = Path(__file__).parent / "static"
    set_up: Sequence[SetUpPage] = (SetUpPage(RequestForm.path, RequestForm.title, "hands"),)

    def routes(self, site: Site) -> Sequence[BaseRoute]:
        """Return the pages."""
        rooms, view = self.rooms, self.view
        return [
            *FormPage(RequestForm(rooms.choices), rooms.choices, rooms.people, site).routes(),
            *BeginPages(rooms, site).routes(), *DraftPages(rooms, site).routes(), *StatusPages(rooms.desk, view, site).routes(), *StaffPages(rooms, view, self.search, site).routes()
        ]  # fmt: skip

    def describe(self, api: APIRouter, site: Site) -> None:
        """Add nothing: requests are brought and judged on pages."""

    def streams(self) -> Sequence[Broadcaster]:
        """Return no streams."""
        return ()
