"""How MQTT writes its packets, versions 3.1.1 and 5 alike: for clients in tests that no library would be."""

from __future__ import annotations

import struct


def text(content: str) -> bytes:
    """Return a text with its length before it, half a character included."""
    raw = content.encode("utf-8", "surrogatepass")
    return struct.pack("!H", len(raw)) + raw


def length(size: int) -> bytes:
    """Return a size as 1 to 4 digits of base 128."""
    digits = bytearray()
    while True:
        size, digit = divmod(size, 128)
        digits.append(digit | (0x80 if size else 0))
        if not size:
            return bytes(digits)


def packet(head: int, body: bytes) -> bytes:
    """Return a whole packet."""
    return bytes([head]) + length(len(body)) + body


def first_packet(buffer: bytes | bytearray) -> tuple[int, bytes, int] | None:
    """Return head, body and end of the first packet, or None while it is not whole."""
    size, shift = 0, 0
    for position in range(1, min(5, len(buffer))):
        size |= (buffer[position] & 0x7F) << shift
        shift += 7
        if not buffer[position] & 0x80:
            end = position + 1 + size
            return (buffer[0], bytes(buffer[position + 1 : end]), end) if len(buffer) >= end else None
    return None
