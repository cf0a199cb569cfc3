"""``/kabar``: everything that is announced today, by what it is about; and what happens when, also as a file for phones.

Promises: a text in another language than the reader's is marked as such; only what the board may show stands here.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.bulletin.model import CATEGORIES, happening
from gateway.bulletin.view import BulletinView, when
from gateway.errors import Refusal
from gateway.portal.feature import Door
from gateway.portal.hot import HotPages, etag_of, hot_response
from gateway.portal.i18n import words
from gateway.portal.site import Site

PATH = "/kabar"


def door(view: BulletinView) -> Door:
    """Return the way in, which is shown while something is announced."""
    return Door(PATH, "Kabar dan acara", "Pengumuman, acara, sekolah, beasiswa", "megaphone", is_open=lambda: bool(view.due()))


class NewsPages:
    """What is announced, for everybody."""

    def __init__(self, view: BulletinView, site: Site) -> None:
        self._view = view
        self._site = site
        self._drawn = HotPages(site.edition)

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        return [Route(PATH, self._show, methods=["GET"]), Route(PATH + "/acara.ics", self._file, methods=["GET"])]

    async def _show(self, request: Request) -> Response:
        """Show all of it, that of one category, or only what is told in the reader's own language."""
        due = await run_in_threadpool(self._view.due)
        language, today = self._site.language_of(request), self._view.today()
        about, own = request.query_params.get("tentang", "semua"), request.query_params.get("hanya", "") == "1"
        about = about if about in CATEGORIES or about == "umum" else "semua"
        speak = words(language)

        def draw() -> str:
            wanted = "" if about == "umum" else about
            shown = [
                one
                for one in due
                if (about == "semua" or one.category == wanted) and (not own or one.tongue(language) == language)
            ]
            return self._site.page(
                "news.html", language, PATH, shown=shown, events=happening(shown, today), about=about, own=own, categories=CATEGORIES,
                present={one.category for one in due}, foreign=any(one.tongue(language) != language for one in due),
                when=lambda one: when(one, speak), own_language=self._site.language,
            )  # fmt: skip

        etag = etag_of(language, today, due, about, own)
        return hot_response(request, self._drawn.get(etag, ("news", language, about, str(own)), draw))

    async def _file(self, request: Request) -> Response:
        """Send what happens as a calendar that phones take."""
        due = await run_in_threadpool(self._view.due)
        events = happening(due, self._view.today())
        if not events:
            raise Refusal("not-found")
        # The library is read when the first phone asks: a hall starts without it.
        from gateway.bulletin.ics import calendar_of  # noqa: PLC0415

        language = self._site.language_of(request)
        title = words(language)("Acara {hall}", hall=self._site.hall_name)
        content = await run_in_threadpool(
            lambda: calendar_of(
                events,
                title=title,
                language=language,
                hall=self._site.hall_id,
                zone=self._site.zone,
                made_at=self._site.clock.now(),
            )
        )
        headers = {"content-disposition": 'attachment; filename="acara.ics"', "cache-control": "no-cache"}
        return Response(content, headers=headers, media_type="text/calendar; charset=utf-8")
