"""What every screen of a hall promises, with the signs that its page really gives."""

from __future__ import annotations

import pytest

from gateway.devices.catalog import plug_in
from gateway.devices.ports import DeviceState, Screen
from gateway.devices.wall_screen import SILENT_S
from gateway.portal.screens import FORGOTTEN_S, Screens
from gateway.settings import DeviceSettings
from tests.support.clock import FakeClock

KINDS = {"hdmi-tv": "tv", "kiosk-screen": "anjungan"}
"""The name that each kind's page gives."""


@pytest.fixture
def clock() -> FakeClock:
    """The hall's clock."""
    return FakeClock()


@pytest.fixture
def pages(clock: FakeClock) -> Screens:
    """Where pages give their signs."""
    return Screens(clock)


@pytest.fixture(params=list(KINDS))
def screen(request: pytest.FixtureRequest, clock: FakeClock) -> Screen:
    """Each kind in turn, not yet told of any sign."""
    [made] = plug_in([DeviceSettings.model_validate({"id": "layar", "kind": request.param})], clock).screens
    return made


def how(screen: Screen) -> tuple[DeviceState, str]:
    """How it is and why."""
    return screen.state(), screen.reason()


def test_a_screen_is_what_its_page_says(screen: Screen, pages: Screens, clock: FakeClock) -> None:
    """Not opened, moving, standing still, moving again, closed."""
    screen.hear(pages.silence)
    name, seen = KINDS[screen.kind], [how(screen)]
    pages.beat(name, "a")
    seen.append(how(screen))
    clock.advance(SILENT_S + 1)
    seen.append(how(screen))
    pages.beat(name, "b")
    seen.append(how(screen))
    pages.leave(name, "b")
    seen.append(how(screen))
    closed, ready = (DeviceState.MISSING, "layar belum membuka halamannya"), (DeviceState.READY, "")
    assert seen == [closed, ready, (DeviceState.FAULTY, "gambar layar diam, atau layarnya mati"), ready, closed]


def test_another_screen_is_no_proof_of_this_one(screen: Screen, pages: Screens) -> None:
    """A clerk who looks at the board does not stand for the TV."""
    screen.hear(pages.silence)
    pages.beat("papan", "clerk")
    assert screen.state() is DeviceState.MISSING


def test_a_screen_of_another_day_is_missing_and_not_frozen(screen: Screen, pages: Screens, clock: FakeClock) -> None:
    """What was switched on yesterday has not been opened today."""
    screen.hear(pages.silence)
    pages.beat(KINDS[screen.kind], "a")
    clock.advance(FORGOTTEN_S + 1)
    assert screen.state() is DeviceState.MISSING


def test_without_a_running_hall_it_is_not_known(screen: Screen) -> None:
    """A check beside a resting hall says why it cannot know; closing twice is harmless."""
    before = how(screen)
    screen.look()
    screen.close()
    screen.close()
    assert [before, how(screen)] == [(DeviceState.MISSING, "layar hanya terlihat oleh balai yang berjalan")] * 2
