"""Many events in one message: a JSON array, compressed where that is smaller, never over the limits.

The reader tells by the first bytes: ``[`` is the array itself, ``0x78`` a zlib stream of it. It never
unpacks more than ``PLAIN_LIMIT_BYTES``, so that no payload can fill the memory.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from gateway.relay.envelope import Envelope, Unreadable, decode

BATCH_LIMIT = 500
"""Events in one batch, at the most."""
WIRE_LIMIT_BYTES = 64 * 1024
"""Bytes of one message, at the most: brokers drop the connection over their limit."""
PLAIN_LIMIT_BYTES = 4 * 1024 * 1024
"""Bytes of one batch when unpacked, at the most."""

_LEVEL = 6
_ZLIB = 0x78
_FRAME_BYTES = 64
"""What the stream's head, its end and one open block may add."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A payload and how many of the given events it carries."""

    payload: bytes
    count: int


def pack(events: Iterable[bytes], limit: int = BATCH_LIMIT, limit_bytes: int = WIRE_LIMIT_BYTES) -> Batch:
    """Put the first of ``events`` (encoded envelopes) into one payload, as many as the limits allow.

    At least one event is taken, even when it alone exceeds a ``limit_bytes`` chosen smaller than an
    event. Raises ValueError without events.
    """
    taken: list[bytes] = []
    gauge = _Gauge(limit_bytes)
    plain_bytes = 2
    for event in events:
        plain_bytes += len(event) + 1
        if taken and (len(taken) >= limit or plain_bytes > PLAIN_LIMIT_BYTES or not gauge.fits(event)):
            break
        gauge.add(event)
        taken.append(event)
    if not taken:
        raise ValueError("a batch holds at least one event")
    plain = b"[" + b",".join(taken) + b"]"
    packed = zlib.compress(plain, _LEVEL)
    return Batch(min(plain, packed, key=len), len(taken))


def unpack(payload: bytes) -> list[Envelope]:
    """Return the events of a batch in its order. Raises Unreadable with the reason."""
    return [decode(event) for event in read_array(payload)]


def read_array(payload: bytes) -> list[object]:
    """Return the batch's array as JSON has it, its events not yet looked at. Raises Unreadable with the reason."""
    if len(payload) > WIRE_LIMIT_BYTES:
        raise Unreadable(f"the payload is over {WIRE_LIMIT_BYTES} bytes")
    plain = _plain(payload)
    try:
        events = json.loads(plain.decode("utf-8"))
    except UnicodeDecodeError:
        raise Unreadable("the payload is not UTF-8") from None
    except (ValueError, RecursionError):
        raise Unreadable("the payload is not JSON") from None
    if not isinstance(events, list):
        raise Unreadable("the payload is not an array")
    if not 0 < len(events) <= BATCH_LIMIT:
        raise Unreadable(f"a batch holds 1 to {BATCH_LIMIT} events")
    return events


def _plain(payload: bytes) -> bytes:
    if payload[:1] == b"[":
        return payload
    if payload[:1] != bytes([_ZLIB]):
        raise Unreadable("the payload is neither an array nor compressed")
    stream = zlib.decompressobj()
    try:
        plain = stream.decompress(payload, PLAIN_LIMIT_BYTES)
    except zlib.error:
        raise Unreadable("the payload cannot be decompressed") from None
    if stream.unconsumed_tail:
        raise Unreadable(f"the payload is over {PLAIN_LIMIT_BYTES} bytes when unpacked")
    if not stream.eof or stream.unused_data:
        raise Unreadable("the compressed payload is cut off or has something behind it")
    return plain


class _Gauge:
    """Tells whether one more event fits, compressing only as often as the answer is in doubt."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._stream = zlib.compressobj(_LEVEL)
        self._out_bytes = _FRAME_BYTES
        self._measured_bytes = _FRAME_BYTES
        self._since_bytes = 0

    def fits(self, event: bytes) -> bool:
        """Return whether ``event`` surely fits: as if it did not compress at all."""
        room_bytes = len(event) + len(event) // 1000 + 1
        if self._measured_bytes + self._since_bytes + room_bytes <= self._limit_bytes:
            return True
        self._measured_bytes = self._out_bytes + len(self._stream.copy().flush())
        self._since_bytes = 0
        return self._measured_bytes + room_bytes <= self._limit_bytes

    def add(self, event: bytes) -> None:
        """Count ``event`` in."""
        self._out_bytes += len(self._stream.compress(event)) + len(self._stream.compress(b","))
        self._since_bytes += len(event) + len(event) // 1000 + 1
