"""The queue under any order of acts, restarts, crowds and wrong clocks, against a model that remembers everything."""

# ruff: noqa: PT017 - here a refusal is one of the outcomes that the model foretells

from __future__ import annotations

import json
import shutil
import tempfile
import threading
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gateway.clock import ClockState
from gateway.errors import Refusal
from gateway.tickets.desk import Issued
from gateway.tickets.model import HallDay
from tests.support.clock import FakeClock
from tests.support.tickets import COUNTERS, Queue, open_queue

LETTERS = {"surat": "A", "bantuan": "B"}


class QueueMachine(RuleBasedStateMachine):
    """Does what people, power and clocks do, and keeps what was promised to whom."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp())
        self.clock = FakeClock()
        self.boots = 0
        self.day = 1
        self.given: dict[tuple[int, str], int] = {}
        self.waiting: dict[str, tuple[str, bool]] = {}
        """Those who wait: number -> line and whether priority, in the order of issue."""
        self.present: dict[str, str] = {}
        self.answers: dict[str, Issued] = {}
        self.acts = 0
        self.open()

    def open(self) -> None:
        """Open the hall as at a start of the machine."""
        self.resources = ExitStack()
        self.queue: Queue = self.resources.enter_context(open_queue(self.directory, self.clock, seed=self.boots))

    def teardown(self) -> None:
        """Close and clean up."""
        self.resources.close()
        shutil.rmtree(self.directory)

    def note(self, issued: Issued, line: str, priority: str) -> None:
        """Remember a number that was given, and that it was the next one."""
        number = self.given[self.day, line] = self.given.get((self.day, line), 0) + 1
        assert issued.number == f"{LETTERS[line]}-{number:03d}"
        self.waiting[issued.number] = (line, priority != "")
        self.acts += 1

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

    @rule(counter=st.sampled_from(["1", "2"]))
    def a_clerk_calls_the_next(self, counter: str) -> None:
        """Somebody who waits and whose turn it can be, or nobody."""
        try:
            number = self.queue.desk.call_next(counter).number
        except Refusal as refusal:
            assert (refusal.code, len(self.waiting)) == ("nobody-waiting", 0)
            return
        line, priority = self.waiting.pop(number)
        before = [other for other, theirs in self.waiting.items() if theirs == (line, priority)]
        assert all(int(other[2:]) > int(number[2:]) for other in before)
        self.present[counter] = number
        self.acts += 1

    @rule(counter=st.sampled_from(["1", "2"]), act=st.sampled_from(["recall", "complete", "no_show"]))
    def a_clerk_acts_on_the_present_ticket(self, counter: str, act: str) -> None:
        """Always the counter's own, or nobody."""
        try:
            number = getattr(self.queue.desk, act)(counter).number
        except Refusal as refusal:
            assert (refusal.code, counter in self.present) == ("no-current-ticket", False)
            return
        assert number == self.present[counter]
        if act != "recall":
            del self.present[counter]
        self.acts += 1

    @rule(seconds=st.integers(0, 5 * 3600))
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
            self.waiting.clear()
            self.present.clear()

    @rule(dark_h=st.integers(-1, 30))
    def the_power_fails(self, dark_h: int) -> None:
        """The machine starts anew with a clock that may be behind."""
        self.resources.close()
        self.boots += 1
        self.clock.reboot(f"b002{self.boots:04d}", self.clock.now() + timedelta(hours=dark_h))
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
        found = self.queue.rows("SELECT day, line, count(*), count(DISTINCT number), max(number) FROM ticket GROUP BY day, line")
        assert sorted(found) == sorted((day, line, last, last, last) for (day, line), last in self.given.items())

    @invariant()
    def the_database_agrees_with_what_people_were_told(self) -> None:
        """Who waits, and who is at which counter."""
        waiting = self.queue.rows("SELECT label FROM ticket WHERE state = 'waiting'")
        assert sorted(str(number) for (number,) in waiting) == sorted(self.waiting)
        called = self.queue.rows("SELECT counter, label FROM ticket WHERE state = 'called'")
        assert {str(counter): str(number) for counter, number in called} == self.present
        assert set(self.present) <= {counter.id for counter in COUNTERS}

    @invariant()
    def every_act_has_its_event(self) -> None:
        """As many as acts, and one for each ticket that was given."""
        [(issued, tickets)] = self.queue.rows(
            "SELECT (SELECT count(*) FROM events WHERE type = 'id.balai.ticket.issued.v1'), (SELECT count(*) FROM ticket)"
        )
        assert issued == tickets == sum(self.given.values())
        [(sequences, last)] = self.queue.rows("SELECT count(*), coalesce(max(seq), 0) FROM events")
        assert sequences == last


TestQueueMachine = QueueMachine.TestCase
TestQueueMachine.settings = settings(deadline=None, max_examples=25, stateful_step_count=30)
