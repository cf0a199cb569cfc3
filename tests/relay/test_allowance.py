"""What the link may cost: a day's budget over restarts, a cap on each lane, and neither ever holds an urgent event back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.clock import ClockState
from gateway.relay.allowance import Allowance
from gateway.relay.meter import Meter
from tests.support.relay import RelayWorld

World = Callable[..., RelayWorld]
BUDGET_BYTES = 4_000


def limited(world: World) -> RelayWorld:
    """Return a world whose hall may use 4 kB a day."""
    return world(meter=lambda store, clock: Meter(store, clock, daily_bytes=BUDGET_BYTES))


def test_bytes_that_cost_something_are_never_free() -> None:
    """A link with a budget is never packed for in haste, nor is a lane with a cap; ``urgent`` has none."""
    capped = Allowance(caps_bytes_per_s={"record": 1000.0, "urgent": 1000.0, "bulk": 0.0})
    lanes = ("urgent", "record", "bulk")

    assert [capped.is_free(lane) for lane in lanes] == [True, False, True]
    assert [Allowance(daily_bytes=BUDGET_BYTES).is_free(lane) for lane in lanes] == [False] * 3


def test_the_budget_holds_back_all_but_what_is_urgent(world: World) -> None:
    """Once it is used up nothing but urgent events go on until the next day; then everything arrives."""
    here = limited(world)
    for _ in range(30):
        here.append("record", 10, note=f"{here.randomness.getrandbits(400):x}")
        here.step(10.0)
    here.append("urgent", 3)
    for _ in range(20):
        here.step(10.0)

    [record] = [stand for (_, lane), stand in here.stands().items() if lane == "record"]
    [urgent] = [stand for (_, lane), stand in here.stands().items() if lane == "urgent"]
    assert here.uplink.progress.allowance.is_used_up
    assert (record.confirmed < record.last, urgent.confirmed) == (True, 3)
    for _ in range(5):
        here.step(86_400.0, deliveries=1000)
        for _ in range(20):
            here.step(10.0, deliveries=1000)
    here.check_complete()


def test_a_restart_gives_no_second_budget(world: World) -> None:
    """What was used is known after a crash, save what had no receipt yet."""
    here = limited(world)
    here.append("record", 500, note="x")
    here.settle()
    before_bytes = here.uplink.progress.allowance.used_bytes

    here.restart_hall()

    assert here.uplink.progress.allowance.used_bytes == before_bytes > 0


def test_without_a_budget_nothing_is_written_for_it(world: World) -> None:
    """A hall on an ordinary link has nothing kept."""
    here = world()
    here.append("record", 10)
    here.settle()

    with here.store.reader() as db:
        assert db.execute("SELECT count(*) FROM meta WHERE key = 'relay-use'").fetchone() == (0,)


def test_a_clock_that_cannot_be_trusted_changes_no_day(world: World) -> None:
    """Ten years forward and back give no budget; 24 hours of running do."""
    here = limited(world)
    here.append("record", 10)
    here.settle()
    used_bytes = here.uplink.progress.allowance.used_bytes
    here.clock.set_wall(here.clock.now() + timedelta(days=3650), ClockState.RESTORED)
    here.step()
    assert here.uplink.progress.allowance.used_bytes == used_bytes

    here.step(86_400)

    assert here.uplink.progress.allowance.used_bytes < used_bytes


@given(cap=st.integers(125, 100_000), sizes=st.lists(st.integers(1, 65_536), min_size=1, max_size=30))
@settings(deadline=None, max_examples=50)
def test_a_lane_is_never_faster_than_its_cap(cap: int, sizes: list[int]) -> None:
    """Whatever the messages, what was sent before the last of them fits into the time that has passed."""
    allowance, now_s, sent_bytes = Allowance(caps_bytes_per_s={"bulk": cap}), 0.0, 0
    for size in sizes:
        while not (most := allowance.most_bytes("bulk", now_s)):
            now_s = allowance.due_s(now_s)
        assert sent_bytes <= cap * now_s + 1
        sent_bytes += min(size, int(most))
        allowance.spend(min(size, int(most)), now_s, "bulk")
        assert allowance.most_bytes("urgent", now_s) > 0
