"""Hall-days as the centre hears of them: events made by the product's own wire functions, about people whom ``day_people`` draws.

A thousand times faster than living the day at real desks (``tests/bench/day_hall.py``): the simplest of queues decides who is
called when. What a wire sees is real all the same: types, subjects, fields, moments to the millisecond, two boots a day.
"""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import count, islice
from random import Random

from gateway.store import outbox
from gateway.store.database import Store
from gateway.store.outbox import Event
from gateway.store.stamp import Stamp
from gateway.tickets import wire
from gateway.tickets.model import CounterSetup, HallDay, TicketState
from gateway.tickets.tables import Ticket
from tests.bench.day_people import COUNTERS, LINES, Person, crowd, weather
from tests.support.tickets import WIB

EPOCH = "7f3a90c2"
FIRST = date(2026, 11, 23)
TICKET = Ticket(0, EPOCH, 0, "", "", "", TicketState.WAITING, "", 0, 1, 0.0, "", "", 0.0, "", 0.0, "", 0.0)
TOGETHER = 2000
"""Events that are written in one transaction."""


def hall_days(seed: int) -> Iterator[tuple[Stamp, Event]]:
    """Yield events without end, in the order of a hall's sequence: some 2,000 a day."""
    randomness = Random(seed)
    for ordinal in count(1):
        yield from _Day(randomness, ordinal).told()


def fill(store: Store, events: int, seed: int) -> None:
    """Append so many events of hall-days to a store's outbox."""
    write(store, islice(hall_days(seed), events))


def write(store: Store, told: Iterable[tuple[Stamp, Event]]) -> None:
    """Append these events to a store's outbox."""
    waiting = iter(told)
    while together := list(islice(waiting, TOGETHER)):
        with store.transaction() as tx:
            for stamp, event in together:
                outbox.append(tx, stamp, event)


class _Day:
    """One day, written down visit by visit and then told in the order of time."""

    def __init__(self, randomness: Random, ordinal: int) -> None:
        day = weather(randomness)
        self._randomness = randomness
        self._ordinal = ordinal
        self._said: list[tuple[float, Event]] = []
        self._numbers: Counter[str] = Counter()
        self._boots_s = [6.9 * 3600 + randomness.random(), *day.cuts_s]
        self._bootids = [f"{randomness.getrandbits(32):08x}" for _ in self._boots_s]
        self._free_s = {counter.id: 8 * 3600 + randomness.uniform(0, 600) for counter in COUNTERS}
        self._slowness = day.clerks
        self._serves = {counter.id: randomness.random() < 0.7 for counter in COUNTERS}
        on = FIRST + timedelta(days=ordinal - 1)
        self._midnight = datetime(on.year, on.month, on.day, tzinfo=WIB)
        self._say(7 * 3600 + randomness.random(), wire.day_opened(HallDay(ordinal, on, "trusted"), EPOCH, "calendar"))
        for person in crowd(randomness, day):
            self._visit(person)

    def told(self) -> Iterator[tuple[Stamp, Event]]:
        """Yield the day's events in order, each with its stamp."""
        for at_s, event in sorted(self._said, key=lambda one: one[0]):
            boot = bisect(self._boots_s, at_s) - 1
            time = (self._midnight + timedelta(seconds=at_s)).isoformat(timespec="milliseconds")
            yield Stamp(time, "trusted", self._bootids[boot], f"{at_s - self._boots_s[boot]:.3f}"), event

    def _say(self, at_s: float, event: Event) -> None:
        self._said.append((at_s, event))

    def _between(self, since_s: float, until_s: float) -> float | None:
        """Return how long that was, or None when the machine was started anew between."""
        return round(until_s - since_s, 1) if bisect(self._boots_s, since_s) == bisect(self._boots_s, until_s) else None

    def _visit(self, person: Person) -> None:
        self._numbers[person.line] += 1
        letter = next(line.letter for line in LINES if line.id == person.line)
        label = f"{letter}-{self._numbers[person.line]:03d}"
        ticket = TICKET._replace(day=self._ordinal, line=person.line, label=label, priority=person.priority)
        self._say(person.comes_s, wire.issued(ticket, person.origin, 0))
        ready_s = person.comes_s
        if person.kind == "cancels":
            self._say(ready_s + self._randomness.uniform(60, 1500), wire.cancelled(ticket, "holder"))
            return
        if person.kind == "later":
            self._say(ready_s + 120.1 * self._randomness.random(), wire.held(ticket, "later"))
            ready_s += self._randomness.uniform(1800, 3600)
            self._say(ready_s, wire.brought_back(ticket, "holder"))
        counter = self._counter_for(person.line)
        called_s = max(ready_s, self._free_s[counter.id]) + self._randomness.uniform(3, 20)
        ticket = ticket._replace(counter=counter.id, calls=1, state=TicketState.CALLED)
        self._say(called_s, wire.called(ticket, counter.id, self._between(person.comes_s, called_s)))
        self._at_counter(person, ticket, called_s)

    def _counter_for(self, line: str) -> CounterSetup:
        able = [counter for counter in COUNTERS if line in counter.lines or line in counter.helps]
        return min(able, key=lambda counter: self._free_s[counter.id])

    def _at_counter(self, person: Person, ticket: Ticket, called_s: float) -> None:
        counter, draw = ticket.counter, self._randomness
        if person.kind == "no-show":
            for calls, pause_s in ((2, 25), (3, 50)):
                self._say(called_s + pause_s + draw.random(), wire.recalled(ticket, counter, calls))
            self._free_s[counter] = called_s + 75
            self._say(called_s + 75 + draw.random(), wire.no_show(ticket._replace(calls=3)))
            return
        if person.kind == "skipped":
            self._say(called_s + 40 + draw.random(), wire.skipped(ticket))
            called_s += draw.uniform(300, 900)
            self._say(called_s, wire.recalled(ticket, counter, 2))
        serving_s = called_s + person.walk_s
        service_s = person.service_s * self._slowness[counter]
        if self._serves[counter]:
            self._say(serving_s, wire.served(ticket))
        if person.kind == "held":
            self._say(serving_s + 0.3 * service_s, wire.held(ticket, "papers"))
            self._say(serving_s + 800 * draw.random() + service_s, wire.brought_back(ticket, "staff"))
        if person.kind == "transferred":
            elsewhere = draw.choice([line.id for line in LINES if line.id != ticket.line])
            self._say(serving_s + 0.4 * service_s, wire.transferred(ticket, elsewhere, "", round(0.4 * service_s, 1)))
        ended_s = serving_s + service_s
        self._free_s[counter] = ended_s
        self._say(ended_s, wire.completed(ticket, self._between(called_s, ended_s)))
        if draw.random() < 0.15:
            self._say(ended_s + draw.uniform(5, 120), wire.rated(ticket, draw.choice((2, 3, 3, 4, 4, 4)), "phone"))
