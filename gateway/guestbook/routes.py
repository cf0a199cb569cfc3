"""The guest book on the web: ``/buku-tamu`` for guests, ``/petugas/buku-tamu`` for whoever serves at a counter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.choices.desk import Choices
from gateway.choices.form_routes import FormPage
from gateway.errors import Reason, Refusal
from gateway.guestbook import model
from gateway.guestbook.desk import Entry, GuestBookDesk
from gateway.guestbook.model import Guest
from gateway.guestbook.setup_form import PATH as SET_UP_PATH
from gateway.guestbook.setup_form import GuestBookForm
from gateway.people.desk import PeopleDesk, Session
from gateway.people.routes import session_of, staff_page
from gateway.portal import problems
from gateway.portal.feature import Door, SetUpPage
from gateway.portal.forms import check_csrf, form_key, read_form
from gateway.portal.i18n import Words, words
from gateway.portal.live import Broadcaster
from gateway.portal.site import Site
from gateway.portal.tries import Tries
from gateway.portal.typed import Typed
from gateway.portal.visitor import visitor_of

if TYPE_CHECKING:
    from fastapi import APIRouter

PATH, STAFF_PATH = "/buku-tamu", "/petugas/buku-tamu"
OF_DEVICE, OF_ALL = 60, 120
"""Entries within ten minutes: a tablet at the door writes for everybody."""
DOOR = Door(PATH, "Buku tamu", "Untuk tamu kantor desa", "pencil")
STAFF_DOOR = Door(STAFF_PATH, "Buku tamu", "Siapa yang datang, dan berapa banyak", "pencil")


@dataclass(frozen=True, slots=True)
class GuestBookPages:
    """The pages of the guest book."""

    desk: GuestBookDesk
    people: PeopleDesk
    choices: Choices

    templates = Path(__file__).parent / "templates"
    static = None
    set_up: Sequence[SetUpPage] = (SetUpPage(SET_UP_PATH, "Buku tamu", "pencil"),)

    def routes(self, site: Site) -> Sequence[BaseRoute]:
        """Return the pages."""
        pages = Pages(self.desk, self.people, site)
        return [
            Route(PATH, pages.book, methods=["GET"]),
            Route(PATH, pages.sign, methods=["POST"]),
            Route(STAFF_PATH, pages.counts, methods=["GET"]),
            Route(STAFF_PATH, pages.names, methods=["POST"]),
            *FormPage(GuestBookForm(self.choices), self.choices, self.people, site).routes(),
        ]

    def describe(self, api: APIRouter, site: Site) -> None:
        """Add nothing: a guest book is read by people."""

    def streams(self) -> Sequence[Broadcaster]:
        """Return no streams."""
        return ()


class Pages:
    """What guests write on and officers read."""

    def __init__(self, desk: GuestBookDesk, people: PeopleDesk, site: Site) -> None:
        self._desk = desk
        self._people = people
        self._site = site
        self._tries = Tries(site.clock, of_device=OF_DEVICE, of_all=OF_ALL)

    async def book(self, request: Request) -> Response:
        """Show an empty page of the book."""
        return await self._book(request, Typed({}), done=request.query_params.get("sudah", "") == "isi")

    async def sign(self, request: Request) -> Response:
        """Write a guest down."""
        fields, device = await read_form(request), visitor_of(request).device
        typed = Typed(fields)
        guest = Guest(
            typed.text("name", model.NAME_LIMIT), typed.text("institution", model.INSTITUTION_LIMIT, needed=False),
            typed.choice("purpose", model.PURPOSES), typed.text("words", model.WORDS_LIMIT, needed=False),
        )  # fmt: skip
        typed.ticked("agree", Reason("Beri tanda di sini bila setuju; tanpa itu nama Anda tidak boleh dicatat."))
        if typed.wrong:
            return await self._book(request, typed)
        try:
            self._tries.require_room(device)
        except Refusal as refusal:
            return await self._book(request, typed, refusal)
        await run_in_threadpool(lambda: self._desk.sign(guest, key=form_key(fields)))
        self._tries.note(device)
        path = self._site.link(PATH, self._site.language_of(request))
        return RedirectResponse(f"{path}{'&' if '?' in path else '?'}sudah=isi", 303, {"cache-control": "no-store"})

    async def counts(self, request: Request) -> Response:
        """Show how many came; nobody's name."""
        return await self._staff(request, await session_of(request, self._people))

    async def names(self, request: Request) -> Response:
        """Show who came on a day: asked for by a form, so that nothing is opened unasked."""
        session = await session_of(request, self._people)
        fields = await read_form(request)
        check_csrf(fields, session.token)
        day = Typed(fields).day("day")
        if day is None:
            raise Refusal("field-invalid", field="tanggal")
        entries = await run_in_threadpool(self._desk.read, day, session.name)
        return await self._staff(request, session, day=day, entries=entries)

    async def _staff(self, request: Request, session: Session, *, day: object = None, entries: Sequence[Entry] = ()) -> Response:
        speak = words(self._site.language_of(request))
        days, months = await run_in_threadpool(self._desk.days), await run_in_threadpool(self._desk.months)
        keep_days = await run_in_threadpool(self._desk.keep_days)
        return staff_page(
            self._site, request, session, "guestbook_staff.html", STAFF_PATH, days=days, day=day, entries=entries, purposes=model.PURPOSES,
            months=[(_month(month, speak), counts) for month, counts in months], keep_days=keep_days,
        )  # fmt: skip

    async def _book(self, request: Request, typed: Typed, refusal: Refusal | None = None, *, done: bool = False) -> Response:
        language = self._site.language_of(request)
        speak = words(language)
        keep_days = await run_in_threadpool(self._desk.keep_days)
        page = self._site.page(
            "guestbook.html", language, PATH, typed=typed.fields, wrong=typed.wrong, key=self._site.new_key(), done=done,
            sentence=problems.sentence(refusal, speak) if refusal else "", remedy=problems.remedy(refusal, speak) if refusal else "",
            purposes=[(key, speak(said)) for key, said in model.PURPOSES.items()], keep_days=keep_days,
            limits={"name": model.NAME_LIMIT, "institution": model.INSTITUTION_LIMIT, "words": model.WORDS_LIMIT},
        )  # fmt: skip
        status = refusal.fault.status if refusal else 422 if typed.wrong else 200
        headers = {"cache-control": "no-store"} | (problems.retry_after(refusal) if refusal else {})
        return Response(page, status, headers, "text/html; charset=utf-8")


def _month(month: str, speak: Words) -> str:
    return f"{speak.months[int(month[5:]) - 1]} {month[:4]}"
