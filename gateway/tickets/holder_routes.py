"""My ticket: ``/t/{token}``, where its holder sees how it stands, comes later, gives it back and says how it was.

Promises: whoever has the link needs nothing else, no cookie and no script; an act is done once, however often its form is
sent; an act that comes too late is answered on the ticket's own page, which says how it stands now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.errors import Refusal
from gateway.portal import problems
from gateway.portal.forms import form_key, read_form
from gateway.portal.hot import KEY_MARK, HotPages, etag_of, hot_response
from gateway.portal.i18n import words
from gateway.portal.qr import qr_code
from gateway.portal.site import Site
from gateway.tickets import holding
from gateway.tickets.desk import TicketsDesk
from gateway.tickets.snapshot import QueueSnapshot, TicketView
from gateway.tickets.view import QueueView

NO_STORE = {"cache-control": "no-store"}
HTML = "text/html; charset=utf-8"


class HolderPages:
    """``/t/{token}`` and the question before a number is given back."""

    def __init__(self, desk: TicketsDesk, view: QueueView, site: Site) -> None:
        self._desk = desk
        self._view = view
        self._site = site
        self._drawn = HotPages(site.edition)

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        return [
            Route("/t/{token:str}", self._ticket, methods=["GET"]),
            Route("/t/{token:str}", self._act, methods=["POST"]),
            Route("/t/{token:str}/batal", self._ask, methods=["GET"]),
        ]

    async def _ticket(self, request: Request) -> Response:
        """Show one ticket to whoever has its link."""
        language = self._site.language_of(request)
        snapshot = self._view.current
        ticket = _ticket_of(snapshot, request)
        etag = etag_of(language, snapshot.etag, ticket.token)
        drawing = self._drawn.get(
            etag, ("ticket", language, ticket.token), lambda: self._page(snapshot, ticket, language, KEY_MARK)
        )
        return hot_response(request, drawing, self._site.new_key())

    async def _act(self, request: Request) -> Response:
        """Do what the holder asks, then show the ticket."""
        fields = await read_form(request)
        ticket = _ticket_of(self._view.current, request)
        act = next((one for one in holding.ACTS if one == fields.get("act")), None)
        if act is None:
            raise Refusal("field-invalid", field="act")
        score = _score(fields)
        key = f"{form_key(fields)}-{act}{score or ''}"  # another face of the same page is another wish
        try:
            changed = await run_in_threadpool(lambda: holding.carry_out(self._desk, act, ticket.token, key=key, score=score))
        except Refusal as refusal:
            if refusal.code != "act-not-now":
                raise
            return self._refused(request, refusal)
        await self._view.seen(changed.revision)
        path = self._site.link(f"/t/{ticket.token}", self._site.language_of(request))
        return RedirectResponse(path, 303, NO_STORE)

    async def _ask(self, request: Request) -> Response:
        """Ask once more before a number is given back: nothing is lost by a slip of the finger."""
        language = self._site.language_of(request)
        ticket = _ticket_of(self._view.current, request)
        path = f"/t/{ticket.token}/batal"
        page = self._site.page("ticket_give_back.html", language, path, ticket=ticket, key=self._site.new_key())
        return Response(page, headers=NO_STORE, media_type=HTML)

    def _refused(self, request: Request, refusal: Refusal) -> Response:
        language, snapshot = self._site.language_of(request), self._view.current
        page = self._page(snapshot, _ticket_of(snapshot, request), language, self._site.new_key(), refusal)
        return Response(page, refusal.fault.status, NO_STORE, HTML)

    def _page(self, snapshot: QueueSnapshot, ticket: TicketView, language: str, key: str, refusal: Refusal | None = None) -> str:
        line = snapshot.line(ticket.line)
        letter = ticket.number.partition("-")[0] + "-"
        here = line.letter + "-" if line else letter
        return self._site.page(
            "ticket.html", language, f"/t/{ticket.token}", queue=snapshot, ticket=ticket, line=line, counter=snapshot.counter(ticket.counter), key=key,
            now_called=next((call for call in snapshot.calls if call.number.startswith(here)), None), moved=here != letter,
            successor=snapshot.tickets.get(ticket.successor), qr=qr_code(f"{self._site.address}/t/{ticket.token}"),
            refused=problems.sentence(refusal, words(language)) if refusal else "",
        )  # fmt: skip


def _ticket_of(snapshot: QueueSnapshot, request: Request) -> TicketView:
    ticket = snapshot.tickets.get(request.path_params["token"])
    if ticket is None:
        raise Refusal("unknown-ticket")
    return ticket


def _score(fields: Mapping[str, str]) -> int:
    score = fields.get("score", "")
    return int(score) if score in {"1", "2", "3", "4"} else 0
