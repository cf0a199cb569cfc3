"""Whatever people do with complaints, in whatever order, on whatever days: the rules hold, in a real database."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from gateway.complaints import model, tables
from gateway.complaints.desk import Draft, Filed
from gateway.complaints.model import BY_HALL, OPEN, State, Why
from gateway.errors import Refusal
from tests.support.concerned import KEY, Concerned

REFUSALS = {"report-closed", "report-not-now", "report-long"}


class Complaining(RuleBasedStateMachine):
    """People complain, reply and are content; clerks forward, answer, escalate, close; the regency answers; days pass."""

    filed: Bundle[Filed] = Bundle("filed")

    @initialize()
    def begin(self) -> None:
        """Open a hall."""
        self._folder = tempfile.TemporaryDirectory()
        self.hall = Concerned(Path(self._folder.name))
        self.forms = 0
        self.ended: dict[str, State] = {}

    def teardown(self) -> None:
        """Close it."""
        if hasattr(self, "hall"):
            self.hall.store.close()
            self._folder.cleanup()

    def _try(self, act: object, *arguments: object, **options: object) -> None:
        try:
            act(*arguments, **options)  # type: ignore[operator]
        except Refusal as refusal:
            if refusal.code not in REFUSALS:
                raise

    def _key(self) -> str:
        self.forms += 1
        return f"{KEY}{self.forms}"

    @rule(target=filed, named=st.booleans(), category=st.sampled_from(("jalan", "dana", "pungutan")))
    def file(self, named: bool, category: str) -> Filed:
        """Complain; the same form twice."""
        draft, key = Draft(category, "Berlubang", name="Sulastri" if named else ""), self._key()
        first = self.hall.complaints.file(draft, key=key)
        assert self.hall.complaints.file(draft, key=key) == first
        return first

    @rule(one=filed)
    def reply(self, one: Filed) -> None:
        """Write again, twice."""
        key = self._key()
        for _ in range(2):
            self._try(self.hall.complaints.reply, one.code, "Belum", key=key)

    @rule(one=filed)
    def be_content(self, one: Filed) -> None:
        """Say that it is enough."""
        self._try(self.hall.complaints.be_content, one.code)

    @rule(one=filed, handler=st.sampled_from(("kepala", "bpd")))
    def forward(self, one: Filed, handler: str) -> None:
        """Pass it on."""
        self._try(self.hall.complaints.forward, one.id, handler, officer="2")

    @rule(one=filed)
    def escalate(self, one: Filed) -> None:
        """Hand it to the regency."""
        self._try(self.hall.complaints.escalate, one.id, officer="2")

    @rule(one=filed)
    def answer(self, one: Filed) -> None:
        """Answer for the hall."""
        self._try(self.hall.complaints.answer, one.id, "Sudah", officer="2", key=self._key())

    @rule(one=consumes(filed), why=st.sampled_from(BY_HALL))
    def close(self, one: Filed, why: Why) -> None:
        """Close it."""
        self._try(self.hall.complaints.close, one.id, why, officer="2")

    @rule(one=filed, final=st.booleans())
    def regency(self, one: Filed, final: bool) -> None:
        """Let the regency answer, and its command come twice."""
        command = self._key()
        for _ in range(2):
            with self.hall.store.transaction() as tx:
                self._try(self.hall.complaints.answer_of_regency, tx, one.id, {"text": "Baik", "final": final}, command)

    @rule(target=filed, days=st.integers(1, 20))
    def pass_days(self, days: int) -> MultipleResults[Filed]:
        """Let days pass, the calendar coming each morning."""
        self.hall.days(days)
        return multiple()

    @invariant()
    def rules_hold(self) -> None:
        """Closed stays closed; everything open has its day; who is answered is never late; each message has its words; the log is whole."""
        if not hasattr(self, "hall"):
            return
        today = self.hall.complaints.threads.today()
        with self.hall.store.reader() as db:
            every = [one for closed in (False, True) for one in tables.every(db, closed=closed)]
            for one in every:
                due = self.hall.complaints.threads.due_on(db, one)
                assert (due is None) == (one.state is State.CLOSED)
                assert not (model.is_late(one.state, due, today) and one.state is State.ANSWERED)
                assert self.ended.get(one.id, State.CLOSED) is State.CLOSED
                if one.id in self.ended:
                    assert one.state is State.CLOSED
                numbers = [each.n for each in tables.messages(db, one.id)]
                assert numbers == list(range(1, len(numbers) + 1))
                assert all(self.hall.vault.read(db, "complaint", one.id, n) for n in numbers)
                # Whoever has a name is told of at once; of others at the latest on the morning after.
                assert not one.held or (one.anonymous and one.changed_on == today)
            self.ended |= {one.id: one.state for one in every if one.state not in OPEN}
        self.hall.acts()


TestComplaining = Complaining.TestCase
TestComplaining.settings = settings(max_examples=12, stateful_step_count=25, deadline=None)
