"""One event as it travels: a CloudEvent whose identifier is derived from its place, never random.

Written by the hall, read by the centre. What the reader does not know it keeps (``rest``); what it
cannot understand it refuses with a reason, never with a crash.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypeGuard

from gateway.relay.topics import LANES

EVENT_LIMIT_BYTES = 48 * 1024
"""No event is larger on the wire: it would pass no broker."""

SOURCE = "/halls/"
"""A hall's code follows it."""

SEQ_LIMIT = 2**53
"""Sequences stay below, so that every JSON reader keeps them exact."""


class Unreadable(ValueError):
    """A payload or an event that is not what the contract says; the message says why, without its content."""


class Envelope(NamedTuple):
    """One event with its place and its time."""

    hall: str
    epoch: str
    lane: str
    seq: int
    type: str
    subject: str
    time: str
    clock: str
    bootid: str
    uptime: str
    data: str
    """JSON text without needless space."""
    was: str = ""
    """The id under which a former epoch issued the same fact, or empty."""
    rest: Mapping[str, Any] = MappingProxyType({})
    """Attributes this version does not know."""

    @property
    def id(self) -> str:
        """The identifier that its place gives it, for example ``7f3a90c2-record-1842``."""
        return f"{self.epoch}-{self.lane}-{self.seq}"

    def encode(self) -> bytes:
        """Return the event as one JSON object without needless space."""
        head = {
            "specversion": "1.0",
            "id": self.id,
            "source": f"{SOURCE}{self.hall}",
            "type": self.type,
            "subject": self.subject,
            "time": self.time,
            "datacontenttype": "application/json",
            "epoch": self.epoch,
            "lane": self.lane,
            "seq": self.seq,
            "clock": self.clock,
            "bootid": self.bootid,
            "uptime": self.uptime,
            **({"was": self.was} if self.was else {}),
            **self.rest,
        }
        text = json.dumps(head, ensure_ascii=False, separators=(",", ":"))
        return f'{text[:-1]},"data":{self.data}}}'.encode("utf-8", "surrogatepass")


_EPOCH = re.compile(r"[0-9a-f]{8}", re.ASCII)
_TEXTS = ("type", "subject", "time", "clock", "bootid", "uptime")
_KNOWN = {"specversion", "id", "source", "datacontenttype", "epoch", "lane", "seq", "was", "data", *_TEXTS}


def decode(event: object) -> Envelope:
    """Read one event that JSON has already parsed. Raises Unreadable with the reason."""
    if not isinstance(event, dict):
        raise Unreadable("an event is not an object")
    if event.get("specversion") != "1.0":
        raise Unreadable("specversion is not 1.0")
    texts = {name: _text(event, name) for name in _TEXTS}
    epoch, lane, seq = _text(event, "epoch"), _text(event, "lane"), event.get("seq")
    if not is_epoch(epoch):
        raise Unreadable("epoch is not 8 hexadecimal digits")
    if lane not in LANES:
        raise Unreadable("lane is unknown")
    if not isinstance(seq, int) or isinstance(seq, bool) or not 0 < seq < SEQ_LIMIT:
        raise Unreadable("seq is not a positive number")
    source = _text(event, "source")
    if not source.startswith(SOURCE):
        raise Unreadable("source is not a hall")
    if "data" not in event:
        raise Unreadable("data is missing")
    envelope = Envelope(
        hall=source.removeprefix(SOURCE),
        epoch=epoch,
        lane=lane,
        seq=seq,
        data=json.dumps(event["data"], ensure_ascii=False, separators=(",", ":")),
        was=_text(event, "was") if "was" in event else "",
        rest={name: value for name, value in event.items() if name not in _KNOWN},
        **texts,
    )
    if event.get("id") != envelope.id:
        raise Unreadable("id is not the one of its place")
    return envelope


def is_epoch(value: object) -> TypeGuard[str]:
    """Return whether ``value`` names an epoch."""
    return isinstance(value, str) and _EPOCH.fullmatch(value) is not None


def _text(event: Mapping[str, Any], name: str) -> str:
    value = event.get(name)
    if not isinstance(value, str):
        raise Unreadable(f"{name} is not a text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Unreadable(f"{name} holds half a character") from None
    return value
