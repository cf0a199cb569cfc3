"""Announcements on the web: the page that makes them, the board's choices, and the pictures that boards ask for.

Promises: nothing is read of an upload before the officer's right is known; a picture is served only while an announcement
shows it; every page works without JavaScript.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.bulletin import pictures
from gateway.bulletin.choices import BoardChoices
from gateway.bulletin.desk import BulletinDesk
from gateway.bulletin.model import CATEGORIES, PLACE_LIMIT, TEXT_LIMIT, Announcement, Draft
from gateway.bulletin.news_routes import NewsPages
from gateway.bulletin.view import BulletinView
from gateway.choices.desk import Choices
from gateway.errors import Refusal
from gateway.people.desk import PeopleDesk, Session
from gateway.people.model import Right
from gateway.people.routes import session_of, session_token
from gateway.portal import problems
from gateway.portal.assets import FOR_EVER
from gateway.portal.feature import SetUpPage
from gateway.portal.forms import check_csrf, csrf_token, form_key, read_form
from gateway.portal.i18n import LANGUAGES, words
from gateway.portal.live import Broadcaster
from gateway.portal.site import Site
from gateway.portal.uploads import receive_upload
from gateway.store.connection import refuse_full_card

if TYPE_CHECKING:
    from fastapi import APIRouter

PATH = "/atur/pengumuman"
BOARD_PATH = "/atur/papan"
FORM_BYTES = 64 * 1024
"""The words beside a film."""
SHOWN_ON_PAGE = frozenset(
    {"announcement-empty", "announcement-dates", "announcements-full", "picture-unreadable", "field-invalid"}
)
"""Refusals that are told beside the form, with what was typed still in it."""

Act = Callable[[Draft, str, Path | None, Mapping[str, str]], None]
"""What is done with a form: its draft, its key, its file, and all its fields."""
Lines = Callable[[], Sequence[tuple[str, str]]]
"""The ids and names of the hall's lines."""


@dataclass(frozen=True, slots=True)
class BulletinPages:
    """The pages of announcements."""

    desk: BulletinDesk
    view: BulletinView
    people: PeopleDesk
    choices: Choices
    lines: Lines

    templates = Path(__file__).parent / "templates"
    static = Path(__file__).parent / "static"
    set_up: Sequence[SetUpPage] = (
        SetUpPage(PATH, "Pengumuman", "megaphone", largest_file_bytes=pictures.FILM_LIMIT_BYTES + FORM_BYTES),
        SetUpPage(BOARD_PATH, "Papan TV", "screen"),
    )

    def routes(self, site: Site) -> Sequence[BaseRoute]:
        """Return the pages."""
        set_up = SetUpPages(self, site)
        return [
            Route(PATH, set_up.announcements, methods=["GET"]),
            Route(PATH, set_up.publish, methods=["POST"]),
            Route(PATH + "/{announcement:int}", set_up.one, methods=["GET"]),
            Route(PATH + "/{announcement:int}", set_up.change, methods=["POST"]),
            Route(PATH + "/{announcement:int}/cabut", set_up.withdraw, methods=["POST"]),
            Route(BOARD_PATH, set_up.board, methods=["GET"]),
            Route(BOARD_PATH, set_up.choose, methods=["POST"]),
            Route("/papan/gambar/{blob}", self._picture),
            *NewsPages(self.view, site).routes(),
        ]

    def describe(self, api: APIRouter, site: Site) -> None:
        """Add nothing: what is announced stands on the board."""

    def streams(self) -> Sequence[Broadcaster]:
        """Return no streams."""
        return ()

    async def _picture(self, request: Request) -> Response:
        blob = request.path_params["blob"]
        media = self.view.media_of(blob)
        headers = {"cache-control": FOR_EVER}
        if media == "image":
            content = await run_in_threadpool(self.desk.album.blobs.read, blob)
            return Response(content, headers=headers, media_type="image/jpeg")
        if media == "video":
            # In pieces, and from the middle where a player asks so: a film is never in memory whole.
            path = self.desk.album.blobs.path_of(blob)
            return FileResponse(path, headers=headers, media_type=await run_in_threadpool(pictures.film_type, path))
        raise Refusal("not-found")


class SetUpPages:
    """``/atur/pengumuman`` and ``/atur/papan``, for who may set up the hall."""

    def __init__(self, pages: BulletinPages, site: Site) -> None:
        self._desk = pages.desk
        self._view = pages.view
        self._people = pages.people
        self._choices = pages.choices
        self._lines = pages.lines
        self._site = site

    async def announcements(self, request: Request) -> Response:
        """Show what is announced, and a form for more."""
        return await self._announcements(request, await self._officer(request))

    async def publish(self, request: Request) -> Response:
        """Publish one announcement, with its picture or film."""

        def publish(draft: Draft, key: str, file: Path | None, _fields: Mapping[str, str]) -> None:
            self._desk.publish(draft, key=key, file=file)

        return await self._received(request, publish)

    async def one(self, request: Request) -> Response:
        """Show one announcement in the form in which it was made."""
        session = await self._officer(request)
        editing = await run_in_threadpool(self._desk.find, request.path_params["announcement"])
        return await self._announcements(request, session, editing=editing, typed=_typed(editing))

    async def change(self, request: Request) -> Response:
        """Let one announcement say something else; its picture stays unless another comes or it is taken away."""
        announcement = request.path_params["announcement"]

        def change(draft: Draft, key: str, file: Path | None, fields: Mapping[str, str]) -> None:
            self._desk.change(announcement, draft, key=key, file=file, keep_picture=fields.get("without") != "1")

        return await self._received(request, change, announcement)

    async def _received(self, request: Request, act: Act, announcement: int | None = None) -> Response:
        """Receive the form with its file, and do what is asked; a refusal is told beside what was typed."""
        session = await self._officer(request)
        fields: dict[str, str] = {}
        coming = request.headers.get("content-length", "")
        await run_in_threadpool(self._desk.album.require_room, int(coming) if coming else pictures.FILM_LIMIT_BYTES)
        try:
            async with receive_upload(request, self._desk.album.arrivals) as upload:
                fields = upload.fields
                check_csrf(fields, session_token(request))
                key = f"{session.officer}-{form_key(fields)}"
                await run_in_threadpool(lambda: act(_draft(fields), key, _chosen(upload.file), fields))
        except OSError as error:
            raise refuse_full_card(error) from error
        except Refusal as refusal:
            if refusal.code not in SHOWN_ON_PAGE:
                raise
            editing = await run_in_threadpool(self._desk.find, announcement) if announcement is not None else None
            return await self._announcements(request, session, refusal, typed=fields, editing=editing)
        return self._back(request, PATH)

    async def withdraw(self, request: Request) -> Response:
        """Take one announcement back."""
        await self._officer(request)
        check_csrf(await read_form(request), session_token(request))
        await run_in_threadpool(self._desk.withdraw, request.path_params["announcement"])
        return self._back(request, PATH)

    async def board(self, request: Request) -> Response:
        """Show what the hall has chosen for its board."""
        return self._board(request, await self._officer(request), await run_in_threadpool(self._choices.current, BoardChoices))

    async def choose(self, request: Request) -> Response:
        """Choose anew."""
        session = await self._officer(request)
        fields = await read_form(request)
        check_csrf(fields, session_token(request))
        try:
            chosen = self._chosen_board(fields)
        except ValidationError:
            kept = await run_in_threadpool(self._choices.current, BoardChoices)
            return self._board(request, session, kept, Refusal("field-invalid", field="detik"))
        await run_in_threadpool(self._choices.change, chosen)
        return self._back(request, BOARD_PATH)

    def _chosen_board(self, fields: Mapping[str, str]) -> BoardChoices:
        known = [line for line, _ in self._lines()]
        lines = [line for line in known if fields.get(f"line-{line}")]
        times = {name: fields.get(name, "").replace(",", ".") for name in ("slide_s", "text_s", "quiet_s")}
        # All of them is "all", so that a line that comes later is shown too.
        return BoardChoices.model_validate({**times, "lines": () if lines == known else tuple(lines)})

    async def _officer(self, request: Request) -> Session:
        return await session_of(request, self._people, Right.SET_UP)

    async def _announcements(
        self,
        request: Request,
        session: Session,
        refusal: Refusal | None = None,
        *,
        typed: Mapping[str, str] = MappingProxyType({}),
        editing: Announcement | None = None,
    ) -> Response:
        announcements, today = await run_in_threadpool(self._desk.every), self._view.today()
        return self._page(
            request, session, "announcements.html", f"{PATH}/{editing.id}" if editing else PATH, refusal,
            announcements=[(one, "over" if today and one.is_over(today) else "due" if one.is_due(today) else "later") for one in announcements],
            typed=typed, editing=editing, text_limit=TEXT_LIMIT, film_mib=pictures.FILM_LIMIT_BYTES // 1024**2, tongues=LANGUAGES, categories=CATEGORIES, place_limit=PLACE_LIMIT,
        )  # fmt: skip

    def _board(self, request: Request, session: Session, chosen: BoardChoices, refusal: Refusal | None = None) -> Response:
        lines = [(line, name, not chosen.lines or line in chosen.lines) for line, name in self._lines()]
        return self._page(request, session, "board_choices.html", BOARD_PATH, refusal, chosen=chosen, lines=lines)

    def _page(
        self, request: Request, session: Session, template: str, path: str, refusal: Refusal | None, **context: object
    ) -> Response:
        language = self._site.language_of(request)
        speak = words(language)
        page = self._site.page(
            template, language, path, officer=session.name, csrf=csrf_token(session_token(request)), key=self._site.new_key(),
            sentence=problems.sentence(refusal, speak) if refusal else "", remedy=problems.remedy(refusal, speak) if refusal else "",
            **context,
        )  # fmt: skip
        status = refusal.fault.status if refusal else 200
        return Response(page, status, {"cache-control": "no-store"}, "text/html; charset=utf-8")

    def _back(self, request: Request, path: str) -> Response:
        return RedirectResponse(self._site.link(path, self._site.language_of(request)), 303, {"cache-control": "no-store"})


def _chosen(file: Path | None) -> Path | None:
    """Return the file, or None when the field was left empty: browsers send an empty file then."""
    return file if file is not None and file.stat().st_size > 0 else None


def _typed(one: Announcement) -> dict[str, str]:
    """Return the fields of the form in which ``one`` would have been made."""
    days = {"starts_on": one.starts_on, "ends_on": one.ends_on, "held_on": one.held_on}
    texts = {f"text-{language}": text for language, text in one.texts.items()}
    return {
        **texts,
        **{name: day.isoformat() for name, day in days.items() if day},
        **({"important": "1"} if one.important else {}),
        "category": one.category,
        "held_at": one.held_at,
        "place": one.place,
    }


def _draft(fields: Mapping[str, str]) -> Draft:
    """Return what the form says. Raises Refusal ``field-invalid`` for a date that is none."""
    texts = {language: fields.get(f"text-{language}", "") for language in LANGUAGES}
    held_at = fields.get("held_at", "").strip().replace(".", ":")
    return Draft(
        texts, _day(fields, "starts_on"), _day(fields, "ends_on"), important=fields.get("important") == "1",
        category=fields.get("category", ""), held_on=_day(fields, "held_on"), held_at=held_at.zfill(5) if held_at else "",
        place=fields.get("place", ""),
    )  # fmt: skip


def _day(fields: Mapping[str, str], name: str) -> date | None:
    typed = fields.get(name, "").strip()
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError as error:
        raise Refusal("field-invalid", field="tanggal") from error
