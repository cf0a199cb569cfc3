"""``/petugas/pengaduan``: the clerk's list with its deadlines, and one complaint with all that can be done about it.

Promises: no word that somebody wrote is shown before a clerk opens that complaint, and each opening is in the audit log; who complained is
asked for apart; a form sent twice does its act once; what was typed is still there when it is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.choices import kinds
from gateway.complaints import model
from gateway.complaints.choices import offices
from gateway.complaints.desk import ComplaintsDesk
from gateway.complaints.model import BY_HALL, Act, State, Why
from gateway.complaints.view import ComplaintsView, Line
from gateway.complaints.words import author_said, state_said, why_said
from gateway.errors import Refusal
from gateway.people.desk import PeopleDesk, Session
from gateway.people.model import Right
from gateway.people.routes import session_of, staff_page
from gateway.people.session_routes import redirect
from gateway.portal.forms import check_csrf, form_key, read_form
from gateway.portal.i18n import Words, words
from gateway.portal.site import Site
from gateway.privacy import codes

PATH = "/petugas/pengaduan"


class StaffPages:
    """The pages for the clerks."""

    def __init__(self, desk: ComplaintsDesk, view: ComplaintsView, people: PeopleDesk, site: Site) -> None:
        self._desk = desk
        self._view = view
        self._people = people
        self._site = site

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        return [
            Route(PATH, self._list, methods=["GET"]),
            Route(PATH + "/{complaint}", self._one, methods=["GET"]),
            Route(PATH + "/{complaint}", self._act, methods=["POST"]),
            Route(PATH + "/{complaint}/foto/{n:int}", self._photo, methods=["GET"]),
        ]

    async def _list(self, request: Request) -> Response:
        """Show what waits, the most pressing first."""
        session = await session_of(request, self._people, Right.SERVE)
        speak = words(self._site.language_of(request))
        (open_, closed), rules = await run_in_threadpool(lambda: (self._view.listed(), self._desk.threads.chosen()))
        return staff_page(
            self._site, request, session, "complaint_list.html", PATH,
            open_=[self._row(line, rules.known, speak) for line in open_], closed=[self._row(line, rules.known, speak) for line in closed],
            late=sum(line.late for line in open_), year_known=self._desk.threads.year_is_known(),
        )  # fmt: skip

    async def _one(self, request: Request) -> Response:
        """Open one complaint."""
        return await self._page(request, await session_of(request, self._people, Right.SERVE))

    async def _act(self, request: Request) -> Response:
        """Do one of the things that can be done about it."""
        session = await session_of(request, self._people, Right.SERVE)
        fields = await read_form(request)
        check_csrf(fields, session.token)
        id_, act = _id(request), fields.get("act", "")
        try:
            if act == "contact":
                name, phone = await run_in_threadpool(lambda: self._view.contact(id_, session.officer))
                return await self._page(request, session, contact=(name, phone))
            await run_in_threadpool(lambda: self._carry_out(id_, act, fields, session))
        except Refusal as refusal:
            if refusal.code == "report-unknown":
                raise
            return await self._page(request, session, refusal, typed=fields.get("answer", ""))
        return redirect(self._site, request, f"{PATH}/{id_}")

    def _carry_out(self, id_: str, act: str, fields: Mapping[str, str], session: Session) -> None:
        officer = session.officer
        match act:
            case Act.FORWARD:
                handler = fields.get("handler", "")
                if handler not in offices():
                    raise Refusal("field-invalid", field="penerima")
                self._desk.forward(id_, handler, officer=officer)
            case Act.ANSWER:
                self._desk.answer(id_, fields.get("answer", ""), officer=officer, key=f"{officer}-{form_key(dict(fields))}")
            case Act.ESCALATE:
                self._desk.escalate(id_, officer=officer)
            case Act.CLOSE if fields.get("why") in BY_HALL:
                self._desk.close(id_, Why(fields["why"]), officer=officer)
            case _:
                raise Refusal("field-invalid", field="tindakan")

    async def _photo(self, request: Request) -> Response:
        """Show a picture, kept by no browser."""
        session = await session_of(request, self._people, Right.SERVE)
        n = request.path_params["n"]
        content = await run_in_threadpool(lambda: self._view.photo(_id(request), n, session.officer))
        return Response(content, headers={"cache-control": "no-store"}, media_type="image/jpeg")

    async def _page(
        self,
        request: Request,
        session: Session,
        refusal: Refusal | None = None,
        *,
        typed: str = "",
        contact: tuple[str, str] | None = None,
    ) -> Response:
        language = self._site.language_of(request)
        speak = words(language)
        opened, rules = await run_in_threadpool(
            lambda: (self._view.open(_id(request), session.officer), self._desk.threads.chosen())
        )  # fmt: skip
        one = opened.line.one
        return staff_page(
            self._site, request, session, "complaint_one.html", f"{PATH}/{one.id}", refusal,
            opened=opened, row=self._row(opened.line, rules.known, speak), may={act.value for act in Act if model.after(one.state, act)},
            is_closed=one.state is State.CLOSED, why=why_said(one.why, speak), contact=contact, typed=typed, key=self._site.new_key(),
            authors={each.by.author: author_said(each.by.author, speak) for each in opened.said},
            handlers=[(kind.id, kind.said(language)) for kind in offices().values()], whys=[(why.value, why_said(why, speak)) for why in BY_HALL],
            limit=model.TEXT_LIMIT,
        )  # fmt: skip

    def _row(self, line: Line, known: Mapping[str, kinds.Kind], speak: Words) -> dict[str, object]:
        one = line.one
        return {
            "id": one.id, "number": codes.spaced(one.id), "category": kinds.said(known, one.category, speak.language), "anonymous": one.anonymous,
            "state": state_said(one.state, speak), "handler": kinds.said(offices(), one.handler, speak.language) if one.handler else "",
            "due": line.due, "late": line.late, "answered": one.state is State.ANSWERED, "received_on": one.received_on,
        }  # fmt: skip


def _id(request: Request) -> str:
    return str(request.path_params["complaint"])[:20]
