"""Letters at the counter: ``/loket/surat``, one of them, and its document.

Promises: the list names no person and opens nothing; every opening of a document is on record; a browser keeps none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.errors import Refusal
from gateway.people.desk import PeopleDesk, Session
from gateway.people.routes import session_of, staff_page
from gateway.portal.feature import Door
from gateway.portal.forms import check_csrf, read_form
from gateway.portal.site import Site
from gateway.services.letters.desk import REASON_LIMIT, LettersDesk
from gateway.services.letters.documents import SHIPPED, VILLAGE, Documents
from gateway.services.letters.view import GROUPS, STATES, LettersView
from gateway.services.model import text_of
from gateway.services.view import CatalogueView

PATH = "/loket/surat"
DOOR = Door(PATH, "Surat", "Cetak, tanda tangan, buku nomor", "book")
"""What ``/petugas`` shows of it."""
SHOWN_ON_PAGE = frozenset({"letter-closed", "void-reason", "letter-unmade"})


class ClerkPages:
    """The clerk's pages."""

    def __init__(
        self, desk: LettersDesk, documents: Documents, view: LettersView, catalogue: CatalogueView, people: PeopleDesk, site: Site
    ) -> None:  # fmt: skip
        self._desk = desk
        self._documents = documents
        self._view = view
        self._catalogue = catalogue
        self._people = people
        self._site = site

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        return [
            Route(PATH, self._list, methods=["GET"]),
            Route(PATH + "/{letter:int}", self._one, methods=["GET"]),
            Route(PATH + "/{letter:int}", self._act, methods=["POST"]),
            Route(PATH + "/{letter:int}/surat.pdf", self._document, methods=["GET"]),
            Route("/surat", self._elsewhere, methods=["GET"]),
        ]

    async def _elsewhere(self, request: Request) -> Response:
        """Lead to the list: the short address is easily said."""
        return RedirectResponse(self._site.link(PATH, self._site.language_of(request)), 303, {"cache-control": "no-store"})

    async def _list(self, request: Request) -> Response:
        """Show the letters of a group, filtered; none is opened."""
        session = await session_of(request, self._people)
        query = request.query_params
        group = query.get("daftar", "") if query.get("daftar", "") in GROUPS else ""
        wanted = {"number": " ".join(query.get("nomor", "")[:60].split()), "service": query.get("layanan", "")[:40]}
        wanted |= {name: _day(query.get(word, "")) for name, word in (("since", "dari"), ("until", "sampai"))}
        before = int(query["sebelum"]) if query.get("sebelum", "").isdecimal() and len(query["sebelum"]) < 18 else 0  # noqa: PLR2004 - SQLite's largest
        listed = await run_in_threadpool(self._view.listed, group, wanted, before)
        catalogue = await run_in_threadpool(lambda: self._catalogue.current)
        services = {name: entry for name, entry in catalogue.entries.items() if entry.service.document}
        return staff_page(
            self._site, request, session, "letters.html", PATH, listed=listed, group=group, groups=GROUPS, states=STATES, wanted=wanted,
            services=services, text_of=text_of,
        )  # fmt: skip

    async def _one(self, request: Request) -> Response:
        """Show one letter: number, state and what can be done; what it says is on its document."""
        session = await session_of(request, self._people)
        return await self._page(request, session)

    async def _act(self, request: Request) -> Response:
        """Note that a letter was signed, handed over or counts no more."""
        session = await session_of(request, self._people)
        fields = await read_form(request)
        check_csrf(fields, session.token)
        letter = _id(request)
        try:
            await run_in_threadpool(self._carry_out, letter, session.officer, fields)
        except Refusal as refusal:
            if refusal.code not in SHOWN_ON_PAGE:
                raise
            return await self._page(request, session, refusal)
        path = self._site.link(f"{PATH}/{letter}", self._site.language_of(request))
        return RedirectResponse(path, 303, {"cache-control": "no-store"})

    def _carry_out(self, letter: int, who: str, fields: Mapping[str, str]) -> None:
        act = fields.get("act", "")
        if act == "sign":
            self._desk.sign(letter, who=who)
        elif act == "collect":
            self._desk.collect(letter, who=who)
        elif act == "void":
            self._desk.void(letter, fields.get("alasan", ""), who=who)
        else:
            raise Refusal("field-invalid", field="act")

    async def _document(self, request: Request) -> Response:
        """Give the PDF to be printed by the browser."""
        session = await session_of(request, self._people)
        letter = await run_in_threadpool(self._desk.find, _id(request))
        chosen = request.query_params.get("penandatangan", "")
        signer = int(chosen) if chosen in set("01234567") else None
        try:
            pdf = await run_in_threadpool(lambda: self._documents.of(letter, who=session.officer, signer=signer))
        except Refusal as refusal:
            if refusal.code not in SHOWN_ON_PAGE:
                raise
            return await self._page(request, session, refusal)
        name = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in letter.number)
        headers = {"cache-control": "no-store", "content-disposition": f'inline; filename="surat-{name}.pdf"'}
        return Response(pdf, headers=headers, media_type="application/pdf")

    async def _page(self, request: Request, session: Session, refusal: Refusal | None = None) -> Response:
        letter = await run_in_threadpool(self._desk.find, _id(request))
        follower = await run_in_threadpool(self._desk.follower, letter.id)
        former = await run_in_threadpool(self._desk.find, letter.replaces) if letter.replaces is not None else None
        service = await run_in_threadpool(self._desk.service_of, letter)
        signers = await run_in_threadpool(self._desk.signers)
        # Whoever has another template than the next letter would get is told so: the village's own did not work for this one.
        fell_back = bool(letter.made_by) and letter.template > 0 and letter.made_by != f"{VILLAGE} {letter.template}"
        return staff_page(
            self._site, request, session, "letter.html", f"{PATH}/{letter.id}", refusal, letter=letter, follower=follower, former=former,
            service=service, states=STATES, signers=signers, fell_back=fell_back, by_shipped=letter.made_by == SHIPPED, reason_limit=REASON_LIMIT, text_of=text_of,
        )  # fmt: skip


def _id(request: Request) -> int:
    return int(min(request.path_params["letter"], 1 << 60))


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""
