"""Signing in and out: the page ``/masuk`` and ``POST /api/v1/session``.

Promises: a wrong name and a wrong PIN get the same answer; the PIN is in no log, page or address; the cookie is out
of reach of scripts and other sites.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.errors import Refusal
from gateway.people.desk import PeopleDesk, Session
from gateway.people.model import SESSION_LONGEST_S, Right
from gateway.portal import problems
from gateway.portal.api import NEEDS_KEY, key_of
from gateway.portal.feature import SetUpPage
from gateway.portal.forms import check_csrf, read_form
from gateway.portal.i18n import words
from gateway.portal.live import Broadcaster
from gateway.portal.site import Site

if TYPE_CHECKING:
    from fastapi import APIRouter

COOKIE = "petugas"
COOKIE_S = int(SESSION_LONGEST_S)

KEEPSAKES = "kenal"
"""The cookie with the keepsakes of those who signed in at this browser before."""
KEEPSAKES_S = 180 * 24 * 3600
KEEPSAKES_LIMIT = 8

STAFF_PAGE = re.compile(r"/(loket|atur|petugas|statistik|perangkat)(/[a-z0-9-]{1,32}){0,3}")
"""Where a sign-in may lead: nowhere else, so that no link can send a clerk to a foreign page."""


class Credentials(BaseModel):
    """Who signs in."""

    model_config = ConfigDict(extra="forbid")

    officer: str = Field(min_length=1, max_length=40)
    pin: str = Field(min_length=1, max_length=64)


class SessionAnswer(BaseModel):
    """A session: send ``token`` as ``Authorization: Bearer``."""

    token: str
    officer: str


def session_token(request: Request) -> str:
    """Return the token the request carries as bearer or cookie; empty when it carries none."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    return bearer.strip() if scheme.lower() == "bearer" else request.cookies.get(COOKIE, "")


async def session_of(request: Request, people: PeopleDesk, right: Right = Right.SERVE) -> Session:
    """Return who is signed in and has ``right``. Raises Refusal ``sign-in-needed`` or ``right-missing``."""
    token = session_token(request)
    session = await run_in_threadpool(people.session, token) if token else None
    if session is None:
        raise Refusal("sign-in-needed")
    if right not in session.rights:
        raise Refusal("right-missing")
    return session


class PeoplePages:
    """The pages and API of officers' sessions."""

    templates = Path(__file__).parent / "templates"
    static = None
    set_up: Sequence[SetUpPage] = ()

    def __init__(self, people: PeopleDesk) -> None:
        self._people = people

    def routes(self, site: Site) -> Sequence[BaseRoute]:
        """Return the pages."""

        async def show(request: Request) -> Response:
            return _sign_in_page(site, request, _next_page(request.query_params.get("lanjut", "")))

        async def sign_in(request: Request) -> Response:
            fields = await read_form(request)
            onward = _next_page(fields.get("lanjut", ""))
            try:
                session = await self._sign_in(request, fields.get("officer", "").strip(), fields.get("pin", ""))
            except Refusal as refusal:
                return _sign_in_page(site, request, onward, refusal, fields.get("officer", ""))
            response = RedirectResponse(site.link(onward, site.language_of(request)), 303, {"cache-control": "no-store"})
            if former := session_token(request):
                # Who takes over a browser ends the session that was left in it.
                await run_in_threadpool(self._people.sign_out, former)
            _set_cookies(request, response, session)
            return response

        async def sign_out(request: Request) -> Response:
            token = session_token(request)
            fields = await read_form(request)
            check_csrf(fields, token)
            await run_in_threadpool(self._people.sign_out, token)
            response = _to_sign_in(site, request, fields.get("lanjut", ""))
            response.delete_cookie(COOKIE, httponly=True, samesite="strict")
            return response

        return [
            Route("/masuk", show, methods=["GET"]),
            Route("/masuk", sign_in, methods=["POST"]),
            Route("/keluar", sign_out, methods=["POST"]),
        ]

    def describe(self, api: APIRouter, site: Site) -> None:
        """Add ``POST /session``."""
        del site

        async def open_session(request: Request, credentials: Credentials) -> Response:
            """Sign an officer in: the answer's token is also set as a cookie."""
            session = await self._sign_in(request, credentials.officer, credentials.pin, key_of(request))
            body = json.dumps({"token": session.token, "officer": session.name})
            response = Response(body, 201, {"cache-control": "no-store"}, "application/json")
            _set_cookies(request, response, session)
            return response

        api.add_api_route(
            "/session", open_session, methods=["POST"], status_code=201, response_model=SessionAnswer, openapi_extra=NEEDS_KEY
        )

    def streams(self) -> Sequence[Broadcaster]:
        """Return no streams."""
        return ()

    async def _sign_in(self, request: Request, officer: str, pin: str, key: str = "") -> Session:
        device = request.client.host if request.client else ""
        keepsakes = _keepsakes(request)
        return await run_in_threadpool(lambda: self._people.sign_in(officer, pin, device, keepsakes=keepsakes, key=key))


def _next_page(asked: str) -> str:
    return asked if STAFF_PAGE.fullmatch(asked) else "/loket"


def _sign_in_page(site: Site, request: Request, onward: str, refusal: Refusal | None = None, officer: str = "") -> Response:
    language = site.language_of(request)
    speak = words(language)
    context: dict[str, Any] = {"onward": onward, "officer": officer[:40], "sentence": "", "remedy": ""}
    status, headers = 200, {"cache-control": "no-store"}
    if refusal is not None:
        status = refusal.fault.status
        context |= {"sentence": problems.sentence(refusal, speak), "remedy": problems.remedy(refusal, speak)}
        headers |= problems.retry_after(refusal)
    page = site.page("sign_in.html", language, "/masuk", **context)
    return Response(page, status, headers, "text/html; charset=utf-8")


def _to_sign_in(site: Site, request: Request, onward: str) -> Response:
    path = site.link("/masuk", site.language_of(request))
    if onward and onward == _next_page(onward):
        path += f"{'&' if '?' in path else '?'}lanjut={onward}"
    return RedirectResponse(path, 303, {"cache-control": "no-store"})


def _keepsakes(request: Request) -> list[str]:
    return request.cookies.get(KEEPSAKES, "").split(".")[:KEEPSAKES_LIMIT]


def _set_cookies(request: Request, response: Response, session: Session) -> None:
    # Not "Secure": most halls have no certificate, and the staff network is a cable.
    response.set_cookie(COOKIE, session.token, max_age=COOKIE_S, httponly=True, samesite="strict", path="/")
    former = [one for one in _keepsakes(request) if one.isalnum() and one.isascii() and one != session.keepsake]
    kept = ".".join([session.keepsake, *former][:KEEPSAKES_LIMIT])
    response.set_cookie(KEEPSAKES, kept, max_age=KEEPSAKES_S, httponly=True, samesite="strict", path="/masuk")
