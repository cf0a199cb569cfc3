"""``/layanan/SERVICE/ajukan``: what is asked and by which right, before the first question.

Promises: nobody types anything before legal basis or consent was shown; without the consent that a service needs nothing is begun; the same form begins the same
draft, whatever a phone repeats; a phone begins only so many.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.errors import Refusal
from gateway.people.routes import session_of
from gateway.portal.forms import form_key, read_form
from gateway.portal.site import Site
from gateway.portal.tries import Tries
from gateway.portal.visitor import visitor_of
from gateway.services.model import text_of
from gateway.services.requests import model
from gateway.services.requests.choices import RequestRules
from gateway.services.requests.drafts import KEPT
from gateway.services.requests.model import Origin
from gateway.services.requests.rooms import KIOSK, PATH, WHOLE, Rooms, Sheet, may_hear
from gateway.services.view import Entry

KIOSK_PATH = f"{KIOSK}/permohonan"
BEGUN_BY_DEVICE, BEGUN_BY_ALL = 20, 600
"""Requests begun on phones within ten minutes."""


class BeginPages:
    """The first page of a request."""

    def __init__(self, rooms: Rooms, site: Site) -> None:
        self._rooms = rooms
        self._site = site
        self._begun = Tries(site.clock, of_device=BEGUN_BY_DEVICE, of_all=BEGUN_BY_ALL)

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        return [
            Route(KIOSK_PATH, self._choose, methods=["GET"]),
            Route("/layanan/{service}/ajukan", self._ask, methods=["GET"]),
            Route("/layanan/{service}/ajukan", self._begin, methods=["POST"]),
        ]

    async def _choose(self, request: Request) -> Response:
        """Show on a touch screen what may be asked for."""
        visitor_of(request).require_kiosk()
        catalogue = await run_in_threadpool(lambda: self._rooms.catalogue.current)
        sheet = Sheet(self._site, request, Origin.KIOSK)
        return sheet.page("request_kiosk.html", KIOSK_PATH, offered=catalogue.offered, text_of=text_of)

    async def _ask(self, request: Request) -> Response:
        """Say what is asked and by which right, and let the person choose how."""
        entry, _ = await self._entry(request)
        return await self._begin_page(request, entry, _origin(request.query_params.get("asal", "")))

    async def _begin(self, request: Request) -> Response:
        """Begin one draft for one form, then lead to its first question."""
        entry, rules = await self._entry(request)
        fields = await read_form(request)
        key, origin = form_key(fields), _origin(fields.get("asal", ""))
        if origin is Origin.STAFF:
            await session_of(request, self._rooms.people)
        elif origin is Origin.KIOSK:
            visitor_of(request).require_kiosk()
        elif not rules.by_phone:
            raise Refusal("requests-at-counter")
        ground = "consent" if entry.service.consent else "basis"
        if ground == "consent" and fields.get("setuju") != "1":
            return await self._begin_page(request, entry, origin, Refusal("consent-needed"))
        device = visitor_of(request).device
        if origin is Origin.PHONE:
            self._begun.require_room(device)
            self._begun.note(device)
        token, paged = _token_of(key, entry.id), fields.get("cara") != WHOLE
        await run_in_threadpool(
            lambda: self._rooms.drafts.begin(token, entry.id, entry.now.version, origin=origin, ground=ground, paged=paged)
        )
        return Sheet(self._site, request, origin).to(f"{PATH}/{token}")

    async def _begin_page(self, request: Request, entry: Entry, origin: Origin, refusal: Refusal | None = None) -> Response:
        rules = await run_in_threadpool(self._rooms.choices.current, RequestRules)
        sheet, private = Sheet(self._site, request, origin), may_hear(request, rules, origin)
        return sheet.page(
            "request_begin.html", f"/layanan/{entry.id}/ajukan", refusal, entry=entry, service=entry.service, text_of=text_of,
            key=self._site.new_key(), origin=origin.value, kept_days=KEPT.days, by_phone=rules.by_phone or origin is not Origin.PHONE,
            unasked=[one for one in entry.service.field if not private and one.kind in model.PRIVATE_KINDS],
        )  # fmt: skip

    async def _entry(self, request: Request) -> tuple[Entry, RequestRules]:
        catalogue = await run_in_threadpool(lambda: self._rooms.catalogue.current)
        entry = catalogue.offered.get(request.path_params["service"])
        if entry is None:
            raise Refusal("service-unknown")
        return entry, await run_in_threadpool(self._rooms.choices.current, RequestRules)


def _origin(told: str) -> Origin:
    return Origin(told) if told in set(Origin) else Origin.PHONE


def _token_of(key: str, service: str) -> str:
    """Return the draft's token: that of the form, so that the same form begins the same draft, and nothing need be kept to know it."""
    digest = hashlib.sha256(b"balai draft\0" + f"{key}\0{service}".encode()).digest()
    return base64.b32encode(digest[:20]).decode().lower()
