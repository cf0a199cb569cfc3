"""The app factory: all pages and the API of one hall as one ASGI application.

Hot pages are plain Starlette routes; FastAPI serves the API below ``/api/v1`` and is loaded after the first page.
The portal knows no feature: hall.py hands them over.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.types import Receive, Scope, Send

from gateway.clock import Clock
from gateway.portal import problems
from gateway.portal.access import Access
from gateway.portal.api import ApiDoor
from gateway.portal.doors import DoorPage
from gateway.portal.face import Face, FaceSource
from gateway.portal.feature import Door, Feature
from gateway.portal.health_pages import HealthPages, Healthy
from gateway.portal.live import Broadcaster
from gateway.portal.screens import Screens
from gateway.portal.site import Site
from gateway.portal.visitor import Networks

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PortalParts:
    """What the portal is made of."""

    hall_id: str
    hall_name: str
    language: str
    """The language of readers who have not chosen one."""
    zone: ZoneInfo
    names: Sequence[str]
    """Host names by which the portal may be asked; ``localhost`` and its own addresses always count."""
    address: str
    """The address told to whoever asked by a wrong name, for example ``http://balai.lan``."""
    health: Healthy
    clock: Clock
    randomness: random.Random
    """``random.SystemRandom()`` in a real hall: the keys of forms come from it."""
    features: Sequence[Feature]
    """For example ``(TicketPages(desk, view, people), PeoplePages(people))``."""
    theme: str = "banyuwangi"
    """Whose batik stands at the head of every page: a folder of ``themes/``."""
    face: FaceSource | None = None
    """What the hall has chosen instead of name, language, theme and address."""
    screens: Screens | None = None
    """Where screens on walls give their sign of life."""
    networks: Networks = field(default_factory=Networks)
    """Whose pages the staff's are; by default everybody's."""
    larger_bodies: Mapping[str, int] = field(default_factory=dict)
    """How many bytes a form may have, by address: there and below, besides pages of setting up; such as one with a photograph. It is read into memory whole."""
    extra_routes: Sequence[BaseRoute] = field(default=())
    """The demo's own pages."""
    doors: Sequence[Door] = field(default=())
    """What ``/desa`` leads to, in its order."""


class Portal:
    """The ASGI application. ``end_streams`` must be called before the server waits for its connections."""

    def __init__(self, parts: PortalParts) -> None:
        machine = Face(parts.hall_name, parts.language, theme=parts.theme, address=parts.address)
        site = Site(
            hall_id=parts.hall_id, face=parts.face or (lambda: machine), zone=parts.zone, clock=parts.clock,
            randomness=parts.randomness, templates=[feature.templates for feature in parts.features],
            static=[feature.static for feature in parts.features if feature.static is not None],
            set_up=[page for feature in parts.features for page in feature.set_up], doors=parts.doors,
        )  # fmt: skip
        self._api = ApiDoor(site, parts.features)
        self._streams: list[Broadcaster] = [stream for feature in parts.features for stream in feature.streams()]
        routes = [route for feature in parts.features for route in feature.routes(site)]
        routes += [*DoorPage(site).routes(), *HealthPages(parts.health, site).routes(), *parts.extra_routes, site.static_route()]
        routes += parts.screens.routes() if parts.screens is not None else []
        routes += [Route("/favicon.ico", _icon(site)), Mount("/api/v1", self._api)]
        # A page with a name of its own comes before one whose name is a variable, whichever feature brings it.
        routes.sort(key=lambda route: not isinstance(route, Route) or "{" in route.path)
        router = Router(routes, lifespan=self._lifespan)

        def answer(request: Request, error: Exception) -> Response:
            return problems.answer(site, request, error)

        self.site = site
        """Whose hall it is: for pages that are drawn elsewhere."""
        pages = [page for feature in parts.features for page in feature.set_up]
        larger = {page.path: page.largest_body_bytes for page in pages if page.largest_body_bytes} | dict(parts.larger_bodies)
        files = {page.path: page.largest_file_bytes for page in pages if page.largest_file_bytes}
        self._guarded = Access(router, parts.names, parts.address, parts.networks, answer, larger, files)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or the lifespan."""
        # With an "app" in the scope Starlette raises for unknown pages instead of answering them bare.
        scope["app"] = self
        await self._guarded(scope, receive, send)

    def end_streams(self) -> None:
        """End all live streams. Safe from any thread."""
        for stream in self._streams:
            stream.end()

    @asynccontextmanager
    async def _lifespan(self, _app: object) -> AsyncIterator[None]:
        for stream in self._streams:
            stream.begin()
        warming = asyncio.ensure_future(self._api.open())
        try:
            yield
        finally:
            self.end_streams()
            await asyncio.wait((warming,))


def create_app(parts: PortalParts) -> Portal:
    """Make the portal of one hall. Nothing runs until a server starts it."""
    return Portal(parts)


def _icon(site: Site) -> Callable[[Request], Awaitable[Response]]:
    async def redirect(_request: Request) -> Response:
        return RedirectResponse(site.assets.address("mark.svg"), 302)

    return redirect
