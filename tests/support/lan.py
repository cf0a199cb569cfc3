"""The hall's own network for tests: a real Mosquitto with the hall's own files, the hall's side of it, and emulated devices."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from gateway.clock import Clock, SystemClock
from gateway.demo.lan_devices import EmulatedBoard, EmulatedDevice, EmulatedKeys
from gateway.devices.catalog import plug_in
from gateway.devices.lan_accounts import SETTINGS, secret_of
from gateway.devices.lan_device import LanDevice
from gateway.devices.lan_network import LanNetwork
from gateway.devices.plugged import Devices
from gateway.devices.ports import Device
from gateway.lan_broker import LanBroker
from gateway.loops import Loop
from gateway.mqtt.address import BrokerAddress, Node
from gateway.settings import DeviceSettings, LanSettings
from tests.support.clock import FakeClock
from tests.support.mosquitto import Mosquitto
from tests.support.waiting import until

PASSWORD = "sandi-perangkat-uji"  # noqa: S105 - of a test
Emulated = TypeVar("Emulated", bound=EmulatedDevice)


class LanMosquitto(Mosquitto):
    """Mosquitto with the files that the hall has written for it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.lan = LanSettings(host="127.0.0.1", port=self.port, folder=folder / "lan")
        self._settings = folder / "lan" / SETTINGS

    def reload(self) -> None:
        """Let it read passwords and rights anew, as systemd does when they change."""
        os.kill(self.pid, signal.SIGHUP)


class Lan:
    """One hall's network. Use as a context manager; times of devices and hall are those of ``clock``."""

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        self.clock = clock or FakeClock()
        self.randomness = random.Random(5)
        self.broker = LanMosquitto(folder)
        data = folder / "data"
        data.mkdir()
        self.files = LanBroker(self.broker.lan, data, self.randomness)
        self.devices: Devices = plug_in([], self.clock)
        self._running = ExitStack()
        self._signal = -100
        self.network = self._network()

    def _network(self) -> LanNetwork:
        self.connection = self.files.connection()
        network = LanNetwork(self.connection, self.clock, self._write)
        self.devices.follow(network.arrived, network.left)
        return network

    def _write(self, accounts: object) -> bool:
        written = self.files.write(accounts)  # type: ignore[arg-type]
        if written and self.broker.is_running:
            self.broker.reload()
        return written

    def __enter__(self) -> Self:
        self._running.callback(self.devices.close)
        self._running.callback(self.broker.kill)
        self.files.write([])
        self.broker.start()
        self._hall = self._run("lan", self.network.step, self.connection.watch)
        self._running.callback(self.connection.stop)
        return self

    def _run(self, name: str, step: Callable[[], float], watch: Callable[[Callable[[], None]], None]) -> Loop:
        loop = Loop(name, step, SystemClock())
        watch(loop.wake)
        loop.start()
        self._running.callback(loop.stop)
        return loop

    def rest(self) -> None:
        """Let the hall end while its broker goes on."""
        self._hall.stop()
        self.connection.stop()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._running.close()

    def adopt(self, kind: str, id: str = "tombol", **options: object) -> Device:
        """Pair a device with the hall."""
        entry = {"id": id, "kind": kind, "secret": secret_of(id, PASSWORD), **options}
        return self.devices.adopt(DeviceSettings.model_validate(entry))

    def address_of(self, id: str, password: str = PASSWORD) -> BrokerAddress:
        """Where a device finds the broker."""
        return BrokerAddress((Node("127.0.0.1", self.broker.port),), encrypted=False, user=id, password=password)

    def plug(self, emulated: Emulated) -> Emulated:
        """Give a device power, and wait until the hall has heard of it if it is paired."""
        self._run(emulated.id, emulated.step, emulated.watch)
        self._running.callback(emulated.unplug)
        return emulated

    def keys(self, id: str = "tombol", keys: tuple[str, ...] = ("press",)) -> EmulatedKeys:
        """Plug in an emulated button or keypad."""
        return self.plug(EmulatedKeys(self.address_of(id), self.clock, random.Random(7), keys))

    def board(self, id: str = "papan") -> EmulatedBoard:
        """Plug in an emulated board."""
        return self.plug(EmulatedBoard(self.address_of(id), self.clock, random.Random(7)))

    def settle(self, emulated: EmulatedDevice, device: Device) -> None:
        """Wait until the hall has taken all that the device has said so far: messages of one device keep their order."""
        assert isinstance(device, LanDevice)
        self._signal = -100 if self._signal >= -1 else self._signal + 1
        emulated.rssi_dbm = self._signal

        def taken() -> bool:
            if device.signal == emulated.rssi_dbm:
                return True
            emulated.say_all()
            return False

        until(taken)
