"""The board on the TV: ``/papan``, and what it shows beside the calls.

Promises: drawn from the snapshot and once per change, so that any number of TVs never touch the database; without
JavaScript the page loads itself anew and shows two calls that come together beside each other; a call is never behind a slide.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.portal.hot import HotPages, etag_of, has_already, hot_response
from gateway.portal.i18n import words
from gateway.portal.news import News, NewsSource
from gateway.portal.site import Site
from gateway.tickets.snapshot import CallView, QueueSnapshot
from gateway.tickets.view import QueueView

LATEST_CALLS = 5
"""So many former calls stand beside the present one on the board."""
TOGETHER_S = 10.0
"""Calls within so short a time share the stage where no script shows one after the other: twice the time to the next loading."""


class BoardPages:
    """``/papan`` and ``/papan/isi``."""

    def __init__(self, view: QueueView, news: NewsSource, site: Site, *, speaks: bool = False) -> None:
        self._speaks = speaks
        self._view = view
        self._news = news
        self._site = site
        self._drawn = HotPages(site.edition)

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        return [Route("/papan", self._board), Route("/papan/isi", self._beside)]

    async def _board(self, request: Request) -> Response:
        """Show the latest calls in letters that one can read across the hall."""
        language = self._site.language_of(request)
        day, time = self._site.clock_face(words(language))
        snapshot, news = self._view.current, self._news(language)
        etag = etag_of(language, snapshot.etag, news.etag, day, time)
        drawing = self._drawn.get(etag, ("board", language), lambda: self._page(snapshot, news, language, day, time))
        return hot_response(request, drawing)

    async def _beside(self, request: Request) -> Response:
        """Tell the board's script the running text and the slides."""
        news = self._news(self._site.language_of(request))
        headers = {"etag": etag_of(self._site.edition(), news.etag), "cache-control": "private, no-cache", "vary": "cookie"}
        if has_already(request, headers["etag"]):
            return Response(status_code=304, headers=headers)
        body = json.dumps({"version": self._site.edition(), **news.as_json()}, ensure_ascii=False)
        return Response(body, headers=headers, media_type="application/json")

    def _page(self, snapshot: QueueSnapshot, news: News, language: str, day: str, time: str) -> str:
        newest, twin, former = stage(snapshot.calls)
        now = self._site.now()
        offset = now.utcoffset()
        return self._site.page(
            "board.html", language, "/papan", queue=snapshot, newest=newest, twin=twin, former=former, day=day, time=time,
            lines=[line for line in snapshot.lines if not news.lines or line.id in news.lines], text=news.text_at(now.minute),
            counters={one.name: words(language)(one.name) for one in snapshot.counters}, speaks=self._speaks, offset_min=int(offset.total_seconds() // 60) if offset else 0,
        )  # fmt: skip


def stage(calls: Sequence[CallView]) -> tuple[CallView | None, CallView | None, Sequence[CallView]]:
    """Return the newest of ``calls``, the one that came together with it, if any, and the former ones."""
    if len(calls) < 2:  # noqa: PLR2004 - one has no twin
        return next(iter(calls), None), None, ()
    newest, second = (datetime.fromisoformat(call.called_at) for call in calls[:2])
    if 0 <= (newest - second).total_seconds() <= TOGETHER_S:
        return calls[0], calls[1], calls[2 : LATEST_CALLS + 1]
    return calls[0], None, calls[1 : LATEST_CALLS + 1]
