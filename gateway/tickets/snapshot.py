"""The queue of today at one moment, as pages, boards and streams read it.

Immutable, so that any thread may hold one for as long as it likes; equal revisions of one day and epoch
say the same. Nothing in it is personal; the tokens are known to their holders only and are in no JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from gateway.tickets.choices import QueueRules


@dataclass(frozen=True, slots=True)
class DayView:
    """The hall-day: ordinal 0 in a hall that has not been furnished."""

    ordinal: int
    date: str
    """Best-known date, ISO."""
    clock: str


@dataclass(frozen=True, slots=True)
class LineView:
    """A line and how long somebody who comes now would wait in it."""

    id: str
    letter: str
    name: str
    colour: str
    icon: str
    open: bool
    waiting: int
    wait_low_s: int
    wait_high_s: int
    full: bool = False
    """Whether the day's cap is reached."""


@dataclass(frozen=True, slots=True)
class LastAct:
    """A counter's last act, which can be taken back for some seconds after ``uptime_s`` of the boot ``bootid``."""

    act: str
    number: str
    bootid: str
    uptime_s: float


@dataclass(frozen=True, slots=True)
class CounterView:
    """A counter, the ids of its lines, and the number it serves now."""

    id: str
    name: str
    lines: tuple[str, ...]
    ticket: str | None
    state: str = ""
    """``called`` or ``serving``; empty when it serves nobody."""
    calls: int = 0
    """How often the present ticket was called."""
    since: str = ""
    """When the present ticket was called, or its person came."""
    paused_at: str = ""
    """Since when the counter rests, else empty."""
    last_act: LastAct | None = None


@dataclass(frozen=True, slots=True)
class CallView:
    """The latest call of a ticket. ``id`` grows with every call and recall of the hall."""

    id: int
    number: str
    counter: str
    counter_name: str
    called_at: str
    """ISO, local time with offset."""
    count: int
    """1 for a first call, more for recalls."""


class TicketView(NamedTuple):
    """What a ticket's own page shows. ``ahead`` and the wait are 0 unless it waits."""

    id: int
    token: str
    number: str
    line: str
    day: int
    priority: str
    origin: str
    """Where it was taken: button, kiosk, phone or staff."""
    state: str
    reason: str
    """Why it was cancelled or is held, for example ``day-closed`` or ``papers``; else empty."""
    counter: str
    """Id of the counter that called it, else empty."""
    calls: int
    issued_at: str
    called_at: str
    ahead: int
    wait_low_s: int
    wait_high_s: int
    claim: str = ""
    """The short code on the slip."""
    was: str = ""
    """The number of the former day that this one replaces."""
    successor: str = ""
    """Token of the ticket that replaces this one."""
    held_at: str = ""
    rated: bool = False
    ended_at: str = ""


@dataclass(frozen=True, slots=True)
class WaitingView:
    """One person in a line, for staff; in the order in which they will be called."""

    number: str
    priority: str
    issued_at: str
    for_counter: str = ""
    """Id of the only counter that may call it, else empty."""


@dataclass(frozen=True, slots=True)
class HeldView:
    """One person who fetches something, for staff; the one who left first comes first."""

    number: str
    line: str
    priority: str
    reason: str
    held_at: str


@dataclass(frozen=True, slots=True)
class QueueSnapshot:
    """Everything of one revision."""

    revision: int
    epoch: str
    day: DayView
    lines: tuple[LineView, ...]
    counters: tuple[CounterView, ...]
    calls: tuple[CallView, ...]
    """One for each ticket called today, newest first, at most 6."""
    tickets: Mapping[str, TicketView] = field(repr=False)
    """By token: today's and the former day's."""
    waiting: Mapping[str, tuple[WaitingView, ...]] = field(repr=False)
    """By line id."""
    held: tuple[HeldView, ...] = ()
    rules: QueueRules = field(default_factory=QueueRules)
    """What the hall has chosen, as of this revision."""

    @property
    def etag(self) -> str:
        """Name of this content: a restored hall has another epoch, so no old page counts as fresh."""
        return f"{self.epoch}-{self.day.ordinal}-{self.revision}"

    def line(self, line_id: str) -> LineView | None:
        """Return the line with this id."""
        return next((line for line in self.lines if line.id == line_id), None)

    def counter(self, counter_id: str) -> CounterView | None:
        """Return the counter with this id."""
        return next((counter for counter in self.counters if counter.id == counter_id), None)

    def ticket_of_claim(self, claim: str) -> TicketView | None:
        """Return today's ticket with this short code, however it was typed."""
        typed = "".join(one for one in claim.upper() if one.isalnum())
        today = (one for one in self.tickets.values() if one.day == self.day.ordinal and one.claim == typed)
        return next(today, None) if typed else None

    def as_json(self) -> dict[str, Any]:
        """Return the body of ``GET /api/v1/queue``."""
        return {
            "revision": self.revision,
            "day": {"ordinal": self.day.ordinal, "date": self.day.date, "clock": self.day.clock},
            "lines": [
                {
                    "id": line.id,
                    "letter": line.letter,
                    "name": line.name,
                    "colour": line.colour,
                    "icon": line.icon,
                    "open": line.open,
                    "full": line.full,
                    "waiting": line.waiting,
                    "estimated_wait": {"low_s": line.wait_low_s, "high_s": line.wait_high_s},
                }
                for line in self.lines
            ],
            "counters": [
                {
                    "id": counter.id,
                    "name": counter.name,
                    "lines": list(counter.lines),
                    "ticket": counter.ticket,
                    "state": counter.state,
                    "paused": counter.paused_at != "",
                }
                for counter in self.counters
            ],
            "calls": [
                {
                    "id": call.id,
                    "number": call.number,
                    "counter": call.counter,
                    "counter_name": call.counter_name,
                    "called_at": call.called_at,
                    "count": call.count,
                }
                for call in self.calls
            ],
        }
