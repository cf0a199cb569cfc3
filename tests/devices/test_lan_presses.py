"""What a device's counters mean: whatever the air and the broker do, one number for one intended press, and none for nobody."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.devices.debounce import ContactRules
from gateway.devices.lan_messages import WRAP, KeySaid
from gateway.devices.lan_presses import NOTHING, Outcome, PressReckoning
from gateway.devices.ports import Press

MEANS = Press("tombol", "surat", 0.0)
START_S = 5000.0
"""The hall's clock when the device's shows nought."""


class Chip:
    """A device's key, in milliseconds of its own clock; ``start_ms`` lets its clock begin again soon."""

    def __init__(self, boot: str = "00000001", count: int = 0, start_ms: int = 0) -> None:
        self.boot, self.count, self.start_ms = boot, count, start_ms
        self.pressed_at_ms = self.opened_at_ms = start_ms
        self.rest_ms = 0
        self.is_down = False

    def down(self, ms: int) -> KeySaid:
        """Push it."""
        self.count = (self.count + 1) % WRAP
        self.is_down, self.rest_ms, self.pressed_at_ms = True, ms - self.opened_at_ms, ms
        return self.say(ms)

    def up(self, ms: int) -> KeySaid:
        """Let it go."""
        self.is_down, self.opened_at_ms = False, ms
        return self.say(ms)

    def tap(self, ms: int) -> KeySaid:
        """Push it for 100 ms, unheard; return what the first word after it says."""
        self.down(ms)
        return self.up(ms + 100)

    def say(self, ms: int) -> KeySaid:
        """Say how it stands."""
        age_ms, open_ms = (ms - self.pressed_at_ms) % WRAP, 0 if self.is_down else ms - self.opened_at_ms
        return KeySaid(
            self.boot, ms % WRAP, "press", self.count, age_ms, self.rest_ms % WRAP, open_ms % WRAP, self.is_down, stuck=False
        )


class Hall:
    """The hall's side, which takes a message ``late_s`` after it was said."""

    def __init__(self) -> None:
        self.reckoning = PressReckoning({"press": MEANS}, ContactRules())
        self.presses: list[float] = []
        self.missed = 0

    def take(self, said: KeySaid, ms: int, late_s: float = 0.02) -> Outcome:
        """Take one message."""
        outcome = self.reckoning.heard(said, START_S + ms / 1000 + late_s)
        self.missed += outcome.missed
        if outcome.press is not None:
            self.presses.append(round(outcome.press.pressed_at_s - START_S, 1))
        return outcome


def test_a_press_counts_at_the_time_at_which_it_was_felt() -> None:
    """However long the message took, within its ten seconds."""
    chip, hall = Chip(), Hall()
    hall.take(chip.say(0), 0)
    hall.take(chip.down(4000), 4000, late_s=0.02)
    hall.take(chip.up(4100), 4100)
    hall.take(chip.down(8000), 8000, late_s=7.0)
    assert (hall.presses, hall.missed) == ([4.0, 8.0], 0)


def test_the_first_count_gives_nothing() -> None:
    """After the start of the hall or of the device, counting begins where it stands, also while a finger is on the key."""
    chip, hall = Chip(count=17), Hall()
    assert hall.take(chip.down(3000), 3000) == NOTHING
    hall.take(chip.up(3100), 3100)
    rebooted = Chip(boot="00000002", count=30)
    assert hall.take(rebooted.say(0), 9000) == NOTHING
    assert (hall.presses, hall.missed) == ([], 0)


def test_a_repeated_message_is_no_second_press() -> None:
    """QoS 1 may say a thing twice, and late."""
    chip, hall = Chip(), Hall()
    hall.take(chip.say(0), 0)
    pressed = chip.down(4000)
    released = chip.up(4100)
    for said in (pressed, pressed, released, pressed, released):
        hall.take(said, 4100)
    assert (hall.presses, hall.missed) == ([4.0], 0)


def test_a_press_whose_messages_were_lost_is_found_by_its_count() -> None:
    """The next word of the device tells of it; if that comes within ten seconds there is a number."""
    chip, hall = Chip(), Hall()
    hall.take(chip.say(0), 0)
    chip.tap(4000)
    hall.take(chip.say(9000), 9000)
    hall.take(chip.down(20_000), 20_000)
    assert (hall.presses, hall.missed) == ([4.0, 20.0], 0)


def test_a_count_that_jumps_is_one_press_and_the_others_are_missed() -> None:
    """Three people pressed while the broker was away for eight seconds: the last gets a number, and that two did not is known."""
    chip, hall = Chip(), Hall()
    hall.take(chip.say(0), 0)
    for ms in (2000, 5000, 8000):
        chip.tap(ms)
    outcome = hall.take(chip.say(10_000), 10_000)
    assert (hall.presses, outcome.missed, outcome.has_news) == ([8.0], 2, True)


def test_a_press_older_than_ten_seconds_gives_nothing_and_is_missed() -> None:
    """Whoever pressed while the broker was away has pressed again or gone."""
    chip, hall = Chip(), Hall()
    hall.take(chip.say(0), 0)
    chip.tap(2000)
    outcome = hall.take(chip.say(12_500), 12_500)
    assert (hall.presses, outcome.missed) == ([], 1)
    hall.take(chip.down(16_000), 16_000)
    assert hall.presses == [16.0]


def test_a_message_that_lay_in_a_frozen_broker_is_not_taken_for_fresh() -> None:
    """Its own age says nought; the device's clock tells how long it was on its way."""
    chip, hall = Chip(), Hall()
    hall.take(chip.say(0), 0)
    outcome = hall.take(chip.down(4000), 4000, late_s=15.0)
    assert (hall.presses, outcome.missed) == ([], 1)


def test_a_clock_that_is_slow_is_not_taken_for_a_slow_message() -> None:
    """Over a week a chip's clock may lose a minute; a press is fresh all the same."""
    chip, hall = Chip(), Hall()
    week_s = 7 * 24 * 3600
    for real_s in range(0, week_s, 15):
        hall.reckoning.heard(chip.say(round(real_s * 1000 * 0.9999)), START_S + real_s)
    real_ms = (week_s + 5) * 1000
    outcome = hall.reckoning.heard(chip.down(round(real_ms * 0.9999)), START_S + real_ms / 1000)
    assert outcome.press is not None
    assert abs(outcome.press.pressed_at_s - START_S - real_ms / 1000) < 0.1


def test_a_double_press_is_one_although_half_of_it_was_lost() -> None:
    """Of several in haste the first counts, whichever of their messages came."""
    for heard in range(16):
        chip, hall = Chip(), Hall()
        hall.take(chip.say(0), 0)
        words = [(4000, chip.down(4000)), (4100, chip.up(4100)), (4600, chip.down(4600)), (4700, chip.up(4700))]
        for position, (ms, said) in enumerate(words):
            if heard >> position & 1:
                hall.take(said, ms)
        hall.take(chip.say(8000), 8000)
        assert len(hall.presses) == 1, f"heard {heard:04b}"


def test_a_release_that_was_lost_swallows_nobody() -> None:
    """The device says how long the key had been open: the next person's press counts."""
    chip, hall = Chip(), Hall()
    hall.take(chip.say(0), 0)
    hall.take(chip.down(4000), 4000)
    chip.up(4100)
    hall.take(chip.down(8000), 8000)
    assert hall.presses == [4.0, 8.0]


def test_the_person_after_a_press_that_was_heard_of_late_is_not_swallowed() -> None:
    """The key had been open for long when the hall heard of it: the next press counts at once."""
    chip, hall = Chip(), Hall()
    hall.take(chip.say(0), 0)
    chip.tap(4000)
    hall.take(chip.say(8000), 8000)
    hall.take(chip.down(8100), 8100)
    chip.up(8200)
    hall.take(chip.say(12_000), 12_000)
    hall.take(chip.down(12_100), 12_100)
    assert (hall.presses, hall.missed) == ([4.0, 8.1, 12.1], 0)


def test_clocks_and_counters_that_begin_again_are_no_jump() -> None:
    """A chip's milliseconds begin again after 49 days."""
    start_ms = WRAP - 2000
    chip, hall = Chip(count=WRAP - 1, start_ms=start_ms), Hall()
    hall.take(chip.say(start_ms), start_ms)
    hall.take(chip.down(start_ms + 4000), start_ms + 4000)
    assert (len(hall.presses), hall.missed) == (1, 0)


def test_a_month_of_silence_leaves_no_button_deaf() -> None:
    """The access point was off for 30 days: the chip's clock looks earlier than it did, and presses count again all the same."""
    chip, hall, month_ms = Chip(), Hall(), 30 * 24 * 3600 * 1000
    hall.take(chip.say(0), 0)
    chip.tap(month_ms - 5000)
    hall.take(chip.say(month_ms), month_ms)
    hall.take(chip.down(month_ms + 4000), month_ms + 4000)
    assert (len(hall.presses), hall.missed) == (1, 0)


def test_a_count_that_goes_back_is_where_counting_begins_anew() -> None:
    """A device that lies about its boot gives no numbers away."""
    chip, hall = Chip(count=100), Hall()
    hall.take(chip.say(0), 0)
    chip.count = 5
    hall.take(chip.down(4000), 4000)
    assert (hall.presses, hall.missed) == ([], 0)


def test_a_key_that_the_device_finds_stuck_is_stuck() -> None:
    """Reported by the device, or by our own rules: either is enough."""
    chip, hall = Chip(), Hall()
    hall.take(chip.say(0), 0)
    assert not hall.reckoning.stuck(START_S)
    hall.reckoning.heard(replace(chip.say(500), stuck=True), START_S + 0.5)
    assert hall.reckoning.stuck(START_S + 0.5)


def test_a_key_that_the_device_does_not_have_is_nothing() -> None:
    """A button has no key done."""
    assert Hall().reckoning.heard(replace(Chip().say(0), key="done"), START_S) == NOTHING


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(1, 12_000), st.floats(0, 14), st.integers(0, 3)), max_size=40))
def test_never_more_numbers_than_presses_and_all_are_accounted_for(story: list[tuple[int, float, int]]) -> None:
    """With any losses, repeats, delays and reboots: no number without its own press, at most ten seconds old."""
    chip, hall, ms, felt, boot = Chip(), Hall(), 0, 0, 1
    hall.take(chip.say(0), 0)
    for pause_ms, late_s, fate in story:
        ms += pause_ms
        if fate == 0:
            boot += 1
            chip = Chip(f"{boot:08x}", chip.count, ms)
            hall.take(chip.say(ms), ms)
        felt += 1
        pressed = chip.down(ms)
        released = chip.up(ms + 50)
        given_before = len(hall.presses)
        if fate > 1:
            hall.take(pressed, ms, late_s)
        if fate > 2:
            hall.take(released, ms + 50, late_s)
            hall.take(pressed, ms + 50, late_s)
        assert len(hall.presses) - given_before <= 1
        ms += 50
    assert len(hall.presses) + hall.missed <= felt
