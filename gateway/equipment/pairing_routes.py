"""``/perangkat/baru`` and what comes of it: pairing a device of the hall's own network, giving it a new password, letting it go.

Promises: what is to be flashed is in the answer to one form alone, which no browser keeps; without a network of its own the hall says what to do first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.devices.lan_flash import CHIPS, FACES, FlashText
from gateway.devices.lan_words import NO_NETWORK
from gateway.devices.remedies import remedy
from gateway.equipment.pairing import WHERE_IT_BELONGS, Pairing, Wish
from gateway.equipment.view import Names
from gateway.errors import Refusal
from gateway.people.desk import PeopleDesk, Session
from gateway.people.model import Right
from gateway.people.session_routes import redirect, session_of, staff_page
from gateway.portal.forms import check_csrf, form_key, read_form
from gateway.portal.site import Site

PATH = "/perangkat"
SHOWN_ON_PAGE = frozenset({"field-invalid", "device-id-taken"})
"""Refusals that are told beside the form, with what was typed still in it."""


class PairingPages:
    """The pages of pairing."""

    def __init__(self, pairing: Pairing, names: Names, people: PeopleDesk, site: Site) -> None:
        self._pairing = pairing
        self._names = names
        self._people = people
        self._site = site

    def routes(self) -> Sequence[BaseRoute]:
        """Return the pages; they stand before those of the devices."""
        return [
            Route(f"{PATH}/baru", self._form, methods=["GET"]),
            Route(f"{PATH}/baru", self._pair, methods=["POST"]),
            Route(f"{PATH}/{{id}}/tulis", self._replace, methods=["POST"]),
            Route(f"{PATH}/{{id}}/lepas", self._unpair, methods=["POST"]),
        ]

    async def _form(self, request: Request) -> Response:
        session = await self._technician(request)
        return self._page(request, session, {"kind": request.query_params.get("jenis", "")})

    async def _pair(self, request: Request) -> Response:
        session, fields = await self._sent(request)
        names, wish = self._places(fields.get("kind", "")), Wish(form_key(fields), session.token, self._site.now())
        try:
            flash = await run_in_threadpool(self._pairing.pair, fields, self._site.hall_name, names, wish)
        except Refusal as refusal:
            if refusal.code not in SHOWN_ON_PAGE:
                raise
            return self._page(request, session, fields, refusal)
        return self._shown(request, session, fields["id"].strip(), flash)

    async def _replace(self, request: Request) -> Response:
        session, fields = await self._sent(request)
        id = request.path_params["id"]
        wish = Wish(form_key(fields), session.token, self._site.now())
        found = await run_in_threadpool(self._pairing.find, id)
        names = self._places(found.kind if found else "")
        flash = await run_in_threadpool(self._pairing.replace, id, self._site.hall_name, names, wish)
        return self._shown(request, session, id, flash)

    async def _unpair(self, request: Request) -> Response:
        await self._sent(request)
        await run_in_threadpool(self._pairing.unpair, request.path_params["id"])
        return redirect(self._site, request, PATH)

    def _places(self, kind: str) -> Mapping[str, str]:
        lines, counters = self._names()
        return {"line": lines, "counter": counters}.get(WHERE_IT_BELONGS.get(kind, ""), MappingProxyType({}))

    async def _sent(self, request: Request) -> tuple[Session, dict[str, str]]:
        session = await self._technician(request)
        fields = await read_form(request)
        check_csrf(fields, session.token)
        return session, fields

    async def _technician(self, request: Request) -> Session:
        return await session_of(request, self._people, Right.DEVICES)

    def _page(self, request: Request, session: Session, typed: Mapping[str, str], refusal: Refusal | None = None) -> Response:
        kind = typed.get("kind", "") if typed.get("kind", "") in WHERE_IT_BELONGS else ""
        return staff_page(
            self._site, request, session, "pairing.html", f"{PATH}/baru", refusal, kind=kind, typed=typed, places=self._places(kind), key=self._site.new_key(),
            chips=CHIPS, faces=FACES, no_network="" if self._pairing.lan else remedy("", NO_NETWORK),
        )  # fmt: skip

    def _shown(self, request: Request, session: Session, id: str, flash: FlashText | None) -> Response:
        if flash is None:  # an old page that is loaded again: what it showed is worth nothing any more
            return redirect(self._site, request, f"{PATH}/{id}")
        return staff_page(self._site, request, session, "flash.html", f"{PATH}/{id}", id=id, flash=flash)
