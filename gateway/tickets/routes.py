"""The queue on the web: every page of it, its part of the JSON API and its stream, put together.

Promises: what everybody reads is drawn from the snapshot, so a hundred phones never touch the database; every page works
without JavaScript.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.people.desk import PeopleDesk
from gateway.portal.feature import SetUpPage
from gateway.portal.hot import has_already
from gateway.portal.live import Broadcaster, event
from gateway.portal.news import NewsSource, Speaker, no_news
from gateway.portal.site import Site
from gateway.tickets import api_routes, setup_routes
from gateway.tickets.board_routes import BoardPages
from gateway.tickets.day_routes import DayPages
from gateway.tickets.desk import TicketsDesk
from gateway.tickets.holder_routes import HolderPages
from gateway.tickets.kiosk_routes import KioskPages
from gateway.tickets.public_routes import PublicPages
from gateway.tickets.rating_routes import RatingPages
from gateway.tickets.slips import Paper, no_printer
from gateway.tickets.snapshot import QueueSnapshot
from gateway.tickets.staff_routes import Keypads, Looking, StaffPages, no_devices
from gateway.tickets.tool_routes import ToolPages
from gateway.tickets.view import QueueView

if TYPE_CHECKING:
    from fastapi import APIRouter


class TicketPages:
    """All pages and the API of the queue."""

    templates = Path(__file__).parent / "templates"
    static = Path(__file__).parent / "static"
    set_up: Sequence[SetUpPage] = setup_routes.PAGES

    def __init__(
        self, desk: TicketsDesk, view: QueueView, people: PeopleDesk, news: NewsSource = no_news, speaker: Speaker | None = None,
        paper: Paper = no_printer, devices: Looking = no_devices, keypads: Keypads | None = None,
    ) -> None:  # fmt: skip
        """``news`` is what the board shows beside the calls, ``speaker`` whoever says them aloud.

        ``paper`` tells whether slips come out, ``devices`` how all devices are, ``keypads`` what they could not do.
        """
        self._desk = desk
        self._view = view
        self._people = people
        self._news = news
        self._paper = paper
        self._devices = devices
        self._keypads = keypads
        self._live = Broadcaster(lambda: queue_event(view.current))
        view.watch(self._live.tell)
        self._aloud = Broadcaster(lambda: event("saying", "0", json.dumps(speaker.saying))) if speaker is not None else None
        if speaker is not None and self._aloud is not None:
            speaker.tells(self._aloud.tell)

    def routes(self, site: Site) -> Sequence[BaseRoute]:
        """Return the pages, and the API's snapshot and stream, which must be fast."""
        days = DayPages(self._desk, self._view, self._people, site)
        return [
            *PublicPages(self._desk, self._view, self._news, site).routes(),
            *HolderPages(self._desk, self._view, site).routes(),
            *KioskPages(self._desk, self._view, site, self._paper).routes(),
            *RatingPages(self._desk, self._view, site).routes(),
            *BoardPages(self._view, self._news, site, speaks=self._aloud is not None).routes(),
            *([Route("/papan/ucapan", endpoint=_Stream(self._aloud))] if self._aloud is not None else []),
            *days.routes(),
            *ToolPages(self._desk, self._view, self._people, site, days, self._paper).routes(),
            *StaffPages(self._desk, self._view, self._people, site, days, self._devices, self._paper, self._keypads).routes(),
            *setup_routes.routes(self._desk, self._people, site),
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
