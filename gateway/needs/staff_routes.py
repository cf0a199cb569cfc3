"""``/petugas/bantuan``: the team's list with its days, and one report with all that can be done about it.

Promises: a list names nobody; each opening and each comparing is in the audit log; a form sent twice does its act once; what was typed is
still there when it is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.choices import kinds
from gateway.errors import Refusal
from gateway.needs import model
from gateway.needs.desk import NeedsDesk
from gateway.needs.model import BY_HALL, OPEN, Result, State, Why
from gateway.needs.view import Alike, Line, NeedsView
from gateway.needs.words import author_said, result_said, state_said, why_said
from gateway.people.desk import PeopleDesk, Session
from gateway.people.model import Right
from gateway.people.routes import session_of, staff_page
from gateway.people.session_routes import redirect
from gateway.portal.forms import check_csrf, form_key, read_form
from gateway.portal.i18n import Words, words
from gateway.portal.site import Site
from gateway.privacy import codes

PATH = "/petugas/bantuan"
NOTHING: Mapping[str, str] = MappingProxyType({})


class StaffPages:
    """The pages of the village's team."""

    def __init__(self, desk: NeedsDesk, view: NeedsView, people: PeopleDesk, site: Site) -> None:
        self._desk = desk
        self._view = view
        self._people = people
        self._site = site

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes; the last takes whatever is below, so it comes after all others of this address."""
        return [
            Route(PATH, self._list, methods=["GET"]),
            Route(PATH + "/{need}", self._one, methods=["GET"]),
            Route(PATH + "/{need}", self._act, methods=["POST"]),
        ]

    async def _list(self, request: Request) -> Response:
        """Show where somebody goes, the most pressing first."""
        session = await session_of(request, self._people, Right.SERVE)
        speak = words(self._site.language_of(request))
        (open_, ended), known = await run_in_threadpool(lambda: (self._view.listed(), self._desk.chosen().known))
        return staff_page(
            self._site, request, session, "need_list.html", PATH, open_=[self._row(line, known, speak) for line in open_],
            ended=[self._row(line, known, speak) for line in ended], late=sum(line.late for line in open_),
        )  # fmt: skip

    async def _one(self, request: Request) -> Response:
        """Open one report."""
        return await self._page(request, await session_of(request, self._people, Right.SERVE))

    async def _act(self, request: Request) -> Response:
        """Do one of the things that can be done about it."""
        session = await session_of(request, self._people, Right.SERVE)
        fields = await read_form(request)
        check_csrf(fields, session.token)
        id_, act, officer = _id(request), fields.get("act", ""), session.officer
        try:
            if act == "contact":
                contact = await run_in_threadpool(lambda: self._view.contact(id_, officer))
                return await self._page(request, session, contact=contact)
            if act == "compare":
                alike = await run_in_threadpool(lambda: self._view.alike(id_, officer))
                return await self._page(request, session, alike=alike)
            await run_in_threadpool(lambda: self._carry_out(id_, act, fields, officer))
        except Refusal as refusal:
            if refusal.code == "report-unknown":
                raise
            return await self._page(request, session, refusal, typed=fields)
        return redirect(self._site, request, f"{PATH}/{id_}")

    def _carry_out(self, id_: str, act: str, fields: Mapping[str, str], officer: str) -> None:
        if act == "visit" and fields.get("result") in set(Result):
            again_on = _day(fields.get("again_on", ""))
            key = f"{officer}-{form_key(dict(fields))}"
            self._desk.visit(id_, Result(fields["result"]), fields.get("note", ""), again_on=again_on, officer=officer, key=key)
        elif act == "close" and fields.get("why") in BY_HALL:
            self._desk.close(id_, Why(fields["why"]), officer=officer)
        elif act.startswith("join:"):
            self._desk.join(id_, act.removeprefix("join:")[:20], officer=officer)
        else:
            raise Refusal("field-invalid", field="tindakan")

    async def _page(
        self, request: Request, session: Session, refusal: Refusal | None = None, *, typed: Mapping[str, str] = NOTHING,
        contact: tuple[str, str] | None = None, alike: Sequence[Alike] | None = None,
    ) -> Response:  # fmt: skip
        speak = words(self._site.language_of(request))
        opened, known = await run_in_threadpool(
            lambda: (self._view.open(_id(request), session.officer), self._desk.chosen().known)
        )  # fmt: skip
        one = opened.line.one
        return staff_page(
            self._site, request, session, "need_one.html", f"{PATH}/{one.id}", refusal, opened=opened, row=self._row(opened.line, known, speak),
            is_open=one.state in OPEN, main=codes.spaced(one.joined) if one.state is State.JOINED else "", main_id=one.joined,
            why=why_said(one.why, speak), contact=contact, typed=typed, key=self._site.new_key(), limits=model,
            alike=[(other.one.id, codes.spaced(other.one.id), other.who, other.where) for other in alike] if alike is not None else None,
            joined=[codes.spaced(id_) for id_ in opened.joined], results=[(result.value, result_said(result, speak)) for result in Result],
            whys=[(why.value, why_said(why, speak)) for why in BY_HALL],
            said=[(author_said(each.by.author, speak), result_said(each.by.result, speak), each) for each in opened.said],
        )  # fmt: skip

    def _row(self, line: Line, known: Mapping[str, kinds.Kind], speak: Words) -> dict[str, object]:
        one = line.one
        return {
            "id": one.id, "number": codes.spaced(one.id), "category": kinds.said(known, one.category, speak.language), "urgent": one.urgent,
            "anonymous": one.anonymous, "state": state_said(one.state, speak), "due": line.due, "late": line.late,
        }  # fmt: skip


def _id(request: Request) -> str:
    return str(request.path_params["need"])[:20]


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed.strip()) if typed.strip() else None
    except ValueError as error:
        raise Refusal("field-invalid", field="tanggal") from error
