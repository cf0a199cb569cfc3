"""``/petugas/data``: what the hall keeps of the person at the counter: seen, copied, corrected, erased."""

from __future__ import annotations

import json
import re

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from gateway.custody.desk import CustodyDesk
from gateway.custody.sheets import Sheet
from gateway.errors import Refusal
from gateway.people.desk import PeopleDesk, Session
from gateway.people.model import Right
from gateway.people.session_routes import answer, redirect, session_of, staff_page
from gateway.portal.forms import check_csrf, read_form
from gateway.portal.i18n import words
from gateway.portal.site import Site
from gateway.privacy.kinds import RecordKind

PATH = "/petugas/data"
NAME = re.compile(r"[A-Za-z0-9-]{1,64}")
WHY = "hak akses"


class CounterPages:
    """The counter's pages."""

    def __init__(self, desk: CustodyDesk, people: PeopleDesk, site: Site) -> None:
        self._desk = desk
        self._people = people
        self._site = site

    async def ask(self, request: Request) -> Response:
        """Ask for the code on the person's slip."""
        session = await session_of(request, self._people)
        done = "erased" if request.query_params.get("sudah") == "erased" else ""
        return self._find_page(request, session, done=done)

    async def find(self, request: Request) -> Response:
        """Show which records the code names. By POST: a code in an address would stay in the browser."""
        session = await session_of(request, self._people)
        form = await read_form(request)
        check_csrf(form, session.token)
        found = await run_in_threadpool(self._desk.by_code, form.get("code", "")[:40])
        return self._find_page(request, session, found=found)

    async def show(self, request: Request) -> Response:
        """Open one record."""
        session = await session_of(request, self._people)
        kind, record = self._named(request)
        sheet = await run_in_threadpool(lambda: self._desk.show(kind.kind, record, who=session.name, why=WHY))
        return self._sheet_page(request, session, kind, record, sheet)

    async def act(self, request: Request) -> Response:
        """Give a copy to the person, or erase the record for a stated reason."""
        session = await session_of(request, self._people)
        form = await read_form(request)
        check_csrf(form, session.token)
        kind, record = self._named(request)
        if form.get("act") == "copy":
            return await self._copy(request, session, kind, record)
        if form.get("act") != "erase":
            raise Refusal("field-invalid", field="act")
        if Right.RECORDS not in session.rights:
            raise Refusal("right-missing")
        try:
            await run_in_threadpool(lambda: self._desk.erase(kind.kind, record, who=session.name, why=form.get("why", "")))
        except Refusal as refusal:
            return self._sheet_page(request, session, kind, record, None, refusal)
        response = redirect(self._site, request, PATH)
        response.headers["location"] += f"{'&' if '?' in response.headers['location'] else '?'}sudah=erased"
        return response

    async def _copy(self, request: Request, session: Session, kind: RecordKind, record: str) -> Response:
        sheet = await run_in_threadpool(lambda: self._desk.copy(kind.kind, record, who=session.name))
        language = self._site.language_of(request)
        whole = {name: value for name, value in sheet.content.items() if value not in ("", None)}
        rows = [
            (kind.labels.get(name, name), value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
            for name, value in whole.items()
        ]
        page = self._site.page(
            "custody_copy.html", language, f"{PATH}/{kind.kind}/{record}", kind=kind, rows=rows,
            json=json.dumps(sheet.content, ensure_ascii=False, indent=1), today=words(language).day(self._site.now().date()),
        )  # fmt: skip
        return answer(page)

    def _named(self, request: Request) -> tuple[RecordKind, str]:
        name, record = str(request.path_params["kind"]), str(request.path_params["record"])
        kind = next((one for one in self._desk.kinds() if one.kind == name), None)
        if kind is None or not NAME.fullmatch(record):
            raise Refusal("record-unknown")
        return kind, record

    def _find_page(self, request: Request, session: Session, found: object = None, done: str = "") -> Response:
        return staff_page(self._site, request, session, "custody_find.html", PATH, found=found, done=done)

    def _sheet_page(
        self,
        request: Request,
        session: Session,
        kind: RecordKind,
        record: str,
        sheet: Sheet | None,
        refusal: Refusal | None = None,
    ) -> Response:
        return staff_page(
            self._site, request, session, "custody_sheet.html", f"{PATH}/{kind.kind}/{record}", refusal, kind=kind, sheet=sheet,
            where=kind.where(record), may_erase=Right.RECORDS in session.rights,
        )  # fmt: skip
