"""Little waits on the wire: at most five seconds of the measured rate, and a slow link is still used."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.relay.pace import AHEAD_S, FIRST_BYTES, LEAST_BYTES, Pace
from gateway.relay.patience import FIRST_S, MOST_S, Patience


@given(rate=st.floats(2000, 10_000_000))
@settings(deadline=None, max_examples=50)
def test_the_wire_holds_five_seconds_of_a_steady_link(rate: float) -> None:
    """After some messages over a link of constant rate, the room is five seconds of it."""
    pace, now_s, size_bytes = Pace(), 0.0, 0
    for _ in range(40):
        size_bytes = max(1, min(pace.room_bytes(), 65536))
        pace.sent(size_bytes, now_s)
        now_s += size_bytes / rate
        pace.acknowledged(size_bytes, now_s)

    assert pace.room_bytes() <= max(LEAST_BYTES, AHEAD_S * rate * 1.01 + 1) or size_bytes / rate < 0.001


def test_an_unknown_link_is_tried_with_little() -> None:
    """Before the first acknowledgement only a small message goes out."""
    pace = Pace()
    pace.sent(FIRST_BYTES, 0.0)

    assert pace.room_bytes() == 0


def test_the_first_acknowledgement_tells_how_fast_a_link_is() -> None:
    """With more on the wire already: a fast link is not tried with little for longer than that."""
    pace = Pace()
    for _ in range(2):
        pace.sent(FIRST_BYTES // 2, 0.0)
    pace.acknowledged(FIRST_BYTES // 2, 0.01)

    assert pace.room_bytes() == AHEAD_S * FIRST_BYTES / 2 / 0.01 - FIRST_BYTES // 2


def test_a_cut_frees_the_wire() -> None:
    """What was on the wire when the connection ended does not block the next one."""
    pace = Pace()
    pace.sent(FIRST_BYTES, 0.0)
    pace.cut()

    assert pace.room_bytes() == FIRST_BYTES


@pytest.mark.parametrize(("size_bytes", "is_fast"), [(4_000, False), (1_100_000, True)])
def test_only_a_fast_link_is_called_fast(size_bytes: int, is_fast: bool) -> None:
    """What it carries in a second tells; before anything was measured it counts as slow."""
    pace = Pace()
    before = pace.is_fast
    pace.sent(size_bytes, 0.0)
    pace.acknowledged(size_bytes, 1.0)

    assert (before, pace.is_fast) == (False, is_fast)


@given(seed=st.integers(0, 2**32))
@settings(deadline=None, max_examples=50)
def test_patience_doubles_from_half_a_minute_to_ten(seed: int) -> None:
    """Each wait is twice the one before, within a quarter of jitter, and never over ten minutes and a quarter."""
    patience, now_s = Patience(Random(seed)), 0.0
    patience.begin(now_s)
    waits_s = []
    for _ in range(8):
        assert patience.until_s is not None
        waits_s.append(patience.until_s - now_s)
        now_s = patience.until_s
        assert patience.is_over(now_s)
        patience.double(now_s)

    wanted_s = [min(FIRST_S * 2**n, MOST_S) for n in range(8)]
    assert all(0.75 * want <= wait <= 1.25 * want for want, wait in zip(wanted_s, waits_s, strict=True))


def test_two_halls_do_not_ask_in_step() -> None:
    """Different halls wait different times."""
    waits_s = set()
    for seed in range(10):
        patience = Patience(Random(seed))
        patience.begin(0.0)
        waits_s.add(patience.until_s)

    assert len(waits_s) == 10
