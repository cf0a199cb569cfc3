"""Letters on the web: the clerk's pages, those below ``/atur`` on which a village makes them its own, and ``/verifikasi`` for everybody."""

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
from gateway.services.letters.clerk_routes import ClerkPages
from gateway.services.letters.desk import LettersDesk
from gateway.services.letters.documents import Documents
from gateway.services.letters.logo_routes import LogoPages
from gateway.services.letters.preview_routes import PreviewPages
from gateway.services.letters.printing import SOURCE_LIMIT_BYTES
from gateway.services.letters.setup_head import HeadForm
from gateway.services.letters.setup_numbers import NumberForm
from gateway.services.letters.setup_templates import TemplateForm, TemplateList
from gateway.services.letters.verify_routes import VerifyPages
from gateway.services.letters.view import LettersView
from gateway.services.letters.writing_routes import WritingPages
from gateway.services.view import CatalogueView

if TYPE_CHECKING:
    from fastapi import APIRouter

LOGO_BYTES = 3 * 1024**2
"""A form with a picture."""


@dataclass(frozen=True, slots=True)
class LetterPages:
    """The pages of letters."""

    desk: LettersDesk
    documents: Documents
    view: LettersView
    catalogue: CatalogueView
    people: PeopleDesk
    choices: Choices

    templates = Path(__file__).parent / "templates"
    static = Path(__file__).parent / "static"
    set_up: Sequence[SetUpPage] = (
        SetUpPage(HeadForm.path, HeadForm.title, "house", largest_body_bytes=LOGO_BYTES),
        SetUpPage(NumberForm.path, NumberForm.title, "book"),
        SetUpPage(TemplateList.path, TemplateList.title, "document", largest_body_bytes=4 * SOURCE_LIMIT_BYTES),
    )

    def routes(self, site: Site) -> Sequence[BaseRoute]:
        """Return the pages."""
        trying = TemplateForm(self.documents, self.catalogue)
        forms: Sequence[Form] = (
            HeadForm(self.choices, self.documents), NumberForm(self.choices, self.desk, self.view), TemplateList(self.documents, self.catalogue),
            trying,
        )  # fmt: skip
        return [
            *LogoPages(self.documents, self.people, site).routes(),
            *PreviewPages(trying, self.people).routes(),
            *(route for form in forms for route in FormPage(form, self.choices, self.people, site).routes()),
            *WritingPages(self.desk, self.catalogue, self.people, site).routes(),
            *ClerkPages(self.desk, self.documents, self.view, self.catalogue, self.people, site).routes(),
            *VerifyPages(self.view, site).routes(),
        ]

    def describe(self, api: APIRouter, site: Site) -> None:
        """Add nothing: letters are made on pages."""

    def streams(self) -> Sequence[Broadcaster]:
        """Return no streams."""
        return ()
