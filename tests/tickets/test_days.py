"""Hall-days: begun by a calendar that can be trusted or by a clerk, and only forwards."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from gateway.clock import ClockState
from gateway.errors import Refusal
from gateway.tickets.model import HallDay
from tests.support.clock import MORNING, FakeClock
from tests.support.tickets import COUNTERS, LINES, open_queue

TODAY = date(2026, 11, 23)


def test_a_furnished_hall_gives_numbers_at_once(tmp_path: Path) -> None:
    """A button works from the first minute, even when nobody knows the date."""
    clock = FakeClock(datetime(1970, 1, 1, 0, 5, tzinfo=UTC), ClockState.UNSET)
    with open_queue(tmp_path, clock) as queue:
        assert queue.desk.issue("surat", origin="button").number == "A-001"
        assert queue.rows("SELECT ordinal, clock FROM hall_day") == [(1, "unset")]


def test_a_hall_is_furnished_once(tmp_path: Path) -> None:
    """Furnishing a hall that has its lines changes nothing."""
    with open_queue(tmp_path) as queue:
        assert queue.desk.furnish(LINES, COUNTERS) is False
        assert queue.rows("SELECT count(*) FROM hall_day") == [(1,)]


def test_the_calendar_opens_the_next_day_at_opening_and_not_at_midnight(tmp_path: Path) -> None:
    """Whoever waits over midnight keeps their number; the morning begins anew."""
    with open_queue(tmp_path) as queue:
        queue.clock.advance(17 * 3600)  # 01.00 WIB
        assert queue.desk.open_day_if_due() is None
        queue.clock.advance(6 * 3600)
        assert queue.desk.open_day_if_due() == HallDay(2, TODAY + timedelta(days=1), "trusted")
        assert queue.desk.open_day_if_due() is None
        assert queue.desk.issue("surat", origin="button").number == "A-001"


@pytest.mark.parametrize("state", [ClockState.RESTORED, ClockState.STAFF, ClockState.UNSET])
def test_a_clock_that_cannot_be_trusted_opens_no_day(tmp_path: Path, state: ClockState) -> None:
    """A month without network changes nothing by itself."""
    with open_queue(tmp_path) as queue:
        queue.clock.set_wall(MORNING + timedelta(days=30), state)
        assert queue.desk.open_day_if_due() is None


def test_a_clock_that_goes_back_opens_no_day(tmp_path: Path) -> None:
    """The hall-day never rolls backwards."""
    with open_queue(tmp_path) as queue:
        queue.clock.set_wall(MORNING - timedelta(days=3))
        assert queue.desk.open_day_if_due() is None


def test_a_clerk_opens_a_later_day_only(tmp_path: Path) -> None:
    """A clerk's "Buka hari ini" with a date of the past is refused in words."""
    with open_queue(tmp_path) as queue:
        assert queue.desk.open_day(TODAY + timedelta(days=1), "7") == HallDay(2, TODAY + timedelta(days=1), "staff")
        with pytest.raises(Refusal) as caught:
            queue.desk.open_day(TODAY, "7")
        assert caught.value.code == "day-not-later"


def test_who_was_left_is_cancelled_and_told_to_the_centre(tmp_path: Path) -> None:
    """The former day ends with its people, those at a counter too, and the counter is free."""
    with open_queue(tmp_path) as queue:
        for _ in range(3):
            queue.desk.issue("surat", origin="phone")
        queue.desk.call_next("1")
        queue.desk.open_day(TODAY + timedelta(days=1), "7")
        assert queue.rows("SELECT DISTINCT state, reason FROM ticket") == [("cancelled", "day-closed")]
        assert len(queue.events("id.balai.ticket.cancelled.v1")) == 3
        assert queue.desk.issue("surat", origin="phone").ahead == 0


def test_an_opened_day_is_an_event_without_a_name(tmp_path: Path) -> None:
    """The centre learns that staff opened the day, not who."""
    with open_queue(tmp_path) as queue:
        queue.desk.open_day(TODAY + timedelta(days=1), "Bu Sri")
        _, subject, data = queue.events("id.balai.day.opened.v1")[-1]
        assert (str(subject)[-2:], json.loads(str(data))) == (
            "/2",
            {"ordinal": 2, "date": "2026-11-24", "clock": "staff", "by": "staff"},
        )


def test_people_of_this_morning_stay_when_the_network_sets_the_clock(tmp_path: Path) -> None:
    """After a cut the hall gives numbers with yesterday's date; when the true date comes, nobody is sent away."""
    clock = FakeClock()
    with open_queue(tmp_path, clock) as queue:
        clock.reboot("b0010002", MORNING + timedelta(hours=9))
        queue.desk.issue("surat", origin="button")
        clock.advance(3600)
        clock.set_wall(MORNING + timedelta(days=1, hours=2), ClockState.TRUSTED)
        assert queue.desk.open_day_if_due() == HallDay(1, TODAY + timedelta(days=1), "trusted")
        assert queue.desk.open_day_if_due() is None
        assert queue.rows("SELECT state FROM ticket") == [("waiting",)]
        assert queue.desk.issue("surat", origin="button").number == "A-002"


def test_the_morning_after_a_dark_evening_is_a_new_day(tmp_path: Path) -> None:
    """Numbers given yesterday with an unknown date do not hold up today."""
    clock = FakeClock()
    with open_queue(tmp_path, clock) as queue:
        clock.reboot("b0010002", MORNING + timedelta(hours=5))
        queue.desk.issue("surat", origin="button")
        clock.advance(20 * 3600)
        clock.set_wall(MORNING + timedelta(days=1), ClockState.TRUSTED)
        assert queue.desk.open_day_if_due() == HallDay(2, TODAY + timedelta(days=1), "trusted")


def test_a_wrong_future_is_corrected_by_a_trusted_calendar(tmp_path: Path) -> None:
    """A hall that was furnished in 2036 by a wrong clock finds its way back, with a higher ordinal."""
    clock = FakeClock(MORNING + timedelta(days=3650), ClockState.RESTORED)
    with open_queue(tmp_path, clock) as queue:
        clock.set_wall(MORNING, ClockState.TRUSTED)
        assert queue.desk.open_day_if_due() == HallDay(2, TODAY, "trusted")


def test_a_right_guess_is_only_confirmed(tmp_path: Path) -> None:
    """When the network says what the hall believed anyway, the day and its line go on."""
    clock = FakeClock(state=ClockState.RESTORED)
    with open_queue(tmp_path, clock) as queue:
        queue.desk.issue("surat", origin="button")
        clock.set_state(ClockState.TRUSTED)
        assert queue.desk.open_day_if_due() == HallDay(1, TODAY, "trusted")
        assert queue.rows("SELECT state FROM ticket") == [("waiting",)]


def test_a_date_is_what_somebody_answers_for(tmp_path: Path) -> None:
    """The network's date, or a clerk's until the clock's midnight; what a clock says by itself after a cut is nobody's word."""
    said = []
    with open_queue(tmp_path) as queue:
        said.append(queue.desk.confirmed_on())
        queue.clock.set_wall(datetime(1970, 1, 1, 2, tzinfo=UTC), ClockState.UNSET)
        said.append(queue.desk.confirmed_on())
        queue.desk.open_day(TODAY + timedelta(days=1), "Siti")
        said.append(queue.desk.confirmed_on())
        queue.clock.advance(24 * 3600)
        said.append(queue.desk.confirmed_on())
        queue.desk.confirm_day(TODAY + timedelta(days=2))
        said.append(queue.desk.confirmed_on())
    assert said == [TODAY, None, TODAY + timedelta(days=1), None, TODAY + timedelta(days=2)]
