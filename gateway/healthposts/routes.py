"""Health posts on the web: ``/posyandu`` and its calendar files for everybody, ``/atur/posyandu`` for whoever sets up the hall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.choices.desk import Choices
from gateway.choices.form_routes import FormPage
from gateway.choices.forms import Form
from gateway.errors import Refusal
from gateway.healthposts import model
from gateway.healthposts.desk import HealthPostDesk
from gateway.healthposts.model import Post
from gateway.healthposts.setup_forms import PATH as SET_UP_PATH
from gateway.healthposts.setup_forms import Lines, PostForm, PostList
from gateway.healthposts.view import HealthPostView, hours
from gateway.people.desk import PeopleDesk
from gateway.portal.feature import Door, SetUpPage
from gateway.portal.hot import HotPages, etag_of, hot_response
from gateway.portal.i18n import words
from gateway.portal.live import Broadcaster
from gateway.portal.site import Site

if TYPE_CHECKING:
    from fastapi import APIRouter

PATH = "/posyandu"
SHOWN_DAYS = 62
"""So far the page reaches; the calendar file reaches a year."""


@dataclass(frozen=True, slots=True)
class HealthPostPages:
    """The pages of health posts."""

    desk: HealthPostDesk
    view: HealthPostView
    people: PeopleDesk
    choices: Choices
    lines: Lines

    templates = Path(__file__).parent / "templates"
    static = Path(__file__).parent / "static"
    set_up: Sequence[SetUpPage] = (SetUpPage(SET_UP_PATH, "Posyandu", "heart"),)

    def routes(self, site: Site) -> Sequence[BaseRoute]:
        """Return the pages."""
        forms: Sequence[Form] = (PostList(self.desk), PostForm(self.desk, self.lines))
        pages = [route for form in forms for route in FormPage(form, self.choices, self.people, site).routes()]
        return [*PublicPages(self.view, site).routes(), *pages]

    def describe(self, api: APIRouter, site: Site) -> None:
        """Add nothing: the calendar is a page and a file."""

    def streams(self) -> Sequence[Broadcaster]:
        """Return no streams."""
        return ()


def door(view: HealthPostView) -> Door:
    """Return the way in, which is shown once there is a health post."""
    return Door(PATH, "Posyandu", "Kapan, di mana, dan apa yang dibawa", "heart", is_open=lambda: bool(view.posts()))


class PublicPages:
    """The calendar for everybody."""

    def __init__(self, view: HealthPostView, site: Site) -> None:
        self._view = view
        self._site = site
        self._drawn = HotPages(site.edition)

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        return [
            Route(PATH, self._show, methods=["GET"]),
            Route(PATH + "/semua.ics", self._file, methods=["GET"]),
            Route(PATH + "/{post:int}.ics", self._file, methods=["GET"]),
        ]

    async def _show(self, request: Request) -> Response:
        posts = await run_in_threadpool(self._view.posts)
        language, today = self._site.language_of(request), self._view.today()
        speak = words(language)

        def draw() -> str:
            return self._site.page(
                "healthposts.html", language, PATH, posts=posts, ahead=self._view.ahead(SHOWN_DAYS), today=today,
                tomorrow=today + timedelta(days=1) if today else None, hours=lambda session: hours(session, speak),
            )  # fmt: skip

        return hot_response(request, self._drawn.get(etag_of(language, today, posts), ("list", language), draw))

    async def _file(self, request: Request) -> Response:
        """Send one health post's calendar, or that of all."""
        wanted = request.path_params.get("post")
        posts = [one for one in await run_in_threadpool(self._view.posts) if wanted in {None, one.id}]
        if not posts:
            raise Refusal("healthpost-unknown")
        name = f"posyandu-{wanted or 'semua'}.ics"
        headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-cache"}
        content = await run_in_threadpool(self._calendar, posts, self._site.language_of(request))
        return Response(content, headers=headers, media_type="text/calendar; charset=utf-8")

    def _calendar(self, posts: Sequence[Post], language: str) -> bytes:
        # The library is read when the first phone asks: a hall starts without it.
        from gateway.healthposts.ics import calendar_of  # noqa: PLC0415

        today, speak = self._view.today(), words(language)
        found = model.sessions(posts, today, model.year_ahead(today)) if today else []
        title = posts[0].draft.name if len(posts) == 1 else speak("Posyandu {hall}", hall=self._site.hall_name)
        return calendar_of(
            found,
            title=title,
            bring=speak("Bawa:"),
            hall=self._site.hall_id,
            zone=self._site.zone,
            made_at=self._site.clock.now(),
        )
