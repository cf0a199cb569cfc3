"""The draft of a request at ``/ajukan/TOKEN``: one question a page or all at once, what to bring, and handing in.

Promises: everything works without scripts and without cookies, the link is enough; what was sent is kept, right or wrong; NIK and KK are asked only where
nobody else can listen: over HTTPS, on the hall's own screen, or by a clerk.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.errors import Reason, Refusal
from gateway.people.routes import session_of
from gateway.pictures import drawn_anew
from gateway.portal.forms import read_form
from gateway.portal.i18n import Words, words
from gateway.portal.site import Site
from gateway.portal.uploads import read_upload
from gateway.services.document import Question
from gateway.services.model import text_of
from gateway.services.requests import answers, model
from gateway.services.requests.choices import RequestRules
from gateway.services.requests.drafts import OpenDraft
from gateway.services.requests.model import Origin
from gateway.services.requests.rooms import NO_STORE, PATH, WHOLE, Rooms, Sheet, may_hear

FIELDS_LIMIT = 100
REQUIREMENTS, CHECK = "syarat", "periksa"
"""Steps of a draft that are no question."""
CARD = frozenset({"storage-full", "storage-failed"})
"""Refusals of the card, told on the page itself, so that what was typed still stands there when it has room again."""
PHOTO_PX = 1600
PHOTO_QUALITY = 70
PHOTO_LIMIT_BYTES = 8 * 1024**2
"""Of a photograph as a phone sends it; what is kept is a tenth."""


class DraftPages:
    """From the first question of a request to its handing in."""

    def __init__(self, rooms: Rooms, site: Site) -> None:
        self._rooms = rooms
        self._site = site

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        return [
            Route(PATH + "/{token}", self._show, methods=["GET"]),
            Route(PATH + "/{token}", self._save, methods=["POST"]),
            Route(PATH + "/{token}/syarat", self._requirements, methods=["GET"]),
            Route(PATH + "/{token}/foto/{requirement}", self._photo, methods=["GET"]),
            Route(PATH + "/{token}/foto/{requirement}", self._take_photo, methods=["POST"]),
            Route(PATH + "/{token}/periksa", self._check, methods=["GET"]),
            Route(PATH + "/{token}/kirim", self._file, methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        """Show the question that is asked for, else the first without an answer; or all of them."""
        draft, away = await self._draft(request)
        return away or await self._questions(request, draft, request.query_params.get("isian", ""))

    async def _save(self, request: Request) -> Response:
        """Keep what was typed and go on; what cannot be kept so is told beside its field."""
        draft, away = await self._draft(request)
        if away:
            return away
        fields, token = await read_form(request, FIELDS_LIMIT), request.path_params["token"]
        asked = await self._asked(request, draft)
        act = fields.get("act", "next")
        paged = act == "paged" if act in {"paged", "whole"} else None
        typed = answers.typed_in(fields, asked)
        at = fields.get("dari", WHOLE)
        try:
            draft = await run_in_threadpool(lambda: self._rooms.drafts.save(token, typed, paged=paged))
        except Refusal as refusal:
            if refusal.code not in CARD:
                raise
            return await self._questions(request, replace(draft, typed={**draft.typed, **typed}), at, refusal=refusal)
        if act in {"paged", "whole"}:
            return self._sheet(request, draft).to(f"{PATH}/{token}")
        if act == "back":
            return self._sheet(request, draft).to(f"{PATH}/{token}", isian=_before(asked, at))
        read = answers.read(draft.service, draft.typed)
        wrong = {one: reason for one, reason in read.wrong.items() if one in typed}
        if act == "next" and at != WHOLE:
            needed = answers.question_of(draft.service, at)
            if needed is not None and needed.needed and at not in read.answers and at not in wrong:
                wrong[at] = Reason("Harus diisi.")
        return await self._questions(request, draft, at, wrong) if wrong else self._further(request, draft, _after(asked, at))

    def _further(self, request: Request, draft: OpenDraft, after: str) -> Response:
        """Lead to the question ``after``; behind the last to what to bring, and from there to the check."""
        token = request.path_params["token"]
        if after:
            return self._sheet(request, draft).to(f"{PATH}/{token}", isian=after)
        return self._sheet(request, draft).to(f"{PATH}/{token}/{REQUIREMENTS if draft.service.requirement else CHECK}")

    async def _requirements(self, request: Request) -> Response:
        """Show what to bring, and take photographs of it."""
        draft, away = await self._draft(request)
        return away or await self._requirements_page(request, draft)

    async def _requirements_page(self, request: Request, draft: OpenDraft, refusal: Refusal | None = None) -> Response:
        private = await self._is_private(request, draft)
        sent = {one.id for one in draft.service.requirement if answers.may_send(one, private=private)}
        path = f"{PATH}/{request.path_params['token']}/syarat"
        return self._page(request, "request_requirements.html", path, draft, refusal, sent=sent, private=private)

    async def _photo(self, request: Request) -> Response:
        _, away = await self._draft(request)
        if away:
            return away
        token, requirement = request.path_params["token"], request.path_params["requirement"]
        jpeg = await run_in_threadpool(self._rooms.drafts.photo, token, requirement)
        return Response(jpeg, headers=NO_STORE, media_type="image/jpeg")

    async def _take_photo(self, request: Request) -> Response:
        """Draw a photograph anew and keep it sealed, or forget it; it is never written as it came."""
        draft, away = await self._draft(request)
        if away:
            return away
        token, requirement = request.path_params["token"], request.path_params["requirement"]
        upload = await read_upload(request)
        wanted, removes = answers.requirement_of(draft.service, requirement), upload.fields.get("act") == "remove"
        if wanted is None or not (removes or answers.may_send(wanted, private=await self._is_private(request, draft))):
            raise Refusal("field-invalid", field="foto")
        try:
            if removes:
                await run_in_threadpool(self._rooms.drafts.remove_photo, token, requirement)
            elif upload.file:
                jpeg = await run_in_threadpool(drawn_anew, io.BytesIO(upload.file), PHOTO_PX, PHOTO_QUALITY)
                await run_in_threadpool(self._rooms.drafts.add_photo, token, requirement, jpeg)
        except Refusal as refusal:
            if refusal.code not in {"picture-unreadable", "drafts-full", *CARD}:
                raise
            return await self._requirements_page(request, draft, refusal)
        return self._sheet(request, draft).to(f"{PATH}/{token}/syarat")

    async def _check(self, request: Request) -> Response:
        """Show everything once more before it is handed in."""
        draft, away = await self._draft(request)
        return away or await self._summary(request, draft)

    async def _file(self, request: Request) -> Response:
        """Hand in, once, and lead to the request's own page; a clerk to the counter's."""
        draft, away = await self._draft(request)
        if away:
            return away
        origin, who = Origin(draft.row.origin), "holder"
        if origin is Origin.STAFF:
            who = (await session_of(request, self._rooms.people)).officer
        try:
            filed = await run_in_threadpool(lambda: self._rooms.desk.file(request.path_params["token"], who=who))
        except Refusal as refusal:
            if refusal.code not in {"answers-wrong", *CARD}:
                raise
            return await self._summary(request, draft, refusal)
        return self._sheet(request, draft).to(
            f"/loket/permohonan/{filed.number}" if origin is Origin.STAFF else f"/permohonan/{filed.token}"
        )

    async def _questions(
        self, request: Request, draft: OpenDraft, at: str, wrong: Mapping[str, Reason] | None = None, refusal: Refusal | None = None
    ) -> Response:  # fmt: skip
        asked = await self._asked(request, draft)
        read = answers.read(draft.service, draft.typed)
        shown = asked
        if draft.row.paged and at != WHOLE:
            at = at if any(one.id == at for one in asked) else next((one.id for one in asked if one.id not in read.answers), "")
            if not at:
                return self._sheet(request, draft).to(f"{PATH}/{request.path_params['token']}/{CHECK}")
            shown = [one for one in asked if one.id == at]
        speak = words(self._sheet(request, draft).language)
        faults = {one: speak.tell(reason.sentence, reason.facts) for one, reason in (wrong or {}).items()}
        doubts = {one: speak.tell(told.sentence, told.facts) for one, told in answers.doubts(draft.service, read.answers).items()}
        place = asked.index(shown[0]) + 1 if draft.row.paged and shown else 0
        return self._page(
            request, "request_questions.html", f"{PATH}/{request.path_params['token']}", draft, refusal, status=422 if faults else 200,
            questions=shown, typed=draft.typed, wrong=faults, doubts=doubts, place=place, places=len(asked), at=at if place else WHOLE, first=place <= 1,
        )  # fmt: skip

    async def _summary(self, request: Request, draft: OpenDraft, refusal: Refusal | None = None) -> Response:
        asked = await self._asked(request, draft)
        read = answers.read(draft.service, draft.typed)
        speak = words(self._sheet(request, draft).language)
        shown = dict.fromkeys(draft.photos, model.SHOWN_PHOTO)
        missing = answers.standing_of(draft.service, read.answers, shown)
        later = [one for one in draft.service.field if one not in asked and one.needed]
        return self._page(
            request, "request_check.html", f"{PATH}/{request.path_params['token']}/{CHECK}", draft, refusal, asked=asked, later=later, missing=missing,
            told={one.id: said(one, read.answers[one.id], speak) for one in asked if one.id in read.answers},
            wrong={one: speak.tell(reason.sentence, reason.facts) for one, reason in read.wrong.items()},
            doubts={one: speak.tell(told.sentence, told.facts) for one, told in answers.doubts(draft.service, read.answers).items()},
        )  # fmt: skip

    async def _draft(self, request: Request) -> tuple[OpenDraft, Response | None]:
        """Return the draft of the address, or where it leads: to the request that it has become."""
        token = request.path_params["token"][:80]
        draft = await run_in_threadpool(self._rooms.drafts.open, token)
        if draft.row.origin == Origin.STAFF:
            await session_of(request, self._rooms.people)
        if not draft.row.filed:
            return draft, None
        filed = await run_in_threadpool(lambda: self._rooms.desk.file(token))
        staff = draft.row.origin == Origin.STAFF
        return draft, self._sheet(request, draft).to(
            f"/loket/permohonan/{filed.number}" if staff else f"/permohonan/{filed.token}"
        )

    async def _asked(self, request: Request, draft: OpenDraft) -> list[Question]:
        return answers.asked(draft.service, private=await self._is_private(request, draft))

    async def _is_private(self, request: Request, draft: OpenDraft) -> bool:
        rules = await run_in_threadpool(self._rooms.choices.current, RequestRules)
        return may_hear(request, rules, Origin(draft.row.origin))

    def _page(
        self, request: Request, template: str, path: str, draft: OpenDraft, refusal: Refusal | None = None, status: int = 200,
        **context: object,
    ) -> Response:  # fmt: skip
        token = request.path_params["token"]
        return self._sheet(request, draft).page(
            template,
            path,
            refusal,
            status,
            draft=draft,
            service=draft.service,
            token=token,
            text_of=text_of,
            base=f"{PATH}/{token}",
            **context,
        )

    def _sheet(self, request: Request, draft: OpenDraft) -> Sheet:
        return Sheet(self._site, request, Origin(draft.row.origin))


def said(question: Question, value: str, speak: Words) -> str:
    """Return a kept answer as people read it; of a NIK or KK only the last four digits."""
    if question.kind in model.PRIVATE_KINDS:
        return f"\N{BULLET}\N{BULLET}\N{BULLET}\N{BULLET} {value[-4:]}"
    if question.kind == "choice":
        return text_of(question.choices[value], speak.language)[0]
    if question.kind == "yes-no":
        return speak("Ya") if value == "ya" else speak("Tidak")
    return answers.plainly(question, value)


def _after(asked: Sequence[Question], at: str) -> str:
    """Return the question after ``at``; empty after the last, and where all are on one page."""
    ids = [one.id for one in asked]
    return ids[ids.index(at) + 1] if at in ids[:-1] else ""


def _before(asked: Sequence[Question], at: str) -> str:
    ids = [one.id for one in asked]
    return ids[ids.index(at) - 1] if at in ids[1:] else ids[0] if ids else ""
