"""``/pengaduan``: telling a complaint or a wish, and coming back to it with a code.

Promises: no address that a browser or a server keeps has a code in it; nothing is asked that would say who somebody is, unless they wish
to be called; no cookie is set; what was typed is still there when it is refused; every page works at 320 px without JavaScript.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway import pictures
from gateway.choices import kinds
from gateway.complaints import model
from gateway.complaints.choices import ComplaintRules
from gateway.complaints.desk import ComplaintsDesk, Draft, Filed
from gateway.complaints.view import ComplaintsView, Opened
from gateway.complaints.words import author_said, state_said, why_said
from gateway.errors import Refusal
from gateway.people.session_routes import answer, told
from gateway.portal.forms import form_key, read_form
from gateway.portal.i18n import words
from gateway.portal.site import Site
from gateway.portal.tries import Tries
from gateway.portal.uploads import read_upload
from gateway.portal.visitor import visitor_of
from gateway.privacy import codes

PATH = "/pengaduan"
CODE_PATH = f"{PATH}/kode"
PHOTO_PATH = f"{PATH}/foto"
PHOTO_LIMIT_BYTES = 8 * 1024**2
"""A phone's usual picture; it is in memory whole while it comes."""
PHOTO_PX = 1280
PHOTO_QUALITY = 70
NOTHING: Mapping[str, str] = MappingProxyType({})


class PublicPages:
    """The pages for whoever complains."""

    def __init__(self, desk: ComplaintsDesk, view: ComplaintsView, site: Site) -> None:
        self._desk = desk
        self._view = view
        self._site = site
        # Counted apart: whoever types a code wrong can still complain.
        self._told = Tries(site.clock, of_device=6, of_all=40)
        self._wrong = Tries(site.clock, of_device=8, of_all=60)

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        return [
            Route(PATH, self._ask, methods=["GET"]),
            Route(PATH, self._file, methods=["POST"]),
            Route(CODE_PATH, self._ask_code, methods=["GET"]),
            Route(CODE_PATH, self._open, methods=["POST"]),
            Route(f"{PATH}/tulis", self._reply, methods=["POST"]),
            Route(f"{PATH}/cukup", self._be_content, methods=["POST"]),
            Route(PHOTO_PATH, self._add_photo, methods=["POST"]),
            Route(f"{PATH}/angka", self._figures, methods=["GET"]),
        ]

    async def _ask(self, request: Request) -> Response:
        """Show the form."""
        return await self._form(request)

    async def _file(self, request: Request) -> Response:
        """Take what was told, and show its code once."""
        fields = await read_form(request)
        try:
            key = form_key(fields)
            named = fields.get("siapa") == "nama"
            draft = Draft(
                fields.get("jenis", "")[:40], fields.get("cerita", ""), fields.get("tempat", ""),
                fields.get("nama", "") if named else "", fields.get("nomor", "") if named else "",
            )  # fmt: skip
            _require_name(named=named, anonymous=draft.anonymous)
            device = visitor_of(request).device
            self._told.require_room(device)
            filed = await run_in_threadpool(lambda: self._desk.file(draft, key=key))
            self._told.note(device)
        except Refusal as refusal:
            return await self._form(request, fields, refusal)
        return await self._filed(request, filed)

    async def _ask_code(self, request: Request) -> Response:
        """Ask for a code."""
        return self._code_form(request, "")

    async def _open(self, request: Request) -> Response:
        """Show what became of a complaint."""
        return await self._thread(request, (await read_form(request)).get("kode", ""))

    async def _reply(self, request: Request) -> Response:
        """Take another message."""
        fields = await read_form(request)
        code = fields.get("kode", "")
        try:
            key = form_key(fields)
            self._told.require_room(visitor_of(request).device)
            await run_in_threadpool(lambda: self._desk.reply(code, fields.get("cerita", ""), key=key))
            self._told.note(visitor_of(request).device)
        except Refusal as refusal:
            return await self._thread(request, code, refusal, typed=fields)
        return await self._thread(request, code)

    async def _be_content(self, request: Request) -> Response:
        """Let it be enough."""
        code = (await read_form(request)).get("kode", "")
        try:
            await run_in_threadpool(lambda: self._desk.be_content(code))
        except Refusal as refusal:
            return await self._thread(request, code, refusal)
        return await self._thread(request, code)

    async def _add_photo(self, request: Request) -> Response:
        """Take a picture: drawn anew in memory, so that neither card nor hall knows where and with what it was taken."""
        upload = await read_upload(request)
        code = upload.fields.get("kode", "")
        try:
            key = form_key(upload.fields)
            self._told.require_room(visitor_of(request).device)
            drawn = await run_in_threadpool(lambda: pictures.drawn_anew(io.BytesIO(upload.file), PHOTO_PX, PHOTO_QUALITY))
            await run_in_threadpool(lambda: self._desk.add_photo(code, drawn, key=key))
            self._told.note(visitor_of(request).device)
        except Refusal as refusal:
            return await self._thread(request, code, refusal)
        return await self._thread(request, code)

    async def _figures(self, request: Request) -> Response:
        """Show the counts of the year, in which nobody is found."""
        language = self._site.language_of(request)
        figures, known = await run_in_threadpool(lambda: (self._view.figures(), self._rules().known))
        names = {id_: kinds.said(known, id_, language) for id_ in (figures.categories or {})} if figures else {}
        return answer(self._site.page("complaint_figures.html", language, f"{PATH}/angka", figures=figures, names=names))

    def _rules(self) -> ComplaintRules:
        return self._desk.threads.chosen()

    async def _form(self, request: Request, typed: Mapping[str, str] = NOTHING, refusal: Refusal | None = None) -> Response:
        language = self._site.language_of(request)
        offered = (await run_in_threadpool(self._rules)).offered
        page = self._site.page(
            "complaint_form.html", language, PATH, categories=[(kind.id, kind.said(language), kind.icon) for kind in offered.values()],
            typed=typed, key=self._site.new_key(), limit=model.TEXT_LIMIT, place_limit=model.PLACE_LIMIT, name_limit=model.NAME_LIMIT,
            phone_limit=model.PHONE_LIMIT, **told(refusal, words(language)),
        )  # fmt: skip
        return answer(page, refusal)

    async def _filed(self, request: Request, filed: Filed) -> Response:
        language = self._site.language_of(request)
        rules = await run_in_threadpool(self._rules)
        page = self._site.page(
            "complaint_filed.html", language, PATH, number=codes.spaced(filed.id), code=codes.spaced(filed.code), terms=rules.terms,
            key=self._site.new_key(),
        )  # fmt: skip
        return answer(page)

    def _code_form(self, request: Request, typed: str, refusal: Refusal | None = None) -> Response:
        language = self._site.language_of(request)
        page = self._site.page("complaint_code.html", language, CODE_PATH, typed=typed[:40], **told(refusal, words(language)))
        return answer(page, refusal)

    async def _thread(
        self, request: Request, code: str, refusal: Refusal | None = None, *, typed: Mapping[str, str] = NOTHING
    ) -> Response:
        """Show a complaint to whoever has its code; without a right one, the form that asks for it."""
        device = visitor_of(request).device
        try:
            self._wrong.require_room(device)
            opened = await run_in_threadpool(lambda: self._view.by_code(code))
        except Refusal as unknown:
            if unknown.code == "report-unknown":
                self._wrong.note(device)
            return self._code_form(request, code, unknown)
        return await self._shown(request, code, opened, refusal, typed)

    async def _shown(
        self, request: Request, code: str, opened: Opened, refusal: Refusal | None, typed: Mapping[str, str]
    ) -> Response:
        language = self._site.language_of(request)
        speak, rules = words(language), await run_in_threadpool(self._rules)
        page = self._site.page(
            "complaint_thread.html", language, CODE_PATH, opened=opened, code=codes.spaced(codes.plain(code)),
            number=codes.spaced(opened.line.one.id), category=kinds.said(rules.known, opened.line.one.category, language),
            state=state_said(opened.line.one.state, speak), why=why_said(opened.line.one.why, speak),
            authors={each.by.author: author_said(each.by.author, speak) for each in opened.said}, typed=typed,
            key=self._site.new_key(), limit=model.TEXT_LIMIT, photos_left=_photos_left(opened), **told(refusal, speak),
        )  # fmt: skip
        return answer(page, refusal)


def _photos_left(opened: Opened) -> int:
    return model.PHOTOS_LIMIT - sum(each.by.photo for each in opened.said)


def _require_name(*, named: bool, anonymous: bool) -> None:
    """Raise Refusal ``report-nameless`` for somebody who wants to be called and does not say by what name or number."""
    if named and anonymous:
        raise Refusal("report-nameless")
