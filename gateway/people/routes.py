"""Signing in and out: the page ``/masuk`` and ``POST /api/v1/session``.

Promises: a wrong name and a wrong PIN get the same answer; the PIN is in no log, page or address; the cookie is out
of reach of scripts and other sites.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections import OrderedDict
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
from gateway.people.model import Right
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
COOKIE_S = 12 * 3600

REMEMBERED_LIMIT = 200
"""So many answered sign-ins are remembered by their key, so that one repeated on a bad connection is the same one."""

STAFF_PAGE = re.compile(r"/loket(/[a-z0-9-]{1,32})?")
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
        self._remembered = _Remembered()

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
            _set_cookie(response, session.token)
            return response

        async def sign_out(request: Request) -> Response:
            token = session_token(request)
            check_csrf(await read_form(request), token)
            await run_in_threadpool(self._people.sign_out, token)
            response = RedirectResponse(site.link("/masuk", site.language_of(request)), 303, {"cache-control": "no-store"})
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
            key = key_of(request)
            body = self._remembered.answer(key, credentials)
            if body is None:
                session = await self._sign_in(request, credentials.officer, credentials.pin)
                body = {"token": session.token, "officer": session.name}
                self._remembered.keep(key, credentials, body)
            response = Response(json.dumps(body), 201, {"cache-control": "no-store"}, "application/json")
            _set_cookie(response, body["token"])
            return response

        api.add_api_route(
            "/session", open_session, methods=["POST"], status_code=201, response_model=SessionAnswer, openapi_extra=NEEDS_KEY
        )

    def streams(self) -> Sequence[Broadcaster]:
        """Return no streams."""
        return ()

    async def _sign_in(self, request: Request, officer: str, pin: str) -> Session:
        device = request.client.host if request.client else ""
        return await run_in_threadpool(self._people.sign_in, officer, pin, device)


class _Remembered:
    """The latest sign-ins by their idempotency key. In memory only: a session's token is never written down."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)
        self._answers: OrderedDict[str, tuple[bytes, dict[str, str]]] = OrderedDict()

    def answer(self, key: str, credentials: Credentials) -> dict[str, str] | None:
        """Return what was answered to ``key``. Raises Refusal ``key-reused`` when other credentials used it."""
        kept = self._answers.get(key)
        if kept is None:
            return None
        if not hmac.compare_digest(kept[0], self._fingerprint(credentials)):
            raise Refusal("key-reused")
        return kept[1]

    def keep(self, key: str, credentials: Credentials, body: dict[str, str]) -> None:
        """Remember the answer, forgetting the oldest."""
        self._answers[key] = (self._fingerprint(credentials), body)
        while len(self._answers) > REMEMBERED_LIMIT:
            self._answers.popitem(last=False)

    def _fingerprint(self, credentials: Credentials) -> bytes:
        text = json.dumps([credentials.officer, credentials.pin])
        return hmac.new(self._secret, text.encode(), hashlib.sha256).digest()


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


def _set_cookie(response: Response, token: str) -> None:
    # Not "Secure": most halls have no certificate, and the staff network is a cable.
    response.set_cookie(COOKIE, token, max_age=COOKIE_S, httponly=True, samesite="strict", path="/")
