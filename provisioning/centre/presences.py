"""What halls say of their state, for ``provision centre watch``: a hint, never proof, and never more writing than it is worth.

A hall's state is written when it changes, else at most every ``RENEW_S``, and all that is due in one transaction.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from gateway.clock import ClockState
from gateway.mqtt.ports import Received
from gateway.relay.envelope import Unreadable
from gateway.relay.topics import heard
from provisioning.centre.hellos import cleaned, is_count
from provisioning.centre.model import Presence

RENEW_S = 300.0
"""A hall of which only the backlog changes is written at most so often."""
WRITE_S = 5.0
"""Between two writings of presences."""
PAYLOAD_LIMIT_BYTES = 4096
_TEXTS = ("version", "bootid", "epoch", "clock", "certificate_until")
_CLOCK_STATES = frozenset(state.value for state in ClockState)


def presence_filter(root: str) -> str:
    """Return what an intake subscribes to besides, and never shared: the broker gives what it has kept to nobody of a share."""
    return f"{root}/+/presence"


class Presences:
    """The newest word of each hall, until it is written. Times are seconds on the monotonic clock."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._due: dict[str, Presence] = {}
        self._written: dict[str, tuple[tuple[str, ...], float]] = {}
        self._written_at_s = 0.0

    def hear(self, received: Received, at: str, now_s: float) -> bool:
        """Return whether ``received`` was a presence, and take note of it."""
        place = heard(received.topic, self._root)
        if place is None or place.kind != "presence":
            return False
        try:
            presence = read_presence(place.hall, received.payload, "" if received.retain else at)
        except Unreadable:
            return True
        essence, written_at_s = self._written.get(place.hall, ((), 0.0))
        if essence != _essence(presence) or now_s - written_at_s >= RENEW_S:
            self._due[place.hall] = presence
        return True

    def due(self, now_s: float) -> list[Presence]:
        """Return what should be written now."""
        return list(self._due.values()) if self._due and now_s - self._written_at_s >= WRITE_S else []

    def written(self, presences: list[Presence], now_s: float) -> None:
        """Learn that these are durable."""
        self._written_at_s = now_s if presences else self._written_at_s
        for one in presences:
            self._written[one.hall] = (_essence(one), now_s)
            if self._due.get(one.hall) is one:
                del self._due[one.hall]


def read_presence(hall: str, payload: bytes, heard_at: str) -> Presence:
    """Read a presence. Raises Unreadable."""
    try:
        told = json.loads(payload) if len(payload) <= PAYLOAD_LIMIT_BYTES else None
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict) or told.get("state") not in {"online", "offline"}:
        raise Unreadable("not a presence")
    version, bootid, epoch, clock, until = (cleaned(told.get(name)) for name in _TEXTS)
    clock, until = clock if clock in _CLOCK_STATES else "", until if _is_day(until) else ""
    depth, oldest_age_s = _count(told, "depth"), _count(told, "oldest_age_s")
    return Presence(hall, told["state"], version, bootid, epoch, clock, depth, oldest_age_s, heard_at, until)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _count(told: Mapping[str, Any], name: str) -> int:
    value = told.get(name, 0)
    return value if is_count(value) else 0


def _essence(presence: Presence) -> tuple[str, ...]:
    return (presence.state, presence.version, presence.bootid, presence.epoch, presence.clock, presence.certificate_until)
