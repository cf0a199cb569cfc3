"""Whatever happens in whatever order (calls, recalls, undone calls, plugs, sleep, restarts): nobody is called twice, wrongly or late."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gateway.voice.output import STALE_S
from tests.voice.test_output import Call, Scene


class SpokenCalls(RuleBasedStateMachine):
    """A queue that shows its six newest calls, and the voice that looks at it."""

    @initialize()
    def open(self) -> None:
        """Begin with an empty morning."""
        self.folder = TemporaryDirectory()
        self.scene = Scene(Path(self.folder.name))
        self.all: list[Call] = []
        """Every call that still counts, oldest first."""
        self.made = 0
        self.made_at_s: dict[str, float] = {}
        self.due: list[str] = []
        """Words of the calls that nothing has kept from being spoken, in their order."""
        self.voice = self.scene.voice()
        self.voice.step()
        self.scene.speaker.during = self._check

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.folder.cleanup()

    def _check(self) -> None:
        said = self.scene.speaker.heard[0].words.split(",")[1].strip()
        assert said in {_words(call.number) for call in self.all}
        assert self.scene.clock.uptime_s() - self.made_at_s[said] <= STALE_S

    def _show(self) -> None:
        newest_of_each = {call.number: call for call in self.all}
        self.scene.calls = sorted(newest_of_each.values(), key=lambda call: -call.id)[:6]
        self.voice.notice()

    def _call(self, ticket: int) -> None:
        self.made += 1
        # Each call has words of its own: the "ticket" is in the thousands, the call in the ones.
        number = f"A-{ticket}{self.made % 1000:03d}"
        self.all.append(Call(self.made, number, called_at=self.scene.clock.now().isoformat()))
        words = _words(number)
        self.made_at_s[words] = self.scene.clock.uptime_s()
        self.due.append(words)

    @rule(count=st.integers(1, 9))
    def call(self, count: int) -> None:
        """Call people, some at the same moment as others."""
        for _ in range(count):
            self._call(1)
            self._show()

    @precondition(lambda self: self.all and self.due)
    @rule()
    def undo(self) -> None:
        """Take the newest call back."""
        undone = self.all.pop()
        words = _words(undone.number)
        if words in self.due:
            self.due.remove(words)
        self._show()

    @rule()
    def speak(self) -> None:
        """Let the loop take one turn."""
        self.voice.step()

    @rule()
    def pull_or_plug(self) -> None:
        """Pull the speaker's plug, or put it back."""
        if self.scene.speaker.plugged:
            self.scene.speaker.unplug()
        else:
            self.scene.speaker.plug()

    @rule()
    def fail_or_recover(self) -> None:
        """Let the card fail, or be well again."""
        self.scene.speaker.broken = not self.scene.speaker.broken

    @rule(seconds=st.sampled_from([0.5, 10, 59, 3600]))
    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.scene.clock.advance(seconds)

    @invariant()
    def nobody_is_called_twice_or_out_of_turn(self) -> None:
        """What was heard is in the order of the calls, each once."""
        heard = self.scene.speaker.numbers
        order = [words for words in self.made_at_s if words in set(heard)]
        assert heard == order

    @rule()
    def be_well_for_a_while(self) -> None:
        """With speaker and time enough, every call that is young and was not undone has been spoken."""
        self.scene.speaker.plug()
        self.scene.speaker.broken = False
        for _ in range(60):
            self.voice.step()
        now_s = self.scene.clock.uptime_s()
        young = [words for words in self.due if now_s - self.made_at_s[words] < STALE_S]
        assert [words for words in young if words not in self.scene.speaker.numbers] == []


def _words(number: str) -> str:
    return " ".join(DIGITS[int(one)] for one in number.removeprefix("A-"))


DIGITS = ("kosong", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")

SpokenCalls.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestSpokenCalls = SpokenCalls.TestCase
