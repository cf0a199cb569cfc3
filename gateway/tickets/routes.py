"""The queue on the web, for everybody: take a number, follow one's ticket, the board on the TV.

Promises: all three are drawn from the snapshot, so a hundred phones never touch the database; one tap on the front
page is one number, however often the phone sends it; every page works without JavaScript.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from gateway import __version__
from gateway.errors import Refusal
from gateway.people.desk import PeopleDesk
from gateway.portal.feature import SetUpPage
from gateway.portal.forms import form_key, read_form
from gateway.portal.hot import KEY_MARK, HotPages, etag_of, has_already, hot_response
from gateway.portal.live import Broadcaster, event
from gateway.portal.news import NewsSource, Speaker, no_news
from gateway.portal.site import Site
from gateway.tickets import api_routes
from gateway.tickets.board_routes import BoardPages
from gateway.tickets.desk import TicketsDesk
from gateway.tickets.snapshot import QueueSnapshot, TicketView
from gateway.tickets.staff_routes import StaffPages
from gateway.tickets.view import QueueView

if TYPE_CHECKING:
    from fastapi import APIRouter

TICKET_PAGE = "/t/{token:str}"


class TicketPages:
    """All pages and the API of the queue."""

    templates = Path(__file__).parent / "templates"
    static = Path(__file__).parent / "static"
    set_up: Sequence[SetUpPage] = ()

    def __init__(
        self, desk: TicketsDesk, view: QueueView, people: PeopleDesk, news: NewsSource = no_news, speaker: Speaker | None = None
    ) -> None:
        """``news`` is what the board shows beside the calls; ``speaker`` whoever says them aloud."""
        self._desk = desk
        self._view = view
        self._people = people
        self._news = news
        self._live = Broadcaster(lambda: queue_event(view.current))
        view.watch(self._live.tell)
        self._aloud = Broadcaster(lambda: event("saying", "0", json.dumps(speaker.saying))) if speaker is not None else None
        if speaker is not None and self._aloud is not None:
            speaker.tells(self._aloud.tell)

    def routes(self, site: Site) -> Sequence[BaseRoute]:
        """Return the pages, and the API's snapshot and stream, which must be fast."""
        public = PublicPages(self._desk, self._view, site)
        staff = StaffPages(self._desk, self._view, self._people, site)
        return [
            Route("/", public.front, methods=["GET"]),
            Route("/", public.take_number, methods=["POST"]),
            Route(TICKET_PAGE, public.ticket),
            *BoardPages(self._view, self._news, site, speaks=self._aloud is not None).routes(),
            *([Route("/papan/ucapan", endpoint=_Stream(self._aloud))] if self._aloud is not None else []),
            *staff.routes(),
            Route("/api/v1/queue", self._queue),
            Route("/api/v1/events", endpoint=_Stream(self._live)),
        ]

    def describe(self, api: APIRouter, site: Site) -> None:
        """Add the queue's part of the JSON API."""
        del site
        api_routes.describe(api, self._desk, self._view, self._people)

    def streams(self) -> Sequence[Broadcaster]:
        """Return the queue's stream, and that of what is being spoken."""
        return (self._live,) if self._aloud is None else (self._live, self._aloud)

    async def _queue(self, request: Request) -> Response:
        snapshot = self._view.current
        headers = {"etag": f'"{snapshot.etag}"', "cache-control": "no-cache"}
        if has_already(request, headers["etag"]):
            return Response(status_code=304, headers=headers)
        return Response(queue_json(snapshot), headers=headers, media_type="application/json")


class PublicPages:
    """The pages for which nobody signs in."""

    def __init__(self, desk: TicketsDesk, view: QueueView, site: Site) -> None:
        self._desk = desk
        self._view = view
        self._site = site
        self._drawn = HotPages()

    async def front(self, request: Request) -> Response:
        """Show the lines, each a button that gives a number."""
        language = self._site.language_of(request)
        snapshot = self._view.current
        etag = etag_of(__version__, language, snapshot.etag)
        drawing = self._drawn.get(
            etag,
            ("front", language),
            lambda: self._site.page("front.html", language, "/", queue=snapshot, key=KEY_MARK),
        )
        # A browser that gets 304 keeps its old key: that key is unused, or the revision would have changed.
        return hot_response(request, drawing, self._site.new_key())

    async def take_number(self, request: Request) -> Response:
        """Give one number for one tap, then show its own page."""
        fields = await read_form(request)
        line, priority = fields.get("line", "")[:40], fields.get("priority", "")[:40]
        # Going back and choosing another line is another wish; the same line again is the same tap.
        key = f"{form_key(fields)}-{line}-{priority}"
        issued = await self._desk.issue_soon(line, priority=priority, origin="phone", key=key)
        await self._view.seen(issued.revision)
        path = self._site.link(f"/t/{issued.token}", self._site.language_of(request))
        return RedirectResponse(path, 303, {"cache-control": "no-store"})

    async def ticket(self, request: Request) -> Response:
        """Show one ticket to whoever has its link."""
        language = self._site.language_of(request)
        token = request.path_params["token"]
        snapshot = self._view.current
        ticket = snapshot.tickets.get(token)
        if ticket is None:
            raise Refusal("unknown-ticket")
        etag = etag_of(__version__, language, snapshot.etag, token)
        drawing = self._drawn.get(etag, ("ticket", language, token), lambda: self._ticket_page(snapshot, ticket, language))
        return hot_response(request, drawing)

    def _ticket_page(self, snapshot: QueueSnapshot, ticket: TicketView, language: str) -> str:
        line = snapshot.line(ticket.line)
        counter = snapshot.counter(ticket.counter)
        letter = line.letter + "-" if line else ""
        now_called = next((call for call in snapshot.calls if letter and call.number.startswith(letter)), None)
        return self._site.page(
            "ticket.html", language, f"/t/{ticket.token}", ticket=ticket, line=line, counter=counter, now_called=now_called
        )


class _Stream:
    """An ASGI application that Starlette takes as one: an object, not a function."""

    def __init__(self, live: Broadcaster) -> None:
        self._live = live

    async def __call__(self, scope: object, receive: object, send: object) -> None:
        await self._live(scope, receive, send)  # type: ignore[arg-type]  # Starlette's own types, seen from outside


def queue_json(snapshot: QueueSnapshot) -> bytes:
    """Return the body of ``GET /api/v1/queue``."""
    return json.dumps(snapshot.as_json(), ensure_ascii=False, separators=(",", ":")).encode()


def queue_event(snapshot: QueueSnapshot) -> bytes:
    """Return the queue as one server-sent event."""
    return event("queue", snapshot.etag, queue_json(snapshot).decode())
