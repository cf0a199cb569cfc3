"""What LAN devices and the hall say to each other: topics and payloads, read strictly. Pure.

Promises: whatever a device sends, a message is either understood whole or refused with ``NotUnderstood``, never half believed;
a topic tells who speaks, since the broker lets nobody write below another's name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from gateway.devices.lan_accounts import ROOT
from gateway.devices.ports import BoardFace

LARGEST_BYTES = 1024
"""A longer message is no message of a device."""
WRAP = 1 << 32
"""Clocks and counters of small chips begin again after so much."""
BOOT = re.compile(r"[0-9a-f]{8}")
TOPIC = re.compile(rf"{ROOT}/([a-z0-9-]{{1,32}})/up/([a-z]{{1,16}})")
KEYS = ("press", "call", "recall", "done")
"""The names of keys: the one of a button, and the three of a keypad."""
EVERYTHING = f"{ROOT}/+/up/+"
"""What the hall listens to."""


class NotUnderstood(ValueError):
    """A message that is none of ours; the text says why, for the log: never what was in it."""


@dataclass(frozen=True, slots=True)
class KeySaid:
    """``up/key``: how one key stands. Said at each change, when asked, and every 15 s."""

    boot: str
    """Names this run of the device: eight hexadecimal digits, new at each start."""
    ms: int
    """The device's clock when it said so, in milliseconds; begins again at 2^32."""
    key: str
    count: int
    """How often it has been pressed since the count began; begins again at 2^32."""
    age_ms: int
    """How long ago the latest press was."""
    rest_ms: int
    """How long the key had been open before the latest press."""
    open_ms: int
    """How long it has been open now; 0 while it is down."""
    down: bool
    stuck: bool
    """Whether the device itself finds it held too long."""


@dataclass(frozen=True, slots=True)
class StatusSaid:
    """``up/status``: how the device is. Kept by the broker for whoever comes later."""

    boot: str
    uptime_s: int
    rssi_dbm: int | None
    """How well it hears the Wi-Fi: -50 is good, -80 is at the edge."""
    battery_percent: int | None
    """None on a cable."""
    firmware: str


@dataclass(frozen=True, slots=True)
class ShownSaid:
    """``up/shown``: the board shows the face of this ``down/show``."""

    boot: str
    seq: int


def topic_parts(topic: str) -> tuple[str, str]:
    """Return who speaks and about what. Raises NotUnderstood for a topic that no device of ours has."""
    found = TOPIC.fullmatch(topic)
    if found is None:
        raise NotUnderstood("topic")
    return found[1], found[2]


def down_topic(id: str, what: str) -> str:
    """Return where the hall says ``what`` to a device."""
    return f"{ROOT}/{id}/down/{what}"


def read_key(payload: bytes) -> KeySaid:
    """Read ``up/key``. Raises NotUnderstood."""
    said = _object(payload, {"boot", "ms", "key", "count", "age_ms", "rest_ms", "open_ms", "down", "stuck"})
    key = said["key"]
    if key not in KEYS:
        raise NotUnderstood("key")
    ms, count, age_ms, rest_ms, open_ms = (
        _whole(said, name, 0, WRAP - 1) for name in ("ms", "count", "age_ms", "rest_ms", "open_ms")
    )
    return KeySaid(_boot(said), ms, str(key), count, age_ms, rest_ms, open_ms, _yes(said, "down"), _yes(said, "stuck"))


def read_status(payload: bytes) -> StatusSaid:
    """Read ``up/status``. Raises NotUnderstood."""
    said = _object(payload, {"boot", "uptime_s", "firmware"}, {"rssi_dbm", "battery_percent"})
    firmware = said["firmware"]
    if not isinstance(firmware, str) or not re.fullmatch(r"[0-9A-Za-z.+-]{1,24}", firmware):
        raise NotUnderstood("firmware")
    rssi_dbm = _whole(said, "rssi_dbm", -150, 0) if said.get("rssi_dbm") is not None else None
    battery = _whole(said, "battery_percent", 0, 100) if said.get("battery_percent") is not None else None
    return StatusSaid(_boot(said), _whole(said, "uptime_s", 0, WRAP - 1), rssi_dbm, battery, firmware)


def read_shown(payload: bytes) -> ShownSaid:
    """Read ``up/shown``. Raises NotUnderstood."""
    said = _object(payload, {"boot", "seq"})
    return ShownSaid(_boot(said), _whole(said, "seq", 0, WRAP - 1))


def read_online(payload: bytes) -> bool:
    """Read ``up/online``: the device's birth, or what the broker says when it has vanished. Raises NotUnderstood."""
    if payload not in {b"online", b"offline"}:
        raise NotUnderstood("online")
    return payload == b"online"


def write_show(seq: int, face: BoardFace) -> bytes:
    """Write ``down/show``: the whole face, and a number that the board says back."""
    return _bytes({"seq": seq, "number": face.number, "counter": face.counter, "newest": face.newest, "call": face.call})


def write_heard(said: KeySaid, *, counted: bool) -> bytes:
    """Write ``down/heard``: the hall has heard of this press, and whether it counts."""
    return _bytes({"boot": said.boot, "key": said.key, "count": said.count, "counted": counted})


def _bytes(said: dict[str, object]) -> bytes:
    return json.dumps(said, separators=(",", ":")).encode()


def _object(payload: bytes, needed: set[str], possible: AbstractSet[str] = frozenset()) -> dict[str, object]:
    if len(payload) > LARGEST_BYTES:
        raise NotUnderstood("too large")
    try:
        said = json.loads(payload.decode())
    except (ValueError, RecursionError) as error:  # bad UTF-8 is a ValueError too
        raise NotUnderstood("no JSON") from error
    if not isinstance(said, dict) or not needed <= said.keys() <= needed | possible:
        raise NotUnderstood("fields")
    return said


def _whole(said: dict[str, object], name: str, low: int, high: int) -> int:
    value = said[name]
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise NotUnderstood(name)
    return value


def _yes(said: dict[str, object], name: str) -> bool:
    value = said[name]
    if not isinstance(value, bool):
        raise NotUnderstood(name)
    return value


def _boot(said: dict[str, object]) -> str:
    boot = said["boot"]
    if not isinstance(boot, str) or not BOOT.fullmatch(boot):
        raise NotUnderstood("boot")
    return boot
