"""Writing a letter at the counter: ``/loket/surat/baru/NAME``, and ``/loket/surat/ID/perbaiki``, which writes another in its place.

Promises: what was typed stays when something in it is wrong; a form sent twice gives one letter; the answers of an old letter are
shown to a clerk only by opening it, which is on record.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.errors import Reason, Refusal
from gateway.people.desk import PeopleDesk, Session
from gateway.people.routes import session_of, staff_page
from gateway.portal.forms import check_csrf, form_key, read_form
from gateway.portal.i18n import Words, words
from gateway.portal.site import Site
from gateway.services.document import Service
from gateway.services.letters.clerk_routes import PATH
from gateway.services.letters.desk import Draft, LettersDesk
from gateway.services.letters.tables import Letter
from gateway.services.model import text_of
from gateway.services.view import CatalogueView
from gateway.values import Wrong, nik_doubts, read_value

FIELDS_LIMIT = 100
LONGEST = 2000
"""Letters of one answer; more is cut off before it is read."""
SHOWN_ON_PAGE = frozenset(
    {
        "letter-settings", "letter-date-unknown", "letter-date-behind", "letter-number-used", "letter-closed", "register-unopened",
        "register-unsure", "key-reused",
    }
)  # fmt: skip


@dataclass(slots=True)
class Sheet:
    """A form as it is shown."""

    service_id: str
    version: int
    service: Service
    typed: Mapping[str, str]
    former: Letter | None = None
    wrong: Mapping[str, Reason] | None = None


def read_all(service: Service, typed: Mapping[str, str]) -> tuple[dict[str, str], dict[str, Reason]]:
    """Return the good answers in their one spelling, and what is wrong by question."""
    answers: dict[str, str] = {}
    wrong: dict[str, Reason] = {}
    for question in service.field:
        text = typed.get(question.id, "")
        if not text.strip() and not question.needed:
            continue
        try:
            answers[question.id] = read_value(question, text)
        except Wrong as fault:
            wrong[question.id] = fault.reason
    return answers, wrong


class WritingPages:
    """The forms that write letters."""

    def __init__(self, desk: LettersDesk, catalogue: CatalogueView, people: PeopleDesk, site: Site) -> None:
        self._desk = desk
        self._catalogue = catalogue
        self._people = people
        self._site = site

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        return [
            Route(PATH + "/baru/{service}", self._new, methods=["GET"]),
            Route(PATH + "/baru/{service}", self._write, methods=["POST"]),
            Route(PATH + "/{letter:int}/perbaiki", self._correct, methods=["GET"]),
            Route(PATH + "/{letter:int}/perbaiki", self._replace, methods=["POST"]),
        ]

    async def _new(self, request: Request) -> Response:
        session = await session_of(request, self._people)
        return await self._page(request, session, await run_in_threadpool(self._blank, request.path_params["service"]))

    async def _write(self, request: Request) -> Response:
        session = await session_of(request, self._people)
        sheet = await run_in_threadpool(self._blank, request.path_params["service"])
        return await self._take(request, session, sheet)

    async def _correct(self, request: Request) -> Response:
        session = await session_of(request, self._people)
        return await self._page(request, session, await run_in_threadpool(self._opened, request, session, True))  # noqa: FBT003 - whether to fill it

    async def _replace(self, request: Request) -> Response:
        session = await session_of(request, self._people)
        return await self._take(request, session, await run_in_threadpool(self._opened, request, session, False))  # noqa: FBT003 - whether to fill it

    def _blank(self, name: str) -> Sheet:
        entry = self._catalogue.current.entries.get(name)
        if entry is None or not entry.service.document:
            raise Refusal("service-unknown")
        return Sheet(name, entry.now.version, entry.service, {})

    def _opened(self, request: Request, session: Session, fill: bool) -> Sheet:  # noqa: FBT001 - whether to fill it
        letter = self._desk.find(int(min(request.path_params["letter"], 1 << 60)))
        typed = self._desk.open(letter.id, who=session.officer, why="perbaikan").given.answers if fill else {}
        return Sheet(letter.service, letter.version, self._desk.service_of(letter), typed, letter)

    async def _take(self, request: Request, session: Session, sheet: Sheet) -> Response:
        fields = await read_form(request, FIELDS_LIMIT)
        check_csrf(fields, session.token)
        sheet.typed = {one.id: fields.get(f"isi-{one.id}", "")[:LONGEST] for one in sheet.service.field}
        answers, sheet.wrong = read_all(sheet.service, sheet.typed)
        if sheet.wrong:
            return await self._page(request, session, sheet, fields=fields)
        former = sheet.former
        draft = Draft(sheet.service_id, sheet.version, answers, former.request if former else None, former.id if former else None)
        # Another form with other answers is another letter; what was typed is only known by its digest.
        key = f"{session.officer}-{form_key(fields)}-{hashlib.sha256(repr(sorted(answers.items())).encode()).hexdigest()[:20]}"
        try:
            issued = await run_in_threadpool(lambda: self._desk.issue(draft, who=session.officer, key=key))
        except Refusal as refusal:
            if refusal.code not in SHOWN_ON_PAGE:
                raise
            return await self._page(request, session, sheet, refusal, fields)
        path = self._site.link(f"{PATH}/{issued.letter}", self._site.language_of(request))
        return RedirectResponse(path, 303, {"cache-control": "no-store"})

    async def _page(
        self, request: Request, session: Session, sheet: Sheet, refusal: Refusal | None = None, fields: Mapping[str, str] | None = None
    ) -> Response:  # fmt: skip
        speak = words(self._site.language_of(request))
        told = {id_: speak.tell(reason.sentence, reason.facts) for id_, reason in (sheet.wrong or {}).items()}
        response = staff_page(
            self._site, request, session, "letter_form.html", request.url.path, refusal, sheet=sheet, service=sheet.service, typed=sheet.typed,
            wrong=told, doubts=_doubts(sheet, speak), on=self._desk.today(),
            key=(fields or {}).get("key", "") or self._site.new_key(), text_of=text_of,
        )  # fmt: skip
        if told:
            response.status_code = 422
        return response


def _doubts(sheet: Sheet, speak: Words) -> dict[str, str]:
    """Return what looks strange about a NIK, by question, in the reader's language."""
    found = {}
    answers, _ = read_all(sheet.service, sheet.typed)
    for question in sheet.service.field:
        if question.kind == "nik" and question.id in answers:
            born = answers.get(question.born, "")
            for reason in nik_doubts(answers[question.id], date.fromisoformat(born) if born else None)[:1]:
                found[question.id] = speak.tell(reason.sentence, reason.facts)
    return found
