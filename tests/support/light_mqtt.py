"""MQTT 3.1.1 at its barest, for thousands of clients in one thread: what a light hall needs, and nothing of a broker's tricks.

Only QoS 0 and 1, no wills. Packets are written and read by hand because a paho client costs a thread and half a megabyte.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from dataclasses import dataclass

from tests.support.mqtt_packets import first_packet, packet, text

CONNACK, PUBLISH, PUBACK, SUBACK = 2, 3, 4, 9
SUBSCRIBING = (1 << 16) - 1
"""The packet id of the one subscription."""
KEEPALIVE_S = 600
"""Longer than any silence of a bench: nobody pings."""


@dataclass(frozen=True, slots=True)
class Ears:
    """Who is told what happens on one connection, always in the loop's own thread."""

    connected: Callable[[], None]
    acknowledged: Callable[[int], None]
    received: Callable[[str, bytes], None]
    lost: Callable[[], None]


class LightClient(asyncio.Protocol):
    """One connection; give it to ``loop.create_connection``. Never reconnects: who uses it does."""

    def __init__(
        self, client_id: str, filters: tuple[str, ...], ears: Ears, *, clean: bool = False, keepalive_s: int = 60
    ) -> None:
        self._client_id = client_id
        self._filters = filters
        self._ears = ears
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._handle = 0
        self._abandoned = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet the broker."""
        assert isinstance(transport, asyncio.Transport)
        if self._abandoned:
            transport.abort()
            return
        self._transport = transport
        keeping_the_session = b"\x04\x00"
        head = text("MQTT") + keeping_the_session + struct.pack("!H", KEEPALIVE_S)
        transport.write(packet(0x10, head + text(self._client_id)))

    def data_received(self, data: bytes) -> None:
        """Take what has come, packet by packet."""
        self._buffer += data
        while (found := first_packet(self._buffer)) is not None:
            kind, body, end = found
            del self._buffer[:end]
            self._take(kind, body)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell that it is over."""
        self._transport = None
        if not self._abandoned:
            self._ears.lost()

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> int:
        """Publish and return the handle by which it is acknowledged, 0 at QoS 0. What comes too late is lost, as on any wire."""
        handle = b""
        if qos:
            self._handle = self._handle % (SUBSCRIBING - 1) + 1
            handle = struct.pack("!H", self._handle)
        if self._transport is not None:
            self._transport.write(packet(0x30 | qos << 1 | int(retain), text(topic) + handle + payload))
        return self._handle if qos else 0

    def cut(self) -> None:
        """Vanish without a word, as a cable that is pulled."""
        if self._transport is not None:
            self._transport.abort()

    def abandon(self) -> None:
        """Vanish, whatever state the connection is in, and never be heard of again."""
        self._abandoned = True
        self.cut()

    def _take(self, kind: int, body: bytes) -> None:
        if self._transport is None or self._abandoned:
            return
        if kind >> 4 == CONNACK:
            if body[1] != 0:
                self._transport.abort()
                return
            wanted = b"".join(text(one) + b"\x01" for one in self._filters)
            self._transport.write(packet(0x82, struct.pack("!H", SUBSCRIBING) + wanted))
        elif kind >> 4 == SUBACK:
            self._ears.connected()
        elif kind >> 4 == PUBACK:
            self._ears.acknowledged(struct.unpack("!H", body[:2])[0])
        elif kind >> 4 == PUBLISH:
            length = struct.unpack("!H", body[:2])[0]
            topic, rest = body[2 : 2 + length].decode(), body[2 + length :]
            if kind & 0x06:
                self._transport.write(b"\x40\x02" + rest[:2])
                rest = rest[2:]
            self._ears.received(topic, rest)
