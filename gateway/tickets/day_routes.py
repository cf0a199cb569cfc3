"""``/loket/hari``: beginning the hall-day when the calendar could not, because nobody knows how late it is.

Promises: no day begins without a date that a clerk has confirmed; confirming the present day changes nothing but how
far it is believed; the console asks for this only while the clock cannot be trusted, or the calendar has missed the day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.clock import ClockState
from gateway.errors import Refusal
from gateway.people.desk import PeopleDesk, Session
from gateway.people.routes import session_of, staff_page
from gateway.portal.forms import check_csrf, read_form
from gateway.portal.site import Site
from gateway.tickets.days import OPENS_AT
from gateway.tickets.desk import TicketsDesk
from gateway.tickets.hours import DoorState
from gateway.tickets.snapshot import DayView, QueueSnapshot
from gateway.tickets.view import QueueView

SHOWN_ON_PAGE = frozenset({"day-not-later", "field-invalid"})


class DayPages:
    """The day as a clerk sees and begins it."""

    def __init__(self, desk: TicketsDesk, view: QueueView, people: PeopleDesk, site: Site) -> None:
        self._desk = desk
        self._view = view
        self._people = people
        self._site = site
        self._confirmed: tuple[int, date] | None = None
        """The ordinal that a clerk has confirmed since the start, and the date that the clock showed then."""

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        return [Route("/loket/hari", self._show, methods=["GET"]), Route("/loket/hari", self._open, methods=["POST"])]

    def door(self, snapshot: QueueSnapshot) -> DoorState | None:
        """Return whether numbers are given now; None while the hour is not known."""
        trusted = self._site.clock.state() is ClockState.TRUSTED
        return snapshot.rules.door(self._site.now()) if trusted else None

    def asks(self, day: DayView) -> bool:
        """Return whether a clerk should look at the day now."""
        now = self._site.now()
        if self._site.clock.state() is ClockState.TRUSTED:
            return day.date < now.date().isoformat() and now.time() >= OPENS_AT
        return self._confirmed != (day.ordinal, now.date())

    def told(self, day: DayView) -> dict[str, object]:
        """Return what the other pages of the desk say of the day: whether to look at it, and its date."""
        return {"day_asks": self.asks(day), "day_on": date.fromisoformat(day.date)}

    async def _show(self, request: Request) -> Response:
        session = await session_of(request, self._people)
        return self._page(request, session)

    async def _open(self, request: Request) -> Response:
        session = await session_of(request, self._people)
        fields = await read_form(request)
        check_csrf(fields, session.token)
        try:
            on = _date(fields)
            await run_in_threadpool(self._begin, on, session)
        except Refusal as refusal:
            if refusal.code not in SHOWN_ON_PAGE:
                raise
            return self._page(request, session, refusal, fields.get("date", ""))
        return self._page(request, session, done=True)

    def _begin(self, on: date, session: Session) -> None:
        before = self._view.current
        try:
            ordinal = self._desk.open_day(on, str(session.officer)).ordinal
        except Refusal:
            # Whoever says that it is still the day that has begun is right, and nothing is to be done.
            if on.isoformat() != before.day.date:
                raise
            ordinal = before.day.ordinal
            self._desk.confirm_day(on)
        else:
            self._view.at_least(before.revision + 1)
        if on == self._site.now().date():
            self._site.clock.confirm_by_staff()
        self._confirmed = (ordinal, self._site.now().date())

    def _page(
        self, request: Request, session: Session, refusal: Refusal | None = None, typed: str = "", *, done: bool = False
    ) -> Response:
        snapshot, clock = self._view.current, self._site.clock
        known = clock.state() is not ClockState.UNSET
        return staff_page(
            self._site, request, session, "day.html", "/loket/hari", refusal,
            day=snapshot.day, on=date.fromisoformat(snapshot.day.date), now=self._site.now(), clock_state=clock.state().value,
            date=typed or (self._site.now().date().isoformat() if known else ""), done=done,
            left=sum(line.waiting for line in snapshot.lines) + len(snapshot.held), leftover=snapshot.rules.leftover,
        )  # fmt: skip


def _date(fields: dict[str, str]) -> date:
    try:
        return date.fromisoformat(fields.get("date", ""))
    except ValueError as error:
        raise Refusal("field-invalid", field="date") from error
