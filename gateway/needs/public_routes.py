"""``/bantuan``: telling of a neighbour in need, coming back with a code, and the programmes that help.

Promises: as ``/pengaduan``: no code in an address, no cookie, nothing that says who told unless they wish it; no NIK is asked; what was typed is
still there when it is refused; every page works at 320 px without JavaScript.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.choices import kinds
from gateway.errors import Refusal
from gateway.needs import model
from gateway.needs.aid import AidDesk
from gateway.needs.desk import NeedsDesk, Report
from gateway.needs.view import NeedsView
from gateway.needs.words import told_said
from gateway.people.session_routes import answer, told
from gateway.portal.forms import form_key, read_form
from gateway.portal.i18n import words
from gateway.portal.site import Site
from gateway.portal.tries import Tries
from gateway.portal.visitor import visitor_of
from gateway.privacy import codes

PATH = "/bantuan"
CODE_PATH = f"{PATH}/kode"
AID_PATH = f"{PATH}/program"
NOTHING: Mapping[str, str] = MappingProxyType({})


class PublicPages:
    """The pages for everybody."""

    def __init__(self, desk: NeedsDesk, view: NeedsView, aid: AidDesk, site: Site) -> None:
        self._desk = desk
        self._view = view
        self._aid = aid
        self._site = site
        self._told = Tries(site.clock, of_device=6, of_all=40)
        self._wrong = Tries(site.clock, of_device=8, of_all=60)

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        return [
            Route(PATH, self._ask, methods=["GET"]),
            Route(PATH, self._take, methods=["POST"]),
            Route(CODE_PATH, self._ask_code, methods=["GET"]),
            Route(CODE_PATH, self._open, methods=["POST"]),
            Route(AID_PATH, self._programmes, methods=["GET"]),
            Route(f"{PATH}/angka", self._figures, methods=["GET"]),
        ]

    async def _ask(self, request: Request) -> Response:
        """Show the form."""
        return await self._form(request)

    async def _take(self, request: Request) -> Response:
        """Take what was told, and show its code once."""
        fields = await read_form(request)
        try:
            key = form_key(fields)
            named = fields.get("saya") == "nama"
            report = Report(
                fields.get("jenis", "")[:40], fields.get("siapa", ""), fields.get("tempat", ""), fields.get("cerita", ""),
                fields.get("segera") == "1", fields.get("nama", "") if named else "", fields.get("nomor", "") if named else "",
            )  # fmt: skip
            _require_name(named=named, anonymous=report.anonymous)
            device = visitor_of(request).device
            self._told.require_room(device)
            filed = await run_in_threadpool(lambda: self._desk.report(report, key=key))
            self._told.note(device)
        except Refusal as refusal:
            return await self._form(request, fields, refusal)
        language = self._site.language_of(request)
        terms = (await run_in_threadpool(self._desk.chosen)).terms
        return answer(
            self._site.page(
                "need_filed.html",
                language,
                PATH,
                number=codes.spaced(filed.id),
                code=codes.spaced(filed.code),
                urgent=filed.urgent,
                terms=terms,
            )
        )

    async def _ask_code(self, request: Request) -> Response:
        """Ask for a code."""
        return self._code_form(request, "")

    async def _open(self, request: Request) -> Response:
        """Say whether somebody looks after it."""
        code, device = (await read_form(request)).get("kode", ""), visitor_of(request).device
        try:
            self._wrong.require_room(device)
            state = await run_in_threadpool(lambda: self._view.by_code(code))
        except Refusal as refusal:
            if refusal.code == "report-unknown":
                self._wrong.note(device)
            return self._code_form(request, code, refusal)
        return self._code_form(request, code, state=state)

    async def _programmes(self, request: Request) -> Response:
        """Show the programmes that help."""
        language = self._site.language_of(request)
        programmes = await run_in_threadpool(self._aid.offered)
        shown = [{name: one.said(name, language) for name in ("name", "about", "ask")} for one in programmes]
        return answer(self._site.page("aid_programmes.html", language, AID_PATH, programmes=shown))

    async def _figures(self, request: Request) -> Response:
        """Show the counts of the year, in which nobody is found."""
        language = self._site.language_of(request)
        figures, known = await run_in_threadpool(lambda: (self._view.figures(), self._desk.chosen().known))
        names = {id_: kinds.said(known, id_, language) for id_ in (figures.categories or {})} if figures else {}
        return answer(self._site.page("need_figures.html", language, f"{PATH}/angka", figures=figures, names=names))

    async def _form(self, request: Request, typed: Mapping[str, str] = NOTHING, refusal: Refusal | None = None) -> Response:
        language = self._site.language_of(request)
        offered = (await run_in_threadpool(self._desk.chosen)).offered
        page = self._site.page(
            "need_form.html", language, PATH, categories=[(kind.id, kind.said(language), kind.icon) for kind in offered.values()],
            typed=typed, key=self._site.new_key(), limits=model, **told(refusal, words(language)),
        )  # fmt: skip
        return answer(page, refusal)

    def _code_form(
        self, request: Request, typed: str, refusal: Refusal | None = None, *, state: model.State | None = None
    ) -> Response:
        language = self._site.language_of(request)
        speak = words(language)
        said = told_said(state, speak) if state is not None else ""
        return answer(
            self._site.page("need_code.html", language, CODE_PATH, typed=typed[:40], said=said, **told(refusal, speak)), refusal
        )


def _require_name(*, named: bool, anonymous: bool) -> None:
    """Raise Refusal ``report-nameless`` for somebody who wants to be called and does not say by what name or number."""
    if named and anonymous:
        raise Refusal("report-nameless")
