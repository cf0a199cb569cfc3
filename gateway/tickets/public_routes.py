"""Taking a number on a phone, and the code of a slip that leads to its page: ``/`` and ``/kode``.

Promises: one tap is one number, however often the phone sends it; a phone takes no more than the hall has chosen; a code
that was typed wrong is still there, and cannot be guessed by trying.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.errors import Refusal
from gateway.portal import problems
from gateway.portal.forms import form_key, read_form
from gateway.portal.hot import KEY_MARK, HotPages, etag_of, hot_response
from gateway.portal.i18n import words
from gateway.portal.news import NewsSource
from gateway.portal.site import Site
from gateway.portal.tries import guesses
from gateway.portal.visitor import visitor_of
from gateway.tickets.desk import TicketsDesk
from gateway.tickets.doorway import doorway
from gateway.tickets.model import UNFINISHED
from gateway.tickets.snapshot import QueueSnapshot, TicketView
from gateway.tickets.view import QueueView

NO_STORE = {"cache-control": "no-store"}
CODE_LIMIT = 20
TEXTS_LIMIT = 5
"""So many announcements stand on the front page, the most pressing."""
OWN = "nomor"
"""The cookie with the token of the ticket that a browser took last; where none is kept, link and code lead back as well."""
OWN_S = 16 * 3600


class PublicPages:
    """The pages for which nobody needs anything but a phone."""

    def __init__(self, desk: TicketsDesk, view: QueueView, news: NewsSource, site: Site) -> None:
        self._desk = desk
        self._view = view
        self._news = news
        self._site = site
        self._drawn = HotPages(site.edition)
        self._guesses = guesses(site.clock)

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        return [
            Route("/", self._front, methods=["GET"]),
            Route("/", self._take_number, methods=["POST"]),
            Route("/kode", self._code, methods=["GET"]),
            Route("/kode", self._find, methods=["POST"]),
        ]

    async def _front(self, request: Request) -> Response:
        """Show the lines, each a button that gives a number."""
        language = self._site.language_of(request)
        snapshot = self._view.current
        door = doorway(snapshot.rules, self._site, words(language), by_phone=True)
        own, texts = self._own(request, snapshot), self._news(language).texts[:TEXTS_LIMIT]
        etag = etag_of(language, snapshot.etag, door, own.token if own else "", texts)
        drawing = self._drawn.get(
            etag,
            ("front", language, own.token if own else ""),
            lambda: self._site.page(
                "front.html", language, "/", queue=snapshot, door=door, own=own, counter=snapshot.counter(own.counter) if own else None,
                key=KEY_MARK, texts=texts,
            ),
        )  # fmt: skip
        # A browser that gets 304 keeps its old key: that key is unused, or the revision would have changed.
        return hot_response(request, drawing, self._site.new_key())

    def _own(self, request: Request, snapshot: QueueSnapshot) -> TicketView | None:
        """Return the ticket that this browser took last, while it is of use: whoever closed the page finds it here again."""
        own = snapshot.tickets.get(request.cookies.get(OWN, ""))
        return own if own is not None and own.state in UNFINISHED else None

    async def _take_number(self, request: Request) -> Response:
        """Give one number for one tap, then show its own page."""
        fields = await read_form(request)
        line, priority = fields.get("line", "")[:40], fields.get("priority", "")[:40]
        # Going back and choosing another line is another wish; the same line again is the same tap.
        key = f"{form_key(fields)}-{line}-{priority}"
        issued = await self._desk.take_by_phone(line, priority=priority, device=visitor_of(request).device, key=key)
        await self._view.seen(issued.revision)
        return self._to(request, issued.token)

    async def _code(self, request: Request) -> Response:
        """Ask for the code of a slip."""
        return self._code_page(request, "")

    async def _find(self, request: Request) -> Response:
        """Lead to the page of the ticket with this code."""
        typed = (await read_form(request)).get("kode", "")[:CODE_LIMIT]
        device = visitor_of(request).device
        try:
            self._guesses.require_room(device)
        except Refusal as refusal:
            return self._code_page(request, typed, refusal)
        ticket = self._view.current.ticket_of_claim(typed)
        if ticket is None:
            self._guesses.note(device)
            return self._code_page(request, typed, Refusal("claim-unknown"))
        return self._to(request, ticket.token)

    def _code_page(self, request: Request, typed: str, refusal: Refusal | None = None) -> Response:
        language = self._site.language_of(request)
        speak = words(language)
        page = self._site.page(
            "ticket_code.html", language, "/kode", typed=typed, wrong=problems.sentence(refusal, speak) if refusal else "",
            remedy=problems.remedy(refusal, speak) if refusal else "",
        )  # fmt: skip
        headers = NO_STORE | (problems.retry_after(refusal) if refusal else {})
        return Response(page, refusal.fault.status if refusal else 200, headers, "text/html; charset=utf-8")

    def _to(self, request: Request, token: str) -> Response:
        response = RedirectResponse(self._site.link(f"/t/{token}", self._site.language_of(request)), 303, NO_STORE)
        secure = visitor_of(request).by_https
        response.set_cookie(OWN, token, max_age=OWN_S, httponly=True, samesite="lax", path="/", secure=secure)
        return response
