"""How was it? ``/nilai/{counter}``, for a tablet at a counter: four faces for the visit that has just ended there.

Promises: nobody is named and no number is shown; whoever presses a face rates the visit that the page was drawn for, once;
when there is none to rate the page thanks and waits, and never refuses.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.errors import Refusal
from gateway.portal.forms import read_form
from gateway.portal.site import Site
from gateway.portal.visitor import visitor_of
from gateway.tickets.desk import TicketsDesk
from gateway.tickets.snapshot import CounterView, QueueSnapshot, TicketView
from gateway.tickets.view import QueueView

NO_STORE = {"cache-control": "no-store"}
HTML = "text/html; charset=utf-8"
ASKED_S = 180.0
"""So long after a visit its person is asked."""
THANKED_S = 5
"""So long the thanks stand."""


class RatingPages:
    """``/nilai/{counter}`` and its thanks."""

    def __init__(self, desk: TicketsDesk, view: QueueView, site: Site) -> None:
        self._desk = desk
        self._view = view
        self._site = site

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        return [
            Route("/nilai/{counter}", self._ask, methods=["GET"]),
            Route("/nilai/{counter}", self._rate, methods=["POST"]),
            Route("/nilai/{counter}/terima-kasih", self._thank, methods=["GET"]),
        ]

    async def _ask(self, request: Request) -> Response:
        """Ask whoever has just been served here, if anybody."""
        snapshot, counter = self._counter(request)
        visit = self._visit(snapshot, counter)
        return self._page(request, counter, visit=_name(visit) if visit else "")

    async def _rate(self, request: Request) -> Response:
        """Keep the answer if its visit is still the latest one, and thank in any case."""
        fields = await read_form(request)
        snapshot, counter = self._counter(request)
        visit, score = self._visit(snapshot, counter), fields.get("score", "")
        if visit is not None and fields.get("visit") == _name(visit) and score in {"1", "2", "3", "4"}:
            await run_in_threadpool(self._desk.rate, visit.token, int(score), origin="counter")
        path = self._site.link(f"/nilai/{counter.id}/terima-kasih", self._site.language_asked(request))
        return RedirectResponse(path, 303, NO_STORE)

    async def _thank(self, request: Request) -> Response:
        """Thank, then ask the next person."""
        _, counter = self._counter(request)
        return self._page(request, counter, thanks=True)

    def _page(self, request: Request, counter: CounterView, *, visit: str = "", thanks: bool = False) -> Response:
        path = f"/nilai/{counter.id}"
        page = self._site.page(
            "rating.html", self._site.language_asked(request), path, counter=counter, visit=visit, thanks=thanks, start=path, thanked_s=THANKED_S
        )  # fmt: skip
        return Response(page, headers=NO_STORE, media_type=HTML)

    def _counter(self, request: Request) -> tuple[QueueSnapshot, CounterView]:
        visitor_of(request).require_kiosk()
        asked = request.path_params["counter"][:40]
        snapshot = self._view.current
        counter = snapshot.counter(asked)
        if counter is None:
            raise Refusal("unknown-counter", counter=asked)
        return snapshot, counter

    def _visit(self, snapshot: QueueSnapshot, counter: CounterView) -> TicketView | None:
        """Return the visit that this counter has completed last, if that was just now and nobody has rated it."""
        completed = (
            ticket
            for ticket in snapshot.tickets.values()
            if ticket.state == "completed" and ticket.counter == counter.id and ticket.day == snapshot.day.ordinal
        )
        latest = max(completed, key=lambda ticket: ticket.ended_at, default=None)
        if latest is None or latest.rated:
            return None
        ago_s = (self._site.now() - datetime.fromisoformat(latest.ended_at)).total_seconds()
        return latest if 0 <= ago_s <= ASKED_S else None


def _name(visit: TicketView) -> str:
    """Return a name for the visit from which its token cannot be told."""
    return hashlib.sha256(b"visit\0" + visit.token.encode()).hexdigest()[:16]
