"""Where a broker is: read from ``mqtt://HOST:PORT`` or ``mqtts://HOST:PORT``, a cluster's nodes with commas between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from gateway.errors import Refusal

PORTS = {"mqtt": 1883, "mqtts": 8883}
"""The port of each scheme when the address names none."""


class Node(NamedTuple):
    """One machine on which the broker runs."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """A broker's place on the network. ``str()`` shows it without the password."""

    nodes: tuple[Node, ...]
    """At least one; any of them serves, because they share sessions and messages."""
    encrypted: bool
    """Whether TLS is spoken; the broker is then always verified."""
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def parse(cls, address: str) -> BrokerAddress:
        """Read an address such as ``mqtts://USER:PASSWORD@A:8883,B:8883``. Raises Refusal ``broker-address`` when it is not one."""
        scheme, _, places = address.partition("://")
        user, _, hosts = places.rpartition("@")
        try:
            nodes = tuple(_node(scheme, host) for host in hosts.split(","))
        except ValueError as error:
            raise Refusal("broker-address", address=address) from error
        name, _, password = user.partition(":")
        return cls(nodes, scheme.lower() == "mqtts", unquote(name), unquote(password))

    def __str__(self) -> str:
        return f"{'mqtts' if self.encrypted else 'mqtt'}://{','.join(map(str, self.nodes))}"


def _node(scheme: str, text: str) -> Node:
    """Read ``HOST`` or ``HOST:PORT``. Raises ValueError when it is not one."""
    parts = urlsplit(f"{scheme}://{text}")
    strange = parts.path not in {"", "/"} or parts.query or parts.fragment or parts.username is not None
    if parts.scheme not in PORTS or not parts.hostname or parts.port == 0 or strange:
        raise ValueError("not the address of a broker")
    return Node(parts.hostname, parts.port or PORTS[parts.scheme])
