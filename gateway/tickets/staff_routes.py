"""The counter's pages: one big act, the rarer ones smaller, and who waits.

Promises: an act is applied once, however often its form is sent; an act meant for one ticket is not done to
another that has come since; everything works without JavaScript, and by the keyboard alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.errors import Refusal
from gateway.people.desk import PeopleDesk, Session
from gateway.people.routes import session_of, staff_page
from gateway.portal.forms import check_csrf, form_key, read_form
from gateway.portal.health_pages import HealthFinding
from gateway.portal.i18n import words
from gateway.portal.site import Site
from gateway.tickets import console, wishes
from gateway.tickets.counters import How
from gateway.tickets.day_routes import DayPages
from gateway.tickets.desk import TicketsDesk
from gateway.tickets.slips import Paper, no_printer
from gateway.tickets.snapshot import CounterView, QueueSnapshot
from gateway.tickets.view import QueueView

SHOWN_ON_PAGE = frozenset(
    {
        "nobody-waiting", "no-current-ticket", "ticket-moved-on", "key-reused", "unknown-number", "act-not-now", "called-too-few",
        "unknown-hold-reason", "undo-too-late", "unknown-line", "field-invalid",
    }
)  # fmt: skip
"""Refusals that a clerk meets at work: told on the counter's own page, so that work goes on from there."""

KEYPAD_LOOK_S = 5
"""How often the page of a counter with a keypad looks: what a keypad could not do changes nothing in the queue, and is to be seen all the same."""

Looking = Callable[[], HealthFinding | None]
"""Tells how the hall's devices are; quick, since every page of the console asks."""


class Keypads(Protocol):
    """The keypads of the counters; ``gateway.tickets.inputs.PressDesk`` knows them."""

    def keypad_says(self, counter: str) -> Refusal | None:
        """Return why the last act of a keypad at ``counter`` could not be done, for as long as its clerk may wonder."""

    def has_keypad(self, counter: str) -> bool:
        """Return whether a key has been pressed at ``counter``."""


def no_devices() -> None:
    """Say nothing of devices."""


class StaffPages:
    """``/loket`` and ``/loket/{counter}``."""

    def __init__(
        self, desk: TicketsDesk, view: QueueView, people: PeopleDesk, site: Site, days: DayPages, devices: Looking = no_devices,
        paper: Paper = no_printer, keypads: Keypads | None = None,
    ) -> None:  # fmt: skip
        self._desk = desk
        self._view = view
        self._people = people
        self._site = site
        self._days = days
        self._devices = devices
        self._paper = paper
        self._keypads = keypads

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes; they come after those of pages below ``/loket`` with a name of their own."""
        return [
            Route("/loket", self._counters, methods=["GET"]),
            Route("/loket/{counter}", self._counter, methods=["GET"]),
            Route("/loket/{counter}", self._act, methods=["POST"]),
        ]

    async def _counters(self, request: Request) -> Response:
        session = await session_of(request, self._people)
        return staff_page(self._site, request, session, "counters.html", "/loket", queue=self._view.current)

    async def _counter(self, request: Request) -> Response:
        counter = _counter_of(self._view.current, request)
        session = await session_of(request, self._people)
        return self._page(request, session, counter, self._view.current, await self._late())

    async def _act(self, request: Request) -> Response:
        counter = _counter_of(self._view.current, request)
        session = await session_of(request, self._people)
        fields = await read_form(request)
        check_csrf(fields, session.token)
        try:
            await run_in_threadpool(self._carry_out, counter.id, session, fields)
        except Refusal as refusal:
            if refusal.code not in SHOWN_ON_PAGE:
                raise
            snapshot = self._view.current
            return self._page(request, session, _counter_of(snapshot, request), snapshot, await self._late(), refusal)
        path = self._site.link(f"/loket/{counter.id}", self._site.language_of(request))
        return RedirectResponse(path, 303, {"cache-control": "no-store"})

    def _carry_out(self, counter: str, session: Session, fields: dict[str, str]) -> None:
        wish = wishes.from_form(fields)
        # Another act of the same page is another wish; the same one again is the same press.
        key = f"{form_key(fields)}-{wish.name}"
        how = How(officer=str(session.officer), key=key, expected=fields.get("expected", ""))
        self._view.at_least(wish.carry_out(self._desk.counters, counter, **how).revision)

    async def _late(self) -> int:
        """Return how many slips wait for a clerk's word; those that come by themselves are no matter of the clerk's."""
        if self._paper() is None:
            return 0
        return sum(not slip.comes for slip in await run_in_threadpool(self._desk.late_slips))

    def _page(
        self, request: Request, session: Session, counter: CounterView, snapshot: QueueSnapshot, late: int,
        refusal: Refusal | None = None,
    ) -> Response:  # fmt: skip
        speak = words(self._site.language_of(request))
        found = self._devices()
        devices = speak.tell(found.verdict.sentence, found.facts) if found else ""
        told = self._keypads.keypad_says(counter.id) if self._keypads else None
        keypad = (
            " ".join(speak.tell(words_of, told.facts) for words_of in (told.fault.sentence, told.fault.remedy)) if told else ""
        )
        return staff_page(
            self._site, request, session, "counter.html", f"/loket/{counter.id}", refusal,
            console=console.compose(snapshot, counter, self._site.clock), counter=counter, key=self._site.new_key(),
            clock=self._site.clock_face(speak)[1], level=found.level if found else 0, devices=devices, door=self._days.door(snapshot),
            **self._days.told(snapshot.day), phone_tickets=snapshot.rules.phone_tickets, late=late,
            keypad=keypad, look_s=KEYPAD_LOOK_S if self._keypads and self._keypads.has_keypad(counter.id) else 0,
        )  # fmt: skip


def _counter_of(snapshot: QueueSnapshot, request: Request) -> CounterView:
    asked = request.path_params["counter"][:40]
    counter = snapshot.counter(asked)
    if counter is None:
        raise Refusal("unknown-counter", counter=asked)
    return counter
