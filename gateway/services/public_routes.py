"""``/layanan``: what the village does for people, and what each service asks of them, before anybody goes there for nothing.

Promises: every page is drawn once per change and language; a reader of a language that a text lacks gets the Indonesian one,
and the browser is told so; nothing that was typed is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.errors import Refusal
from gateway.portal.hot import HotPages, etag_of, hot_response
from gateway.portal.site import Site
from gateway.services.model import EVENTS, SEARCH_LIMIT, WHO, found, text_of
from gateway.services.queue_lines import LinesSource
from gateway.services.view import Catalogue, CatalogueView, Entry

PATH = "/layanan"


class PublicPages:
    """The catalogue for everybody."""

    def __init__(self, view: CatalogueView, lines: LinesSource, site: Site) -> None:
        self._view = view
        self._lines = lines
        self._site = site
        self._drawn = HotPages(site.edition)

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        return [Route(PATH, self._list, methods=["GET"]), Route(PATH + "/{service}", self._one, methods=["GET"])]

    async def _list(self, request: Request) -> Response:
        """Show all services, those of an event of life, or those that a search finds."""
        catalogue = await run_in_threadpool(self._current)
        language = self._site.language_of(request)
        wanted = " ".join(request.query_params.get("cari", "")[:SEARCH_LIMIT].split())
        event = request.query_params.get("peristiwa", "")
        event = event if event in EVENTS and not wanted else ""
        draw = self._drawing(catalogue, language, wanted, event)
        if wanted:  # what people type is never kept, nor drawn for anybody else
            return Response(draw(), headers={"cache-control": "no-store"}, media_type="text/html; charset=utf-8")
        drawing = self._drawn.get(etag_of(catalogue.revision, language, event), ("list", language, event), draw)
        return hot_response(request, drawing)

    def _drawing(self, catalogue: Catalogue, language: str, wanted: str, event: str) -> Callable[[], str]:
        offered = catalogue.offered
        chosen = [offered[id_] for id_ in found(((id_, one.terms) for id_, one in offered.items()), wanted)] if wanted else [
            entry for entry in offered.values() if not event or event in entry.service.events
        ]  # fmt: skip
        return lambda: self._site.page(
            "services.html", language, PATH, entries=chosen, wanted=wanted, event=event, events=EVENTS, text_of=text_of,
            search_limit=SEARCH_LIMIT, own_language=self._site.language,
        )  # fmt: skip

    async def _one(self, request: Request) -> Response:
        """Show one service: what to bring, what it costs, how long it takes, who signs, and where to queue."""
        catalogue = await run_in_threadpool(self._current)
        entry = catalogue.offered.get(request.path_params["service"])
        if entry is None:
            raise Refusal("service-unknown")
        language = self._site.language_of(request)
        line = next((one for one in self._lines() if one.id == entry.service.line), None)
        shown = (line.name, line.letter, line.colour, line.icon) if line else ()  # not how many wait there
        drawing = self._drawn.get(
            etag_of(catalogue.revision, language, shown),
            ("one", language, entry.id),
            lambda: self._site.page(
                "service.html",
                language,
                f"{PATH}/{entry.id}",
                entry=entry,
                line=line,
                who=WHO,
                signers=signers(entry),
                text_of=text_of,
            ),
        )
        return hot_response(request, drawing)

    def _current(self) -> Catalogue:
        return self._view.current


def signers(entry: Entry) -> list[str]:
    """Return who signs, in order: keys of ``WHO``."""
    return list(dict.fromkeys(step.who for step in entry.service.step if step.signs))
