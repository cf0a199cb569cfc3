"""Signing in and out, the own PIN, and ``session_of``, which every staff page asks who is there.

Promises: a wrong name and a wrong PIN get the same answer; a PIN is in no log, page or address; the cookie is out
of reach of scripts and other sites; a sign-in leads to the staff's pages and nowhere else.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

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
from gateway.portal.feature import Door
from gateway.portal.forms import check_csrf, csrf_token, read_form
from gateway.portal.i18n import Words, words
from gateway.portal.site import Site
from gateway.portal.visitor import visitor_of

if TYPE_CHECKING:
    from fastapi import APIRouter

log = logging.getLogger(__name__)

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


async def session_of(request: Request, people: PeopleDesk, right: Right | None = Right.SERVE) -> Session:
    """Return who is signed in and has ``right``; None is everybody's who works here.

    Raises Refusal ``staff-network-only``, ``right-missing`` or ``sign-in-needed``, from which a page leads to ``/masuk`` and back.
    """
    visitor_of(request).require_staff_network()
    token = session_token(request)
    session = await run_in_threadpool(people.session, token) if token else None
    if session is None:
        raise Refusal("sign-in-needed")
    if right is not None and right not in session.rights:
        log.info("event=right-missing officer=%s right=%s", session.officer, right)
        raise Refusal("right-missing")
    return session


class SessionPages:
    """``/masuk``, ``/keluar``, ``/petugas`` and ``POST /api/v1/session``."""

    def __init__(self, people: PeopleDesk, site: Site, doors: Sequence[Door] = ()) -> None:
        self._people = people
        self._site = site
        self._doors = doors

    def routes(self) -> Sequence[BaseRoute]:
        """Return the pages."""
        return [
            Route("/masuk", self._show, methods=["GET"]),
            Route("/masuk", self._sign_in_by_form, methods=["POST"]),
            Route("/keluar", self._sign_out, methods=["POST"]),
            Route("/petugas", self._own, methods=["GET"]),
            Route("/petugas/pin", self._own_pin, methods=["GET"]),
            Route("/petugas/pin", self._change_own_pin, methods=["POST"]),
        ]

    def describe(self, api: APIRouter) -> None:
        """Add ``POST /session``."""

        async def open_session(request: Request, credentials: Credentials) -> Response:
            """Sign an officer in: the answer's token is also set as a cookie."""
            session = await self._sign_in(request, credentials.officer, credentials.pin, key_of(request))
            body = json.dumps({"token": session.token, "officer": session.name})
            response = Response(body, 201, {"cache-control": "no-store"}, "application/json")
            set_cookies(request, response, session)
            return response

        api.add_api_route(
            "/session", open_session, methods=["POST"], status_code=201, response_model=SessionAnswer, openapi_extra=NEEDS_KEY
        )

    async def _show(self, request: Request) -> Response:
        return self._sign_in_page(request, _way(request.query_params.get("lanjut", "")))

    async def _sign_in_by_form(self, request: Request) -> Response:
        fields = await read_form(request)
        onward = _way(fields.get("lanjut", ""))
        try:
            session = await self._sign_in(request, fields.get("officer", "").strip(), fields.get("pin", ""))
        except Refusal as refusal:
            return self._sign_in_page(request, onward, refusal, fields.get("officer", ""))
        if former := request.cookies.get(COOKIE):
            # Who takes over a browser ends the session that was left in it.
            await run_in_threadpool(self._people.sign_out, former)
        home = "/loket" if Right.SERVE in session.rights else "/atur"
        response = redirect(self._site, request, onward or home)
        set_cookies(request, response, session)
        return response

    async def _sign_in(self, request: Request, officer: str, pin: str, key: str = "") -> Session:
        device, keepsakes = visitor_of(request).device, _keepsakes(request)
        return await run_in_threadpool(lambda: self._people.sign_in(officer, pin, device, keepsakes=keepsakes, key=key))

    async def _sign_out(self, request: Request) -> Response:
        token = session_token(request)
        fields = await read_form(request)
        check_csrf(fields, token)
        await run_in_threadpool(self._people.sign_out, token)
        response = self._to_sign_in(request, _way(fields.get("lanjut", "")))
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return response

    def _to_sign_in(self, request: Request, onward: str) -> Response:
        path = self._site.link("/masuk", self._site.language_of(request))
        query = f"{'&' if '?' in path else '?'}lanjut={onward}" if onward else ""
        return RedirectResponse(path + query, 303, {"cache-control": "no-store"})

    async def _own(self, request: Request) -> Response:
        session = await session_of(request, self._people, None)
        doors = await run_in_threadpool(lambda: [(door, door.late()) for door in self._doors if door.is_open()])
        return staff_page(self._site, request, session, "own.html", "/petugas", doors=doors)

    async def _own_pin(self, request: Request) -> Response:
        session = await session_of(request, self._people, None)
        return staff_page(self._site, request, session, "own_pin.html", "/petugas/pin")

    async def _change_own_pin(self, request: Request) -> Response:
        session = await session_of(request, self._people, None)
        fields = await read_form(request)
        check_csrf(fields, session.token)
        try:
            fresh = new_pin(fields)
            session = await run_in_threadpool(self._people.change_own_pin, session, fields.get("own", ""), fresh)
        except Refusal as refusal:
            return staff_page(self._site, request, session, "own_pin.html", "/petugas/pin", refusal)
        response = redirect(self._site, request, "/petugas")
        set_cookies(request, response, session)
        return response

    def _sign_in_page(self, request: Request, onward: str, refusal: Refusal | None = None, officer: str = "") -> Response:
        language = self._site.language_of(request)
        page = self._site.page(
            "sign_in.html", language, "/masuk", onward=onward, officer=officer[:40], **told(refusal, words(language))
        )
        return answer(page, refusal)


def new_pin(fields: dict[str, str]) -> str:
    """Return the new PIN that a form has twice. Raises Refusal ``pins-differ``."""
    if fields.get("pin", "") != fields.get("again", ""):
        raise Refusal("pins-differ")
    return fields.get("pin", "")


def staff_page(
    site: Site,
    request: Request,
    session: Session,
    template: str,
    path: str,
    refusal: Refusal | None = None,
    **context: object,
) -> Response:
    """Draw a page for who is signed in: with ``officer``, ``role``, ``rights``, ``csrf`` and, if any, what was refused."""
    language = site.language_of(request)
    context |= told(refusal, words(language))
    page = site.page(
        template, language, path, officer=session.name, role=session.role, rights=session.rights,
        csrf=csrf_token(session.token), **context,
    )  # fmt: skip
    return answer(page, refusal)


def told(refusal: Refusal | None, speak: Words) -> dict[str, str]:
    """Return ``sentence`` and ``remedy`` for a page; both are empty when nothing was refused."""
    if refusal is None:
        return {"sentence": "", "remedy": ""}
    return {"sentence": problems.sentence(refusal, speak), "remedy": problems.remedy(refusal, speak)}


def answer(page: str, refusal: Refusal | None = None) -> Response:
    """Answer with a page that no browser keeps."""
    headers = {"cache-control": "no-store"} | (problems.retry_after(refusal) if refusal else {})
    return Response(page, refusal.fault.status if refusal else 200, headers, "text/html; charset=utf-8")


def redirect(site: Site, request: Request, path: str) -> Response:
    """Lead to another of the hall's pages after a form."""
    return RedirectResponse(site.link(path, site.language_of(request)), 303, {"cache-control": "no-store"})


def set_cookies(request: Request, response: Response, session: Session) -> None:
    """Let the browser carry the session, and remember that this officer signed in here."""
    # Most halls have no certificate; where a front server has one, the cookies never travel in the clear.
    secure = visitor_of(request).by_https
    response.set_cookie(COOKIE, session.token, max_age=COOKIE_S, httponly=True, samesite="strict", path="/", secure=secure)
    if session.keepsake:
        former = [one for one in _keepsakes(request) if re.fullmatch("[0-9a-f]+", one) and one != session.keepsake]
        kept = ".".join([session.keepsake, *former][:KEEPSAKES_LIMIT])
        response.set_cookie(KEEPSAKES, kept, max_age=KEEPSAKES_S, httponly=True, samesite="strict", path="/masuk", secure=secure)


def _way(asked: str) -> str:
    """Return where a sign-in leads, if it is one of the staff's pages; else nowhere."""
    return asked if STAFF_PAGE.fullmatch(asked) else ""


def _keepsakes(request: Request) -> list[str]:
    return request.cookies.get(KEEPSAKES, "")[:1000].split(".")[:KEEPSAKES_LIMIT]
