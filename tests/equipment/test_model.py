"""Which changes of a device are worth a line: wobbles are not, a cable that goes on wobbling costs no card."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from gateway.equipment.model import BURST, REFILL_S, SETTLED_S, Condition, Family, Placed, Watch, family_of, place_words

READY, MISSING = Condition("ready"), Condition("missing", "kabel papan tercabut")


def written(watch: Watch, seen: Sequence[tuple[float, Condition]]) -> list[tuple[float, str, int]]:
    """Let ``watch`` see conditions at their times; return when which was to be written, with what was skipped."""
    found = []
    for at_s, condition in seen:
        change = watch.see(condition, at_s)
        if change is not None:
            found.append((at_s, change.condition.state, change.skipped))
    return found


def test_a_change_is_written_when_it_has_lasted() -> None:
    """Once, however long it lasts after that, with the moment at which it began."""
    watch = Watch(READY)
    assert written(watch, [(0, READY), (3, READY), (10, MISSING), (12, MISSING), (13, MISSING), (60, MISSING)]) == [
        (13, "missing", 0)
    ]
    assert (watch.since_s, watch.faults) == (10, 1)


def test_a_wobble_is_no_news() -> None:
    """A plug that is out for a second leaves no line."""
    seen = [(0, READY), (3, READY), (10, MISSING), (11, READY), (12, MISSING), (14, READY), (30, READY)]
    assert written(Watch(READY), seen) == []


def test_what_the_history_says_already_is_not_said_again() -> None:
    """A restart of the hall is no change of its devices; one that changed while it was dark is."""
    assert written(Watch(READY), [(0, READY), (5, READY)]) == []
    assert Watch(READY).since_s is None
    assert written(Watch(MISSING), [(0, READY), (5, READY)]) == [(5, "ready", 0)]
    assert written(Watch(), [(0, READY), (5, READY)]) == [(5, "ready", 0)]


def test_what_was_never_ready_has_not_failed() -> None:
    """A device that waits for its first message is no fault; nor is one that is broken in another way than before."""
    faulty = Condition("faulty", "kertas habis")
    found = [Watch(), Watch(MISSING), Watch(READY)]
    for watch in found:
        written(watch, [(0, faulty), (5, faulty), (6, MISSING), (12, MISSING)])
    assert [watch.faults for watch in found] == [0, 0, 1]


def test_another_reason_is_a_change_too() -> None:
    """Out of paper, then its cover open: both are told."""
    faulty = [Condition("faulty", why) for why in ("kertas habis", "penutup printer terbuka")]
    seen = [(0, READY), (3, READY), (4, faulty[0]), (8, faulty[0]), (9, faulty[1]), (13, faulty[1])]
    assert written(Watch(READY), seen) == [(8, "faulty", 0), (13, "faulty", 0)]


def test_a_device_that_goes_on_changing_gets_a_line_now_and_then() -> None:
    """A day of a cable that fails every ten seconds: some at once, then one each ten minutes, which say how many were not written."""
    watch, seen = Watch(READY), []
    for turn in range(8640):
        condition = MISSING if turn % 2 else READY
        seen += [(turn * 10.0, condition), (turn * 10.0 + 4, condition)]
    lines = written(watch, seen)
    assert len(lines) <= BURST + 86_400 / REFILL_S
    assert sum(1 + skipped for _, _, skipped in lines) in range(8570, 8641)
    assert watch.faults in range(4315, 4321)


@given(st.lists(st.tuples(st.floats(0.1, 2000), st.sampled_from([READY, MISSING])), max_size=60))
def test_in_the_end_the_history_says_how_it_is(steps: list[tuple[float, Condition]]) -> None:
    """Whatever has happened: once a condition lasts, the last line tells it, and no more lines come than the rate allows."""
    watch, now_s, lines = Watch(), 0.0, []
    for passed_s, condition in steps:
        now_s += passed_s
        lines += [change for change in [watch.see(condition, now_s)] if change]
    spent_s = now_s
    for _ in range(3):
        lines += [change for change in [watch.see(READY, now_s)] if change]
        now_s += max(REFILL_S, SETTLED_S)
    lines += [change for change in [watch.see(READY, now_s)] if change]
    assert lines[-1].condition == READY
    assert len(lines) <= BURST + (spent_s + 4 * REFILL_S) / REFILL_S


class _Pressed:
    def when_pressed(self) -> None:
        """Be a button."""


def test_a_thing_is_called_by_what_it_does() -> None:
    """Whoever makes it; the same contact is a button, a face or a keypad by what it is for."""
    options: list[dict[str, object]] = [{"line": "a"}, {"counter": "1"}, {"counter": "1", "score": 4}]
    families = [family_of(_Pressed(), Placed("x", "gpio-button", one)) for one in options]
    assert families == [Family.BUTTON, Family.KEYPAD, Family.RATING]
    assert family_of(object(), Placed("x", "?")) is Family.OTHER


def test_where_it_is_plugged_in_is_told_in_words() -> None:
    """What is no place is not told, nor what is empty; pin 0 is a pin."""
    placed = Placed("x", "gpio-button", {"line": "a", "pin": 0, "lamp_pin": 27, "rest_s": 1.5, "port": ""})
    assert place_words(placed) == [("GPIO", "0"), ("GPIO lampu", "27")]
    lamp = Placed("x", "status-lamp", {"pin": 26, "yellow_pin": 16, "red_pin": 20})
    assert place_words(lamp) == [("GPIO", "26"), ("GPIO lampu kuning", "16"), ("GPIO lampu merah", "20")]
    assert place_words(Placed("x", "max7219-matrix", {"bus": 0, "chip": 1})) == [("Bus SPI", "0"), ("Chip SPI", "1")]
    assert place_words(Placed("x", "hdmi-tv", {"screen": "tv"})) == [("Nama layar", "tv")]
    assert place_words(Placed("x", "gpio-rating-button", {"pin": 5, "score": 4})) == [("GPIO", "5"), ("Nilai", "4")]
