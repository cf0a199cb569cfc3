"""Programmes for the staff: whether somebody at the counter is in one, who is in which, and what the village tells of them.

Promises: a check needs the person and the card at the counter, is limited for each officer, and answers alike for a number that nobody has; no
number that was typed comes back on a page.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.choices.kinds import Told
from gateway.errors import Refusal
from gateway.needs.aid import PERIOD_LIMIT, TEXT_LIMIT, AidDesk
from gateway.people.desk import PeopleDesk, Session
from gateway.people.model import Right
from gateway.people.routes import session_of, staff_page
from gateway.people.session_routes import redirect
from gateway.portal.forms import check_csrf, read_form
from gateway.portal.site import Site
from gateway.portal.tries import Tries
from gateway.portal.uploads import read_upload

CHECK_PATH = "/petugas/bantuan/cek"
RECIPIENTS_PATH = "/petugas/bantuan/penerima"
SET_UP_PATH = "/atur/program-bantuan"
LIST_BYTES = 1024**2
"""A list of all who are in a programme, as a spreadsheet writes it."""


class AidPages:
    """The staff's pages about programmes."""

    def __init__(self, aid: AidDesk, people: PeopleDesk, site: Site) -> None:
        self._aid = aid
        self._people = people
        self._site = site
        self._checks = Tries(site.clock, of_device=20, of_all=60)

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        return [
            Route(CHECK_PATH, self._ask, methods=["GET"]),
            Route(CHECK_PATH, self._check, methods=["POST"]),
            Route(RECIPIENTS_PATH, self._recipients, methods=["GET"]),
            Route(RECIPIENTS_PATH, self._replace, methods=["POST"]),
            Route(SET_UP_PATH, self._programmes, methods=["GET"]),
            Route(SET_UP_PATH, self._put, methods=["POST"]),
        ]

    async def _ask(self, request: Request) -> Response:
        """Ask for a number."""
        return self._check_page(request, await session_of(request, self._people, Right.SERVE))

    async def _check(self, request: Request) -> Response:
        """Say in which programmes the person at the counter is."""
        session = await session_of(request, self._people, Right.SERVE)
        fields = await read_form(request)
        check_csrf(fields, session.token)
        language = self._site.language_of(request)
        try:
            found = await run_in_threadpool(lambda: self._looked_up(fields, session.officer))
        except Refusal as refusal:
            return self._check_page(request, session, refusal)
        names = {one.id: one.said("name", language) for one in await run_in_threadpool(self._aid.every)}
        return self._check_page(request, session, found=[(names.get(id_, (id_, "id")), period) for id_, period in found])

    def _looked_up(self, fields: dict[str, str], officer: str) -> list[tuple[str, str]]:
        if fields.get("hadir") != "1":
            raise Refusal("person-absent")
        self._checks.require_room(officer)
        self._checks.note(officer)
        return self._aid.check(fields.get("nik", ""), officer=officer)

    async def _recipients(self, request: Request) -> Response:
        """Show how many are in each programme."""
        return await self._recipients_page(request, await session_of(request, self._people, Right.RECORDS))

    async def _replace(self, request: Request) -> Response:
        """Take a new list of who is in a programme."""
        session = await session_of(request, self._people, Right.RECORDS)
        upload = await read_upload(request)  # in memory alone: the numbers touch no card
        fields, numbers = upload.fields, upload.file.decode("utf-8", "replace")
        check_csrf(fields, session.token)
        try:
            taken = await run_in_threadpool(
                lambda: self._aid.replace_recipients(
                    fields.get("program", ""), fields.get("masa", ""), numbers, officer=session.officer
                )
            )
        except Refusal as refusal:
            return await self._recipients_page(
                request, session, refusal, period=fields.get("masa", ""), chosen=fields.get("program", "")
            )
        return await self._recipients_page(request, session, taken=taken, chosen=fields.get("program", ""))

    async def _programmes(self, request: Request) -> Response:
        """Show all programmes, and a form for one more."""
        return await self._programmes_page(request, await session_of(request, self._people, Right.SET_UP))

    async def _put(self, request: Request) -> Response:
        """Hide, show, give back, or tell of a programme."""
        session = await session_of(request, self._people, Right.SET_UP)
        fields = await read_form(request)
        check_csrf(fields, session.token)
        act, _, id_ = fields.get("act", "")[:60].partition(":")
        try:
            if act == "back":
                await run_in_threadpool(lambda: self._aid.give_back(id_))
            elif act in {"hide", "show"}:
                await run_in_threadpool(lambda: self._aid.put(id_, {"offered": act == "show"}))
            else:
                told = {part: {"id": fields.get(part, "")} for part in ("name", "about", "ask") if fields.get(part, "").strip()}
                await run_in_threadpool(lambda: self._aid.put(fields.get("id", "").strip(), told))
        except Refusal as refusal:
            return await self._programmes_page(request, session, refusal, fields)
        return redirect(self._site, request, SET_UP_PATH)

    def _check_page(
        self, request: Request, session: Session, refusal: Refusal | None = None, *, found: list[tuple[Told, str]] | None = None
    ) -> Response:
        return staff_page(self._site, request, session, "aid_check.html", CHECK_PATH, refusal, found=found)

    async def _recipients_page(
        self,
        request: Request,
        session: Session,
        refusal: Refusal | None = None,
        *,
        taken: int | None = None,
        period: str = "",
        chosen: str = "",
    ) -> Response:
        language = self._site.language_of(request)
        every, counts = await run_in_threadpool(lambda: (self._aid.every(), self._aid.recipients()))
        rows = [(one.id, one.said("name", language), *counts.get(one.id, (0, ""))) for one in every]
        return staff_page(
            self._site, request, session, "aid_recipients.html", RECIPIENTS_PATH, refusal, rows=rows, taken=taken, period=period, chosen=chosen,
            period_limit=PERIOD_LIMIT,
        )  # fmt: skip

    async def _programmes_page(
        self, request: Request, session: Session, refusal: Refusal | None = None, typed: dict[str, str] | None = None
    ) -> Response:
        language = self._site.language_of(request)
        every = await run_in_threadpool(self._aid.every)
        rows = [(one.id, one.said("name", language), one.said("about", language), one.offered) for one in every]
        return staff_page(
            self._site, request, session, "aid_set_up.html", SET_UP_PATH, refusal, rows=rows, typed=typed or {}, text_limit=TEXT_LIMIT
        )  # fmt: skip
