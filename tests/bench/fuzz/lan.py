"""What LAN devices say, to the devices of a hall: whatever comes, nothing raises, and nobody gets a number for nonsense."""

from __future__ import annotations

import json
import logging
import queue
from collections.abc import Callable, Collection, Sequence

from gateway.devices.debounce import ContactRules
from gateway.devices.lan_accounts import LanAccount, secret_of
from gateway.devices.lan_board import LanBoard
from gateway.devices.lan_device import LanDevice
from gateway.devices.lan_keys import LanButton
from gateway.devices.lan_messages import NotUnderstood, read_key
from gateway.devices.lan_network import LanNetwork
from gateway.devices.lan_presses import STALE_S
from gateway.devices.ports import Press
from gateway.mqtt.ports import Connected, Happening, Message, Received
from tests.bench.fuzz.parser import Parser
from tests.support.clock import FakeClock

SECRET = secret_of("tombol", "kata")
KEY = {"boot": "5f3a9c01", "key": "press", "age_ms": 40, "rest_ms": 2000, "open_ms": 0, "down": True, "stuck": False}
STATUS = {"boot": "5f3a9c01", "uptime_s": 60, "rssi_dbm": -61, "battery_percent": 80, "firmware": "1.0.0"}


class Wire:
    """A connection on which only that arrives which is put there."""

    def __init__(self) -> None:
        self.happenings: queue.SimpleQueue[Happening] = queue.SimpleQueue()
        self.state = Connected(session_present=False, protocol="5")
        self.said: list[Message] = []

    def start(self) -> None:
        """Do nothing."""

    def subscribe(self, filters: Sequence[str]) -> None:
        """Do nothing."""

    def publish(self, message: Message) -> int:
        """Take what the hall says."""
        self.said = [*self.said[-9:], message]
        return 1

    def acknowledge(self, received: Received) -> None:
        """Do nothing."""


class FuzzedLan:
    """A button and a board of a hall, whose network hears one message at a time."""

    def __init__(self) -> None:
        self._clock = FakeClock()
        self._wire = Wire()
        self._network = LanNetwork(self._wire, self._clock, _written)  # type: ignore[arg-type] # the rest of a connection is not asked for
        self._presses: list[Press] = []
        self._button = LanButton("tombol", "surat", self._clock, rules=ContactRules(), secret=SECRET)
        self._button.when_pressed(self._presses.append)
        self._board = LanBoard("papan", self._clock, SECRET)
        self._wire.happenings.put(self._wire.state)
        for device in (self._button, self._board):
            self._network.arrived(device)

    def hear(self, topic: str, payload: bytes) -> None:
        """Let the hall hear one message, and look at what it has done to it."""
        before = len(self._presses)
        self._clock.advance(0.7)
        self._wire.happenings.put(Received(topic, payload, retain=False, receipt=None))
        self._network.step()
        given = self._presses[before:]
        now_s = self._clock.monotonic_s()
        if len(given) > 1 or any(not now_s - STALE_S <= press.pressed_at_s <= now_s for press in given):
            raise AssertionError("a press that nobody made")
        if given and (topic != "balai/lan/tombol/up/key" or not _is_key(payload)):
            raise AssertionError("a press by a message that is none")
        for device in (self._button, self._board):
            _shown(device)


def of_the_lan() -> list[Parser]:
    """Return each kind of message, and the topics."""
    lan = FuzzedLan()
    logging.getLogger("gateway.devices").setLevel(logging.ERROR)  # what is missed is told, and here that is everything

    def about(what: str, id: str = "tombol") -> Callable[[bytes], None]:
        return lambda payload: lan.hear(f"balai/lan/{id}/up/{what}", payload)

    keys = [json.dumps(KEY | {"ms": 2100 * count, "count": count}).encode() for count in range(1, 40)]
    topics = [b"balai/lan/tombol/up/key", b"balai/lan/papan/up/shown", b"balai/lan/tombol/down/heard", b"balai/lan/+/up/#"]
    return [
        Parser("lan-key", about("key"), keys, share=3),
        Parser("lan-status", about("status"), [json.dumps(STATUS).encode()]),
        Parser("lan-online", about("online"), [b"online", b"offline"], (), "text"),
        Parser("lan-shown", about("shown", "papan"), [b'{"boot":"5f3a9c01","seq":7}']),
        Parser("lan-topic", lambda topic: lan.hear(topic.decode("utf-8", "replace"), keys[0]), topics, (), "text"),
    ]


def _written(_accounts: Collection[LanAccount]) -> bool:
    return True


def _is_key(payload: bytes) -> bool:
    try:
        read_key(payload)
    except NotUnderstood:
        return False
    return True


def _shown(device: LanDevice) -> None:
    """Show a device as a page does: what is shown can be written anywhere."""
    facts = (device.state(), device.reason(), device.warning(), device.signal, device.battery, device.uptime_s, device.firmware)
    text = json.dumps(facts)
    if "\0" in text or len(text) > 400:
        raise AssertionError("a device that cannot be shown")
