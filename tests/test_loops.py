"""The hall's threads: alive, restarted when they are not, stopped in time."""

from __future__ import annotations

import threading

import pytest

from gateway.clock import SystemClock
from gateway.loops import Loop, Loops
from tests.support.clock import FakeClock

SOON_S = 5.0


def test_a_woken_loop_looks_again() -> None:
    """A wake during a long rest brings the next look at once."""
    looks = threading.Semaphore(0)

    def look() -> float:
        looks.release()
        return 3600.0

    loop = Loop("looker", look, SystemClock())
    loop.start()
    assert looks.acquire(timeout=SOON_S)
    loop.wake()
    assert looks.acquire(timeout=SOON_S)
    assert loop.stop()


def test_a_wake_during_the_look_is_not_lost() -> None:
    """A change that comes while the loop is looking is looked at too."""
    looking, go_on, second = threading.Event(), threading.Event(), threading.Event()

    def look() -> float:
        if looking.is_set():
            second.set()
        looking.set()
        go_on.wait(SOON_S)
        return 3600.0

    loop = Loop("looker", look, SystemClock())
    loop.start()
    assert looking.wait(SOON_S)
    loop.wake()
    go_on.set()
    assert second.wait(SOON_S)
    assert loop.stop()


def test_a_failing_step_does_not_end_the_loop(caplog: pytest.LogCaptureFixture) -> None:
    """A step that raises is told once and tried again."""
    mended = threading.Event()
    loop: Loop

    def fall_once() -> float:
        if loop.failures == 0:
            raise ZeroDivisionError
        mended.set()
        return 3600.0

    loop = Loop("faller", fall_once, SystemClock())
    loop.start()
    assert mended.wait(SOON_S)
    assert loop.stop()
    assert (loop.failures, "loop=faller event=step-failed" in caplog.text) == (1, True)


def test_a_step_that_changes_something_and_then_fails_does_not_spin() -> None:
    """A failing step rests whole, even when its own change has just woken every loop: no storm on the card or in the log."""
    tried = threading.Event()
    loop: Loop

    def change_and_fall() -> float:
        loop.wake()
        tried.set()
        raise ZeroDivisionError

    loop = Loop("faller", change_and_fall, SystemClock())
    loop.start()
    assert tried.wait(SOON_S)
    assert not threading.Event().wait(0.3)
    assert loop.stop()
    assert loop.failures == 1


def test_a_stuck_loop_is_seen_and_restarted_alone() -> None:
    """A step beyond its limit counts as dead, and a new thread takes over while the old one is left behind."""
    clock = FakeClock()
    stuck, release, second = threading.Event(), threading.Event(), threading.Event()

    def get_stuck() -> float:
        if stuck.is_set():
            second.set()
            return 3600.0
        stuck.set()
        release.wait(SOON_S)
        return 3600.0

    loops = Loops()
    loop = loops.start(Loop("printer", get_stuck, clock, limit_s=30.0))
    assert stuck.wait(SOON_S)
    looks = [loop.alive]
    clock.advance(31.0)
    looks.append(loop.alive)
    assert looks == [True, False]
    loops.look_after()
    assert second.wait(SOON_S)
    release.set()
    assert (loop.alive, loops.restarted) == (True, {"printer": 1})
    assert loop.stop()


def test_an_essential_loop_is_never_restarted_alone() -> None:
    """A dead essential loop stays dead, so that the watchdog restarts the whole hall."""
    loops = Loops()
    loop = Loop("presses", lambda: 3600.0, FakeClock(), essential=True)
    loops.start(loop)
    loop.stop()
    loops.look_after()
    assert loops.alive() == {"presses": False}
    assert loops.essential() == {"presses"}
    assert loops.restarted == {}
