"""``/desa``: what there is in the village besides the queue, one door each.

Promises: a door behind which there is nothing is not shown; the page is drawn once per language and set of open doors.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.portal.hot import HotPages, etag_of, hot_response
from gateway.portal.site import Site

PATH = "/desa"


class DoorPage:
    """The list of doors."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._drawn = HotPages(site.edition)

    def routes(self) -> Sequence[BaseRoute]:
        """Return the route."""
        return [Route(PATH, self._show, methods=["GET"])]

    async def _show(self, request: Request) -> Response:
        language = self._site.language_of(request)
        doors = await run_in_threadpool(lambda: [door for door in self._site.doors if door.is_open()])
        etag = etag_of(language, *(door.path for door in doors))
        drawing = self._drawn.get(etag, ("doors", language), lambda: self._site.page("doors.html", language, PATH, doors=doors))
        return hot_response(request, drawing)
