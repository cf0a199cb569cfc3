"""Calendar jobs: only by a trusted clock, and never in storms."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.clock import ClockState
from gateway.timetable import Job, Timetable
from tests.support.clock import FakeClock


class Calendar:
    """A timetable with one job that counts its runs."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.runs = 0
        self.timetable = Timetable([Job("count", self.run)], self.clock, ZoneInfo("Asia/Jakarta"))

    def run(self) -> None:
        """Count one run."""
        self.runs += 1


@pytest.fixture
def calendar() -> Iterator[Calendar]:
    """A timetable that is stopped at the end."""
    made = Calendar()
    yield made
    made.timetable.stop()


def test_nothing_runs_by_a_clock_that_is_not_trusted(calendar: Calendar) -> None:
    """A clock that may be wrong opens no day and deletes nothing."""
    calendar.clock.set_state(ClockState.RESTORED)
    calendar.timetable.step()
    assert (calendar.runs, calendar.timetable.running) == (0, False)


def test_what_was_missed_is_caught_up_once(calendar: Calendar) -> None:
    """When the clock becomes trusted each job runs once, however long the hall was dark."""
    calendar.timetable.step()
    calendar.timetable.step()
    assert (calendar.runs, calendar.timetable.running) == (1, True)


@pytest.mark.parametrize("years", [56, -56])
def test_a_stepping_clock_lays_the_jobs_out_anew(calendar: Calendar, years: int) -> None:
    """A jump of decades, either way, causes one catch-up and no storm."""
    calendar.clock.set_wall(datetime(2026, 11, 24, tzinfo=UTC))
    calendar.timetable.step()
    calendar.clock.set_wall(calendar.clock.now() + timedelta(days=365 * years))
    calendar.timetable.step()
    calendar.timetable.step()
    assert (calendar.runs, calendar.timetable.running) == (2, True)


def test_a_failing_job_does_not_stop_the_others(caplog: pytest.LogCaptureFixture) -> None:
    """One job's trouble is told and stays its own."""
    runs: list[str] = []

    def fall() -> None:
        raise ZeroDivisionError

    timetable = Timetable([Job("fall", fall), Job("run", lambda: runs.append("run"))], FakeClock(), ZoneInfo("UTC"))
    timetable.step()
    timetable.stop()
    assert (runs, "job=fall event=job-failed" in caplog.text) == (["run"], True)
