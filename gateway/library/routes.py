"""``/bacaan``: what is in the reading corner, its files in pieces, and the archives of Kiwix.

Promises: no script of a file or archive ever runs in the hall's pages; nothing is served that is not offered at this moment; what
Kiwix answers passes as content only, without its cookies, its policies or its addresses elsewhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from gateway.errors import Refusal
from gateway.library.kiwix import ROOT, Answer, Kiwix
from gateway.library.model import Item, ending, size_said
from gateway.library.shelf import Shelf
from gateway.portal.feature import Door, SetUpPage
from gateway.portal.hot import HotPages, etag_of, hot_response
from gateway.portal.live import Broadcaster
from gateway.portal.site import Site

if TYPE_CHECKING:
    from fastapi import APIRouter

PATH = "/bacaan"
POLICY = (
    "default-src 'self'; script-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; media-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""For what others have made: it may look as it likes, and do nothing."""
ASKED = ("range", "if-none-match", "if-modified-since", "accept-language")
"""What a phone's request tells Kiwix."""
PASSED = ("content-type", "content-length", "content-range", "accept-ranges", "etag", "last-modified", "cache-control")
"""What of Kiwix's answer reaches the phone."""


ASKED_AT_ONCE = 6
"""So many questions to Kiwix are under way: the hall's other pages need threads too."""


@dataclass(frozen=True, slots=True)
class LibraryPages:
    """The pages of the reading corner."""

    shelf: Shelf
    kiwix: Kiwix

    templates = Path(__file__).parent / "templates"
    static = Path(__file__).parent / "static"
    set_up: Sequence[SetUpPage] = ()

    def routes(self, site: Site) -> Sequence[BaseRoute]:
        """Return the pages."""
        pages = PublicPages(self.shelf, self.kiwix, site)
        return [
            Route(PATH, pages.show, methods=["GET"]),
            Route(PATH + "/berkas/{name}", pages.file, methods=["GET"]),
            Route(PATH + "/berkas/{shelf}/{name}", pages.file, methods=["GET"]),
            Route(ROOT + "/{rest:path}", pages.archive, methods=["GET"]),
        ]

    def describe(self, api: APIRouter, site: Site) -> None:
        """Add nothing: a reading corner is for reading."""

    def streams(self) -> Sequence[Broadcaster]:
        """Return no streams."""
        return ()


def door(shelf: Shelf, kiwix: Kiwix) -> Door:
    """Return the way in, which is shown while there is something to read."""
    return Door(
        PATH, "Pojok baca", "Buku, film, dan ensiklopedia tanpa internet", "book",
        is_open=lambda: bool(shelf.content().items or kiwix.archives),
    )  # fmt: skip


class PublicPages:
    """The reading corner for everybody."""

    def __init__(self, shelf: Shelf, kiwix: Kiwix, site: Site) -> None:
        self._shelf = shelf
        self._kiwix = kiwix
        self._site = site
        self._drawn = HotPages(site.edition)
        self._turn = asyncio.Semaphore(ASKED_AT_ONCE)

    async def show(self, request: Request) -> Response:
        """Show everything that can be read, shelf by shelf."""
        content, archives = await run_in_threadpool(self._shelf.content), self._kiwix.archives
        language = self._site.language_of(request)

        def draw() -> str:
            shelves = [(shelf, list(items)) for shelf, items in groupby(content.items, key=lambda item: item.shelf)]
            return self._site.page(
                "library.html", language, PATH, shelves=shelves, archives=archives, size=size_said, address=address_of
            )

        return hot_response(request, self._drawn.get(etag_of(language, content.etag, archives), ("library", language), draw))

    async def file(self, request: Request) -> Response:
        """Send one file, or the part of it that a player asks for."""
        shelf, name = request.path_params.get("shelf", ""), request.path_params["name"]
        path = await run_in_threadpool(self._shelf.path_of, shelf, name)
        item = Item(shelf, name, 0)
        headers = {"cache-control": "no-cache"}
        if ending(name) in {"html", "htm"}:
            headers["content-security-policy"] = POLICY
        how = "inline" if item.kind.inline else "attachment"
        return FileResponse(path, media_type=item.kind.media_type, headers=headers, filename=name, content_disposition_type=how)

    async def archive(self, request: Request) -> Response:
        """Pass on one page of an archive."""
        query = request.url.query
        target = quote(request.scope["path"], safe="/:@!$&'()*+,;=~-._") + (f"?{query}" if query else "")
        headers = {name: request.headers[name] for name in ASKED if name in request.headers}
        async with self._turn:
            answer = await run_in_threadpool(self._kiwix.ask, target, headers)
        if answer is None:
            raise Refusal("library-resting")
        return _passed_on(answer)


def _passed_on(answer: Answer) -> Response:
    headers = {name: answer.headers[name] for name in PASSED if name in answer.headers}
    headers["content-security-policy"] = POLICY
    onward = answer.headers.get("location", "")
    if onward.startswith(f"{ROOT}/"):
        headers["location"] = onward
    elif onward:
        answer.close()
        raise Refusal("not-found")
    if answer.status == HTTPStatus.NOT_MODIFIED:
        headers.pop("content-length", None)
    return StreamingResponse(answer.pieces(), answer.status, headers)


def address_of(item: Item) -> str:
    """Return where a file is served."""
    shelf = f"{quote(item.shelf, safe='')}/" if item.shelf else ""
    return f"{PATH}/berkas/{shelf}{quote(item.name, safe='')}"
