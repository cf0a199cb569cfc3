"""The catalogue on the web: the public pages, and those below ``/atur`` on which a village makes it its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.routing import BaseRoute

from gateway.choices.desk import Choices
from gateway.choices.form_routes import FormPage
from gateway.choices.forms import Form
from gateway.people.desk import PeopleDesk
from gateway.portal.feature import SetUpPage
from gateway.portal.live import Broadcaster
from gateway.portal.site import Site
from gateway.services.desk import ServicesDesk
from gateway.services.document import FILE_LIMIT_BYTES
from gateway.services.public_routes import PublicPages
from gateway.services.queue_lines import LinesSource
from gateway.services.setup_file import FileForm
from gateway.services.setup_services import ServiceForm, ServiceList
from gateway.services.view import CatalogueView

if TYPE_CHECKING:
    from fastapi import APIRouter

FORM_BYTES = 4 * FILE_LIMIT_BYTES
"""A file as a form sends it, where every third letter may take three, and what stands beside it."""


@dataclass(frozen=True, slots=True)
class ServicePages:
    """The pages of the catalogue."""

    desk: ServicesDesk
    view: CatalogueView
    people: PeopleDesk
    choices: Choices
    lines: LinesSource

    templates = Path(__file__).parent / "templates"
    static = Path(__file__).parent / "static"
    set_up: Sequence[SetUpPage] = (SetUpPage(ServiceList.path, ServiceList.title, "paper", largest_body_bytes=FORM_BYTES),)

    def routes(self, site: Site) -> Sequence[BaseRoute]:
        """Return the pages."""
        forms: Sequence[Form] = (
            ServiceList(self.view), ServiceForm(self.desk, self.view, self.lines), FileForm(self.desk)
        )  # fmt: skip
        pages = [route for form in forms for route in FormPage(form, self.choices, self.people, site).routes()]
        return [*PublicPages(self.view, self.lines, site).routes(), *pages]

    def describe(self, api: APIRouter, site: Site) -> None:
        """Add nothing: the catalogue is read on its pages."""

    def streams(self) -> Sequence[Broadcaster]:
        """Return no streams."""
        return ()
