"""MQTT 3.1.1 at its barest, for thousands of clients in one thread: what a light hall needs, and nothing of a broker's tricks.

Only QoS 0 and 1, no wills. Packets are written and read by hand because a paho client costs a thread and half a megabyte.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from dataclasses import dataclass

CONNACK, PUBLISH, PUBACK, SUBACK, PINGREQ = 2, 3, 4, 9, 12
HANDLES = 1 << 16


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
        self._clean = clean
        self._keepalive_s = keepalive_s
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._handle = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet the broker."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        head = _text("MQTT") + bytes([4, 2 if self._clean else 0]) + struct.pack("!H", self._keepalive_s)
        transport.write(_packet(0x10, head + _text(self._client_id)))

    def data_received(self, data: bytes) -> None:
        """Take what has come, packet by packet."""
        self._buffer += data
        while (found := _first_packet(self._buffer)) is not None:
            kind, body, end = found
            del self._buffer[:end]
            self._take(kind, body)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell that it is over."""
        self._transport = None
        self._ears.lost()

    def publish(self, topic: str, payload: bytes) -> int:
        """Publish at QoS 1 and return the handle by which it is acknowledged."""
        assert self._transport is not None
        self._handle = self._handle % (HANDLES - 1) + 1
        self._transport.write(_packet(0x32, _text(topic) + struct.pack("!H", self._handle) + payload))
        return self._handle

    def ping(self) -> None:
        """Show that we are here."""
        if self._transport is not None:
            self._transport.write(b"\xc0\x00")

    def cut(self) -> None:
        """Vanish without a word, as a cable that is pulled."""
        if self._transport is not None:
            self._transport.abort()

    def _take(self, kind: int, body: bytes) -> None:
        assert self._transport is not None
        if kind >> 4 == CONNACK:
            if body[1] != 0:
                self._transport.abort()
                return
            wanted = b"".join(_text(one) + b"\x01" for one in self._filters)
            self._transport.write(_packet(0x82, struct.pack("!H", HANDLES - 1) + wanted))
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


def _text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack("!H", len(raw)) + raw


def _packet(head: int, body: bytes) -> bytes:
    length, digits = len(body), bytearray()
    while True:
        length, digit = divmod(length, 128)
        digits.append(digit | (0x80 if length else 0))
        if not length:
            return bytes([head]) + bytes(digits) + body


def _first_packet(buffer: bytearray) -> tuple[int, bytes, int] | None:
    """Return head, body and end of the first whole packet, or None while it is not whole."""
    length, shift = 0, 0
    for position in range(1, min(5, len(buffer))):
        length |= (buffer[position] & 0x7F) << shift
        shift += 7
        if not buffer[position] & 0x80:
            end = position + 1 + length
            return (buffer[0], bytes(buffer[position + 1 : end]), end) if len(buffer) >= end else None
    return None
