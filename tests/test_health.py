"""How the hall is: the worst first, asked seldom, and alive only while everything essential is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from gateway.checks.finding import Finding, Level, Verdict
from gateway.errors import Refusal
from gateway.health import FRESH_S, Health
from gateway.loops import Loop, Loops
from tests.support.clock import FakeClock

SOON_S = 5.0


class Question:
    """A check that answers as it is told to and counts how often it was asked."""

    def __init__(self, name: str, level: Level = Level.GOOD) -> None:
        self.name = name
        self.level = level
        self.asked = 0

    def __call__(self) -> Finding:
        """Answer."""
        self.asked += 1
        return Finding(self.name, Verdict(self.level, "Keadaan."))


class Heart:
    """The portal's event loop, as far as health looks at it."""

    def __init__(self) -> None:
        self.beats = True


class StoppedLoops(Loops):
    """A hall's loops that can be ended together."""

    def end(self) -> list[str]:
        """Stop all; return the names of those that did not end."""
        return [loop.name for loop in self._loops if not loop.stop()]


@pytest.fixture
def loops() -> Iterator[Loops]:
    """Give a hall's loops; those that were started end with the test."""
    made = StoppedLoops()
    yield made
    assert made.end() == []


def resting(looked: threading.Event) -> Callable[[], float]:
    """Return a step that tells that it was taken, and rests."""

    def look() -> float:
        looked.set()
        return 3600.0

    return look


def test_the_worst_is_told_first() -> None:
    """Whoever reads only the first line reads what matters most; equals keep their order."""
    questions = [Question("disk"), Question("clock", Level.WARNING), Question("loops"), Question("database", Level.BROKEN)]
    health = Health(questions, Loops(), lambda: True, FakeClock())
    assert [finding.check for finding in health.findings()] == ["database", "clock", "disk", "loops"]
    assert health.level() is Level.BROKEN


def test_a_card_that_cannot_be_read_is_told_once_beside_what_is_known() -> None:
    """The page that tells of a failing card does not fail with it."""

    def unreadable() -> Finding:
        raise Refusal("storage-failed")

    health = Health([Question("disk"), unreadable, unreadable], Loops(), lambda: True, FakeClock())
    assert [(finding.check, finding.level) for finding in health.findings()] == [("database", Level.BROKEN), ("disk", Level.GOOD)]
    assert health.findings()[0].sentence == Refusal("storage-failed").sentence


def test_a_hall_without_checks_is_well() -> None:
    """Nothing asked is nothing wrong."""
    health = Health((), Loops(), lambda: True, FakeClock())
    assert (health.findings(), health.level()) == ((), Level.GOOD)


def test_a_page_that_is_reloaded_asks_nobody_anew() -> None:
    """Within two seconds the same answers serve; after that each check is asked once more and what it says now is told."""
    clock, question = FakeClock(), Question("disk")
    health = Health([question], Loops(), lambda: True, clock)
    health.findings()
    question.level = Level.BROKEN
    clock.advance(FRESH_S - 0.1)
    assert (health.level(), question.asked) == (Level.GOOD, 1)
    clock.advance(0.1)
    assert (health.level(), question.asked) == (Level.BROKEN, 2)


def test_a_clock_that_is_set_back_does_not_keep_old_answers() -> None:
    """Freshness counts on time that never jumps."""
    clock, question = FakeClock(), Question("disk")
    health = Health([question], Loops(), lambda: True, clock)
    health.findings()
    clock.set_wall(clock.now().replace(year=1970))
    clock.advance(FRESH_S)
    health.findings()
    assert question.asked == 2


def test_a_hall_lives_while_its_essential_loops_and_its_pages_do(loops: Loops) -> None:
    """Both are needed: a portal whose event loop has stopped makes the hall dead for systemd, whatever the loops do."""
    looked, heart = threading.Event(), Heart()
    loops.start(Loop("presses", resting(looked), FakeClock(), essential=True))
    health = Health((), loops, lambda: heart.beats, FakeClock())
    assert looked.wait(SOON_S)
    assert health.alive()
    heart.beats = False
    assert not health.alive()


def test_a_stuck_essential_loop_ends_the_life_of_the_hall(loops: Loops) -> None:
    """A loop that hangs beyond its limit counts as dead although its thread is there."""
    clock, stuck, go_on = FakeClock(), threading.Event(), threading.Event()

    def hang() -> float:
        stuck.set()
        go_on.wait(SOON_S)
        return 3600.0

    loops.start(Loop("presses", hang, clock, essential=True, limit_s=30.0))
    health = Health((), loops, lambda: True, clock)
    assert stuck.wait(SOON_S)
    assert health.alive()
    clock.advance(30.0)
    assert not health.alive()
    go_on.set()


def test_a_stuck_device_does_not_end_the_life_of_the_hall(loops: Loops) -> None:
    """A printer that hangs is shown and restarted alone; the hall goes on."""
    clock, stuck, go_on = FakeClock(), threading.Event(), threading.Event()

    def hang() -> float:
        stuck.set()
        go_on.wait(SOON_S)
        return 3600.0

    loops.start(Loop("print", hang, clock, limit_s=30.0))
    health = Health((), loops, lambda: True, clock)
    assert stuck.wait(SOON_S)
    clock.advance(31.0)
    assert loops.alive() == {"print": False}
    assert health.alive()
    go_on.set()
