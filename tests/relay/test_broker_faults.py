"""A broker that forgets its answers, says things twice or in another order, is full, or drops what it has taken: nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.store import outbox
from tests.support.broker import Faults
from tests.support.clock import FakeClock
from tests.support.intake_process import IntakeProcess
from tests.support.mosquitto import Mosquitto
from tests.support.relay import RelayWorld
from tests.support.relaying import Relaying
from tests.support.waiting import until

World = Callable[..., RelayWorld]
LIMIT_S = 30.0


@pytest.mark.parametrize(
    "faults",
    [Faults(unacknowledged=1.0), Faults(duplication=1.0), Faults(reordering=1.0)],
    ids=["no-puback", "everything-twice", "out-of-order"],
)
def test_a_fault_of_the_broker_that_never_ends_costs_nothing(world: World, faults: Faults) -> None:
    """Receipts alone decide: however long it lasts, every event is confirmed and applied once."""
    here = world(held=True, faults=faults)
    here.append("record", 1500)
    here.append("urgent", 3)

    here.settle()

    here.check_complete()


def test_a_full_broker_is_asked_rarely_and_believed_when_it_has_room(world: World) -> None:
    """Refused batches stay in the hall with the broker's reason, one is tried now and then, and all go up when it takes them."""
    here = world()
    here.step()
    here.broker.refusing = "kuota broker habis"
    here.append("record", 1500)
    here.step()
    tried = len(here.broker.published)
    for _ in range(60):
        here.step(10.0)

    assert here.uplink.broker_refusal == "kuota broker habis"
    assert here.depth == 1500
    assert len(here.broker.published) - tried < 60
    here.broker.refusing = ""
    here.settle()
    assert here.uplink.broker_refusal == ""
    here.check_complete()


def test_a_queue_that_overflows_while_the_intake_is_away_costs_nothing(tmp_path: Path) -> None:
    """Mosquitto acknowledges what it drops: what no receipt confirms goes up again."""
    clock = FakeClock()
    with Mosquitto(tmp_path / "broker", extra="max_queued_messages 3\nmax_inflight_messages 1\n") as broker:
        intake = IntakeProcess(broker.address, tmp_path / "centre.db")
        intake.start()
        with Relaying(tmp_path / "hall", broker.address, clock, batch_limit=5) as hall:
            hall.append(outbox.Event("record", "id.balai.ticket.called.v1", "ticket/7f3a90c2/1/A-001", {"counter": "1"}))
            hall.until(hall.drained, LIMIT_S)
            intake.kill()
            for _ in range(60):
                hall.append(outbox.Event("record", "id.balai.ticket.called.v1", "ticket/7f3a90c2/1/A-001", {"counter": "1"}))
            hall.until(lambda: hall.uplink.progress.pace.on_wire_bytes == 0, LIMIT_S)
            intake.start()

            def drained_in_time() -> bool:
                clock.advance(5.0)
                hall.uplink.step()
                return hall.drained()

            assert until(drained_in_time, LIMIT_S)
        intake.kill()
