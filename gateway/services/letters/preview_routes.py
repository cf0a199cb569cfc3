"""``/atur/templat-surat/contoh/...``: the letter that a template makes of examples, as a picture and as a PDF."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.errors import Refusal
from gateway.people.desk import PeopleDesk
from gateway.people.model import Right
from gateway.people.routes import session_of
from gateway.services.letters.setup_templates import PATH, TemplateForm


class PreviewPages:
    """The letter that a template makes of examples, as a picture and as a PDF."""

    def __init__(self, form: TemplateForm, people: PeopleDesk) -> None:
        self._form = form
        self._people = people

    def routes(self) -> Sequence[BaseRoute]:
        """Return the route."""
        return [Route(PATH + "/contoh/{mark}.{form}", self._show, methods=["GET"])]

    async def _show(self, request: Request) -> Response:
        await session_of(request, self._people, Right.SET_UP)
        form = {"png": "image/png", "pdf": "application/pdf"}.get(request.path_params["form"])
        made = (
            await run_in_threadpool(self._form.preview, request.path_params["mark"], request.path_params["form"])
            if form
            else None
        )
        if made is None:
            raise Refusal("not-found")
        return Response(made, headers={"cache-control": "no-store"}, media_type=form)
