"""``/lapak``: what is on sale, one product, and what a visitor finds wrong with it.

Promises: only what the staff has looked at is shown; every page is drawn once per change and language; what people search for is
never kept.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.errors import Refusal
from gateway.market import model
from gateway.market.desk import MarketDesk
from gateway.market.view import MarketView, Shown
from gateway.portal.assets import FOR_EVER
from gateway.portal.forms import form_key, read_form
from gateway.portal.hot import KEY_MARK, HotPages, etag_of, hot_response
from gateway.portal.i18n import words
from gateway.portal.site import Site
from gateway.portal.tries import Tries
from gateway.portal.visitor import visitor_of

PATH = "/lapak"
NO_STORE = {"cache-control": "no-store"}
REPORTS_OF_DEVICE, REPORTS_OF_ALL = 5, 40


class PublicPages:
    """The market for everybody."""

    def __init__(self, desk: MarketDesk, view: MarketView, site: Site) -> None:
        self._desk = desk
        self._view = view
        self._site = site
        self._drawn = HotPages(site.edition)
        self._reports = Tries(site.clock, of_device=REPORTS_OF_DEVICE, of_all=REPORTS_OF_ALL)

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        return [
            Route(PATH, self._list, methods=["GET"]),
            Route(PATH + "/foto/{blob}", self._photo, methods=["GET"]),
            Route(PATH + "/foto/{blob}/kecil", self._photo, methods=["GET"]),
            Route(PATH + "/{product:int}", self._one, methods=["GET"]),
            Route(PATH + "/{product:int}/lapor", self._report, methods=["POST"]),
        ]

    async def _list(self, request: Request) -> Response:
        """Show what is on sale, of one category or that a search finds."""
        shown = await run_in_threadpool(self._view.current)
        language = self._site.language_of(request)
        wanted = " ".join(request.query_params.get("cari", "")[: model.SEARCH_LIMIT].split())
        category = request.query_params.get("jenis", "")
        category = category if category in model.CATEGORIES else ""

        def draw() -> str:
            products = model.found(((one, shown.contact(one).name) for one in shown.products), wanted, category)
            return self._site.page(
                "market.html", language, PATH, products=products, shown=shown, wanted=wanted, category=category,
                categories=model.CATEGORIES, search_limit=model.SEARCH_LIMIT, own_language=self._site.language,
            )  # fmt: skip

        if wanted:
            return Response(draw(), headers=NO_STORE, media_type="text/html; charset=utf-8")
        drawing = self._drawn.get(etag_of(shown.etag, language, category), ("list", language, category), draw)
        return hot_response(request, drawing)

    async def _one(self, request: Request) -> Response:
        """Show one product, how to reach who sells it, and a form to report it."""
        shown = await run_in_threadpool(self._view.current)
        language, id_ = self._site.language_of(request), request.path_params["product"]
        product = shown.find(id_)
        if product is None:
            raise Refusal("product-unknown")
        reported = request.query_params.get("sudah", "") == "lapor"
        drawing = self._drawn.get(
            etag_of(shown.etag, language, id_, reported),
            ("one", language, str(id_), str(reported)),
            lambda: self._draw_one(shown, id_, language, reported=reported),
        )
        return hot_response(request, drawing, self._site.new_key())

    def _draw_one(self, shown: Shown, id_: int, language: str, *, reported: bool) -> str:
        product = shown.find(id_)
        assert product is not None  # noqa: S101 - asked for by whoever has found it
        contact, speak = shown.contact(product), words(language)
        greeting = speak(
            "Halo, apakah {title} masih ada? Saya melihatnya di lapak {hall}.",
            title=product.wish.title,
            hall=self._site.hall_name,
        )
        return self._site.page(
            "market_product.html", language, f"{PATH}/{id_}", product=product, contact=contact, key=KEY_MARK, reported=reported,
            whatsapp=model.whatsapp(contact.phone, greeting), phone=model.spoken_phone(contact.phone), categories=model.CATEGORIES,
            complaints=model.COMPLAINTS,
        )  # fmt: skip

    async def _photo(self, request: Request) -> Response:
        blob = request.path_params["blob"]
        shown = await run_in_threadpool(self._view.current)
        if not any(one.wish.blob == blob for one in shown.products):
            raise Refusal("not-found")
        read = self._desk.small if request.url.path.endswith("/kecil") else self._desk.album.blobs.read
        content = await run_in_threadpool(read, blob)
        return Response(content, headers={"cache-control": FOR_EVER}, media_type="image/jpeg")

    async def _report(self, request: Request) -> Response:
        fields, product = await read_form(request), request.path_params["product"]
        why, device = fields.get("alasan", ""), visitor_of(request).device
        if why not in model.COMPLAINTS:
            raise Refusal("field-invalid", field="alasan")
        self._reports.require_room(device)
        self._reports.note(device)
        await run_in_threadpool(lambda: self._desk.report(product, key=form_key(fields), why=why))
        path = self._site.link(f"{PATH}/{product}", self._site.language_of(request))
        return RedirectResponse(f"{path}{'&' if '?' in path else '?'}sudah=lapor", 303, NO_STORE)
