"""The queue under any order of acts, restarts, crowds and wrong clocks, against a model that remembers everything."""

# ruff: noqa: PT017 - here a refusal is one of the outcomes that the model foretells

from __future__ import annotations

import json
import shutil
import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gateway.clock import ClockState
from gateway.errors import Refusal
from gateway.tickets.desk import Called, Issued
from gateway.tickets.model import LEGAL, Act, HallDay, HoldReason, TicketState
from tests.support.clock import FakeClock
from tests.support.rules import WITHOUT_PAUSE
from tests.support.tickets import COUNTERS, Queue, open_queue

LETTERS = {"surat": "A", "bantuan": "B"}
AT_COUNTER = (TicketState.CALLED, TicketState.SERVING)
COUNTER = st.sampled_from([counter.id for counter in COUNTERS])


@dataclass(frozen=True)
class Person:
    """What the model knows of somebody with a number."""

    line: str
    priority: bool
    token: str
    state: TicketState = TicketState.WAITING
    counter: str = ""
    skipped: bool = False


class QueueMachine(RuleBasedStateMachine):
    """Does what people, power and clocks do, and keeps what was promised to whom."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp())
        self.clock = FakeClock()
        self.boots = 0
        self.day = 1
        self.given: dict[tuple[int, str], int] = {}
        self.people: dict[str, Person] = {}
        """Everybody of today, by number, in the order of issue."""
        self.changes: dict[str, int] = {}
        self.last: dict[str, tuple[float, dict[str, Person], dict[str, int]]] = {}
        """By counter: when its last act was, who was how before it, and how often each had changed after it."""
        self.answers: dict[str, Issued] = {}
        self.open()

    def open(self) -> None:
        """Open the hall as at a start of the machine."""
        self.resources = ExitStack()
        self.queue: Queue = self.resources.enter_context(open_queue(self.directory, self.clock, seed=self.boots))
        self.counters = self.queue.desk.counters

    def teardown(self) -> None:
        """Close and clean up."""
        self.resources.close()
        shutil.rmtree(self.directory)

    def present(self, counter: str) -> str:
        """Return the number at a counter, or empty."""
        return next((n for n, one in self.people.items() if one.counter == counter and one.state in AT_COUNTER), "")

    def change(self, number: str, **changes: object) -> None:
        """Let somebody change."""
        self.people[number] = replace(self.people[number], **changes)  # type: ignore[arg-type]  # the fields of Person
        self.changes[number] = self.changes.get(number, 0) + 1

    def apply(self, number: str, act: Act, **changes: object) -> None:
        """Let an act that must be legal happen to somebody."""
        self.change(number, state=LEGAL[self.people[number].state, act], **changes)

    def at_counter(self, counter: str, act: Callable[[], Called], follow: Callable[[str], None]) -> Called | Refusal:
        """Do an act at a counter; when it is done let the model follow, and remember what was before."""
        before = dict(self.people)
        try:
            called = act()
        except Refusal as refusal:
            return refusal
        follow(called.number)
        touched = [number for number, one in self.people.items() if one is not before.get(number)]
        self.last[counter] = (
            self.clock.monotonic_s(),
            {number: before[number] for number in touched},
            {number: self.changes[number] for number in touched},
        )
        return called

    def note(self, issued: Issued, line: str, priority: str) -> None:
        """Remember a number that was given, and that it was the next one."""
        number = self.given[self.day, line] = self.given.get((self.day, line), 0) + 1
        assert issued.number == f"{LETTERS[line]}-{number:03d}"
        self.people[issued.number] = Person(line, priority != "", issued.token)

    @rule(line=st.sampled_from(sorted(LETTERS)), priority=st.sampled_from(["", "", "lansia"]), keyed=st.booleans())
    def somebody_takes_a_number(self, line: str, priority: str, keyed: bool) -> None:
        """The next number of the line, told with the right place."""
        key = f"key-{len(self.answers):06d}-{self.boots}" if keyed else None
        issued = self.queue.desk.issue(line, priority=priority, origin="phone", key=key)
        self.note(issued, line, priority)
        if key is not None:
            self.answers[key] = issued
            assert self.queue.desk.issue(line, priority=priority, origin="phone", key=key) == issued

    @rule(line=st.sampled_from(sorted(LETTERS)), crowd=st.integers(2, 5))
    def a_crowd_takes_numbers_at_once(self, line: str, crowd: int) -> None:
        """Together they get the next numbers, each its own."""
        answers: list[Issued] = []
        gate = threading.Barrier(crowd)

        def press() -> None:
            gate.wait(10)
            answers.append(self.queue.desk.issue(line, origin="button"))

        threads = [threading.Thread(target=press) for _ in range(crowd)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        for issued in sorted(answers, key=lambda one: one.revision):
            self.note(issued, line, "")

    @rule(counter=COUNTER)
    def a_clerk_calls_the_next(self, counter: str) -> None:
        """Somebody who waits and whose turn it can be, or nobody."""
        waiting = [number for number, one in self.people.items() if one.state is TicketState.WAITING]
        mine = [number for number in waiting if self.people[number].counter in {"", counter}]

        def follow(number: str) -> None:
            person = self.people[number]
            same = [other for other in mine if replace(self.people[other], token="") == replace(person, token="")]
            assert number in mine
            assert person.skipped or number == same[0]
            if former := self.present(counter):
                self.apply(former, Act.COMPLETE)
            self.apply(number, Act.CALL, counter=counter)

        done = self.at_counter(counter, lambda: self.queue.desk.call_next(counter), follow)
        assert isinstance(done, Called) == bool(mine)

    @rule(counter=COUNTER, data=st.data())
    def a_clerk_calls_somebody(self, counter: str, data: st.DataObject) -> None:
        """Who waits or is held, whoever it is; nobody else."""
        number = data.draw(st.sampled_from([*self.people, "Z-001"]))
        allowed = number in self.people and (self.people[number].state, Act.CALL) in LEGAL
        mine = self.present(counter)

        def follow(called: str) -> None:
            if called == mine:
                return
            if mine:
                self.apply(mine, Act.COMPLETE)
            self.apply(called, Act.CALL, counter=counter)

        if number != mine:
            done = self.at_counter(counter, lambda: self.counters.call(counter, number), follow)
            assert isinstance(done, Called) == allowed

    @rule(
        counter=COUNTER, act=st.sampled_from([Act.RECALL, Act.SERVE, Act.COMPLETE, Act.NO_SHOW, Act.SKIP, Act.HOLD, Act.TRANSFER])
    )
    def a_clerk_acts_on_the_present_ticket(self, counter: str, act: Act) -> None:
        """Always the counter's own, as the table of acts allows, or nobody."""
        number = self.present(counter)
        allowed = number != "" and (self.people[number].state, act) in LEGAL
        acts: dict[Act, Callable[[], Called]] = {
            Act.HOLD: lambda: self.counters.hold(counter, HoldReason.PAPERS),
            Act.TRANSFER: lambda: self.counters.transfer(counter, "bantuan"),
        }

        def follow(told: str) -> None:
            assert told == number
            changes: dict[str, object] = {}
            if act in {Act.SKIP, Act.HOLD, Act.TRANSFER}:
                changes["counter"] = ""
            if act is Act.SKIP:
                changes["skipped"] = True
            if act is Act.TRANSFER:
                changes["line"] = "bantuan"
            self.apply(number, act, **changes)
            if act is Act.SKIP:
                [called] = self.queue.rows(
                    "SELECT coalesce(max(label), '') FROM ticket WHERE counter = ? AND state = 'called'", counter
                )
                if called[0]:
                    assert called[0] != number
                    self.apply(str(called[0]), Act.CALL, counter=counter)

        if act is Act.RECALL:
            done: Called | Refusal
            try:
                done = self.queue.desk.recall(counter)
                self.apply(number, act)
            except Refusal as refusal:
                done = refusal
        else:
            done = self.at_counter(counter, acts.get(act, lambda: getattr(self.counters, act.value)(counter)), follow)
        assert isinstance(done, Called) == allowed

    @rule(counter=COUNTER, data=st.data())
    def somebody_comes_back(self, counter: str, data: st.DataObject) -> None:
        """At the counter or by the phone: the held ticket waits at its old place."""
        held = [number for number, one in self.people.items() if one.state is TicketState.HELD]
        if not held:
            return
        number = data.draw(st.sampled_from(held))
        if data.draw(st.booleans()):
            self.queue.desk.come_back(self.people[number].token)
            self.apply(number, Act.BRING_BACK)
        else:
            self.at_counter(
                counter, lambda: self.counters.bring_back(counter, number), lambda _: self.apply(number, Act.BRING_BACK)
            )

    @precondition(lambda self: self.people)
    @rule(data=st.data(), later=st.booleans())
    def a_holder_changes_their_mind(self, data: st.DataObject, later: bool) -> None:
        """Comes later while waiting, or gives the number back while it is of use."""
        number = data.draw(st.sampled_from(sorted(self.people)))
        person = self.people[number]
        act = Act.HOLD if later else Act.CANCEL
        allowed = (person.state, act) in LEGAL and (not later or person.state is TicketState.WAITING)
        try:
            (self.queue.desk.come_later if later else self.queue.desk.give_back)(person.token)
        except Refusal as refusal:
            assert (refusal.code, allowed) == ("act-not-now", False)
            return
        assert allowed
        self.apply(number, act)

    @rule(counter=COUNTER)
    def a_clerk_takes_back_the_last_act(self, counter: str) -> None:
        """Within seconds, while nobody else has touched its tickets: then everything is as before."""
        at_s, before, changes = self.last.pop(counter, (float("-inf"), {}, {}))
        young = self.clock.monotonic_s() - at_s <= WITHOUT_PAUSE.undo_s
        untouched = all(self.changes.get(number) == count for number, count in changes.items())
        try:
            self.counters.undo(counter)
        except Refusal as refusal:
            assert (refusal.code, young and untouched and at_s > float("-inf")) == ("undo-too-late", False)
            if untouched and at_s > float("-inf"):
                self.last[counter] = (at_s, before, changes)
            return
        assert young
        assert untouched
        for number, person in before.items():
            self.change(number)
            self.people[number] = person

    @rule(seconds=st.sampled_from([0, 1, 5, 60, 3600, 18000]))
    def time_passes(self, seconds: int) -> None:
        """On every kind of clock."""
        self.clock.advance(seconds)

    @rule(year=st.sampled_from([1970, 2016, 2026, 2036]), state=st.sampled_from(list(ClockState)))
    def the_clock_jumps(self, year: int, state: ClockState) -> None:
        """Anywhere."""
        self.clock.set_wall(datetime(year, 11, 23, 3, tzinfo=UTC), state)

    @rule()
    def the_calendar_looks(self) -> None:
        """A new day begins with the next ordinal, or the present one goes on."""
        self.follow(self.queue.desk.open_day_if_due())

    @rule(days=st.integers(-2, 2))
    def a_clerk_opens_the_day(self, days: int) -> None:
        """A later date only."""
        try:
            self.follow(self.queue.desk.open_day(self.clock.now().date() + timedelta(days=days), "7"))
        except Refusal as refusal:
            assert refusal.code == "day-not-later"

    def follow(self, day: HallDay | None) -> None:
        """Move the model to the day that was opened, if one was."""
        if day is not None and day.ordinal != self.day:
            assert day.ordinal == self.day + 1
            self.day = day.ordinal
            self.people.clear()
            self.last.clear()

    @rule(dark_h=st.integers(-1, 30))
    def the_power_fails(self, dark_h: int) -> None:
        """The machine starts anew with a clock that may be behind."""
        self.resources.close()
        self.boots += 1
        self.clock.reboot(f"b002{self.boots:04d}", self.clock.now() + timedelta(hours=dark_h))
        self.last.clear()
        self.open()

    @precondition(lambda self: self.answers)
    @rule(data=st.data())
    def a_phone_asks_again(self, data: st.DataObject) -> None:
        """It gets the answer that it got."""
        key = data.draw(st.sampled_from(sorted(self.answers)))
        [(fingerprint,)] = self.queue.rows("SELECT fingerprint FROM answers WHERE key = ?", key)
        assert isinstance(fingerprint, str)
        _, line, priority, origin = json.loads(fingerprint)
        assert self.queue.desk.issue(line, priority=priority, origin=origin, key=key) == self.answers[key]

    @invariant()
    def numbers_have_no_hole_and_no_double(self) -> None:
        """Of each day and line exactly 1 to the last one given exist."""
        sql = "SELECT day, numbered_in, count(*), count(DISTINCT number), max(number) FROM ticket GROUP BY day, numbered_in"
        assert sorted(self.queue.rows(sql)) == sorted((day, line, last, last, last) for (day, line), last in self.given.items())

    @invariant()
    def the_database_agrees_with_what_people_were_told(self) -> None:
        """How everybody of today stands, and who is at which counter."""
        found = self.queue.rows("SELECT label, line, state, coalesce(counter, '') FROM ticket WHERE day = ?", self.day)
        assert sorted(found) == sorted((n, one.line, one.state.value, one.counter) for n, one in self.people.items())

    @invariant()
    def every_ticket_has_its_event(self) -> None:
        """One for each that was given, and the sequence of events has no gap."""
        [(issued, tickets)] = self.queue.rows(
            "SELECT (SELECT count(*) FROM events WHERE type = 'id.balai.ticket.issued.v1'), (SELECT count(*) FROM ticket)"
        )
        assert issued == tickets == sum(self.given.values())
        [(sequences, last)] = self.queue.rows("SELECT count(*), coalesce(max(seq), 0) FROM events")
        assert sequences == last


TestQueueMachine = QueueMachine.TestCase
TestQueueMachine.settings = settings(deadline=None, max_examples=25, stateful_step_count=40)
