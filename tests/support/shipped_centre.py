"""A centre as ``provision centre init`` founds it, its broker run by the shipped start script on loopback."""

from __future__ import annotations

import os
import queue
import signal
import socket
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from gateway.mqtt.address import BrokerAddress
from gateway.mqtt.connection import PahoConnection, Protocol
from gateway.mqtt.ports import Connected, Disconnected, Message
from gateway.mqtt.session import Habits
from gateway.mqtt.tls import Trust
from provisioning.identity import pem
from provisioning.identity.authority import Authority, Purpose, new_key
from provisioning.identity.folder import SECRET, CentreFolder, write
from provisioning.identity.founding import Founding
from provisioning.identity.registrar import Registrar
from tests.support.mosquitto import executable, free_port

LIMIT_S = 20.0


def now() -> datetime:
    """Return the instant: Mosquitto judges certificates by the machine's clock."""
    return datetime.now(UTC)


class ShippedCentre:
    """One centre. Use as a context manager to run ``start PARTS``; without one only its papers are there."""

    def __init__(self, path: Path, *, hall_days: int = 730, parts: tuple[str, ...] = ("broker",)) -> None:
        self.folder = CentreFolder(path)
        self.port = free_port()
        self._parts = parts
        self._process: subprocess.Popen[bytes] | None = None
        os.environ["PATH"] = f"{os.environ.get('PATH', os.defpath)}:{Path(executable()).parent}"
        Founding(self.folder, now()).found({"port": self.port, "hosts": ("127.0.0.1",), "hall_days": hall_days})

    @property
    def address(self) -> BrokerAddress:
        """Where the broker is."""
        return self.folder.local_address()

    def issue(
        self, hall: str, *, days: float | None = None, at: datetime | None = None, signer: Authority | None = None
    ) -> Trust:
        """Return what ``hall`` needs to connect; ``signer`` is another authority than the centre's."""
        key = new_key()
        if signer is None:
            chain = Registrar(self.folder).issue(hall, key.public_key(), at or now(), days)
        else:
            chain = (signer.sign(key.public_key(), hall, Purpose.CLIENT, at or now(), days or 30), *signer.chain)
        return self.keep(f"{hall}-{chain[0].serial_number:x}", pem.key_text(key) + pem.text(chain))

    def keep(self, stem: str, content: bytes) -> Trust:
        """Write a pair beside the centre and return it as what somebody shows."""
        path = self.folder.path.with_name(f"{self.folder.path.name}-{stem}.pem")
        write(path, content, SECRET)
        return Trust(self.folder.broker_ca, path)

    def connection(
        self, trust: Trust, client_id: str, *filters: str, protocol: Protocol = "5", will: Message | None = None
    ) -> PahoConnection:
        """Return a started connection that subscribes to ``filters``."""
        connection = PahoConnection(
            self.address, Habits(client_id, connect_limit_s=2.0), trust=trust, protocol=protocol, retry_s=(0.1, 0.5), will=will
        )
        connection.subscribe(filters)
        connection.start()
        return connection

    def answer(self, trust: Trust, client_id: str = "trial", protocol: Protocol = "5") -> str:
        """Return the code with which somebody is turned away, or empty when let in."""
        connection = self.connection(trust, client_id, protocol=protocol)
        try:
            return ending(connection)
        finally:
            connection.stop()

    def __enter__(self) -> Self:
        log = (self.folder.path / "start.log").open("ab")
        with log:
            self._process = subprocess.Popen([self.folder.path / "start", *self._parts], stdout=log, stderr=log)
        pause = threading.Event()
        for _ in range(int(LIMIT_S / 0.05)):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            pause.wait(0.05)
        self.stop()
        raise RuntimeError((self.folder.path / "start.log").read_text())

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """End the script and all that it started. Stopping twice is harmless."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(LIMIT_S)
            self._process = None


def ending(connection: PahoConnection) -> str:
    """Wait until a connection is made (empty) or has failed (its code); a broker that is just coming back is waited for."""
    end = now() + timedelta(seconds=LIMIT_S)
    while now() < end:
        try:
            happening = connection.happenings.get(timeout=LIMIT_S)
        except queue.Empty:
            break
        if isinstance(happening, Connected):
            return ""
        if isinstance(happening, Disconnected) and happening.code != "broker-unreachable":
            return happening.code
    raise AssertionError("neither let in nor turned away")
