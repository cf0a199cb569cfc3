"""``/atur/lapak``: what waits to be looked at, what was reported, and everything that is on sale; for whoever serves at a counter."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.errors import Refusal
from gateway.market import model, tables
from gateway.market.moderating import Moderation
from gateway.market.view import MarketView
from gateway.people.desk import PeopleDesk
from gateway.people.routes import session_of, staff_page
from gateway.people.session_routes import redirect
from gateway.portal.forms import check_csrf, read_form
from gateway.portal.site import Site
from gateway.store.album import Album
from gateway.store.database import Store

PATH = "/atur/lapak"


class StaffPages:
    """The staff's page of the market."""

    def __init__(
        self, moderation: Moderation, view: MarketView, people: PeopleDesk, store: Store, album: Album, site: Site
    ) -> None:
        self._moderation = moderation
        self._view = view
        self._people = people
        self._store = store
        self._album = album
        self._site = site

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        return [
            Route(PATH, self._show, methods=["GET"]),
            Route(PATH, self._take, methods=["POST"]),
            Route(PATH + "/foto/{blob}", self._photo, methods=["GET"]),
        ]

    async def _show(self, request: Request) -> Response:
        session = await session_of(request, self._people)
        pending = await run_in_threadpool(self._moderation.pending, session.name)
        shown = await run_in_threadpool(self._view.current)
        return staff_page(
            self._site, request, session, "market_staff.html", PATH, pending=pending, shown=shown, refusals=model.REFUSALS,
            categories=model.CATEGORIES, phone=model.spoken_phone,
        )  # fmt: skip

    async def _take(self, request: Request) -> Response:
        session = await session_of(request, self._people)
        fields = await read_form(request)
        check_csrf(fields, session.token)
        acts: dict[str, Callable[[int], object]] = {
            "approve": self._moderation.approve, "contact": self._moderation.approve_contact, "keep": self._moderation.keep,
            "refuse": lambda product: self._moderation.refuse(product, fields.get("why", "")),
        }  # fmt: skip
        act, target = acts.get(fields.get("act", "")), fields.get("id", "")[:9]
        if act is None or not target.isdecimal():
            raise Refusal("field-invalid", field="act")
        await run_in_threadpool(act, int(target))
        return redirect(self._site, request, PATH)

    async def _photo(self, request: Request) -> Response:
        await session_of(request, self._people)
        blob = request.path_params["blob"]
        if not await run_in_threadpool(self._is_known, blob):
            raise Refusal("not-found")
        content = await run_in_threadpool(self._album.blobs.read, blob)
        return Response(content, headers={"cache-control": "no-store"}, media_type="image/jpeg")

    def _is_known(self, blob: str) -> bool:
        with self._store.reader() as db:
            return tables.mentions(db, blob)
