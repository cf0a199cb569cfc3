"""A simulated hall-day: real store and desks on a fake clock, and people and clerks who behave like people and clerks."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

from gateway.clock import ClockState
from gateway.errors import Refusal
from gateway.store.database import Store
from gateway.tickets import forecast, tables, waits
from gateway.tickets.choices import QueueRules
from gateway.tickets.desk import TicketsDesk
from gateway.tickets.view import QueueView
from tests.bench.day_people import COUNTERS, LINES, SHARES, Person, Weather, crowd, weather
from tests.bench.day_watch import Watch
from tests.support.clock import FakeClock
from tests.support.rules import choose_rules
from tests.support.store import open_test_store
from tests.support.tickets import WIB

FIRST_MIDNIGHT = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
"""Monday, 23 November 2026, 00.00 WIB."""
LOOK_S = 1200.0
"""So often everybody who waits looks at their phone."""


class SimulatedHall:
    """One hall over some days. With ``always_priority`` clerks call whoever has priority first, always: the control."""

    def __init__(self, folder: Path, randomness: Random, *, always_priority: bool = False) -> None:
        self.randomness = randomness
        self.clock = FakeClock(FIRST_MIDNIGHT)
        self.watch = Watch()
        self.people: list[Person] = []
        self.looks: list[tuple[Person, float, int, int]] = []
        """Who looked when, and the range that the phone showed."""
        self.cuts = 0
        self._clerks: list[Clerk] = []
        self._folder = folder
        self._always_priority = always_priority
        self._store: Store
        self._desk: TicketsDesk
        self._view: QueueView
        self._open()
        choose_rules(self._store, QueueRules())
        self._desk.furnish(LINES, COUNTERS)

    def live(self, days: int) -> None:
        """Let days pass, each until the last one is served, then close."""
        for day in range(days):
            self.clock.set_wall(FIRST_MIDNIGHT + timedelta(days=day, hours=7))
            self._desk.open_day_if_due()
            self._live_one(FIRST_MIDNIGHT + timedelta(days=day), weather(self.randomness))
        self._store.close()

    def _open(self) -> None:
        self._store = open_test_store(self._folder, self.clock)
        self._desk = TicketsDesk(self._store, self.clock, self.randomness, WIB)
        self._view = QueueView(self._store, self._desk.choices)

    def _live_one(self, midnight: datetime, day: Weather) -> None:
        people = crowd(self.randomness, day)
        self.people += people
        events = _Events(self.clock, midnight)
        clerks = self._clerks = [Clerk(self, counter.id, day, events) for counter in COUNTERS]
        for person in people:
            events.at(person.comes_s, partial(self._come, person, events))
        for clerk in clerks:
            events.at(8 * 3600 + self.randomness.uniform(0, 600), clerk.next)
        for cut_s in day.cuts_s:
            events.at(cut_s, self._cut)
        for look in range(22):
            events.at(8 * 3600 + look * LOOK_S, lambda: self._look(events))
        events.run()
        with self._store.reader() as db:
            self.watch.end_of_day(db, people)

    def _come(self, person: Person, events: _Events) -> None:
        person.plain_told = self._plain(person)
        issued = self._desk.issue(person.line, priority=person.priority, origin=person.origin)
        person.number, person.token = issued.number, issued.token
        person.told = (issued.wait_low_s, issued.wait_high_s)
        self.watch.issued(issued.number)
        if person.kind == "cancels":
            events.after(self.randomness.uniform(60, 1500), lambda: self._leave(person))
        if person.kind == "later":
            events.after(self.randomness.uniform(30, 300), lambda: _try(lambda: self._desk.come_later(person.token)))
            events.after(self.randomness.uniform(1800, 3600), lambda: self._come_back(person))
        self.somebody_waits()

    def _leave(self, person: Person) -> None:
        if person.called_s is None:
            self._desk.give_back(person.token)

    def _come_back(self, person: Person) -> None:
        _try(lambda: self._desk.come_back(person.token))
        self.somebody_waits()

    def somebody_waits(self) -> None:
        """Let idle clerks look up."""
        for clerk in self._clerks:
            clerk.notice()

    def _plain(self, person: Person) -> tuple[int, int]:
        """Return what a mean without spread says, as the five minutes it falls into: the control."""
        with self._store.reader() as db:
            outlook = forecast.outlook(db)
            counts = {line: sum(both) for line, both in tables.waiting_counts(db).items()}
        expected_s = waits.expected_s(person.line, counts.get(person.line, 0), counts, outlook)
        return int(expected_s // 300) * 300, (int(expected_s // 300) + 1) * 300

    def _look(self, events: _Events) -> None:
        self._view.refresh()
        by_token = {person.token: person for person in self.people if person.token and person.called_s is None}
        for ticket in self._view.current.tickets.values():
            if ticket.state == "waiting" and ticket.token in by_token:
                self.looks.append((by_token[ticket.token], events.now_s, ticket.wait_low_s, ticket.wait_high_s))

    def _cut(self) -> None:
        """Pull the plug: the machine starts anew a minute later, with another boot and a clock that is not yet set."""
        self._store.close()
        self.cuts += 1
        self.clock.reboot(f"b{self.cuts:07}", state=ClockState.RESTORED)
        self._open()
        self.clock.set_state(ClockState.TRUSTED)

    def call_next(self, counter: str) -> str:
        """Let the counter call, by the product's way or the control's; return the number."""
        with self._store.reader() as db:
            before = self.watch.before_call(db, counter)
            wanted = self.watch.priority_first(before) if self._always_priority else ""
        number = self._desk.counters.call(counter, wanted).number if wanted else self._desk.call_next(counter).number
        self.watch.called(before, number)
        return number

    def call_and_take_back(self, counter: str) -> None:
        """Press by mistake, and take it back: everything must be as it was."""
        with self._store.reader() as db:
            before = self.watch.image(db)
        self._desk.call_next(counter)
        self._desk.counters.undo(counter)
        with self._store.reader() as db:
            self.watch.taken_back(before, self.watch.image(db))

    @property
    def desk(self) -> TicketsDesk:
        """Return the desk of the present life of the machine."""
        return self._desk


class Clerk:
    """Somebody at a counter, who calls, waits for people, serves, eats and makes mistakes."""

    def __init__(self, hall: SimulatedHall, counter: str, day: Weather, events: _Events) -> None:
        self._hall = hall
        self._counter = counter
        self._slowness = day.clerks[counter]
        self._lunch = day.lunches[counter]
        self._forgets = day.forgetful == counter
        self._presses_serve = hall.randomness.random() < 0.7
        self._events = events
        self._ate = False
        self._idle = False
        self._present: Person | None = None

    def notice(self) -> None:
        """See that somebody has come, when there is nothing else to do."""
        if self._idle:
            self._idle = False
            self._events.after(self._hall.randomness.uniform(3, 20), self.next)

    def next(self) -> None:
        """Finish with whoever is there and call the next person."""
        if not self._ate and self._events.now_s >= self._lunch[0]:
            self._eat()
            return
        counters = self._hall.desk.counters
        if self._hall.randomness.random() < 0.02:
            _try(lambda: self._hall.call_and_take_back(self._counter))
        try:
            number = self._hall.call_next(self._counter)
        except Refusal:
            if self._present is not None:
                counters.complete(self._counter)
            self._present, self._idle = None, True
            return
        self._meet(number)

    def _meet(self, number: str) -> None:
        person = next(one for one in reversed(self._hall.people) if one.number == number)
        self._present = person
        first = person.called_s is None
        if first:
            person.called_s = self._events.now_s
        if person.kind == "no-show":
            for pause_s in (25, 50):
                self._events.after(pause_s, lambda: self._hall.desk.counters.recall(self._counter))
            self._events.after(75, self._give_up)
        elif person.kind == "skipped" and first:
            self._events.after(40, self._skip)
        else:
            self._events.after(person.walk_s, self._serve)

    def _give_up(self) -> None:
        self._hall.desk.counters.no_show(self._counter)
        self._present = None
        self.next()

    def _skip(self) -> None:
        with self._hall.desk._store.reader() as db:
            before = self._hall.watch.before_call(db, self._counter)
        self._hall.desk.counters.skip(self._counter)
        with self._hall.desk._store.reader() as db:
            number = self._hall.watch.present(db, self._counter)
        self._present = None
        if number:
            self._hall.watch.called(before, number)
            self._meet(number)
        else:
            self.next()

    def _serve(self) -> None:
        person = self._present
        assert person is not None
        if self._presses_serve:
            self._hall.desk.counters.serve(self._counter)
        service_s = person.service_s * self._slowness
        if person.kind == "held":
            self._events.after(0.3 * service_s, self._hold)
        elif person.kind == "transferred":
            self._events.after(0.4 * service_s, self._transfer)
        else:
            self._events.after(service_s, self.next)

    def _hold(self) -> None:
        person, counters = self._present, self._hall.desk.counters
        assert person is not None
        counters.hold(self._counter, "papers")
        person.kind = "plain"
        self._present = None
        self._events.after(self._hall.randomness.uniform(400, 1200), lambda: self._bring_back(person))
        self.next()

    def _bring_back(self, person: Person) -> None:
        self._hall.desk.counters.bring_back(self._counter, person.number)
        self._hall.somebody_waits()

    def _transfer(self) -> None:
        person = self._present
        assert person is not None
        elsewhere = self._hall.randomness.choice([line for line in SHARES if line != person.line])
        self._hall.desk.counters.transfer(self._counter, elsewhere)
        person.kind = "plain"
        self._present = None
        self._hall.somebody_waits()
        self.next()

    def _eat(self) -> None:
        self._ate = True
        if not self._forgets:
            if self._present is not None:
                self._hall.desk.counters.complete(self._counter)
                self._present = None
            self._hall.desk.counters.pause(self._counter)
        self._events.at(max(self._lunch[1], self._events.now_s + 600), self.next)


class _Events:
    """What happens when, on the hall's clock."""

    def __init__(self, clock: FakeClock, midnight: datetime) -> None:
        self._clock = clock
        self._midnight = midnight
        self._order = itertools.count()
        self._due: list[tuple[float, int, Callable[[], object]]] = []
        self.now_s = (clock.now() - midnight).total_seconds()

    def at(self, time_s: float, act: Callable[[], object]) -> None:
        heapq.heappush(self._due, (max(time_s, self.now_s), next(self._order), act))

    def after(self, pause_s: float, act: Callable[[], object]) -> None:
        self.at(self.now_s + pause_s, act)

    def run(self) -> None:
        while self._due:
            time_s, _, act = heapq.heappop(self._due)
            self._clock.advance(max(0.0, time_s - self.now_s))
            self.now_s = time_s
            act()


def _try(act: Callable[[], object]) -> None:
    try:
        act()
    except Refusal:
        return
