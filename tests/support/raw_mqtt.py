"""An MQTT 5 client as an attacker writes it: it sends whatever it is told, which no honest library would."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from gateway.mqtt.tls import Trust
from tests.support.mqtt_packets import first_packet, length, packet, text

LIMIT_S = 15.0
CONNACK, PUBLISH, PUBACK, SUBACK = 2, 3, 4, 9


@dataclass
class RawClient:
    """One connection to a broker on loopback. Raises OSError when the broker ends it."""

    port: int
    trust: Trust
    client_id: str
    will: tuple[str, bytes] | None = None
    clean: bool = True
    heard: list[tuple[str, bytes]] = field(default_factory=list)
    """Topic and payload of everything that was delivered."""
    _buffer: bytes = b""
    _count: int = 0

    def __enter__(self) -> Self:
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=LIMIT_S)
        self._socket = self.trust.context().wrap_socket(plain, server_hostname="127.0.0.1")
        flags = (2 if self.clean else 0) | (4 | 8 if self.will else 0)
        body = text("MQTT") + bytes([5, flags]) + struct.pack("!H", 60) + _properties(bytes([0x11]) + struct.pack("!I", 3600))
        body += text(self.client_id)
        if self.will:
            body += _properties(b"") + text(self.will[0]) + struct.pack("!H", len(self.will[1])) + self.will[1]
        self._send(0x10, body)
        answer = self._await(CONNACK)
        if answer[1]:
            self._socket.close()
            raise ConnectionRefusedError(f"reason {answer[1]}")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Vanish without a goodbye, so that a will is sent."""
        self._socket.close()

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> int:
        """Publish at QoS 1; return the broker's reason code."""
        self._count = self._count % 60_000 + 1
        body = text(topic) + struct.pack("!H", self._count) + _properties(b"") + payload
        self._send(0x32 | retain, body)
        answer = self._await(PUBACK)
        return answer[2] if len(answer) > 2 else 0

    def subscribe(self, topic_filter: str) -> int:
        """Subscribe at QoS 1; return the broker's reason code."""
        self._count = self._count % 60_000 + 1
        self._send(0x82, struct.pack("!H", self._count) + _properties(b"") + text(topic_filter) + b"\x01")
        return self._await(SUBACK)[-1]

    def listen(self, seconds: float) -> None:
        """Take what is delivered until nothing has come for ``seconds``."""
        self._socket.settimeout(seconds)
        try:
            while True:
                self._next()
        except TimeoutError:
            self._socket.settimeout(LIMIT_S)

    def _send(self, head: int, body: bytes) -> None:
        self._socket.sendall(packet(head, body))

    def _await(self, kind: int) -> bytes:
        while True:
            head, body = self._next()
            if head >> 4 == kind:
                return body

    def _next(self) -> tuple[int, bytes]:
        while (found := first_packet(self._buffer)) is None:
            more = self._socket.recv(65536)
            if not more:
                raise ConnectionResetError("the broker has closed the connection")
            self._buffer += more
        head, body, used = found
        self._buffer = self._buffer[used:]
        if head >> 4 == PUBLISH:
            self._take(head, body)
        return head, body

    def _take(self, head: int, body: bytes) -> None:
        size = struct.unpack("!H", body[:2])[0]
        topic, rest = body[2 : 2 + size].decode("utf-8", "replace"), body[2 + size :]
        if head & 6:
            self._send(0x40, rest[:2])
            rest = rest[2:]
        self.heard.append((topic, rest[1 + rest[0] :]))


def _properties(content: bytes) -> bytes:
    return length(len(content)) + content
