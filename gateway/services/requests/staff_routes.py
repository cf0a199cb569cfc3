"""Requests at the counter: ``/loket/permohonan``, one of them, and one that a clerk enters for somebody.

Promises: the list names no person and opens nothing; opening one is an entry of the audit log; an act is done once, however often its form is sent, and not
upon a request that has come further meanwhile; all by keyboard, and without scripts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.errors import Reason, Refusal
from gateway.people.desk import PeopleDesk, Session
from gateway.people.routes import session_of, staff_page
from gateway.portal.forms import check_csrf, form_key, read_form
from gateway.portal.i18n import words
from gateway.portal.site import Site
from gateway.services.model import text_of
from gateway.services.requests import answers, model
from gateway.services.requests.desk import WORDS_LIMIT, Opened, RequestsDesk
from gateway.services.requests.draft_routes import FIELDS_LIMIT, said
from gateway.services.requests.model import Act, State
from gateway.services.requests.rooms import Rooms
from gateway.services.requests.searching import NAMES_LIMIT, WANTED_LIMIT, Found, Search
from gateway.services.requests.status_routes import REASONS, STATES
from gateway.services.requests.view import LIST_LIMIT, RequestsView, Shown

PATH = "/loket/permohonan"
OPEN = tuple(state for state in State if state not in model.CLOSED)
ACTS = {
    Act.COMPLETE: ("Lanjutkan pemeriksaan", "arrow"),
    Act.APPROVE: ("Setujui", "check"),
    Act.SIGN: ("Sudah ditandatangani", "pencil"),
    Act.COLLECT: ("Sudah diambil", "check"),
    Act.RETURN: ("Belum lengkap", "undo"),
    Act.REWORK: ("Periksa lagi", "undo"),
    Act.REOPEN: ("Buka lagi", "undo"),
    Act.CANCEL: ("Batalkan", "cross"),
}
"""What a clerk does, but for rejecting, which needs a reason: words, keys of the catalogues, and a name of ``icons.html``."""
MAIN = (Act.COMPLETE, Act.APPROVE, Act.SIGN, Act.COLLECT)
"""What leads on: the main act of its state, on the space bar."""
SHOWN_ON_PAGE = frozenset(
    {
        "act-too-late", "answers-wrong", "answers-missing", "reason-needed", "key-reused", "field-invalid", "letter-settings", "letter-date-unknown",
        "letter-date-behind", "letter-number-used", "register-unopened", "register-unsure",
    }
)  # fmt: skip
"""Refusals told beside the form, those of whoever makes the letter too."""


class StaffPages:
    """The clerk's pages."""

    def __init__(self, rooms: Rooms, view: RequestsView, search: Search, site: Site) -> None:
        self._rooms = rooms
        self._desk: RequestsDesk = rooms.desk
        self._people: PeopleDesk = rooms.people
        self._view = view
        self._search = search
        self._site = site

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        return [
            Route(PATH, self._list, methods=["GET"]),
            Route(PATH, self._find, methods=["POST"]),
            Route(PATH + "/{number:int}", self._one, methods=["GET"]),
            Route(PATH + "/{number:int}", self._act, methods=["POST"]),
            Route(PATH + "/{number:int}/foto/{requirement}", self._photo, methods=["GET"]),
        ]

    async def _list(self, request: Request) -> Response:
        """Show the requests of a state, of a service, or those that are late; none is opened."""
        session = await session_of(request, self._people)
        query = request.query_params
        state = query.get("keadaan", "")
        states = (State(state),) if state in set(State) else OPEN
        service, late = query.get("layanan", "")[:40], query.get("terlambat", "") == "1"
        found = await run_in_threadpool(self._view.listed, states, service)
        chosen = {
            "state": state if state in set(State) else "",
            "service": service,
            "late": late,
            "full": len(found) >= LIST_LIMIT,
        }
        return await self._listed(request, session, [one for one in found if one.is_late or not late], chosen)

    async def _find(self, request: Request) -> Response:
        """Find by number, code, day or name. By POST: a name stands in no address, and so in no browser's history and no log."""
        session = await session_of(request, self._people)
        fields = await read_form(request)
        check_csrf(fields, session.token)
        wanted = fields.get("cari", "")
        found = await run_in_threadpool(lambda: self._search.find(wanted, who=session.officer))
        if found.by in {"number", "code"} and found.requests:
            return self._to(request, f"{PATH}/{found.requests[0].request.number}")
        chosen = {"state": "", "service": "", "late": False, "full": False}
        return await self._listed(request, session, found.requests, chosen, found)

    async def _listed(
        self,
        request: Request,
        session: Session,
        requests: Sequence[Shown],
        chosen: Mapping[str, object],
        found: Found | None = None,
    ) -> Response:
        catalogue = await run_in_threadpool(lambda: self._rooms.catalogue.current)
        return staff_page(
            self._site, request, session, "requests.html", PATH, requests=requests, counts=await run_in_threadpool(self._view.counts), states=STATES,
            services=catalogue.entries, offered=catalogue.offered, label=model.label, text_of=text_of, limit=LIST_LIMIT, found=found, names_limit=NAMES_LIMIT,
            wanted_limit=WANTED_LIMIT, chosen=chosen,
        )  # fmt: skip

    async def _one(self, request: Request) -> Response:
        """Open one request."""
        session = await session_of(request, self._people)
        return await self._page(request, session)

    async def _act(self, request: Request) -> Response:
        """Keep what was completed, or do the next act."""
        session = await session_of(request, self._people)
        fields = await read_form(request, FIELDS_LIMIT)
        check_csrf(fields, session.token)
        number = _number(request)
        if fields.get("act") == "fill":
            return await self._page(request, session, fields=await run_in_threadpool(self._filled, fields, session))
        try:
            await run_in_threadpool(self._carry_out, number, session, fields)
        except Refusal as refusal:
            if refusal.code not in SHOWN_ON_PAGE:
                raise
            return await self._page(request, session, refusal, fields)
        return self._to(request, f"{PATH}/{number}")

    def _filled(self, fields: Mapping[str, str], session: Session) -> Mapping[str, str]:
        """Return what was typed, and in fields left empty what the list of residents says of that NIK; nothing is kept yet."""
        known, nik = self._desk.neighbours.known, fields.get("isi-nik", "")
        told = known(nik, session.name) if known and nik else {}
        return {**fields, **{f"isi-{name}": text for name, text in told.items() if not fields.get(f"isi-{name}", "").strip()}}

    def _carry_out(self, number: int, session: Session, fields: Mapping[str, str]) -> None:
        act, key, expected = fields.get("act", ""), form_key(dict(fields)), fields.get("keadaan", "")[:20]
        typed = {
            name.removeprefix("isi-"): text[: answers.TYPED_LIMIT] for name, text in fields.items() if name.startswith("isi-")
        }
        if act == "save" or (typed and act in MAIN):  # whoever goes on has meant what stands in the fields
            seen = [name.removeprefix("ada-") for name in fields if name.startswith("ada-")]
            amended = self._desk.amend(number, typed, seen, who=session.officer, key=f"{session.officer}-{key}-save").state
            if act == "save" or (act == Act.COMPLETE and amended != expected):  # whole now, and so it has gone on by itself
                return
        if act == "print":
            self._desk.print_again(number)
        elif act in set(Act):
            self._desk.act(
                number, Act(act), who=session.officer, key=f"{session.officer}-{key}-{act}", expected=expected,
                reason=fields.get("alasan", "")[:20], words=fields.get("kata", "")[:WORDS_LIMIT],
            )  # fmt: skip
        else:
            raise Refusal("field-invalid", field="act")

    async def _photo(self, request: Request) -> Response:
        session = await session_of(request, self._people)
        requirement = request.path_params["requirement"][:40]
        jpeg = await run_in_threadpool(lambda: self._desk.photo(_number(request), requirement, who=session.officer))
        return Response(jpeg, headers={"cache-control": "no-store"}, media_type="image/jpeg")

    async def _page(
        self, request: Request, session: Session, refusal: Refusal | None = None, fields: Mapping[str, str] | None = None
    ) -> Response:
        opened = await run_in_threadpool(lambda: self._desk.look(_number(request), who=session.officer))
        shown = await run_in_threadpool(self._view.numbered, opened.request.number)
        letters = await run_in_threadpool(self._desk.neighbours.letters_of, opened.request.number)
        speak = words(self._site.language_of(request))
        one, service = opened.request, opened.service

        def tell(reasons: Mapping[str, Reason]) -> dict[str, str]:
            return {id_: speak.tell(reason.sentence, reason.facts) for id_, reason in reasons.items()}

        typed = _typed(opened, fields)
        legal = model.acts_in(one.state)
        return staff_page(
            self._site, request, session, "request_at_counter.html", f"{PATH}/{one.number}", refusal, one=one, service=service, letters=letters, opened=opened,
            name=answers.named(service, opened.answers), label=model.label(one.number), code=model.spaced_code(one.code), states=STATES, acts=ACTS, reasons=REASONS,
            main=next((act for act in legal if act in MAIN), ""), others=[act for act in legal if act in ACTS and act not in MAIN],
            can_reject=Act.REJECT in legal, editable=one.state in model.EDITABLE, typed=typed, wrong=tell(answers.read(service, typed).wrong),
            doubts=tell(answers.doubts(service, opened.answers)), told={q.id: said(q, opened.answers[q.id], speak) for q in service.field if q.id in opened.answers},
            unshown=[need for need in service.requirement if need.needed and need.id not in one.shown], late=shown.is_late if shown else False,
            promised=shown.promised if shown else None, key=self._site.new_key(), text_of=text_of, words_limit=WORDS_LIMIT,
            times=[datetime.fromisoformat(step.at) for step in opened.steps], can_fill=self._desk.neighbours.known is not None and any(q.id == "nik" for q in service.field),
        )  # fmt: skip

    def _to(self, request: Request, path: str) -> Response:
        return RedirectResponse(self._site.link(path, self._site.language_of(request)), 303, {"cache-control": "no-store"})


def _typed(opened: Opened, fields: Mapping[str, str] | None) -> dict[str, str]:
    """Return what stands in the fields: what was typed and refused, else what was answered."""
    written = {one.id: answers.plainly(one, opened.answers[one.id]) for one in opened.service.field if one.id in opened.answers}
    return written | answers.typed_in(fields or {}, list(opened.service.field))


def _number(request: Request) -> int:
    return int(min(request.path_params["number"], 10**9))
