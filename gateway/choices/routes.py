"""What the choices give the portal: the page of the hall's own face, and the look of every page below ``/atur``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.routing import BaseRoute

from gateway.choices.desk import Choices
from gateway.choices.face import CurrentFace
from gateway.choices.face_form import FaceForm
from gateway.choices.form_routes import FormPage
from gateway.people.desk import PeopleDesk
from gateway.portal.feature import SetUpPage
from gateway.portal.live import Broadcaster
from gateway.portal.site import Site

if TYPE_CHECKING:
    from fastapi import APIRouter


class ChoicePages:
    """The pages of what no feature owns."""

    templates = Path(__file__).parent / "templates"
    static: Path | None = Path(__file__).parent / "static"
    set_up: Sequence[SetUpPage] = (SetUpPage(FaceForm.path, FaceForm.title, "house"),)

    def __init__(self, choices: Choices, face: CurrentFace, people: PeopleDesk, names: Sequence[str]) -> None:
        """``names`` are the host names by which the hall answers."""
        self._names = names
        self._choices = choices
        self._face = face
        self._people = people

    def routes(self, site: Site) -> Sequence[BaseRoute]:
        """Return the pages."""
        return FormPage(FaceForm(self._choices, self._face, self._names), self._choices, self._people, site).routes()

    def describe(self, api: APIRouter, site: Site) -> None:
        """Add nothing: what is chosen is chosen on pages."""

    def streams(self) -> Sequence[Broadcaster]:
        """Return no streams."""
        return ()
