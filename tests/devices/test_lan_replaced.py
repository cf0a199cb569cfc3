"""A LAN device that took another's place: whoever has the former password is believed no more, before the broker says so."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from gateway.devices import lan_words
from gateway.devices.debounce import ContactRules
from gateway.devices.lan_accounts import secret_of
from gateway.devices.lan_keys import LanButton
from gateway.devices.lan_network import LanNetwork
from gateway.devices.ports import DeviceState, Press
from gateway.lan_broker import LanBroker
from gateway.settings import LanSettings
from tests.support.clock import FakeClock

STATUS = b'{"boot": "0a0b0c0d", "uptime_s": 7, "rssi_dbm": -60, "firmware": "1.0.0"}'
KEY = b'{"boot": "0a0b0c0d", "ms": 9000, "key": "press", "count": %d, "age_ms": 10, "rest_ms": 5000, "open_ms": 0, "down": true, "stuck": false}'
NOW_S = FakeClock().monotonic_s()


def button_of(password: str) -> LanButton:
    """Return a button by its password."""
    return LanButton("tombol", "surat", FakeClock(), rules=ContactRules(), secret=secret_of("tombol", password))


def test_what_the_former_device_still_says_changes_nothing() -> None:
    """It is not there, no press counts and none is missed; then the new device logs in, which is told live and not kept."""
    button = button_of("baru")
    presses: list[Press] = []
    button.when_pressed(presses.append)
    button.joins(lambda _topic, _payload: True)
    button.linked(is_linked=True)
    button.await_login()
    for what, payload, is_retained in [
        ("online", b"online", True), ("status", STATUS, True), ("key", KEY % 1, False), ("key", KEY % 2, False),
        ("status", STATUS, False), ("online", b"offline", False), ("key", b"{", False), ("online", b"?", False),
    ]:  # fmt: skip
        button.receive(what, payload, NOW_S, is_retained=is_retained)
        assert (button.state(), button.reason(), button.signal) == (DeviceState.MISSING, lan_words.NEVER_SEEN, None)
    assert (presses, button.missed) == ([], 0)
    button.receive("online", b"online", NOW_S, is_retained=False)
    button.receive("status", STATUS, NOW_S, is_retained=False)
    assert (button.state(), button.signal) == (DeviceState.READY, -60)


def test_a_device_that_logs_in_before_a_hall_that_lost_the_broker_is_there() -> None:
    """The broker that is found anew has read the new password; its birth is only told as one that was kept."""
    button = button_of("baru")
    button.joins(lambda _topic, _payload: True)
    button.await_login()
    button.linked(is_linked=True)
    button.receive("online", b"online", NOW_S, is_retained=True)
    button.receive("status", STATUS, NOW_S, is_retained=False)
    assert button.state() is DeviceState.READY


@pytest.mark.parametrize(("password", "signal"), [("lama", -60), ("baru", None)])
def test_only_another_password_lets_the_hall_wait_for_a_login(tmp_path: Path, password: str, signal: int | None) -> None:
    """Other options of the same device change nothing at the broker; a device that took another's place has to log in."""
    broker = LanBroker(LanSettings(host="127.0.0.1"), tmp_path, random.Random(1))
    network = LanNetwork(broker.connection(), FakeClock(), lambda _accounts: True)
    former, again = button_of("lama"), button_of(password)
    network.arrived(former)
    network.left(former)
    network.arrived(again)
    again.receive("status", STATUS, NOW_S, is_retained=False)
    assert again.signal == signal
