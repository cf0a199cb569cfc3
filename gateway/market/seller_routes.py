"""``/lapak/jual`` and ``/lapak/kelola``: what sellers do, with nothing but a form and the code that they were given once.

Promises: nothing typed is lost; a form sent twice is one offer and shows the same code; a code stands in no address; whoever
guesses codes is slowed down.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.errors import Reason, Refusal
from gateway.market import model
from gateway.market.desk import MarketDesk
from gateway.market.model import Contact, Product, Wish
from gateway.portal import problems
from gateway.portal.forms import form_key, read_form
from gateway.portal.i18n import words
from gateway.portal.site import Site
from gateway.portal.tries import Tries, guesses
from gateway.portal.typed import Typed
from gateway.portal.uploads import read_upload
from gateway.portal.visitor import visitor_of

OFFER, OWN = "/lapak/jual", "/lapak/kelola"
OFFERS_OF_DEVICE, OFFERS_OF_ALL = 10, 60
VISITS_OF_DEVICE, VISITS_OF_ALL = 60, 300
"""Looks at a stall within ten minutes: each is an entry of the audit log, which only grows."""
TOLD_BESIDE = frozenset({"picture-unreadable", "market-full", "market-many", "tries-used-up", "key-reused"})
"""Refusals that are told beside the form, with what was typed still in it."""


class SellerPages:
    """The pages of sellers."""

    def __init__(self, desk: MarketDesk, site: Site) -> None:
        self._desk = desk
        self._site = site
        self._guesses = guesses(site.clock)
        self._offers = Tries(site.clock, of_device=OFFERS_OF_DEVICE, of_all=OFFERS_OF_ALL)
        self._visits = Tries(site.clock, of_device=VISITS_OF_DEVICE, of_all=VISITS_OF_ALL)
        self._acts: Mapping[str, Callable[[str, int], object]] = {
            "renew": desk.renew, "withdraw": desk.withdraw, "open": lambda _code, _product: None,
        }  # fmt: skip

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        return [
            Route(OFFER, self._new, methods=["GET"]),
            Route(OFFER, self._offer, methods=["POST"]),
            Route(OWN, self._ask, methods=["GET"]),
            Route(OWN, self._own, methods=["POST"]),
        ]

    async def _new(self, request: Request) -> Response:
        return self._page(request, "market_offer.html", OFFER, typed={}, wrong={})

    async def _offer(self, request: Request) -> Response:
        """Take a new seller's first product and show the code."""
        upload = await read_upload(request)
        typed, device = Typed(upload.fields), visitor_of(request).device
        contact, wish = read_contact(typed), read_wish(typed)
        typed.ticked("agree", Reason("Beri tanda di sini bila setuju; tanpa itu nomor Anda tidak boleh ditampilkan."))
        refusal = None
        if not typed.wrong:
            try:
                # Counted before: what is refused has cost the Pi as much.
                self._offers.require_room(device)
                self._offers.note(device)
                code = await run_in_threadpool(lambda: self._desk.offer(contact, wish, upload.file, key=form_key(upload.fields)))
            except Refusal as refused:
                refusal = beside(refused)
            else:
                return self._page(request, "market_code.html", OFFER, code=model.spaced_code(code), title=wish.title)
        return self._page(request, "market_offer.html", OFFER, refusal, typed=typed.fields, wrong=typed.wrong)

    async def _ask(self, request: Request) -> Response:
        return self._page(request, "market_own.html", OWN, typed={}, wrong={}, code="")

    async def _own(self, request: Request) -> Response:
        """Open the stall with its code, and do what is asked."""
        is_form = request.headers.get("content-type", "").startswith("multipart/form-data")
        upload = await read_upload(request) if is_form else None
        fields = upload.fields if upload else await read_form(request)
        code, device, act = model.plain_code(fields.get("code", "")), visitor_of(request).device, fields.get("act", "open")
        try:
            self._guesses.require_room(device)
            self._visits.require_room(device)
            self._visits.note(device)
            return await self._act(request, act, code, Typed(fields), upload.file if upload else b"")
        except Refusal as refusal:
            if refusal.code == "market-code":
                self._guesses.note(device)
            elif refusal.code not in {"claim-tries", "tries-used-up"}:
                raise
            return self._page(request, "market_own.html", OWN, refusal, typed=fields, wrong={}, code="")

    async def _act(self, request: Request, act: str, code: str, typed: Typed, photo: bytes) -> Response:
        product = int(typed.raw("product")) if typed.raw("product").isdecimal() and len(typed.raw("product")) < 10 else 0  # noqa: PLR2004 - no id is longer
        if act in self._acts:
            await run_in_threadpool(self._acts[act], code, product)
        elif act == "leave":
            await run_in_threadpool(self._desk.leave, code)
            return self._page(request, "market_own.html", OWN, typed={}, wrong={}, code="", left=True)
        elif act == "contact":
            contact = read_contact(typed)
            if not typed.wrong:
                await run_in_threadpool(self._desk.change_contact, code, contact)
        elif act in {"new", "edit"}:
            return await self._form(request, code, product, typed, fresh=True)
        elif act == "save":
            return await self._save(request, code, product, typed, photo)
        return await self._stall(request, code, typed, done=act)

    async def _save(self, request: Request, code: str, product: int, typed: Typed, photo: bytes) -> Response:
        wish, key = read_wish(typed), form_key(typed.fields)
        refusal = None
        if not typed.wrong:
            try:
                if product:
                    keep = typed.raw("without") != "1"
                    await run_in_threadpool(lambda: self._desk.change(code, product, wish, photo, key=key, keep_photo=keep))
                else:
                    await run_in_threadpool(lambda: self._desk.add(code, wish, photo, key=key))
            except Refusal as refused:
                refusal = beside(refused)
            else:
                return await self._stall(request, code, Typed({}), done="save")
        return await self._form(request, code, product, typed, refusal)

    async def _form(
        self, request: Request, code: str, product: int, typed: Typed, refusal: Refusal | None = None, *, fresh: bool = False
    ) -> Response:
        stall = await run_in_threadpool(self._desk.stall, code)
        one = next((one for one in stall.products if one.id == product), None)
        shown = (typed_of(one) if one else {}) if fresh else typed.fields
        return self._page(request, "market_edit.html", OWN, refusal, typed=shown, wrong=typed.wrong, code=code, product=one)

    async def _stall(self, request: Request, code: str, typed: Typed, *, done: str) -> Response:
        stall = await run_in_threadpool(self._desk.stall, code)
        wrong = typed.wrong
        fields = typed.fields if wrong else {**vars_of(stall.contact), "phone": model.spoken_phone(stall.contact.phone)}
        changes = {one.replaces: one for one in stall.products if one.replaces}
        return self._page(
            request, "market_stall.html", OWN, typed=fields, wrong=wrong, code=code, stall=stall, changes=changes, done="" if wrong else done,
            refusals=model.REFUSALS, many=len(stall.products) >= model.PRODUCTS_OF_SELLER,
        )  # fmt: skip

    def _page(self, request: Request, template: str, path: str, refusal: Refusal | None = None, **context: object) -> Response:
        language = self._site.language_of(request)
        speak = words(language)
        told = {
            "sentence": problems.sentence(refusal, speak) if refusal else "", "remedy": problems.remedy(refusal, speak) if refusal else "",
        }  # fmt: skip
        given = {"left": False, "key": self._site.new_key(), "categories": model.CATEGORIES, "limits": LIMITS} | context
        page = self._site.page(template, language, path, **told, **given)
        status = refusal.fault.status if refusal else 422 if context.get("wrong") else 200
        headers = {"cache-control": "no-store"} | (problems.retry_after(refusal) if refusal else {})
        return Response(page, status, headers, "text/html; charset=utf-8")


LIMITS = {
    "name": model.NAME_LIMIT, "place": model.PLACE_LIMIT, "title": model.TITLE_LIMIT, "unit": model.UNIT_LIMIT,
    "text": model.TEXT_LIMIT,
}  # fmt: skip


def read_contact(typed: Typed) -> Contact:
    """Return who sells; what is wrong is remembered in ``typed``."""
    name = typed.text("name", model.NAME_LIMIT)
    return Contact(name, typed.phone("phone"), typed.text("place", model.PLACE_LIMIT, needed=False))


def read_wish(typed: Typed) -> Wish:
    """Return what is offered; what is wrong is remembered in ``typed``."""
    title, category = typed.text("title", model.TITLE_LIMIT), typed.choice("category", model.CATEGORIES)
    price, unit = typed.rupiah("price"), typed.text("unit", model.UNIT_LIMIT, needed=False)
    return Wish(title, category, price, unit, typed.text("text", model.TEXT_LIMIT, needed=False, lines=True))


def typed_of(product: Product) -> dict[str, str]:
    """Return the fields of the form in which a product would have been described."""
    wish = product.wish
    price = "" if wish.price_rp is None else str(wish.price_rp)
    return {"title": wish.title, "category": wish.category, "price": price, "unit": wish.unit, "text": wish.text}


def vars_of(contact: Contact) -> dict[str, str]:
    """Return the fields of the form of a contact."""
    return {"name": contact.name, "phone": contact.phone, "place": contact.place}


def beside(refusal: Refusal) -> Refusal:
    """Return a refusal that is told beside the form; raise any other."""
    if refusal.code not in TOLD_BESIDE:
        raise refusal
    return refusal
