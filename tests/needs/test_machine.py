"""Whatever neighbours and the village's team do, in whatever order, on whatever days: the rules hold, in a real database."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from gateway.errors import Refusal
from gateway.needs import tables
from gateway.needs.desk import Report
from gateway.needs.model import BY_HALL, OPEN, Result, State, Why
from tests.support.concerned import KEY, Concerned


class Caring(RuleBasedStateMachine):
    """Neighbours tell, the team visits, joins and closes, the regency answers; days pass."""

    told: Bundle[str] = Bundle("told")

    @initialize()
    def begin(self) -> None:
        """Open a hall."""
        self._folder = tempfile.TemporaryDirectory()
        self.hall = Concerned(Path(self._folder.name))
        self.forms = 0
        self.ended: set[str] = set()

    def teardown(self) -> None:
        """Close it."""
        if hasattr(self, "hall"):
            self.hall.store.close()
            self._folder.cleanup()

    def _key(self) -> str:
        self.forms += 1
        return f"{KEY}{self.forms}"

    def _try(self, act: object, *arguments: object, **options: object) -> None:
        try:
            act(*arguments, **options)  # type: ignore[operator]
        except Refusal as refusal:
            if refusal.code not in {"report-closed", "report-not-now"}:
                raise

    @rule(target=told, kind=st.sampled_from(("lapar", "lansia")), now=st.booleans(), named=st.booleans())
    def report(self, kind: str, now: bool, named: bool) -> str:
        """Tell of a neighbour; the same form twice."""
        report, key = Report(kind, "Sarinem", "Krajan RT 2", now=now, name="Budi" if named else ""), self._key()
        first = self.hall.needs.report(report, key=key)
        assert self.hall.needs.report(report, key=key) == first
        return first.id

    @rule(one=told, result=st.sampled_from(Result), again=st.sampled_from((None, 1, 30)))
    def visit(self, one: str, result: Result, again: int | None) -> None:
        """Be there; the same form twice."""
        key, today = self._key(), self.hall.needs.today()
        assert today is not None
        again_on = today + timedelta(days=again) if again else None
        for _ in range(2):
            self._try(self.hall.needs.visit, one, result, "", again_on=again_on, officer="2", key=key)

    @rule(one=told, other=told)
    def join(self, one: str, other: str) -> None:
        """Say that two are about the same."""
        self._try(self.hall.needs.join, one, other, officer="2")

    @rule(one=told, why=st.sampled_from(BY_HALL))
    def close(self, one: str, why: Why) -> None:
        """Close it without a visit."""
        self._try(self.hall.needs.close, one, why, officer="2")

    @rule(one=told)
    def regency(self, one: str) -> None:
        """Let the regency answer, and its command come twice."""
        command = self._key()
        for _ in range(2):
            with self.hall.store.transaction() as tx:
                self.hall.needs.answer_of_regency(tx, one, {"text": "Baik"}, command)

    @rule(days=st.integers(1, 30))
    def pass_days(self, days: int) -> None:
        """Let days pass, the calendar coming each morning."""
        self.hall.days(days)

    @invariant()
    def rules_hold(self) -> None:
        """What ended stays so; everything open has its day, what is late is marked; what is joined leads to what is not; the log is whole."""
        if not hasattr(self, "hall"):
            return
        today = self.hall.needs.today()
        with self.hall.store.reader() as db:
            every = {one.id: one for ended in (False, True) for one in tables.every(db, ended=ended)}
            for one in every.values():
                due = self.hall.needs.due_on(db, one)
                assert (due is None) == (one.state not in OPEN)
                assert not (one.id in self.ended and one.state in OPEN)
                if one.state is State.JOINED:
                    assert every[one.joined].state is not State.JOINED
                entries = tables.entries(db, one.id)
                assert [entry.n for entry in entries] == list(range(1, len(entries) + 1))
                assert one.since_on is not None
                assert today is not None
                assert one.since_on <= today
            self.ended |= {one.id for one in every.values() if one.state not in OPEN}
        self.hall.acts()


TestCaring = Caring.TestCase
TestCaring.settings = settings(max_examples=12, stateful_step_count=20, deadline=None)
