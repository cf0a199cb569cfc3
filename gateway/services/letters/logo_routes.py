"""``/atur/kop-surat/logo``: the picture at the head of letters, sent by a form of its own and kept in the database."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.people.desk import PeopleDesk
from gateway.people.model import Right
from gateway.people.routes import session_of
from gateway.portal.forms import check_csrf
from gateway.portal.site import Site
from gateway.portal.uploads import read_upload
from gateway.services.letters.documents import Documents
from gateway.services.letters.setup_head import PATH


class LogoPages:
    """The picture at the head: sent by a form of its own, kept in the database."""

    def __init__(self, documents: Documents, people: PeopleDesk, site: Site) -> None:
        self._documents = documents
        self._people = people
        self._site = site

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        return [Route(PATH + "/logo", self._show, methods=["GET"]), Route(PATH + "/logo", self._take, methods=["POST"])]

    async def _show(self, request: Request) -> Response:
        await session_of(request, self._people, Right.SET_UP)
        jpeg = await run_in_threadpool(self._documents.logo)
        return Response(jpeg or b"", 200 if jpeg else 404, {"cache-control": "no-store"}, "image/jpeg")

    async def _take(self, request: Request) -> Response:
        session = await session_of(request, self._people, Right.SET_UP)
        upload = await read_upload(request)
        check_csrf(upload.fields, session.token)
        if upload.file or upload.fields.get("act") == "remove":
            await run_in_threadpool(self._documents.put_logo, None if upload.fields.get("act") == "remove" else upload.file)
        path = self._site.link(PATH, self._site.language_of(request))
        return Response(
            None, 303, {"cache-control": "no-store", "location": path + ("&" if "?" in path else "?") + "sudah=simpan"}
        )
