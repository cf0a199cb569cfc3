"""How a request stands: ``/permohonan/TOKEN`` for whoever has the link, ``/permohonan`` for whoever has a tracking code.

Promises: no name, no answer and no photograph is on these pages, so that a code that was lost tells nothing of a person; a code cannot be found by trying; an act is
done once, however often its form is sent.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.errors import Refusal
from gateway.portal.forms import form_key, read_form
from gateway.portal.i18n import words
from gateway.portal.problems import remedy, retry_after, sentence
from gateway.portal.qr import qr_code
from gateway.portal.site import Site
from gateway.portal.tries import Tries
from gateway.portal.visitor import visitor_of
from gateway.services.model import text_of
from gateway.services.requests import model
from gateway.services.requests.desk import RequestsDesk
from gateway.services.requests.model import Origin, State
from gateway.services.requests.rooms import HTML, NO_STORE, Sheet
from gateway.services.requests.view import RequestsView, Shown

PATH = "/permohonan"
CODE_LIMIT = 40
WRONG_BY_DEVICE, WRONG_BY_ALL = 8, 60
"""Wrong codes within ten minutes."""
LOOKED_AGAIN_S = 30
"""A page that waits for something looks again so often."""
STATES = {
    State.INCOMPLETE: ("Belum lengkap", "warning"),
    State.REVIEW: ("Sedang diperiksa", "search"),
    State.SIGNATURE: ("Menunggu tanda tangan", "pencil"),
    State.READY: ("Siap diambil", "check"),
    State.COLLECTED: ("Sudah diambil", "check"),
    State.REJECTED: ("Ditolak", "cross"),
    State.CANCELLED: ("Dibatalkan", "cross"),
}
"""By state: its words, a key of the catalogues, and a name of ``icons.html``."""
REASONS = {
    "data": "Data yang ditulis tidak cocok dengan KTP, KK, atau catatan desa.",
    "requirement": "Syaratnya tidak ada atau tidak berlaku lagi.",
    "not-here": "Layanan ini hanya untuk warga desa ini.",
    "not-ours": "Surat ini bukan wewenang desa.",
    "double": "Permohonan yang sama sudah ada.",
    "other": "Tanyakan alasannya kepada petugas.",
}
"""Why a request was rejected, as its page says it; keys of the catalogues."""


class StatusPages:
    """The pages of whoever has handed in."""

    def __init__(self, desk: RequestsDesk, view: RequestsView, site: Site) -> None:
        self._desk = desk
        self._view = view
        self._site = site
        self._wrong = Tries(site.clock, of_device=WRONG_BY_DEVICE, of_all=WRONG_BY_ALL)

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        return [
            Route(PATH, self._ask, methods=["GET"]),
            Route(PATH, self._find, methods=["POST"]),
            Route(PATH + "/{token}", self._show, methods=["GET"]),
            Route(PATH + "/{token}", self._act, methods=["POST"]),
        ]

    async def _ask(self, request: Request) -> Response:
        """Ask for the code of a slip."""
        return self._code_page(request, "")

    async def _find(self, request: Request) -> Response:
        """Lead to the page of the request with this code."""
        typed = (await read_form(request)).get("kode", "")[:CODE_LIMIT]
        device, code = visitor_of(request).device, model.plain_code(typed)
        try:
            self._wrong.require_room(device)
        except Refusal as refusal:
            return self._code_page(request, typed, refusal)
        token = await run_in_threadpool(self._view.token_of, code) if model.is_code(code) else ""
        if not token:
            self._wrong.note(device)
            return self._code_page(request, typed, Refusal("code-unknown"))
        return self._to(request, f"{PATH}/{token}")

    async def _show(self, request: Request) -> Response:
        """Show one request to whoever has its link."""
        return self._page(request, await run_in_threadpool(self._view.shown, request.path_params["token"]))

    async def _act(self, request: Request) -> Response:
        """Take the request back, or give a number to whoever collects."""
        fields, token = await read_form(request), request.path_params["token"]
        act, key = fields.get("act", ""), form_key(fields)
        try:
            if act == "cancel" and fields.get("yakin") == "1":
                await run_in_threadpool(lambda: self._desk.cancel(token, key=key))
            elif act == "pick-up":
                ticket = await run_in_threadpool(self._desk.pick_up, token)
                return self._to(request, f"/t/{ticket.ticket}")
        except Refusal as refusal:
            return self._page(request, await run_in_threadpool(self._view.shown, token), refusal)
        return self._to(request, f"{PATH}/{token}")

    def _page(self, request: Request, shown: Shown, refusal: Refusal | None = None) -> Response:
        one, service = shown.request, shown.service
        asked = {question.id: question for question in service.field}
        missing = model.standing([q.id for q in service.field if q.needed], set(asked) - set(one.unanswered), [], ())
        return Sheet(self._site, request, Origin(one.origin)).page(
            "request_status.html", f"{PATH}/{one.token}", refusal, one=one, service=service, label=model.label(one.number), states=STATES,
            reasons=REASONS, code=model.spaced_code(one.code), unanswered=[asked[id_] for id_ in missing.unanswered if id_ in asked],
            unshown=[need for need in service.requirement if need.needed and need.id not in one.shown], text_of=text_of,
            promised=shown.promised, late=shown.is_late, can_cancel=one.state in model.HOLDER_CANCELS, collects=self._desk.neighbours.tickets is not None,
            closed=one.state in model.CLOSED, key=self._site.new_key(), qr=qr_code(f"{self._site.address}{PATH}/{one.token}"),
            address=f"{self._site.address}{PATH}".removeprefix("http://"), again_s=LOOKED_AGAIN_S,
        )  # fmt: skip

    def _code_page(self, request: Request, typed: str, refusal: Refusal | None = None) -> Response:
        language = self._site.language_of(request)
        speak = words(language)
        page = self._site.page(
            "request_code.html", language, PATH, typed=typed, wrong=sentence(refusal, speak) if refusal else "",
            remedy=remedy(refusal, speak) if refusal else "",
        )  # fmt: skip
        headers = NO_STORE | (retry_after(refusal) if refusal else {})
        return Response(page, refusal.fault.status if refusal else 200, headers, HTML)

    def _to(self, request: Request, path: str) -> Response:
        return RedirectResponse(self._site.link(path, self._site.language_of(request)), 303, NO_STORE)
