"""What the choices give the portal: the page of the hall's own face, and the look of every page below ``/atur``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.choices.copies import Copies
from gateway.choices.copy_form import CopyForm
from gateway.choices.desk import Choices
from gateway.choices.face import CurrentFace
from gateway.choices.face_form import FaceForm
from gateway.choices.form_routes import FormPage
from gateway.people.desk import PeopleDesk
from gateway.people.model import Right
from gateway.people.routes import session_of
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


class CopyPages(ChoicePages):
    """The page of the copy: the last step of a first setting up."""

    static = None
    set_up = (SetUpPage(CopyForm.path, CopyForm.title, "paper"),)

    def __init__(self, choices: Choices, copies: Copies, people: PeopleDesk) -> None:
        self._choices = choices
        self._copies = copies
        self._people = people

    def routes(self, site: Site) -> Sequence[BaseRoute]:
        """Return the page, and the file itself."""

        async def file(request: Request) -> Response:
            await session_of(request, self._people, Right.SET_UP)
            headers = {"content-disposition": 'attachment; filename="balai.toml"', "cache-control": "no-store"}
            return Response(await run_in_threadpool(self._copies.export), headers=headers, media_type="text/plain; charset=utf-8")

        form = FormPage(CopyForm(self._copies), self._choices, self._people, site)
        return [*form.routes(), Route(f"{CopyForm.path}/berkas", file)]
