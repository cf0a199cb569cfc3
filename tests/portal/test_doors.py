"""What anybody may open besides the queue, and how often a stranger may try something."""

from __future__ import annotations

import pytest

from gateway.errors import Refusal
from gateway.portal.tries import WINDOW_S, Tries
from tests.support.clock import FakeClock
from tests.support.portal import RunningPortal


def test_a_hall_without_doors_leads_nowhere(portal: RunningPortal) -> None:
    """The front page names ``/desa`` only once something is behind it; the page itself says that there is nothing."""
    with portal.client() as client:
        assert ("/desa" in client.get("/").text, "Belum ada apa-apa di sini." in client.get("/desa").text) == (False, True)


def test_whoever_tries_too_often_waits() -> None:
    """Each device has its own count, all together another; both are forgotten in time."""
    clock = FakeClock()
    tries = Tries(clock, of_device=2, of_all=3)
    tries.note("a")
    clock.advance(60)
    tries.note("a")
    with pytest.raises(Refusal) as refused:
        tries.require_room("a")
    tries.require_room("b")
    tries.note("b")
    with pytest.raises(Refusal):
        tries.require_room("c")
    clock.advance(WINDOW_S - 60)
    tries.require_room("a")
    assert (refused.value.code, refused.value.facts["wait_s"]) == ("tries-used-up", 540)
