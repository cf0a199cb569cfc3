"""The list of residents on the web: brought below ``/atur``, looked up by staff below ``/petugas``; nobody else is told anything.

Promises: a file that is brought is in memory only; what somebody searches for stands in no address and no log.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.errors import Refusal
from gateway.people.desk import PeopleDesk, Session
from gateway.people.model import Right
from gateway.people.session_routes import redirect, session_of, staff_page
from gateway.portal.feature import SetUpPage
from gateway.portal.forms import check_csrf, read_form
from gateway.portal.i18n import Words, words
from gateway.portal.live import Broadcaster
from gateway.portal.site import Site
from gateway.portal.uploads import read_upload
from gateway.residents import reading
from gateway.residents.desk import ResidentsDesk
from gateway.residents.files import FILE_LIMIT_BYTES, rows_of
from gateway.residents.person import LABELS, MARITAL, RELIGIONS, SEXES, Resident
from gateway.residents.reading import Judged

if TYPE_CHECKING:
    from fastapi import APIRouter

LIST_PATH = "/atur/data-warga"
PATH = "/petugas/warga"
SHEET = "/petugas/data/resident"
FORM_BYTES = 64 * 1024
FAULTS_SHOWN = 40
CHOICES: Mapping[str, Sequence[str]] = {"sex": SEXES, "religion": RELIGIONS, "marital": MARITAL}
RECORD = re.compile("[0-9a-f]{16}")
DONE = frozenset({"brought", "dismissed"})


def sheet_of(record: str) -> str:
    """Return the page on which a person is corrected."""
    return f"{PATH}/{record}"


@dataclass(frozen=True, slots=True)
class ResidentPages:
    """The pages of the list of residents."""

    desk: ResidentsDesk
    people: PeopleDesk

    templates = Path(__file__).parent / "templates"
    static = None
    set_up: Sequence[SetUpPage] = (
        SetUpPage(LIST_PATH, "Data warga", "people", largest_body_bytes=FILE_LIMIT_BYTES + FORM_BYTES),
    )

    def routes(self, site: Site) -> Sequence[BaseRoute]:
        """Return the pages."""
        pages = _Pages(self.desk, self.people, site)
        return [
            Route(LIST_PATH, pages.show_list, methods=["GET"]),
            Route(LIST_PATH, pages.bring, methods=["POST"]),
            Route(f"{LIST_PATH}/hapus", pages.dismiss, methods=["POST"]),
            Route(PATH, pages.ask, methods=["GET"]),
            Route(PATH, pages.search, methods=["POST"]),
            Route(f"{PATH}/{{record}}", pages.one, methods=["GET"]),
            Route(f"{PATH}/{{record}}", pages.correct, methods=["POST"]),
        ]

    def describe(self, api: APIRouter, site: Site) -> None:
        """Add nothing: what is personal is in no API."""

    def streams(self) -> Sequence[Broadcaster]:
        """Return no streams."""
        return ()


class _Pages:
    def __init__(self, desk: ResidentsDesk, people: PeopleDesk, site: Site) -> None:
        self._desk = desk
        self._people = people
        self._site = site

    async def show_list(self, request: Request) -> Response:
        """Tell how many people there are, and take a list."""
        return await self._list_page(request, await session_of(request, self._people, Right.RECORDS))

    async def bring(self, request: Request) -> Response:
        """Judge a list; bring it when nothing is wrong, or when what is wrong is to be left out."""
        session = await session_of(request, self._people, Right.RECORDS)
        upload = await read_upload(request)
        check_csrf(upload.fields, session.token)
        only_look, skip = upload.fields.get("act") != "bring", upload.fields.get("skip") == "1"
        try:
            judged = await run_in_threadpool(lambda: reading.judge(rows_of(upload.file)))
            whole = bool(judged.residents) and (not judged.faults or (skip and judged.faults[0].line > 0))
            if only_look or not whole:
                return await self._list_page(request, session, judged=judged)
            await run_in_threadpool(self._desk.bring, judged.residents, session.name)
        except Refusal as refusal:
            return await self._list_page(request, session, refusal)
        return self._done(request, "brought")

    async def dismiss(self, request: Request) -> Response:
        """Erase the whole list; asks for the own PIN."""
        session = await session_of(request, self._people, Right.RECORDS)
        form = await read_form(request)
        check_csrf(form, session.token)
        try:
            await run_in_threadpool(self._people.confirm, session, form.get("own", ""))
        except Refusal as refusal:
            return await self._list_page(request, session, refusal)
        await run_in_threadpool(self._desk.dismiss, session.name, "hapus seluruh daftar")
        return self._done(request, "dismissed")

    async def ask(self, request: Request) -> Response:
        """Ask for a NIK or a name."""
        session = await session_of(request, self._people)
        return self._page(request, session, "residents_search.html", PATH, None, found=None, typed="")

    async def search(self, request: Request) -> Response:
        """Show who is found. By POST: a name or NIK in an address would stay in browsers and logs."""
        session = await session_of(request, self._people)
        form = await read_form(request)
        check_csrf(form, session.token)
        typed = form.get("who", "")[:80]
        try:
            found = await run_in_threadpool(self._desk.find, typed, session.name)
        except Refusal as refusal:
            return self._page(request, session, "residents_search.html", PATH, refusal, found=None, typed=typed)
        return self._page(request, session, "residents_search.html", PATH, None, found=found, typed=typed)

    async def one(self, request: Request) -> Response:
        """Show one person in the form in which one is corrected."""
        session, record = await session_of(request, self._people), _record(request)
        resident = await run_in_threadpool(self._desk.show, record, session.name, "pembetulan")
        return self._form(request, session, record, {one.name: getattr(resident, one.name) for one in fields(Resident)})

    async def correct(self, request: Request) -> Response:
        """Keep a person as corrected."""
        session, record = await session_of(request, self._people), _record(request)
        form = await read_form(request)
        check_csrf(form, session.token)
        former = await run_in_threadpool(self._desk.show, record, session.name, "pembetulan")
        typed = {one.name: form.get(one.name, "") for one in fields(Resident)}
        # Left empty, the numbers stay: the form shows nobody's whole NIK.
        wanted = typed | {name: typed[name] or getattr(former, name) for name in ("nik", "kk")}
        judged = reading.judge([[LABELS_OF_COLUMNS[name] for name in wanted], list(wanted.values())])
        lost = judged.unread.keys()
        if judged.faults or not judged.residents or lost:
            wrong = judged.faults[0].reason if judged.faults else None
            speak = words(self._site.language_of(request))
            told = speak.tell(wrong.sentence, wrong.facts) if wrong else ", ".join(speak(LABELS[name]) for name in lost)
            return self._form(request, session, record, typed, Refusal("person-unfit", reason=told))
        try:
            await run_in_threadpool(self._desk.correct, record, replace(judged.residents[0]), session.name)
        except Refusal as refusal:
            return self._form(request, session, record, typed, refusal)
        return redirect(self._site, request, f"{SHEET}/{record}")

    def _form(
        self, request: Request, session: Session, record: str, typed: Mapping[str, str], refusal: Refusal | None = None
    ) -> Response:
        shown = {**typed, "nik": "", "kk": ""}
        return self._page(
            request, session, "residents_form.html", f"{PATH}/{record}", refusal, typed=shown, labels=LABELS, choices=CHOICES
        )

    async def _list_page(
        self, request: Request, session: Session, refusal: Refusal | None = None, judged: Judged | None = None
    ) -> Response:
        kept = await run_in_threadpool(self._desk.kept)
        done = request.query_params.get("sudah", "")
        speak = words(self._site.language_of(request))
        faults = (
            [(fault.line, speak.tell(fault.reason.sentence, fault.reason.facts)) for fault in judged.faults[:FAULTS_SHOWN]]
            if judged
            else []
        )
        return self._page(
            request, session, "residents_list.html", LIST_PATH, refusal, kept=kept, judged=judged, faults=faults,
            unread=_unread(judged, speak), done=done if done in DONE and not refusal else "", mib=FILE_LIMIT_BYTES // 1024**2,
        )  # fmt: skip

    def _page(
        self, request: Request, session: Session, template: str, path: str, refusal: Refusal | None, **context: object
    ) -> Response:
        return staff_page(self._site, request, session, template, path, refusal, **context)

    def _done(self, request: Request, what: str) -> Response:
        response = redirect(self._site, request, LIST_PATH)
        response.headers["location"] += f"{'&' if '?' in response.headers['location'] else '?'}sudah={what}"
        return response


LABELS_OF_COLUMNS = {name: spelled[0] for name, spelled in reading.COLUMNS.items()}


def _unread(judged: Judged | None, speak: Words) -> list[tuple[str, int]]:
    return [(speak(LABELS[name]), times) for name, times in judged.unread.items()] if judged else []


def _record(request: Request) -> str:
    record = str(request.path_params["record"])
    if not RECORD.fullmatch(record):
        raise Refusal("record-unknown")
    return record
