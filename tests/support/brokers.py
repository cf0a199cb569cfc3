"""Every broker that the product is shown to work with, started alike: one Mosquitto, three nodes of NATS, three of RabbitMQ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from gateway.mqtt.tls import Trust
from tests.support.certificates import Authority
from tests.support.cluster import OPERATOR, Cluster
from tests.support.mosquitto import HALL_ACL, Mosquitto, Tls
from tests.support.nats import NatsCluster
from tests.support.rabbitmq import RabbitCluster


class Broker(Protocol):
    """A broker of ``size`` nodes, of which each can be killed and started again; ``address`` names them all."""

    size: int
    ports: list[int]

    @property
    def pids(self) -> list[int]:
        """The processes of the nodes that run."""

    @property
    def address(self) -> str:
        """What a client is given."""

    def address_of(self, node: int) -> str:
        """Return the address of one node."""

    def trust(self, name: str) -> Trust:
        """Return the certificate of ``name``."""

    def start(self) -> None:
        """Start every node that does not run, and return when each serves."""

    def kill(self) -> None:
        """End every node with SIGKILL."""

    def start_node(self, node: int) -> None:
        """Start one node; harmless while it runs."""

    def await_node(self, node: int) -> None:
        """Return when a node takes connections."""

    def kill_node(self, node: int) -> None:
        """End one node with SIGKILL; harmless when it has ended."""

    def close(self) -> None:
        """End whatever was started."""


class OneMosquitto:
    """A Mosquitto with TLS and the halls' ACL: a broker of one node."""

    size = 1

    def __init__(self, folder: Path, authority: Authority) -> None:
        self._broker = Mosquitto(folder, tls=Tls(authority, f"{HALL_ACL}\nuser {OPERATOR}\ntopic readwrite #\n"))
        self.ports = [self._broker.port]
        self.trust = authority.trust
        self.address = self._broker.address
        self.start = self._broker.start
        self.kill = self._broker.kill

    @property
    def pids(self) -> list[int]:
        """The one process."""
        return [self._broker.pid]

    def address_of(self, node: int) -> str:
        """Return the address of the only node."""
        return self.address

    def start_node(self, node: int) -> None:
        """Start it, and return when it serves."""
        self._broker.start()

    def await_node(self, node: int) -> None:
        """It serves already."""

    def kill_node(self, node: int) -> None:
        """End it with SIGKILL."""
        self._broker.kill()

    def close(self) -> None:
        """End it."""
        self._broker.kill()


CLUSTERS: dict[str, Callable[[Path, Authority], Cluster]] = {"nats": NatsCluster, "rabbitmq": RabbitCluster}
KINDS: dict[str, Callable[[Path, Authority], Broker]] = {"mosquitto": OneMosquitto, **CLUSTERS}


@contextmanager
def running_broker(kind: str, folder: Path) -> Iterator[Broker]:
    """Let a broker of ``kind`` run, with an authority of its own; nothing of it is left afterwards."""
    broker = KINDS[kind](folder / kind, Authority(folder / "authority"))
    try:
        broker.start()
        yield broker
    finally:
        broker.close()
