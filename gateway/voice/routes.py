"""The pages of the voice: ``/atur/suara`` with its choices and a test call, and the recordings of each language below it.

Promises: what is chosen is heard at the next call; a recording is examined before it is kept, and everything wrong with
it is told beside its words; everything works without JavaScript; whoever may not set up the hall changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.choices.desk import Choices
from gateway.devices.ports import DeviceState
from gateway.errors import Refusal
from gateway.people.desk import PeopleDesk
from gateway.people.model import Right
from gateway.people.routes import session_of, session_token
from gateway.portal import problems
from gateway.portal.feature import SetUpPage
from gateway.portal.forms import check_csrf, csrf_token, read_form
from gateway.portal.i18n import words
from gateway.portal.live import Broadcaster
from gateway.portal.site import Site
from gateway.voice.choices import LANGUAGES_LIMIT, VoiceChoices
from gateway.voice.output import Voice
from gateway.voice.recordings import LARGEST_BYTES
from gateway.voice.speech import utterance
from gateway.voice.tongues import TONGUES

if TYPE_CHECKING:
    from fastapi import APIRouter

PAGE = "/atur/suara"
FORM_BYTES = 8 * 1024
"""The form around a recording."""
NO_STORE = {"cache-control": "no-store"}


class VoicePages:
    """The voice on the web."""

    templates = Path(__file__).parent / "templates"
    static = Path(__file__).parent / "static"
    set_up: Sequence[SetUpPage] = (SetUpPage(PAGE, "Suara panggilan", "speaker", LARGEST_BYTES + FORM_BYTES),)

    def __init__(self, voice: Voice, choices: Choices, people: PeopleDesk) -> None:
        self._voice = voice
        self._choices = choices
        self._people = people

    def routes(self, site: Site) -> Sequence[BaseRoute]:
        """Return the pages."""
        pages = _Pages(self._voice, self._choices, self._people, site)
        return [
            Route(PAGE, pages.show, methods=["GET"]),
            Route(PAGE, pages.act, methods=["POST"]),
            Route(f"{PAGE}/contoh.wav", pages.example, methods=["GET"]),
            Route(f"{PAGE}/{{language}}", pages.recordings, methods=["GET"]),
            Route(f"{PAGE}/{{language}}", pages.record, methods=["POST"]),
            Route(f"{PAGE}/{{language}}/{{clip}}.wav", pages.clip, methods=["GET"]),
        ]

    def describe(self, api: APIRouter, site: Site) -> None:
        """Add nothing: the voice is set up by people."""

    def streams(self) -> Sequence[Broadcaster]:
        """Return no streams."""
        return ()


class _Pages:
    def __init__(self, voice: Voice, choices: Choices, people: PeopleDesk, site: Site) -> None:
        self._voice = voice
        self._choices = choices
        self._people = people
        self._site = site

    async def show(self, request: Request) -> Response:
        """Show what is chosen, and how well each language can be spoken."""
        await session_of(request, self._people, Right.SET_UP)
        return await run_in_threadpool(self._page, request)

    async def act(self, request: Request) -> Response:
        """Choose anew, or let a test call be heard."""
        await session_of(request, self._people, Right.SET_UP)
        fields = await read_form(request)
        check_csrf(fields, session_token(request))
        try:
            await run_in_threadpool(self._try_out if fields.get("act") == "try" else self._choose, fields)
        except Refusal as refusal:
            if refusal.code not in {"field-invalid", "speaker-missing", "voice-mute"}:
                raise
            return await run_in_threadpool(self._page, request, refusal)
        return self._back(request, PAGE, "terdengar" if fields.get("act") == "try" else "tersimpan")

    async def example(self, request: Request) -> Response:
        """Let the test call be heard on the device in the hand."""
        await session_of(request, self._people, Right.SET_UP)
        number, counter = self._voice.example()
        chosen = await run_in_threadpool(self._choices.current, VoiceChoices)
        said = await run_in_threadpool(self._voice.announcer.announce, number, counter, chosen)
        return _sound(said.wav)

    async def recordings(self, request: Request) -> Response:
        """Show what is to be said in one language, and what is there."""
        await session_of(request, self._people, Right.SET_UP)
        return await run_in_threadpool(self._language_page, request, _language_of(request))

    async def record(self, request: Request) -> Response:
        """Take a recording, or take one away."""
        await session_of(request, self._people, Right.SET_UP)
        language = _language_of(request)
        fields, recording = await _read_upload(request)
        check_csrf(fields, session_token(request))
        name = fields.get("clip", "")
        if name not in {clip.name for clip, _ in self._voice.readiness(language).clips}:
            raise Refusal("clip-unknown", clip=name[:60], language=language)
        if fields.get("act") == "remove":
            await run_in_threadpool(self._voice.announcer.shelf.remove, language, name)
            faults: Sequence[Refusal] = ()
        else:
            faults = await run_in_threadpool(self._voice.announcer.shelf.put, language, name, recording)
        if faults:
            return await run_in_threadpool(self._language_page, request, language, name, faults)
        return self._back(request, f"{PAGE}/{language}", "", f"#{name}")

    async def clip(self, request: Request) -> Response:
        """Let one recording be heard."""
        await session_of(request, self._people, Right.SET_UP)
        path = request.path_params
        wav: bytes | None = await run_in_threadpool(self._voice.announcer.shelf.wav, path["language"], path["clip"])
        return _sound(wav or b"")

    def _choose(self, fields: dict[str, str]) -> None:
        asked = [fields.get(f"language-{place}", "") for place in range(1, LANGUAGES_LIMIT + 1)]
        try:
            chosen = VoiceChoices.model_validate(
                {
                    "on": "on" in fields,
                    "languages": tuple(dict.fromkeys(language for language in asked if language)),
                    "numbers": fields.get("numbers", ""),
                    "chime": "chime" in fields,
                    "repeat": fields.get("repeat", ""),
                }
            )
        except ValidationError as error:
            raise Refusal("field-invalid", field=str(error.errors(include_url=False)[0]["loc"][0])) from error
        self._choices.change(chosen)

    def _try_out(self, _fields: dict[str, str]) -> None:
        said = self._voice.announcer.announce(*self._voice.example(), self._choices.current(VoiceChoices))
        if not said.spoken:
            raise Refusal("voice-mute")
        if all(speaker.state() is not DeviceState.READY for speaker in self._voice.speakers):
            raise Refusal("speaker-missing")
        self._voice.try_out(said)

    def _page(self, request: Request, refusal: Refusal | None = None) -> Response:
        chosen = self._choices.current(VoiceChoices)
        ready = {language: self._voice.readiness(language) for language in TONGUES}
        number, counter = self._voice.example()
        return self._draw(
            request, "voice.html", PAGE, refusal, chosen=chosen, ready=ready, places=range(LANGUAGES_LIMIT), done=request.query_params.get("selesai", ""),
            examples=[(ready[language], utterance(number, counter, language, chosen.numbers).text) for language in chosen.languages],
            speakers=[(speaker.id, speaker.state() is DeviceState.READY, speaker.reason()) for speaker in self._voice.speakers],
            program=self._voice.facts()["program"],
        )  # fmt: skip

    def _language_page(self, request: Request, language: str, name: str = "", faults: Sequence[Refusal] = ()) -> Response:
        speak = words(self._site.language_of(request))
        told = [(problems.sentence(fault, speak), problems.remedy(fault, speak)) for fault in faults]
        ready = self._voice.readiness(language)
        path = f"{PAGE}/{language}"
        return self._draw(
            request, "voice_language.html", path, faults[0] if faults else None, ready=ready, refused=name, told=told
        )

    def _draw(self, request: Request, template: str, path: str, refusal: Refusal | None, **context: object) -> Response:
        language = self._site.language_of(request)
        speak = words(language)
        said = (problems.sentence(refusal, speak), problems.remedy(refusal, speak)) if refusal else ("", "")
        page = self._site.page(
            template, language, path, csrf=csrf_token(session_token(request)), sentence=said[0], remedy=said[1], **context
        )
        return Response(page, refusal.fault.status if refusal else 200, NO_STORE, "text/html; charset=utf-8")

    def _back(self, request: Request, path: str, done: str, place: str = "") -> Response:
        target = self._site.link(path, self._site.language_of(request))
        if done:
            target += f"{'&' if '?' in target else '?'}selesai={done}"
        return RedirectResponse(target + place, 303, NO_STORE)


async def _read_upload(request: Request) -> tuple[dict[str, str], bytes]:
    """Return the fields and the file of a form. Raises Refusal ``body-unreadable``."""
    try:
        async with request.form(max_files=1, max_fields=5) as form:
            file = form.get("recording")
            content = await file.read() if isinstance(file, UploadFile) else b""
            return {name: value for name, value in form.items() if isinstance(value, str)}, content
    except (HTTPException, UnicodeDecodeError) as error:
        raise Refusal("body-unreadable") from error


def _language_of(request: Request) -> str:
    language = str(request.path_params["language"])
    if language not in TONGUES:
        raise Refusal("not-found")
    return language


def _sound(wav: bytes) -> Response:
    if not wav:
        raise Refusal("not-found")
    return Response(wav, headers=NO_STORE, media_type="audio/wav")
