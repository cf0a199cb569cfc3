"""Setting up the hall: claiming a new one at ``/atur``, then the list of everything that can be set.

Promises: a hall without a head is claimed only with its setup code, which is shown at the Pi itself and nowhere else;
once it has a head, ``/atur`` is for whoever may set up, first step by step, later as one list.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Scope

from gateway.errors import Refusal
from gateway.people.desk import PeopleDesk
from gateway.people.model import Right, spaced_code
from gateway.people.session_routes import answer, new_pin, redirect, session_of, set_cookies, staff_page, told
from gateway.portal.forms import read_form
from gateway.portal.i18n import words
from gateway.portal.site import Site
from gateway.portal.visitor import Visitor, visitor_of

PATH = "/atur"
PATH_OF_OFFICERS = "/atur/petugas"


class SetUpPages:
    """``/atur``, and the door to each of its steps, which remembers that one was there."""

    def __init__(self, people: PeopleDesk, site: Site) -> None:
        self._people = people
        self._site = site

    def routes(self) -> Sequence[BaseRoute]:
        """Return the pages."""
        return [
            Route(PATH, self._show, methods=["GET"]),
            Route(PATH, self._claim, methods=["POST"]),
            Route(f"{PATH}/langkah/{{step:int}}", self._step, methods=["GET"]),
        ]

    async def _show(self, request: Request) -> Response:
        if not await run_in_threadpool(self._people.is_claimed):
            return self._claim_page(request)
        session = await session_of(request, self._people, Right.SET_UP)
        pages = [page for page in self._site.set_up if page.path != PATH_OF_OFFICERS or Right.OFFICERS in session.rights]
        visited = await run_in_threadpool(self._people.visited)
        steps = [(1 + self._site.set_up.index(page), page, page.path in visited) for page in pages]
        following = next((step for step in steps if not step[2]), None)
        return staff_page(self._site, request, session, "set_up.html", PATH, steps=steps, following=following)

    async def _claim(self, request: Request) -> Response:
        """Take the code; then, with the code once more, the name and PIN of the first head."""
        fields = await read_form(request)
        code, name, device = fields.get("code", ""), fields.get("name", "").strip(), visitor_of(request).device
        code_is_right = False
        try:
            await run_in_threadpool(self._people.check_setup_code, code, device)
            code_is_right = True
            if "name" not in fields:
                return self._claim_page(request, code=code)
            session = await run_in_threadpool(self._people.claim, code, name, new_pin(fields), device)
        except Refusal as refusal:
            if refusal.code == "hall-claimed":
                raise
            return self._claim_page(request, refusal, code=code if code_is_right else "", name=name)
        response = redirect(self._site, request, PATH)
        set_cookies(request, response, session)
        return response

    def _claim_page(self, request: Request, refusal: Refusal | None = None, *, code: str = "", name: str = "") -> Response:
        language = self._site.language_of(request)
        page = self._site.page("claim.html", language, PATH, code=code[:20], name=name[:40], **told(refusal, words(language)))
        return answer(page, refusal)

    async def _step(self, request: Request) -> Response:
        await session_of(request, self._people, Right.SET_UP)
        number: int = request.path_params["step"]
        if not 1 <= number <= len(self._site.set_up):
            raise Refusal("not-found")
        path = self._site.set_up[number - 1].path
        await run_in_threadpool(self._people.visit, path)
        return redirect(self._site, request, path)


class TvPage(Route):
    """``/papan`` as the TV of a new hall shows it: the setup code. Anybody else, and a hall with officers, gets the board."""

    def __init__(self, people: PeopleDesk, site: Site, address: str) -> None:
        self._people = people
        self._site = site
        self._address = address
        super().__init__("/papan", self._show, methods=["GET"])

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match only for a browser of the Pi itself, while the hall has no officers."""
        match, child = super().matches(scope)
        visitor: Visitor | None = scope.get("visitor")
        if match is Match.FULL and visitor is not None and visitor.at_the_hall and self._people.is_new():
            return match, child
        return Match.NONE, {}

    async def _show(self, request: Request) -> Response:
        code = spaced_code(await run_in_threadpool(self._people.setup_code))
        language = self._site.language_of(request)
        return answer(self._site.page("setup_screen.html", language, "/papan", code=code, address=self._address))
