"""The files of the LAN broker, written by the hall whenever a device comes or goes, and how the hall itself logs in there.

Promises: the broker finds each file whole, before and after a power cut; what has not changed is not written again, since each
write lets the broker read anew; a folder that cannot be written stops nothing, it is shown as the devices' trouble.
"""

from __future__ import annotations

import logging
import os
import random
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.clock import Clock
from gateway.devices import lan_words
from gateway.devices.lan_accounts import (
    HALL,
    PASSWORDS,
    RIGHTS,
    SETTINGS,
    LanAccount,
    new_password,
    password_file,
    rights_file,
    settings_file,
)
from gateway.devices.lan_device import LanDevice
from gateway.devices.lan_network import LanNetwork
from gateway.devices.plugged import Devices
from gateway.devices.ports import DeviceState
from gateway.mqtt.address import BrokerAddress, Node
from gateway.mqtt.connection import PahoConnection
from gateway.mqtt.session import Habits
from gateway.settings import LanSettings
from gateway.store.files import write_whole

log = logging.getLogger(__name__)

OWN_PASSWORD = "lan-password"  # noqa: S105 - the name of the file that has it
"""The hall's own, in its data folder: readable by nobody else, and of use on this machine only."""
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound
"""Where the hall finds a broker that listens everywhere."""


class LanBroker:
    """The broker's files in ``settings.folder``. On a Pi systemd starts it as its own user; beside a hall that root runs, it stays root."""

    def __init__(self, settings: LanSettings, data: Path, randomness: random.Random) -> None:
        self._settings = settings
        self._user = "root" if os.geteuid() == 0 else ""  # else Mosquitto becomes a user that cannot read its files
        self._randomness = randomness
        self._password = _own_password(data / OWN_PASSWORD, randomness)

    @property
    def address(self) -> BrokerAddress:
        """Where the hall finds the broker, and its name and password there."""
        host = ANYWHERE.get(self._settings.host, self._settings.host)
        return BrokerAddress((Node(host, self._settings.port),), encrypted=False, user=HALL, password=self._password)

    def connection(self) -> PahoConnection:
        """Return the hall's own connection to the broker, not yet begun: a broker that is frozen is given up after 15 s."""
        habits = Habits(HALL, keepalive_s=10, answer_limit_s=5.0, acknowledge_limit_s=15.0)
        return PahoConnection(self.address, habits, retry_s=(0.5, 4.0), randomness=self._randomness)

    def write(self, accounts: Iterable[LanAccount]) -> bool:
        """Let exactly these devices speak from now on (the broker reads anew by itself); return whether it could be written."""
        folder = self._settings.folder
        files = {
            RIGHTS: rights_file(),
            SETTINGS: settings_file(folder, self._settings.host, self._settings.port, user=self._user),
            PASSWORDS: password_file(
                [*accounts, LanAccount.of(HALL, self._password)]
            ),  # the last: it is what the broker waits for
        }
        try:
            folder.mkdir(mode=0o750, parents=True, exist_ok=True)
            for name, text in files.items():
                path = folder / name
                if not path.exists() or path.read_text(encoding="utf-8") != text:
                    write_whole(path, text.encode(), 0o640, exact=True)
        except (OSError, UnicodeDecodeError) as error:
            log.warning("lan=%s event=files-failed error=%s", folder, type(error).__name__)
            return False
        return True


def _own_password(path: Path, randomness: random.Random) -> str:
    """Return the hall's password, made when there is none; where it cannot be kept it is one for this run."""
    try:
        if password := path.read_text(encoding="ascii").strip():
            return password
    except FileNotFoundError:
        pass
    except (OSError, UnicodeDecodeError) as error:
        log.warning("lan=%s event=password-unreadable error=%s", path, type(error).__name__)
    password = new_password(randomness)
    try:
        write_whole(path, password.encode(), 0o600)
    except OSError as error:
        log.warning("lan=%s event=password-not-kept error=%s", path, type(error).__name__)
    return password


@contextmanager
def listening(lan: LanSettings, data: Path, devices: Devices, clock: Clock, limit_s: float = 5.0) -> Iterator[None]:
    """Give the LAN devices of a hall that does not run ``limit_s`` to say that they are there. Writes nothing: who was never let in stays out."""
    if not lan.host or not (data / OWN_PASSWORD).exists():
        for device in devices:
            if lan.host and isinstance(device, LanDevice):
                device.has_no_way(lan_words.NEVER_RUN)  # so nobody has been let in yet, the hall itself neither
        yield
        return
    connection = LanBroker(lan, data, random.SystemRandom()).connection()
    network, woken = LanNetwork(connection, clock, lambda _accounts: True), threading.Event()
    devices.follow(network.arrived, network.left)
    connection.watch(woken.set)
    try:
        end_s = time.monotonic() + limit_s
        while any(device.state() is DeviceState.MISSING for device in devices if isinstance(device, LanDevice)):
            woken.clear()
            network.step()
            if time.monotonic() > end_s:
                break
            woken.wait(0.1)
        yield
    finally:
        connection.stop()
