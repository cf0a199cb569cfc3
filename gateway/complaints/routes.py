"""Complaints on the web: the pages of whoever complains, and those of the clerks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from starlette.routing import BaseRoute

from gateway.choices.desk import Choices
from gateway.choices.form_routes import FormPage
from gateway.complaints.desk import ComplaintsDesk
from gateway.complaints.public_routes import PATH, PHOTO_LIMIT_BYTES, PHOTO_PATH, PublicPages
from gateway.complaints.setup_complaints import ComplaintForm
from gateway.complaints.staff_routes import StaffPages
from gateway.complaints.view import ComplaintsView
from gateway.people.desk import PeopleDesk
from gateway.portal.feature import Door, SetUpPage
from gateway.portal.live import Broadcaster
from gateway.portal.site import Site

if TYPE_CHECKING:
    from fastapi import APIRouter

DOOR = Door(PATH, "Pengaduan dan usulan", "Boleh tanpa nama; dijawab dalam hari kerja yang dihitung", "speech")
LARGER_BODIES: Mapping[str, int] = MappingProxyType({PHOTO_PATH: PHOTO_LIMIT_BYTES})
"""Forms with a picture, which are read in memory alone."""


@dataclass(frozen=True, slots=True)
class ComplaintPages:
    """The pages of complaints."""

    desk: ComplaintsDesk
    view: ComplaintsView
    people: PeopleDesk
    choices: Choices

    templates = Path(__file__).parent / "templates"
    static = None
    set_up: Sequence[SetUpPage] = (SetUpPage(ComplaintForm.path, ComplaintForm.title, "speech"),)

    def routes(self, site: Site) -> Sequence[BaseRoute]:
        """Return the pages."""
        return [
            *PublicPages(self.desk, self.view, site).routes(),
            *StaffPages(self.desk, self.view, self.people, site).routes(),
            *FormPage(ComplaintForm(self.choices), self.choices, self.people, site).routes(),
        ]  # fmt: skip

    def describe(self, api: APIRouter, site: Site) -> None:
        """Add nothing: a complaint is told on its page."""

    def streams(self) -> Sequence[Broadcaster]:
        """Return no streams."""
        return ()
