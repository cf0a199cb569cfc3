"""What the broker keeps for others to see: whether the hall is online, and the queue now for people at home.

Hints, never proof: brokers send wills for nothing and keep retained messages on one node. Nothing personal
is ever in them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from gateway.clock import Clock
from gateway.mqtt.ports import Connected, Connection, Message
from gateway.relay.topics import ROOT, Topics
from gateway.store import epochs, outbox
from gateway.store.database import Store

PRESENCE_S = 60.0
"""The presence is renewed at most so often while only the backlog changes."""
LIVE_S = 5.0
"""The queue is shown at most so often."""


def will(hall: str, epoch: str, bootid: str, version: str, root: str = ROOT) -> Message:
    """Return what the broker says of the hall when it vanishes. Give it to the connection."""
    return _message(Topics(hall, root).presence, {"state": "offline", "version": version, "bootid": bootid, "epoch": epoch})


class Presence:
    """The presence's one loop. ``live`` returns the queue as JSON can hold it, or None to show nothing.

    ``certificate_until`` returns the last day of the hall's certificate, ISO 8601, or nothing.
    """

    def __init__(
        self,
        store: Store,
        connection: Connection,
        clock: Clock,
        hall: str,
        root: str = ROOT,
        *,
        version: str,
        live: Callable[[], Mapping[str, Any] | None],
        certificate_until: Callable[[], str] = str,
    ) -> None:
        self._store = store
        self._connection = connection
        self._clock = clock
        self._topics = Topics(hall, root)
        self._version = version
        self._live = live
        self._certificate_until = certificate_until
        self._shown_on: Connected | None = None
        self._presence = b""
        self._presence_at_s = 0.0
        self._queue = b""
        self._queue_at_s = 0.0

    def step(self) -> float:
        """Show what has changed, and everything on a new connection; return how long to rest, in seconds."""
        state = self._connection.state
        if not isinstance(state, Connected):
            return LIVE_S
        now_s = self._clock.monotonic_s()
        anew = state is not self._shown_on
        shown = (not anew and now_s - self._presence_at_s < PRESENCE_S) or self._show_presence(now_s, anew=anew)
        if anew and shown:
            self._shown_on = state
            self._queue = b""
        if anew or now_s - self._queue_at_s >= LIVE_S:
            self._show_queue(now_s)
        return LIVE_S

    def say_goodbye(self) -> None:
        """Say that the hall was stopped on purpose. Call before the connection is stopped."""
        self._connection.publish(self._message("offline"))

    def _show_presence(self, now_s: float, *, anew: bool) -> bool:
        message = self._message("online")
        if not anew and message.payload == self._presence:
            return True
        if self._connection.publish(message) is None:
            return False
        self._presence = message.payload
        self._presence_at_s = now_s
        return True

    def _show_queue(self, now_s: float) -> None:
        queue = self._live()
        if queue is None:
            return
        message = _message(self._topics.live, queue, qos=0)
        if message.payload != self._queue and self._connection.publish(message) is not None:
            self._queue = message.payload
            self._queue_at_s = now_s

    def _message(self, state: str) -> Message:
        with self._store.reader() as db:
            backlog, epoch = outbox.backlog(db), epochs.current(db)
        age_s = 0
        if backlog.oldest_time is not None:
            age_s = max(0, int((self._clock.now() - datetime.fromisoformat(backlog.oldest_time)).total_seconds()))
        until = self._certificate_until()
        return _message(
            self._topics.presence,
            {
                "state": state,
                "version": self._version,
                "bootid": self._clock.bootid,
                "epoch": epoch,
                "clock": self._clock.state().value,
                "depth": backlog.depth,
                "oldest_age_s": age_s,
                **({"certificate_until": until} if until else {}),
            },
        )


def _message(topic: str, content: Mapping[str, Any], qos: int = 1) -> Message:
    return Message(topic, json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), qos, retain=True)
