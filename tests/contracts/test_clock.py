"""The contract of every clock: the machine's own and the test's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gateway.clock import BUILT_AT, Clock, ClockState, SystemClock
from tests.support.clock import FakeClock


@pytest.fixture(params=["system", "fake"])
def clock(request: pytest.FixtureRequest) -> Clock:
    """Every implementation."""
    return SystemClock(is_set=lambda: True) if request.param == "system" else FakeClock()


def test_now_is_an_aware_instant_in_utc(clock: Clock) -> None:
    """The wall clock is aware, so that no local time is ever mistaken for another."""
    assert clock.now().utcoffset() == timedelta(0)


def test_monotonic_never_goes_back(clock: Clock) -> None:
    """Two looks in a row never show time going back."""
    first = clock.monotonic_s()
    assert clock.monotonic_s() >= first


def test_uptime_never_goes_back(clock: Clock) -> None:
    """Within one boot the uptime only grows."""
    first = clock.uptime_s()
    assert clock.uptime_s() >= first >= 0


def test_bootid_stays_within_a_boot(clock: Clock) -> None:
    """One run of the machine has one name."""
    assert clock.bootid == clock.bootid != ""


def test_set_clock_is_trusted(clock: Clock) -> None:
    """A clock that the network has set is trusted."""
    assert clock.state() is ClockState.TRUSTED


def test_system_clock_unset_by_anybody_is_restored() -> None:
    """A plausible time that nobody confirmed may be hours behind."""
    clock = SystemClock(is_set=lambda: False)
    expected = ClockState.RESTORED if datetime.now(UTC) >= BUILT_AT else ClockState.UNSET
    assert clock.state() is expected


def test_clerk_confirms_the_date() -> None:
    """Both clocks believe a clerk more than nobody, and the network more than a clerk."""
    system = SystemClock(is_set=lambda: False)
    system.confirm_by_staff()
    fake = FakeClock(state=ClockState.UNSET)
    fake.confirm_by_staff()
    trusted = FakeClock()
    trusted.confirm_by_staff()
    assert [system.state(), fake.state(), trusted.state()] == [ClockState.STAFF, ClockState.STAFF, ClockState.TRUSTED]


def test_fake_clock_moves_only_when_told() -> None:
    """A test decides what time it is; every kind of time passes together."""
    clock = FakeClock()
    before = (clock.now(), clock.monotonic_s(), clock.uptime_s())
    clock.advance(5.0)
    assert (clock.now() - before[0], clock.monotonic_s() - before[1], clock.uptime_s() - before[2]) == (
        timedelta(seconds=5),
        5.0,
        5.0,
    )


def test_stepping_the_wall_leaves_monotonic_alone() -> None:
    """A clock at 1970 disturbs no loop."""
    clock = FakeClock()
    before = clock.monotonic_s()
    clock.set_wall(datetime(1970, 1, 1, tzinfo=UTC), ClockState.UNSET)
    assert (clock.monotonic_s(), clock.now().year, clock.state()) == (before, 1970, ClockState.UNSET)
