"""Two Mosquittos with a bridge between them: loaded over a bare socket while the far one is away, counted over another when it comes back.

Nothing slows it that need not: no log, no limit of messages that wait, nothing saved, a counter that only counts bytes.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tests.support.mosquitto import Mosquitto
from tests.support.mqtt_packets import first_packet, packet, text

UNLIMITED = "log_type none\nmax_queued_messages 0\nqueue_qos0_messages true\n"
TOPIC = "bridged/3510012001/up/record"
LIMIT_S = 120.0
UNDER_WAY = 1000
"""So many publishes wait for their acknowledgement while the near broker is loaded."""
PUBACK_BYTES = 4


class Bridge:
    """The pair, with its files in ``folder``. ``kept``: both save as Mosquitto does by default, else the near one saves nothing."""

    def __init__(self, folder: Path, *, kept: bool = False) -> None:
        self.far = Mosquitto(folder / "far", extra=UNLIMITED)
        bridge = (
            f"connection up\naddress 127.0.0.1:{self.far.port}\ntopic bridged/# out 1\nrestart_timeout 1\nnotifications false\n"
        )
        self.near = Mosquitto(folder / "near", persistence=kept, extra=UNLIMITED + bridge)

    def carry(self, payloads: Sequence[bytes]) -> float:
        """Let the near broker have the payloads, then let the bridge connect; return the seconds from the first to the last at the far side."""
        try:
            self.load(payloads)
            with self.far:
                return self.count(payloads)
        finally:
            self.near.kill()

    def load(self, payloads: Sequence[bytes]) -> float:
        """Start the near broker and let it have the payloads while the far one is away; return the seconds until it had acknowledged all."""
        with self.far:
            _greet(self.far.port, "counter", subscribing=True).close()
            self.far.stop()
        self.near.start()
        began_s = time.monotonic()
        _load(self.near.port, payloads)
        return time.monotonic() - began_s

    def count(self, payloads: Sequence[bytes]) -> float:
        """Return the seconds from the first to the last of the payloads at the far broker, which runs."""
        return _count(self.far.port, sum(len(packet(0x30, text(TOPIC) + payload)) for payload in payloads))

    def arrived(self, quiet_s: float) -> list[bytes]:
        """Return the payloads that come out of the far broker until nothing has come for ``quiet_s``."""
        payloads, buffer = [], bytearray()
        with _greet(self.far.port, "counter") as connection:
            connection.settimeout(quiet_s)
            with suppress(TimeoutError):
                while piece := connection.recv(1 << 18):
                    buffer += piece
                    while (found := first_packet(buffer)) is not None:
                        _, body, end = found
                        del buffer[:end]
                        payloads.append(body[len(text(TOPIC)) :])
        return payloads


def _greet(port: int, client_id: str, *, subscribing: bool = False) -> socket.socket:
    """Connect as MQTT 3.1.1 does, with a session that stays, and wait until the broker has answered."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=LIMIT_S)
    connection.sendall(packet(0x10, text("MQTT") + bytes([4, 0]) + struct.pack("!H", 0) + text(client_id)))
    _read(connection, 4)
    if subscribing:
        connection.sendall(packet(0x82, struct.pack("!H", 1) + text("bridged/#") + b"\x00"))
        _read(connection, 5)
    return connection


def _load(port: int, payloads: Sequence[bytes]) -> None:
    with _greet(port, "loader") as connection:
        for first in range(0, len(payloads), UNDER_WAY):
            some = payloads[first : first + UNDER_WAY]
            packets = [packet(0x32, text(TOPIC) + struct.pack("!H", mid) + payload) for mid, payload in enumerate(some, 1)]
            connection.sendall(b"".join(packets))
            _read(connection, PUBACK_BYTES * len(some))


def _count(port: int, expected_bytes: int) -> float:
    with _greet(port, "counter") as connection:
        expected_bytes -= len(connection.recv(1 << 16))
        began_s = time.monotonic()
        _read(connection, expected_bytes)
        return time.monotonic() - began_s


def _read(connection: socket.socket, size_bytes: int) -> None:
    while size_bytes > 0:
        piece = connection.recv(min(size_bytes, 1 << 18))
        if not piece:
            raise ConnectionError("the broker has hung up")
        size_bytes -= len(piece)
