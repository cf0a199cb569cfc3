"""Opening the day by hand, when nobody but a clerk knows which it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from gateway.clock import ClockState
from tests.support.portal import PIN, RunningPortal, running_portal

TUESDAY = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
ASKS = "Benar hari ini?"


@pytest.fixture
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPortal]:
    """Serve a hall whose day began on Monday, by a clock that could be trusted then."""
    with running_portal(tmp_path_factory.mktemp("hall")) as running:
        yield running


@pytest.fixture
def clerk(portal: RunningPortal) -> Iterator[httpx.Client]:
    """Sign Siti in."""
    with portal.client() as client:
        client.post("/masuk", data={"officer": "Siti", "pin": PIN})
        yield client


def _open(client: httpx.Client, on: str) -> httpx.Response:
    found = re.search(r'name="csrf" value="([^"]*)"', client.get("/loket/hari").text)
    assert found is not None
    return client.post("/loket/hari", data={"csrf": found[1], "date": on, "sure": "1"})


def test_a_clerk_opens_the_day_that_the_calendar_cannot(portal: RunningPortal, clerk: httpx.Client) -> None:
    """After a night without a clock the console asks; one confirmed date begins the day, and the asking ends."""
    assert ASKS not in clerk.get("/loket/1").text
    portal.issue()
    portal.clock.reboot("b0010002", TUESDAY)
    assert ASKS in clerk.get("/loket/1").text
    done = _open(clerk, "2026-11-24")
    assert (done.status_code, "Hari layanan sekarang" in done.text) == (200, True)
    assert (portal.view.current.day.ordinal, portal.view.current.day.date, portal.view.current.day.clock) == (
        2,
        "2026-11-24",
        "staff",
    )
    assert portal.clock.state() is ClockState.STAFF
    assert ASKS not in clerk.get("/loket/1").text


def test_confirming_the_present_day_begins_no_other(portal: RunningPortal, clerk: httpx.Client) -> None:
    """After a cut at noon it is still the same day: nobody who waits is sent home."""
    portal.issue()
    portal.clock.reboot("b0010002")
    assert _open(clerk, "2026-11-23").status_code == 200
    assert (portal.view.current.day.ordinal, portal.view.current.lines[0].waiting) == (1, 1)
    assert ASKS not in clerk.get("/loket/1").text


def test_a_clock_that_is_hours_behind_is_not_called_right(portal: RunningPortal, clerk: httpx.Client) -> None:
    """The day is the clerk's, the clock stays unbelieved; when it passes midnight the console asks again."""
    portal.clock.reboot("b0010002")
    _open(clerk, "2026-11-24")
    assert (portal.view.current.day.date, portal.clock.state()) == ("2026-11-24", ClockState.RESTORED)
    assert ASKS not in clerk.get("/loket/1").text
    portal.clock.advance(20 * 3600)
    clerk.post("/masuk", data={"officer": "Siti", "pin": PIN})
    assert ASKS in clerk.get("/loket/1").text


@pytest.mark.parametrize(("on", "status"), [("2026-11-20", 409), ("kemarin", 422), ("", 422)])
def test_a_day_never_goes_back(portal: RunningPortal, clerk: httpx.Client, on: str, status: int) -> None:
    """An earlier date and nonsense are refused on the page; what was typed stays."""
    answer = _open(clerk, on)
    assert (answer.status_code, portal.view.current.day.ordinal) == (status, 1)
    assert 'role="alert"' in answer.text


def test_a_day_that_the_calendar_has_missed_is_asked_for(portal: RunningPortal, clerk: httpx.Client) -> None:
    """With a trusted clock only after five in the morning."""
    portal.clock.set_wall(datetime(2026, 11, 23, 21, 0, tzinfo=UTC))
    assert ASKS not in clerk.get("/loket/1").text
    portal.clock.set_wall(TUESDAY)
    assert ASKS in clerk.get("/loket/1").text
