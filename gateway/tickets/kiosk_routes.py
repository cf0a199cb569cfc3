"""The touch page in the hall: ``/anjungan``. Prints a slip and shows the number until the next person comes.

Promises: opened only by the hall's own touch screens, once the hall has named them; no link leads elsewhere; a double tap
is one number; whoever chose another language or a priority leaves neither to the next person; a printer that is
out of paper costs no number, and the page says how to keep it.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.errors import Refusal
from gateway.portal import problems
from gateway.portal.forms import form_key, read_form
from gateway.portal.i18n import words
from gateway.portal.qr import qr_code
from gateway.portal.site import Site
from gateway.portal.visitor import visitor_of
from gateway.tickets.desk import TicketsDesk
from gateway.tickets.doorway import doorway
from gateway.tickets.slips import Paper
from gateway.tickets.view import QueueView

NO_STORE = {"cache-control": "no-store"}
HTML = "text/html; charset=utf-8"
PATH = "/anjungan"
BACK_S = 30
"""So long a number stands on the screen, and so long a choice is kept that nobody follows."""


class KioskPages:
    """``/anjungan`` and the number it has just given."""

    def __init__(self, desk: TicketsDesk, view: QueueView, site: Site, paper: Paper) -> None:
        self._desk = desk
        self._view = view
        self._site = site
        self._paper = paper

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        return [
            Route(PATH, self._choose, methods=["GET"]),
            Route(PATH, self._take, methods=["POST"]),
            Route(PATH + "/{token:str}", self._given, methods=["GET"]),
        ]

    async def _choose(self, request: Request) -> Response:
        """Show the lines as large as the screen allows."""
        visitor_of(request).require_kiosk()
        return self._choice(request)

    async def _take(self, request: Request) -> Response:
        """Give one number for one tap, and a slip."""
        visitor_of(request).require_kiosk()
        fields = await read_form(request)
        line, priority = fields.get("line", "")[:40], fields.get("priority", "")[:40]
        try:
            key = f"{form_key(fields)}-{line}-{priority}"
            issued = await run_in_threadpool(self._desk.issue, line, priority=priority, origin="kiosk", key=key)
        except Refusal as refusal:
            return self._choice(request, refusal)
        await self._view.seen(issued.revision)
        return RedirectResponse(self._link(request, f"{PATH}/{issued.token}"), 303, NO_STORE)

    async def _given(self, request: Request) -> Response:
        """Show the number, how to follow it, and whether the slip comes."""
        visitor_of(request).require_kiosk()
        snapshot, language = self._view.current, self._site.language_asked(request)
        ticket = snapshot.tickets.get(request.path_params["token"])
        if ticket is None:
            return RedirectResponse(self._link(request, PATH), 303, NO_STORE)
        page = self._site.page(
            "kiosk_number.html", language, f"{PATH}/{ticket.token}", ticket=ticket, line=snapshot.line(ticket.line),
            qr=qr_code(f"{self._site.address}/t/{ticket.token}"), paper=self._paper(), back_s=BACK_S,
            address=self._site.address.removeprefix("http://"), start=PATH,
        )  # fmt: skip
        return Response(page, headers=NO_STORE, media_type=HTML)

    def _choice(self, request: Request, refusal: Refusal | None = None) -> Response:
        snapshot, language = self._view.current, self._site.language_asked(request)
        speak = words(language)
        page = self._site.page(
            "kiosk.html", language, PATH, queue=snapshot, door=doorway(snapshot.rules, self._site, speak, by_phone=False),
            key=self._site.new_key(), paper=self._paper(), back_s=BACK_S, start=PATH,
            sentence=problems.sentence(refusal, speak) if refusal else "", remedy=problems.remedy(refusal, speak) if refusal else "",
        )  # fmt: skip
        return Response(page, refusal.fault.status if refusal else 200, NO_STORE, HTML)

    def _link(self, request: Request, path: str) -> str:
        return self._site.link(path, self._site.language_asked(request))
