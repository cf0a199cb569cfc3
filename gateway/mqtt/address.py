"""Where a broker is: read from ``mqtt://HOST:PORT`` or ``mqtts://HOST:PORT``."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from gateway.errors import Refusal

PORTS = {"mqtt": 1883, "mqtts": 8883}
"""The port of each scheme when the address names none."""


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """A broker's place on the network. ``str()`` shows it without the password."""

    host: str
    port: int
    encrypted: bool
    """Whether TLS is spoken; the broker is then always verified."""
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def parse(cls, address: str) -> BrokerAddress:
        """Read an address. Raises Refusal ``broker-address`` when it is not one."""
        try:
            parts = urlsplit(address)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise Refusal("broker-address", address=address) from error
        strange = parts.path not in {"", "/"} or parts.query or parts.fragment
        if parts.scheme not in PORTS or not host or port == 0 or strange:
            raise Refusal("broker-address", address=address)
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(host, port or PORTS[parts.scheme], parts.scheme == "mqtts", user, password)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'mqtts' if self.encrypted else 'mqtt'}://{host}:{self.port}"
