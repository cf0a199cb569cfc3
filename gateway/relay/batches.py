"""Many events in one message, in as few bytes as a slow link deserves, and never over the limits.

The reader tells by the first bytes: ``[`` is a JSON array of events, ``{`` the same events in columns, ``0x78`` a zlib
stream of either, begun with words that both sides know (docs/decisions/0010-columns-and-known-words.md). It never unpacks more than
``PLAIN_LIMIT_BYTES``, so that no payload can fill the memory.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.relay.columns import COMMON_LIMIT, common, envelopes, turned, turned_back
from gateway.relay.envelope import Envelope, Unreadable, decode
from gateway.relay.words import WORDS
from gateway.runs import Run

BATCH_LIMIT = 500
"""Events in one batch, at the most, for a reader that does not say it takes more: none of any version takes fewer."""
READ_LIMIT = 2000
"""Events in one batch that this version reads; the centre says so in its receipts (docs/decisions/0017-larger-batches-where-they-are-read.md)."""
WIRE_LIMIT_BYTES = 64 * 1024
"""Bytes of one message, at the most: brokers drop the connection over their limit."""
PLAIN_LIMIT_BYTES = 1024 * 1024
"""Bytes of one batch when unpacked, at the most; columns may hold as much again in what is said once for many (``COMMON_LIMIT``)."""

_LEVEL, _QUICK_LEVEL = 6, 1
_ZLIB = 0x78


@dataclass(frozen=True, slots=True)
class Batch:
    """A payload and how many of the given events it carries."""

    payload: bytes
    count: int


def pack(
    events: Run | Sequence[Envelope],
    limit: int = BATCH_LIMIT,
    limit_bytes: int = WIRE_LIMIT_BYTES,
    *,
    simply: bool = False,
    quickly: bool = False,
) -> Batch:
    """Put the first of ``events`` into one payload, as many as the limits allow; ``simply``: as every reader ever could read it.

    ``quickly``: with a quarter of the work of compressing, in a quarter more bytes. At least one event is taken, even when it alone exceeds a ``limit_bytes`` chosen smaller than an
    event. Raises ValueError without events.
    """
    count = min(limit, len(events.seq if isinstance(events, Run) else events))
    if not count:
        raise ValueError("a batch holds at least one event")
    while True:
        some = events.beginning(count) if isinstance(events, Run) else events[:count]
        columns = None if simply else turned(some)
        plain = _array(some) if columns is None else _json(columns)
        payload = min(plain, _deflated(plain, b"" if simply else WORDS, _QUICK_LEVEL if quickly else _LEVEL), key=len)
        repeated = 0 if columns is None else common(columns)
        excess = max(len(payload) / limit_bytes, len(plain) / PLAIN_LIMIT_BYTES, repeated / COMMON_LIMIT)
        if excess <= 1 or count == 1:
            return Batch(payload, count)
        count = max(1, int(0.9 * count / excess))


def unpack(payload: bytes) -> list[Envelope]:
    """Return the events of a batch in its order. Raises Unreadable with the reason."""
    events = read_events(payload)
    return envelopes(events) if isinstance(events, Run) else [decode(event) for event in events]


def read_events(payload: bytes) -> Run | list[object]:
    """Return a run of events, or from an array what JSON had, not yet looked at. Raises Unreadable with the reason."""
    if len(payload) > WIRE_LIMIT_BYTES:
        raise Unreadable(f"the payload is over {WIRE_LIMIT_BYTES} bytes")
    plain = _unpacked(payload)
    try:
        events = json.loads(plain.decode("utf-8"))
    except UnicodeDecodeError:
        raise Unreadable("the payload is not UTF-8") from None
    except (ValueError, RecursionError):
        raise Unreadable("the payload is not JSON") from None
    if isinstance(events, dict):
        return turned_back(events, READ_LIMIT)
    if not isinstance(events, list) or not 0 < len(events) <= READ_LIMIT:
        raise Unreadable(f"a batch is an array of 1 to {READ_LIMIT} events, or the same in columns")
    return events


def _array(events: Run | Sequence[Envelope]) -> bytes:
    every = envelopes(events) if isinstance(events, Run) else events
    return b"[" + b",".join([event.encode() for event in every]) + b"]"


def _json(columns: Mapping[str, Any]) -> bytes:
    return json.dumps(columns, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _deflated(plain: bytes, words: bytes, level: int) -> bytes:
    stream = zlib.compressobj(level, zdict=words) if words else zlib.compressobj(level)
    return stream.compress(plain) + stream.flush()


def _unpacked(payload: bytes) -> bytes:
    if payload[:1] in {b"[", b"{"}:
        return payload
    if payload[:1] != bytes([_ZLIB]):
        raise Unreadable("the payload is neither JSON nor compressed")
    stream = zlib.decompressobj(zdict=WORDS)
    try:
        plain = stream.decompress(payload, PLAIN_LIMIT_BYTES)
    except zlib.error:
        raise Unreadable("the payload cannot be decompressed") from None
    if stream.unconsumed_tail:
        raise Unreadable(f"the payload is over {PLAIN_LIMIT_BYTES} bytes when unpacked")
    if not stream.eof or stream.unused_data:
        raise Unreadable("the compressed payload is cut off or has something behind it")
    return plain
