"""Requests under any order of acts, repeated forms, restarts and new histories, against a model that remembers everything."""

# ruff: noqa: PT017 - here a refusal is one of the outcomes that the model foretells

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gateway.errors import Refusal
from gateway.services.requests import model
from gateway.services.requests.model import Act, Origin, State
from gateway.services.requests.tables import NUMBERS_JUMP
from gateway.store import epochs
from gateway.store.outbox import Reads
from gateway.store.stamp import Stamp
from tests.support.requests import ANSWERS, PAPERS, Office
from tests.support.tickets import WIB

WITHOUT_NIK = {one: text for one, text in ANSWERS.items() if one != "nik"}


@dataclass(frozen=True)
class Known:
    """What the model knows of a request."""

    state: State
    token: str
    changes: tuple[str, ...]
    ticket: str = ""
    whole: bool = True
    """Whether every needed question has an answer."""


class Tickets:
    """A queue that gives tickets and ends them at the test's word."""

    def __init__(self) -> None:
        self.alive: set[str] = set()
        self.given = 0

    def give(self, _tx: object, _line: str) -> tuple[str, int]:
        """Give one."""
        self.given += 1
        self.alive.add(f"ticket-{self.given}")
        return f"ticket-{self.given}", self.given

    def lives(self, _db: Reads, token: str) -> bool:
        """Return whether it has not ended."""
        return token in self.alive

    def seen(self, _revision: int) -> None:
        """See it at once."""


class RequestMachine(RuleBasedStateMachine):
    """Does what people and power do, and keeps what was promised to whom."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp())
        self.office = Office(self.directory)
        self.tickets = self.office.neighbours.tickets = Tickets()
        self.drafts: dict[str, int] = {}
        """By token, the request that a draft has become; 0 for none yet."""
        self.known: dict[int, Known] = {}
        self.next = 1
        self.starts = 1
        self.last: tuple[int, str, str, Known] | None = None
        """The last act: number, name, key, and what came of it."""

    def teardown(self) -> None:
        """Close and clean up."""
        self.office.store.close()
        shutil.rmtree(self.directory)

    def choose(self, data: st.DataObject) -> int:
        """Choose one of the requests."""
        return data.draw(st.sampled_from(sorted(self.known)))

    def change(self, number: int, name: str, state: State, key: str = "") -> None:
        """Remember an act."""
        before = self.known[number]
        self.known[number] = replace(before, state=state, changes=(*before.changes, name))
        self.last = (number, name, key, self.known[number])

    @rule(origin=st.sampled_from(Origin), whole=st.booleans())
    def begin(self, origin: Origin, *, whole: bool) -> None:
        """Somebody begins, and types all or not all."""
        token = self.office.begin(origin=origin)
        self.office.drafts.save(token, ANSWERS if whole else WITHOUT_NIK)
        for paper in PAPERS if whole else ():
            self.office.drafts.add_photo(token, paper, b"jpeg")
        self.drafts[token] = 0

    @precondition(lambda self: self.drafts)
    @rule(data=st.data())
    def file(self, data: st.DataObject) -> None:
        """A draft is handed in, for the first time or again."""
        token = data.draw(st.sampled_from(sorted(self.drafts)))
        typed = self.office.drafts.open(token).typed
        filed = self.office.desk.file(token)
        if self.drafts[token]:
            assert filed.number == self.drafts[token]
            return
        assert filed.number == self.next
        self.next += 1
        self.drafts[token] = filed.number
        state = State.REVIEW if "nik" in typed else State.INCOMPLETE
        self.known[filed.number] = Known(state, filed.token, ("file",), whole="nik" in typed)

    @precondition(lambda self: self.known)
    @rule(data=st.data(), act=st.sampled_from(Act), signs=st.just(value=True))
    def act(self, data: st.DataObject, act: Act, *, signs: bool) -> None:
        """A clerk does something, legal or not."""
        number, key = self.choose(data), f"act-{len(self.office.audited())}"
        after = model.state_after(self.known[number].state, act, signs=signs)
        try:
            done = self.office.desk.act(number, act, who="7", key=key, reason="other")
        except Refusal as refusal:
            lacking = after is not None and act is Act.APPROVE and not self.known[number].whole
            assert (refusal.code, after is None or lacking) == ("answers-missing" if lacking else "act-too-late", True)
            return
        assert done.state == after
        assert act is not Act.APPROVE or self.known[number].whole
        self.change(number, act, State(done.state), key)

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def amend(self, data: st.DataObject) -> None:
        """A clerk completes a request, each time with another answer, or is told that it is too late."""
        number, key = self.choose(data), f"amend-{len(self.office.audited())}"
        editable = self.known[number].state in model.EDITABLE
        try:
            self.office.amend(number, key=key, pekerjaan=f"Pekerjaan {key}")
        except Refusal as refusal:
            assert (refusal.code, editable) == ("act-too-late", False)
            return
        assert editable
        self.change(number, "amend", State.REVIEW)
        self.known[number] = replace(self.known[number], whole=True)

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        """The holder takes it back, or is told that it is too late."""
        number = self.choose(data)
        before = self.known[number].state
        try:
            self.office.desk.cancel(self.known[number].token, key=f"cancel-{len(self.office.audited())}")
        except Refusal as refusal:
            assert (refusal.code, before in model.HOLDER_CANCELS) == ("act-too-late", False)
            return
        assert before in model.HOLDER_CANCELS
        self.change(number, "cancel", State.CANCELLED)

    @precondition(lambda self: self.known)
    @rule(data=st.data(), ends=st.booleans())
    def pick_up(self, data: st.DataObject, *, ends: bool) -> None:
        """The holder takes a number to collect: one as long as it lives."""
        number = self.choose(data)
        one = self.known[number]
        try:
            ticket = self.office.desk.pick_up(one.token).ticket
        except Refusal as refusal:
            assert (refusal.code, one.state is State.READY) == ("act-too-late", False)
            return
        assert one.state is State.READY
        assert (ticket == one.ticket) is (one.ticket in self.tickets.alive)
        self.known[number] = replace(one, ticket=ticket)
        if ends:
            self.tickets.alive.discard(ticket)

    @precondition(lambda self: self.last is not None)
    @rule()
    def press_again(self) -> None:
        """A form of the last act is sent once more: nothing happens."""
        assert self.last is not None
        number, name, key, after = self.last
        if key.startswith("act-") and self.known[number] == after:
            assert self.office.desk.act(number, Act(name), who="7", key=key, reason="other").state == after.state

    @rule(new_history=st.booleans())
    def restart(self, *, new_history: bool) -> None:
        """The hall stops and starts; now and then its database begins a new history, as after a restore."""
        self.starts += 1
        self.office.restart(self.starts)
        if new_history and self.known:
            with self.office.store.transaction() as tx:
                epochs.open_new(tx, Stamp.of(self.office.clock, WIB), Random(self.starts), "restored")
                numbered = tx.execute("SELECT count(*) FROM request_numbering WHERE epoch = ?", (epochs.current(tx),)).fetchone()[
                    0
                ]
            if not numbered:
                last = max(self.known)
                self.next = last + NUMBERS_JUMP + 1

    @invariant()
    def all_is_as_remembered(self) -> None:
        """State, steps and events of every request are those that were promised; the audit log is whole."""
        told: dict[int, list[str]] = {}
        for row in self.office.events():
            if row.type.startswith("id.balai.request."):
                number = int(row.subject.rpartition("/")[2])
                told.setdefault(number, []).append(json.loads(row.data).get("act", "file"))
        assert told == {number: list(one.changes) for number, one in self.known.items()}
        shown = {number: self.office.view.numbered(number) for number in self.known}
        assert {number: one.request.state if one else None for number, one in shown.items()} == {
            number: one.state for number, one in self.known.items()
        }
        self.office.audited()


TestRequests = RequestMachine.TestCase
TestRequests.settings = settings(max_examples=10, stateful_step_count=20, deadline=None)
