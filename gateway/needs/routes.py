"""The poverty desk on the web: the pages of whoever tells, of the village's team, and of the programmes that help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from starlette.routing import BaseRoute

from gateway.choices.desk import Choices
from gateway.choices.form_routes import FormPage
from gateway.needs.aid import AidDesk
from gateway.needs.aid_routes import LIST_BYTES, RECIPIENTS_PATH, SET_UP_PATH, AidPages
from gateway.needs.desk import NeedsDesk
from gateway.needs.public_routes import AID_PATH, PATH, PublicPages
from gateway.needs.setup_needs import NeedForm
from gateway.needs.staff_routes import StaffPages
from gateway.needs.view import NeedsView
from gateway.people.desk import PeopleDesk
from gateway.portal.feature import Door, SetUpPage
from gateway.portal.live import Broadcaster
from gateway.portal.site import Site

if TYPE_CHECKING:
    from fastapi import APIRouter

DOORS = (
    Door(PATH, "Laporkan warga yang butuh bantuan", "Lansia sendirian, anak putus sekolah, lapar, sakit", "hands"),
    Door(AID_PATH, "Program bantuan", "Apa saja, untuk siapa, tanya ke mana", "heart"),
)
LARGER_BODIES: Mapping[str, int] = MappingProxyType({RECIPIENTS_PATH: LIST_BYTES})


@dataclass(frozen=True, slots=True)
class NeedPages:
    """The pages of the poverty desk."""

    desk: NeedsDesk
    view: NeedsView
    aid: AidDesk
    people: PeopleDesk
    choices: Choices

    templates = Path(__file__).parent / "templates"
    static = None
    set_up: Sequence[SetUpPage] = (
        SetUpPage(NeedForm.path, NeedForm.title, "hands"),
        SetUpPage(SET_UP_PATH, "Program bantuan", "heart"),
    )

    def routes(self, site: Site) -> Sequence[BaseRoute]:
        """Return the pages."""
        return [
            *PublicPages(self.desk, self.view, self.aid, site).routes(),
            *FormPage(NeedForm(self.choices), self.choices, self.people, site).routes(),
            *AidPages(self.aid, self.people, site).routes(),
            *StaffPages(self.desk, self.view, self.people, site).routes(),
        ]

    def describe(self, api: APIRouter, site: Site) -> None:
        """Add nothing: a report is told on its page."""

    def streams(self) -> Sequence[Broadcaster]:
        """Return no streams."""
        return ()
