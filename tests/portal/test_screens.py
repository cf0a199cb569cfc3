"""Which screens give a sign of life, and which are missed."""

from __future__ import annotations

from gateway.portal.screens import FORGOTTEN_S, SCREEN_LIMIT, Screens
from tests.support.clock import FakeClock
from tests.support.portal import RunningPortal


def test_a_screen_that_falls_silent_is_missed_until_another_day() -> None:
    """Silence is counted from the newest sign; after many hours it belongs to another day."""
    clock = FakeClock()
    screens = Screens(clock)
    screens.beat("papan", "a1")
    clock.advance(90)
    assert screens.silence() == {"papan": 90.0}
    clock.advance(FORGOTTEN_S)
    assert screens.silence() == {}


def test_a_screen_loaded_anew_is_the_same_screen() -> None:
    """After a freeze the new page's sign stands for the screen; the page that froze is missed no more."""
    clock = FakeClock()
    screens = Screens(clock)
    screens.beat("papan", "frozen")
    clock.advance(90)
    screens.beat("papan", "fresh")
    screens.leave("papan", "fresh")
    assert screens.silence() == {}


def test_a_page_that_says_goodbye_is_not_missed() -> None:
    """A clerk who looks at the board and closes it leaves the TV's own sign as it was."""
    clock = FakeClock()
    screens = Screens(clock)
    screens.beat("papan", "tv")
    clock.advance(30)
    screens.beat("papan", "clerk")
    screens.leave("papan", "clerk")
    assert screens.silence() == {"papan": 30.0}


def test_a_flood_of_made_up_screens_fills_no_memory() -> None:
    """The oldest are forgotten beyond the limit."""
    screens = Screens(FakeClock())
    for number in range(3 * SCREEN_LIMIT):
        screens.beat(f"layar-{number}", "x")
    assert len(screens.silence()) == SCREEN_LIMIT


def test_the_sign_is_a_small_post_and_nonsense_is_refused(portal: RunningPortal) -> None:
    """204 for a beat and a goodbye; a name that is no name is 422."""
    with portal.client() as client:
        beat = client.post("/papan/denyut", data={"layar": "lobi", "halaman": "abc"})
        assert (beat.status_code, portal.screens.silence()) == (204, {"lobi": 0.0})
        assert client.post("/papan/denyut", data={"layar": "lobi", "halaman": "abc", "pulang": "1"}).status_code == 204
        assert portal.screens.silence() == {}
        assert client.post("/papan/denyut", data={"layar": "<b>", "halaman": "abc"}).status_code == 422
