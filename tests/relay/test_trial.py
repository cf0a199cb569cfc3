"""Settings of the centre stay only when it still hears the hall; else they return, whatever happens to power and clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.mqtt.ports import Connected
from gateway.relay.meter import Meter
from gateway.relay.orders import Order
from gateway.relay.trial import BOOTS_LIMIT, LIMIT_S
from tests.support.clock import MORNING
from tests.support.downlink import DownWorld
from tests.support.orders import order


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[DownWorld]:
    """Return a hall that obeys."""
    world = DownWorld(tmp_path)
    yield world
    world.close()


def setting(number: int, value: str = "second", subject: str = "settings/a") -> Order:
    """Return an order that changes the setting."""
    return order(number, "settings.put", subject=subject, lasts=timedelta(days=30), value=value)


def test_the_receipt_for_applied_ends_the_trial(hall: DownWorld) -> None:
    """The hall has come back with the new settings and is heard: they stay."""
    hall.obey(setting(1))
    during = (hall.on_trial, hall.setting)
    hall.settle()
    hall.step()
    hall.clock.advance(10 * LIMIT_S)
    hall.step()

    assert (during, hall.on_trial, hall.setting) == ((True, "second"), False, "second")
    assert hall.answers() == [("1", "applied", "")]


def test_a_trial_begins_with_a_new_connection(hall: DownWorld) -> None:
    """The answer can be confirmed only over a connection that the new settings have made."""
    hall.step()
    before = hall.connection.state
    hall.obey(setting(1))

    assert isinstance(hall.connection.state, Connected)
    assert (hall.connection.state is before, hall.shelf.retuned > 0) == (False, True)


def test_without_a_receipt_the_former_settings_return(hall: DownWorld) -> None:
    """By themselves, in time, and told when it can be told: returned, after applied."""
    hall.obey(setting(1))
    hall.broker.stop()
    hall.step(LIMIT_S - 5)
    late = (hall.on_trial, hall.setting)
    hall.step(10)
    returned = (hall.on_trial, hall.setting)
    hall.broker.start()
    hall.settle()

    assert (late, returned) == ((True, "second"), (False, "first"))
    assert hall.answers() == [("1", "applied", ""), ("1", "returned", "")]
    hall.check_complete()


def test_a_receipt_of_something_else_is_no_receipt(hall: DownWorld) -> None:
    """Confirmations of earlier events do not end the trial: an intake that is away lets the settings return."""
    hall.append(count=3)
    hall.settle()
    hall.centre_up = False
    hall.obey(setting(1))
    for _ in range(70):
        hall.step(10)

    assert (hall.setting, [kind for _, kind, _ in hall.answers()]) == ("first", ["applied", "returned"])


def test_one_trial_at_a_time(hall: DownWorld) -> None:
    """Another waits for the end of the first, without being counted as tried; other commands go on."""
    hall.centre_up = False
    hall.obey(setting(1), setting(2, "third", "settings/b"), order(3))
    for _ in range(10):
        hall.step(5)
    during = (hall.setting, sorted(who for who, _, _ in hall.answers()))
    hall.centre_up = True
    hall.settle()
    for _ in range(3):
        hall.step(10, deliveries=1000)

    assert during == ("second", ["1", "3"])
    assert (hall.setting, [who for who, kind, _ in hall.answers() if kind == "applied"]) == ("third", ["1", "2", "3"])


def test_a_trial_that_waits_too_long_expires(hall: DownWorld) -> None:
    """It is answered while another still runs."""
    hall.centre_up = False
    hall.obey(setting(1))
    hall.obey(order(2, "settings.put", subject="settings/b", lasts=timedelta(minutes=1), value="third"))
    hall.step(90)

    assert hall.answers() == [("1", "applied", ""), ("2", "rejected", "expired")]


def test_a_crash_of_the_program_does_not_lengthen_the_trial(hall: DownWorld) -> None:
    """In the same run of the machine the time goes on."""
    hall.centre_up = False
    hall.obey(setting(1))
    hall.step(LIMIT_S / 2)
    hall.restart_hall()
    hall.step(LIMIT_S / 2)

    assert (hall.setting, hall.on_trial) == ("first", False)


def test_after_a_power_cut_the_trial_has_its_time_again(hall: DownWorld) -> None:
    """However long the hall was dark and whatever its clock says: it must have time to connect."""
    hall.centre_up = False
    hall.obey(setting(1))
    hall.clock.reboot("b0010002", MORNING - timedelta(days=300))
    hall.restart_hall()
    hall.step(LIMIT_S / 2)
    half = hall.setting
    hall.step(LIMIT_S)

    assert (half, hall.setting) == ("second", "first")


def test_a_machine_that_does_not_stay_up_gets_its_settings_back(hall: DownWorld) -> None:
    """Perhaps they are why: after the third start they return at once."""
    hall.centre_up = False
    hall.obey(setting(1))
    settings = []
    for boot in range(BOOTS_LIMIT):
        hall.clock.reboot(f"b002000{boot}")
        hall.restart_hall()
        hall.step(1)
        settings.append(hall.setting)

    assert settings == ["second", "second", "first"]


def test_what_the_hall_has_changed_meanwhile_is_not_taken_back(hall: DownWorld) -> None:
    """A clerk's choice during the trial stays."""
    hall.centre_up = False
    hall.obey(setting(1))
    with hall.store.transaction() as tx:
        tx.execute("UPDATE setting SET value = 'mine'")
    hall.step(LIMIT_S + 1)

    assert (hall.setting, hall.on_trial) == ("mine", False)


def test_returned_settings_may_be_put_again(hall: DownWorld) -> None:
    """A newer command tries anew."""
    hall.centre_up = False
    hall.obey(setting(1))
    hall.step(LIMIT_S + 1)
    hall.centre_up = True
    hall.obey(setting(2))
    hall.settle()
    hall.step()

    assert (hall.setting, hall.on_trial) == ("second", False)


def test_neither_backlog_nor_budget_holds_up_the_proof(tmp_path: Path) -> None:
    """Good settings stay although their answer would have waited behind thousands of events and a budget that is spent."""
    hall = DownWorld(tmp_path, meter=lambda store, clock: Meter(store, clock, daily_bytes=1))
    hall.append(count=5000)
    hall.step()
    hall.obey(setting(1))
    for _ in range(70):
        hall.step(10)
    held = (hall.uplink.progress.allowance.is_used_up, hall.depth >= 5000)
    proven = (hall.on_trial, hall.setting)
    hall.close()

    assert (held, proven) == ((True, True), (False, "second"))


def test_a_spent_budget_excuses_no_dead_uplink(tmp_path: Path) -> None:
    """The control: with the same backlog and nobody who hears, the former settings return."""
    hall = DownWorld(tmp_path, meter=lambda store, clock: Meter(store, clock, daily_bytes=1))
    hall.append(count=5000)
    hall.step()
    hall.obey(setting(1))
    hall.broker.stop()
    hall.step(LIMIT_S - 5)
    late = hall.setting
    hall.step(10)
    returned = (hall.on_trial, hall.setting)
    hall.close()

    assert (late, returned) == ("second", (False, "first"))
