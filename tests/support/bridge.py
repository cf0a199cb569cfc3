"""Two Mosquittos with a bridge between them: loaded over a bare socket while the far one is away, counted over another when it comes back.

Nothing slows it that need not: no log, no limit of messages that wait, nothing saved, a counter that only counts bytes.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Sequence
from pathlib import Path

from tests.support.light_mqtt import _packet, _text
from tests.support.mosquitto import Mosquitto

UNLIMITED = "log_type none\nmax_queued_messages 0\nqueue_qos0_messages true\n"
TOPIC = "bridged/3510012001/up/record"
LIMIT_S = 120.0
UNDER_WAY = 1000
"""So many publishes wait for their acknowledgement while the near broker is loaded."""
PUBACK_BYTES = 4


class Bridge:
    """The pair, with its files in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._far = Mosquitto(folder / "far", extra=UNLIMITED)
        bridge = (
            f"connection up\naddress 127.0.0.1:{self._far.port}\ntopic bridged/# out 1\nrestart_timeout 1\nnotifications false\n"
        )
        self._near = Mosquitto(folder / "near", persistence=False, extra=UNLIMITED + bridge)

    def carry(self, payloads: Sequence[bytes]) -> float:
        """Let the near broker have the payloads, then let the bridge connect; return the seconds from the first to the last at the far side."""
        with self._far:
            _greet(self._far.port, "counter", subscribing=True).close()
            self._far.stop()
        self._near.start()
        try:
            _load(self._near.port, payloads)
            with self._far:
                return _count(self._far.port, sum(len(_packet(0x30, _text(TOPIC) + payload)) for payload in payloads))
        finally:
            self._near.kill()


def _greet(port: int, client_id: str, *, subscribing: bool = False) -> socket.socket:
    """Connect as MQTT 3.1.1 does, with a session that stays, and wait until the broker has answered."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=LIMIT_S)
    connection.sendall(_packet(0x10, _text("MQTT") + bytes([4, 0]) + struct.pack("!H", 0) + _text(client_id)))
    _read(connection, 4)
    if subscribing:
        connection.sendall(_packet(0x82, struct.pack("!H", 1) + _text("bridged/#") + b"\x00"))
        _read(connection, 5)
    return connection


def _load(port: int, payloads: Sequence[bytes]) -> None:
    with _greet(port, "loader") as connection:
        for first in range(0, len(payloads), UNDER_WAY):
            some = payloads[first : first + UNDER_WAY]
            packets = [_packet(0x32, _text(TOPIC) + struct.pack("!H", mid) + payload) for mid, payload in enumerate(some, 1)]
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
