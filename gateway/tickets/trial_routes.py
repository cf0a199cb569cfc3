"""``/atur/uji``: does every board show and every printer print? And what to do when one does not."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.devices.printer_words import REMEDIES
from gateway.errors import Refusal
from gateway.people.desk import PeopleDesk
from gateway.people.model import Right
from gateway.people.session_routes import redirect, session_of, staff_page
from gateway.portal.feature import SetUpPage
from gateway.portal.forms import check_csrf, read_form
from gateway.portal.site import Site
from gateway.tickets.trials import Trials

PAGE = SetUpPage("/atur/uji", "Coba layar dan printer", "printer")


class TrialPages:
    """The page, and the asking."""

    def __init__(self, trials: Trials, people: PeopleDesk, site: Site) -> None:
        self._trials = trials
        self._people = people
        self._site = site

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        return [Route(PAGE.path, self._show, methods=["GET"]), Route(PAGE.path, self._ask, methods=["POST"])]

    async def _show(self, request: Request) -> Response:
        session = await session_of(request, self._people, Right.SET_UP)
        return staff_page(
            self._site, request, session, "trials.html", PAGE.path, title=PAGE.title, trials=self._trials.devices(), unsaved=False,
            wrong={}, done=False, remedies=REMEDIES, tv=f"{self._site.address}/papan",
        )  # fmt: skip

    async def _ask(self, request: Request) -> Response:
        session = await session_of(request, self._people, Right.SET_UP)
        fields = await read_form(request)
        check_csrf(fields, session.token)
        if not self._trials.ask(fields.get("device", "")):
            raise Refusal("field-invalid", field="device")
        return redirect(self._site, request, PAGE.path)
