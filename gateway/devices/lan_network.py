"""The one connection to the LAN broker that all LAN devices of the hall share.

Promises: nothing is done in the network's thread; the broker's files always name exactly the devices that are here; a broker
that is killed, frozen or started again is found again, every device is asked anew, and no press is invented or given twice; a device
that has been given another password is there once it has logged in with it.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Collection

from gateway.clock import Clock
from gateway.devices.lan_accounts import LanAccount
from gateway.devices.lan_device import LanDevice
from gateway.devices.lan_messages import EVERYTHING, NotUnderstood, topic_parts
from gateway.devices.ports import Device
from gateway.mqtt.ports import Connected, Connection, Disconnected, Message, Received

log = logging.getLogger(__name__)

LOOK_S = 1.0
"""How often it is looked whether the network's thread lives and the files are written."""


class LanNetwork:
    """Hands each device its messages. ``step`` belongs to the loop ``lan``; devices come and go in any thread.

    ``write_accounts`` lets exactly these accounts log in from now on and returns whether that could be done.
    """

    def __init__(self, connection: Connection, clock: Clock, write_accounts: Callable[[Collection[LanAccount]], bool]) -> None:
        self._connection = connection
        self._clock = clock
        self._write_accounts = write_accounts
        self._devices: dict[str, LanDevice] = {}
        self._former: dict[str, LanAccount | None] = {}
        """How those logged in that have gone, by id."""
        self._written: frozenset[LanAccount] | None = None
        self._is_linked = False
        self._turn = threading.RLock()
        connection.subscribe([EVERYTHING])

    def arrived(self, device: Device) -> None:
        """Let a device that is of the network join it."""
        if isinstance(device, LanDevice):
            with self._turn:
                self._devices[device.id] = device
                device.joins(self._say)
                device.linked(is_linked=self._is_linked)
                if self._former.pop(device.id, device.account) != device.account:
                    device.await_login()

    def left(self, device: Device) -> None:
        """Forget a device that goes: it may not log in any more."""
        with self._turn:
            if (gone := self._devices.pop(device.id, None)) is not None:
                self._former[gone.id] = gone.account

    def step(self) -> float:
        """Do what has happened on the wire since; return the seconds to rest."""
        self._keep_accounts()
        self._connection.start()
        while True:
            try:
                happening = self._connection.happenings.get_nowait()
            except queue.Empty:
                return LOOK_S
            if isinstance(happening, Received):
                self._hear(happening)
                self._connection.acknowledge(happening)
            elif isinstance(happening, Connected | Disconnected):
                self._link(is_linked=isinstance(happening, Connected))

    def _keep_accounts(self) -> None:
        with self._turn:
            wanted = frozenset(device.account for device in self._devices.values() if device.account is not None)
        if wanted != self._written and self._write_accounts(wanted):
            self._written = wanted

    def _link(self, *, is_linked: bool) -> None:
        with self._turn:
            self._is_linked = is_linked
            for device in self._devices.values():
                device.linked(is_linked=is_linked)

    def _hear(self, received: Received) -> None:
        try:
            id, what = topic_parts(received.topic)
        except NotUnderstood:
            return
        with self._turn:
            device = self._devices.get(id)
        if device is not None:
            device.receive(what, received.payload, self._clock.monotonic_s(), is_retained=received.retain)

    def _say(self, topic: str, payload: bytes) -> bool:
        """Publish at QoS 0: what was not heard is said again by whoever looks again, never by the wire, late."""
        return self._connection.publish(Message(topic, payload, qos=0)) is not None
