"""What LAN devices may say, and what is none of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.devices.lan_messages import (
    KeySaid,
    NotUnderstood,
    ShownSaid,
    StatusSaid,
    read_key,
    read_online,
    read_shown,
    read_status,
    topic_parts,
    write_heard,
    write_show,
)
from gateway.devices.ports import BoardFace

KEY: dict[str, object] = {
    "boot": "5f3a9c01", "ms": 1234, "key": "press", "count": 12, "age_ms": 40, "rest_ms": 2000, "open_ms": 0, "down": True, "stuck": False,
}  # fmt: skip
STATUS: dict[str, object] = {"boot": "5f3a9c01", "uptime_s": 60, "rssi_dbm": -61, "firmware": "1.0.0"}


def test_what_is_right_is_read() -> None:
    """Every field has its place."""
    assert read_key(json.dumps(KEY).encode()) == KeySaid("5f3a9c01", 1234, "press", 12, 40, 2000, 0, down=True, stuck=False)
    assert read_status(json.dumps(STATUS).encode()) == StatusSaid("5f3a9c01", 60, -61, None, "1.0.0")
    assert read_status(json.dumps(STATUS | {"battery_percent": 80}).encode()).battery_percent == 80
    assert read_shown(b'{"boot":"5f3a9c01","seq":7}') == ShownSaid("5f3a9c01", 7)
    assert (read_online(b"online"), read_online(b"offline")) == (True, False)


@pytest.mark.parametrize(
    "change",
    [
        {"count": -1}, {"count": True}, {"count": 1.0}, {"count": "12"}, {"count": 1 << 32}, {"count": None}, {"key": "enter"},
        {"key": 1}, {"key": ["press"]}, {"down": 1}, {"boot": "5F3A9C01"}, {"boot": "5f3a9c01\n"}, {"boot": 1}, {"more": 1},
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_field_is_refused(change: dict[str, object]) -> None:
    """Nothing is believed by halves."""
    with pytest.raises(NotUnderstood):
        read_key(json.dumps(KEY | change).encode())


@pytest.mark.parametrize(
    "payload",
    [
        b"", b"null", b"[]", b"{}", b"\xff\xfe", b"[" * 1000, b'{"a":' * 170, b"1" * 1000, b"{" + b" " * 2000 + b"}", b"NaN",
        json.dumps({key: KEY[key] for key in list(KEY)[1:]}).encode(), b"\xed\xa0\x80", b"online",
    ],
    ids=lambda payload: repr(payload[:12]),
)  # fmt: skip
@pytest.mark.parametrize("read", [read_key, read_status, read_shown])
def test_what_is_no_message_is_refused(read: Callable[[bytes], object], payload: bytes) -> None:
    """Bad UTF-8, deep nesting, numbers without end, and what is too long."""
    with pytest.raises(NotUnderstood):
        read(payload)


@pytest.mark.parametrize(
    "change", [{"firmware": "1.0 <b>"}, {"rssi_dbm": 5}, {"battery_percent": 101}, {"uptime_s": -1}], ids=str
)
def test_a_status_that_cannot_be_is_refused(change: dict[str, object]) -> None:
    """What a page shows is what a device can be."""
    with pytest.raises(NotUnderstood):
        read_status(json.dumps(STATUS | change).encode())


@pytest.mark.parametrize("payload", [b"", b"Online", b"online\n", b"1", b"\xff"], ids=str)
def test_a_birth_is_one_of_two_words(payload: bytes) -> None:
    """Nothing else says whether a device is there."""
    with pytest.raises(NotUnderstood):
        read_online(payload)


def test_a_topic_tells_who_speaks() -> None:
    """And about what."""
    assert topic_parts("balai/lan/tombol-a/up/key") == ("tombol-a", "key")


@pytest.mark.parametrize(
    "topic",
    [
        "balai/lan/tombol-a/down/show", "balai/lan/tombol-a/up/key/more", "balai/lan//up/key", "balai/lan/+/up/key", "balai/lan/A/up/key",
        "balai/lan/tombol-a/up/key\n", "x/balai/lan/tombol-a/up/key", "balai/lan/../up/key", "balai/lan/" + "a" * 33 + "/up/key", "",
    ],
)  # fmt: skip
def test_a_foreign_topic_is_refused(topic: str) -> None:
    """No name outside of its place, no wildcard, no line more."""
    with pytest.raises(NotUnderstood):
        topic_parts(topic)


def test_the_page_tells_every_field_and_no_other() -> None:
    """Whoever builds a device of another make finds in docs/lan.md what the hall reads and writes."""
    told: dict[str, set[str]] = {}
    page = (Path(__file__).parents[2] / "docs" / "lan.md").read_text(encoding="utf-8")
    for topic, fields in re.findall(r"^\| `((?:up|down)/\w+)` \|[^|]*\|([^|]*)\|", page, flags=re.MULTILINE):
        told.setdefault(topic, set()).update(re.findall(r"`(\w+)`", fields))
    said = read_key(json.dumps(KEY).encode())
    assert told == {
        "up/online": set(), "up/status": {*STATUS, "battery_percent"}, "up/key": set(KEY), "up/shown": {"boot", "seq"},
        "down/ask": set(), "down/blink": set(), "down/show": set(json.loads(write_show(1, BoardFace("", "")))),
        "down/heard": set(json.loads(write_heard(said, counted=True))),
    }  # fmt: skip
