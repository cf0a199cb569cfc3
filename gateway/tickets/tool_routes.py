"""``/loket/alat``: what a clerk needs now and then, kept off the console so that it stays calm.

Promises: a number taken for somebody is taken once and a slip printed again once, however often the form is sent; what is opened, closed or continued
is asked for by name, so that a repeated form changes nothing more. Slips that have not come out are listed with their age: the young ones come by
themselves, the others when a clerk says so.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.errors import Refusal
from gateway.people.desk import PeopleDesk, Session
from gateway.people.routes import session_of, staff_page
from gateway.portal.forms import check_csrf, form_key, read_form
from gateway.portal.site import Site
from gateway.tickets.choices import QueueRules
from gateway.tickets.day_routes import DayPages
from gateway.tickets.desk import TicketsDesk
from gateway.tickets.slips import LateSlip, Paper
from gateway.tickets.view import QueueView
from gateway.tickets.wishes import as_printed

PATH = "/loket/alat"
SHOWN_ON_PAGE = frozenset(
    {"unknown-line", "unknown-priority", "unknown-number", "number-too-low", "field-invalid", "key-reused", "act-not-now"}
)
LONGEST = 40


class ToolPages:
    """Take a number for somebody, print a slip again, open and close, go on after a day on paper."""

    def __init__(self, desk: TicketsDesk, view: QueueView, people: PeopleDesk, site: Site, days: DayPages, paper: Paper) -> None:
        self._desk = desk
        self._view = view
        self._people = people
        self._site = site
        self._days = days
        self._paper = paper

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        return [Route(PATH, self._show, methods=["GET"]), Route(PATH, self._act, methods=["POST"])]

    async def _show(self, request: Request) -> Response:
        session = await session_of(request, self._people)
        return self._page(request, session, await self._late())

    async def _act(self, request: Request) -> Response:
        session = await session_of(request, self._people)
        fields = await read_form(request)
        check_csrf(fields, session.token)
        act, _, about = fields.get("act", "").partition(":")
        try:
            done = await run_in_threadpool(self._carry_out, act, about[:LONGEST], fields)
        except Refusal as refusal:
            if refusal.code not in SHOWN_ON_PAGE:
                raise
            return self._page(request, session, await self._late(), refusal)
        path = self._site.link(PATH, self._site.language_of(request))
        counter = self._counter(fields.get("loket", ""))
        onward = f"{path}{'&' if '?' in path else '?'}loket={counter}&selesai={done}"
        return RedirectResponse(onward, 303, {"cache-control": "no-store"})

    def _carry_out(self, act: str, about: str, fields: dict[str, str]) -> str:
        """Do it and return what is told afterwards: a number that was given, or the act's name."""
        if act == "issue":
            line, priority = fields.get("line", "")[:LONGEST], fields.get("priority", "")[:LONGEST]
            issued = self._desk.issue(line, priority=priority, origin="staff", key=f"{form_key(fields)}-{line}-{priority}")
            self._view.at_least(issued.revision)
            return issued.number
        if act == "print":
            number = as_printed(about or fields.get("number", "")[:LONGEST])
            self._desk.print_again(number, key=f"{form_key(fields)}-{number}")
        elif act in {"open-line", "close-line"}:
            self._view.at_least(self._desk.furniture.open_line(about, is_open=act == "open-line"))
        elif act in {"phone-on", "phone-off"}:
            rules = self._desk.choices.current(QueueRules).model_copy(update={"phone_tickets": act == "phone-on"})
            self._view.at_least(self._desk.furniture.choose(rules))
        elif act == "continue":
            number = fields.get("number", "").strip()
            if not (number.isascii() and number.isdecimal()):
                raise Refusal("field-invalid", field="number")
            last = int(number[:9])
            self._view.at_least(self._desk.furniture.continue_from(fields.get("line", "")[:LONGEST], last))
        else:
            raise Refusal("field-invalid", field="act")
        return act

    def _counter(self, asked: str) -> str:
        """Return the counter that the clerk came from, if there is one."""
        counter = self._view.current.counter(asked[:LONGEST])
        return counter.id if counter else ""

    async def _late(self) -> list[LateSlip]:
        """Return the slips that have not come out, in a hall that has a printer."""
        return [] if self._paper() is None else await run_in_threadpool(self._desk.late_slips)

    def _page(self, request: Request, session: Session, late: list[LateSlip], refusal: Refusal | None = None) -> Response:
        snapshot = self._view.current
        done = request.query_params.get("selesai", "")[:LONGEST]
        given = next((one for one in snapshot.tickets.values() if one.number == done and one.day == snapshot.day.ordinal), None)
        return staff_page(
            self._site, request, session, "tools.html", PATH, refusal,
            queue=snapshot, key=self._site.new_key(), loket=self._counter(request.query_params.get("loket", "")),
            done="" if refusal else done, late=late, paper=self._paper() or "", given=given if not refusal else None, door=self._days.door(snapshot),
            **self._days.told(snapshot.day),
        )  # fmt: skip
