"""The queue's part of the JSON API. Promises: the same key gives the same answer, byte for byte, for a day."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from gateway.errors import Refusal
from gateway.people.desk import PeopleDesk
from gateway.people.routes import session_of
from gateway.portal.api import NEEDS_KEY, key_of
from gateway.portal.visitor import visitor_of
from gateway.tickets import holding, wishes
from gateway.tickets.counters import How
from gateway.tickets.desk import Called, TicketsDesk
from gateway.tickets.model import HoldReason
from gateway.tickets.view import QueueView

if TYPE_CHECKING:
    from fastapi import APIRouter

NO_STORE = {"cache-control": "no-store"}


class Wish(BaseModel):
    """Which number is wanted."""

    model_config = ConfigDict(extra="forbid")

    line: str = Field(min_length=1, max_length=40, examples=["administrasi"])
    priority: str = Field(default="", max_length=40, description="lansia, disabilitas, hamil, or empty")


class Wait(BaseModel):
    """An honest range."""

    low_s: int
    high_s: int


class TicketAnswer(BaseModel):
    """A number that was given."""

    number: str = Field(examples=["A-012"])
    token: str
    url: str = Field(description="the ticket's own live page")
    ahead: int
    estimated_wait: Wait


class TicketState(TicketAnswer):
    """A ticket as it is now."""

    state: Literal["waiting", "called", "serving", "held", "completed", "no_show", "cancelled"]
    line: str
    priority: str
    counter: str
    calls: int


class Said(BaseModel):
    """How content the holder is; needed by ``rate`` alone."""

    model_config = ConfigDict(extra="forbid")

    score: int = Field(default=0, ge=0, le=4, description="rate: 4 very content, 1 not at all", examples=[4])


class HolderAnswer(BaseModel):
    """How the ticket stands after its holder's act."""

    number: str
    state: Literal["waiting", "held", "completed", "cancelled"]


class ActAnswer(BaseModel):
    """What an act at a counter was about."""

    number: str
    counter: str


class About(BaseModel):
    """What an act is about; each act needs only its own."""

    model_config = ConfigDict(extra="forbid")

    number: str = Field(default="", max_length=40, description="call, bring-back, cancel: whom", examples=["A-013"])
    reason: str = Field(default="", max_length=40, description="hold: " + ", ".join(HoldReason))
    line: str = Field(default="", max_length=40, description="transfer: to which line")
    counter: str = Field(default="", max_length=40, description="transfer: to which counter alone, or empty")
    expected: str | None = Field(
        default=None,
        max_length=40,
        description='the number that was seen at the counter, "" for none; an act on another is refused',
    )


class DayNow(BaseModel):
    """The hall-day."""

    ordinal: int
    date: str = Field(description="as far as the clock can be trusted")
    clock: str


class LineNow(BaseModel):
    """One line of the queue."""

    id: str
    letter: str
    name: str
    colour: str
    icon: str
    open: bool
    full: bool
    waiting: int
    estimated_wait: Wait


class CounterNow(BaseModel):
    """One counter."""

    id: str
    name: str
    lines: list[str]
    ticket: str | None
    state: Literal["", "called", "serving"]
    paused: bool


class CallNow(BaseModel):
    """The latest call of a ticket."""

    id: int
    number: str
    counter: str
    counter_name: str
    called_at: str
    count: int = Field(description="1 for a first call, more for recalls")


class QueueNow(BaseModel):
    """The queue of one revision."""

    revision: int
    day: DayNow
    lines: list[LineNow]
    counters: list[CounterNow]
    calls: list[CallNow] = Field(description="the newest first, at most 6")


def describe(api: APIRouter, desk: TicketsDesk, view: QueueView, people: PeopleDesk) -> None:
    """Add all routes."""
    _describe_tickets(api, desk, view)
    _describe_holders(api, desk, view)
    _describe_counters(api, desk, view, people)
    _describe_reading(api)


def _describe_tickets(api: APIRouter, desk: TicketsDesk, view: QueueView) -> None:
    async def take_number(request: Request, wish: Wish) -> Response:
        """Give the next number of a line."""
        key, device = key_of(request), visitor_of(request).device
        issued = await desk.take_by_phone(wish.line, priority=wish.priority, device=device, key=key)
        await view.seen(issued.revision)
        answer = {"number": issued.number, "token": issued.token, "url": f"/t/{issued.token}", "ahead": issued.ahead}
        answer |= {"estimated_wait": {"low_s": issued.wait_low_s, "high_s": issued.wait_high_s}}
        return Response(json.dumps(answer), 201, NO_STORE, "application/json")

    async def read_ticket(token: str) -> Response:
        """Tell how a ticket stands."""
        ticket = view.current.tickets.get(token)
        if ticket is None:
            raise Refusal("unknown-ticket")
        wait = {"low_s": ticket.wait_low_s, "high_s": ticket.wait_high_s}
        answer = {"number": ticket.number, "token": token, "url": f"/t/{token}", "ahead": ticket.ahead, "estimated_wait": wait}
        answer |= {"state": ticket.state, "line": ticket.line, "priority": ticket.priority}
        answer |= {"counter": ticket.counter, "calls": ticket.calls}
        return Response(json.dumps(answer), headers=NO_STORE, media_type="application/json")

    api.add_api_route(
        "/tickets", take_number, methods=["POST"], status_code=201, response_model=TicketAnswer, openapi_extra=NEEDS_KEY
    )
    api.add_api_route("/tickets/{token}", read_ticket, methods=["GET"], response_model=TicketState)


def _describe_holders(api: APIRouter, desk: TicketsDesk, view: QueueView) -> None:
    async def by_holder(request: Request, token: str, act: holding.Act, said: Said | None = None) -> Response:
        """Do what the holder of a ticket asks: come later, be back, give it back, or say how it was."""
        key, score = key_of(request), (said or Said()).score
        changed = await run_in_threadpool(lambda: holding.carry_out(desk, act, token, key=key, score=score))
        await view.seen(changed.revision)
        body = json.dumps({"number": changed.number, "state": holding.AFTER[act]})
        return Response(body, headers=NO_STORE, media_type="application/json")

    api.add_api_route("/tickets/{token}/{act}", by_holder, methods=["POST"], response_model=HolderAnswer, openapi_extra=NEEDS_KEY)


def _describe_counters(api: APIRouter, desk: TicketsDesk, view: QueueView, people: PeopleDesk) -> None:
    def carry_out(wish: wishes.Wish, counter: str, how: How) -> Called:
        called = wish.carry_out(desk.counters, counter, **how)
        view.at_least(called.revision)
        return called

    async def at_counter(request: Request, counter: str, act: wishes.Name, about: About | None = None) -> Response:
        """Do one act at a counter. For signed-in officers."""
        session = await session_of(request, people)
        about = about or About()
        wish = wishes.Wish(act, number=about.number, reason=about.reason, line=about.line, counter=about.counter)
        how = How(officer=str(session.officer), key=key_of(request), expected=about.expected)
        called = await run_in_threadpool(carry_out, wish, counter, how)
        body = json.dumps({"number": called.number, "counter": called.counter})
        return Response(body, headers=NO_STORE, media_type="application/json")

    api.add_api_route(
        "/counters/{counter}/{act}", at_counter, methods=["POST"], response_model=ActAnswer, openapi_extra=NEEDS_KEY
    )


def _describe_reading(api: APIRouter) -> None:
    """Describe what ``routes.py`` serves before FastAPI is asked."""

    async def read_queue() -> Response:
        """Return the queue now; send its ETag as If-None-Match to learn cheaply that nothing has changed."""
        raise Refusal("not-found")

    async def follow_queue() -> Response:
        """Follow the queue: server-sent events ``queue``, each with the body of ``GET queue``."""
        raise Refusal("not-found")

    unchanged = {"description": "Nothing has changed since the ETag that was sent."}
    stream = {"content": {"text/event-stream": {"schema": {"type": "string"}}}}
    api.add_api_route("/queue", read_queue, methods=["GET"], response_model=QueueNow, responses={304: unchanged})
    api.add_api_route("/events", follow_queue, methods=["GET"], response_class=Response, responses={200: stream})
