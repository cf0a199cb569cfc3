"""The counter's pages: one big act, the rarer ones smaller, and who waits.

Promises: an act is applied once, however often its form is sent; an act meant for one ticket is not done to
another that has come since; everything works without JavaScript.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.errors import Refusal
from gateway.people.desk import PeopleDesk, Session
from gateway.people.routes import session_of, session_token
from gateway.portal import problems
from gateway.portal.forms import check_csrf, csrf_token, form_key, read_form
from gateway.portal.i18n import words
from gateway.portal.site import Site
from gateway.tickets.desk import Called, TicketsDesk
from gateway.tickets.snapshot import CounterView, QueueSnapshot
from gateway.tickets.view import QueueView

SHOWN_ON_PAGE = frozenset({"nobody-waiting", "no-current-ticket", "ticket-moved-on", "key-reused"})
"""Refusals that a clerk meets at work: told on the counter's own page, so that work goes on from there."""


class StaffPages:
    """``/loket`` and ``/loket/{counter}``."""

    def __init__(self, desk: TicketsDesk, view: QueueView, people: PeopleDesk, site: Site) -> None:
        self._acts = {"call-next": desk.call_next, "recall": desk.recall, "complete": desk.complete, "no-show": desk.no_show}
        self._view = view
        self._people = people
        self._site = site

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        return [
            Route("/loket", self._counters, methods=["GET"]),
            Route("/loket/{counter}", self._counter, methods=["GET"]),
            Route("/loket/{counter}", self._act, methods=["POST"]),
        ]

    async def _counters(self, request: Request) -> Response:
        session = await session_of(request, self._people)
        language = self._site.language_of(request)
        page = self._site.page(
            "counters.html",
            language,
            "/loket",
            queue=self._view.current,
            officer=session.name,
            csrf=csrf_token(session_token(request)),
        )
        return Response(page, headers={"cache-control": "no-store"}, media_type="text/html; charset=utf-8")

    async def _counter(self, request: Request) -> Response:
        snapshot = self._view.current
        counter = _counter_of(snapshot, request)
        session = await session_of(request, self._people)
        return self._page(request, session, counter, snapshot)

    async def _act(self, request: Request) -> Response:
        counter = _counter_of(self._view.current, request)
        session = await session_of(request, self._people)
        fields = await read_form(request)
        check_csrf(fields, session_token(request))
        try:
            await run_in_threadpool(self._carry_out, counter.id, session, fields)
        except Refusal as refusal:
            if refusal.code not in SHOWN_ON_PAGE:
                raise
            snapshot = self._view.current
            return self._page(request, session, _counter_of(snapshot, request), snapshot, refusal)
        path = self._site.link(f"/loket/{counter.id}", self._site.language_of(request))
        return RedirectResponse(path, 303, {"cache-control": "no-store"})

    def _carry_out(self, counter: str, session: Session, fields: dict[str, str]) -> None:
        act = self._acts.get(fields.get("act", ""))
        if act is None:
            raise Refusal("field-invalid", field="act")
        key = f"{form_key(fields)}-{fields['act']}"
        called: Called = act(counter, officer=str(session.officer), key=key, expected=fields.get("expected", ""))
        self._view.at_least(called.revision)

    def _page(
        self, request: Request, session: Session, counter: CounterView, snapshot: QueueSnapshot, refusal: Refusal | None = None
    ) -> Response:
        language = self._site.language_of(request)
        speak = words(language)
        now = self._site.now()
        call = next((call for call in snapshot.calls if call.number == counter.ticket and call.counter == counter.id), None)
        lines = [line for line in (snapshot.line(one) for one in counter.lines) if line is not None]
        page = self._site.page(
            "counter.html", language, f"/loket/{counter.id}", counter=counter, officer=session.name, lines=lines,
            waiting=[(line, [(one, _minutes_since(one.issued_at, now)) for one in snapshot.waiting.get(line.id, ())]) for line in lines],
            total=sum(line.waiting for line in lines), since=words(language).time(datetime.fromisoformat(call.called_at)) if call else "",
            call=call, key=self._site.new_key(), csrf=csrf_token(session_token(request)), clock=self._site.clock_face(speak)[1],
            sentence=problems.sentence(refusal, speak) if refusal else "", remedy=problems.remedy(refusal, speak) if refusal else "",
        )  # fmt: skip
        status = refusal.fault.status if refusal else 200
        return Response(page, status, {"cache-control": "no-store"}, "text/html; charset=utf-8")


def _counter_of(snapshot: QueueSnapshot, request: Request) -> CounterView:
    asked = request.path_params["counter"][:40]
    counter = snapshot.counter(asked)
    if counter is None:
        raise Refusal("unknown-counter", counter=asked)
    return counter


def _minutes_since(issued_at: str, now: datetime) -> int | None:
    """Return how many minutes ago that was, or None when the clock has jumped since."""
    minutes = (now - datetime.fromisoformat(issued_at)).total_seconds() / 60
    return int(minutes) if 0 <= minutes < 24 * 60 else None
