"""Takes what the halls send into the centre's database, and only then says so.

The order is the promise: commit, then the receipts, then the acknowledgement to the broker. A crash at
any point makes a hall or the broker send again what is here already, which is harmless.
"""

from __future__ import annotations

import logging
import queue
from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.clock import Clock
from gateway.errors import Refusal
from gateway.mqtt.ports import Connected, Connection, Disconnected, Happening, Message, Received
from gateway.relay.collecting import uncollected
from gateway.relay.topics import intake_filters
from provisioning.centre.database import IntakeDatabase, Untakeable
from provisioning.centre.dispatch import Dispatch
from provisioning.centre.ledger import Ledger
from provisioning.centre.metrics import Metrics
from provisioning.centre.model import Presence
from provisioning.centre.presences import Presences, presence_filter
from provisioning.centre.reading import Arrival, Batch, read, unread
from provisioning.centre.replies import Replies

log = logging.getLogger(__name__)

REST_S = 0.5
"""The longest the intake waits for something to happen before it looks up."""

STORAGE_REST_S = 1.0
"""How long it rests after the database has not taken a group."""

GROUP_LIMIT = 256
"""At most so many messages share one commit: the first must not wait long for the last."""

GROUP_LIMIT_BYTES = 256 * 1024
"""A group ends with the message that reaches so many bytes on the wire."""

GROUP_LIMIT_SIZE = 4 * 1024 * 1024
"""It ends as well with the batch that reaches so many characters in rows: a hundred bytes can be thousands of rows."""


class Intake:
    """An intake of a centre. ``step`` belongs to one loop; ``connection`` is its own; ``keys`` sign its orders.

    With ``share`` it takes its part of the messages, beside others of that name (MQTT 5).
    """

    def __init__(
        self,
        database: IntakeDatabase,
        connection: Connection,
        clock: Clock,
        root: str,
        keys: Sequence[Ed25519PrivateKey] = (),
        *,
        share: str = "",
    ) -> None:
        self.metrics = Metrics()
        self._database = database
        self._connection = connection
        self._clock = clock
        self._root = root
        self._ledger = Ledger(database)
        self._replies = Replies(database, self._say, clock, root)
        self._dispatch = Dispatch(database, connection.publish, clock, root, keys)
        self._waiting: list[tuple[Received, Arrival | None]] = []
        self._waiting_bytes = self._waiting_size = 0
        self._presences = Presences(root)
        connection.subscribe([*intake_filters(root, share), presence_filter(root)])

    @property
    def connected(self) -> bool:
        """Whether the broker has accepted this intake."""
        return self.metrics.connected

    def step(self, rest_s: float = REST_S) -> float:
        """Take what has arrived within ``rest_s``, enter it, answer; return how long the next may rest, in seconds."""
        self._gather(rest_s)
        try:
            with uncollected():
                self._enter()
            wait_s = self._replies.send() if self.connected else None
            if self.connected:
                self._dispatch.send()
            self._look_around()
        except Refusal as refusal:
            if not self.metrics.storage_failed:
                log.error("event=storage-failed reason=%r remedy=%r", refusal.sentence, refusal.remedy)  # noqa: TRY400 - no fault of ours
            self.metrics.failed()
            return STORAGE_REST_S
        self.metrics.storage_failed = False
        return REST_S if wait_s is None else min(REST_S, wait_s)

    def _gather(self, rest_s: float) -> None:
        happenings = self._connection.happenings
        try:
            self._look_at(happenings.get(timeout=rest_s) if rest_s > 0 else happenings.get_nowait())
            while not self._is_full():
                self._look_at(happenings.get_nowait())
        except queue.Empty:
            return

    def _is_full(self) -> bool:
        return (
            len(self._waiting) >= GROUP_LIMIT
            or self._waiting_bytes >= GROUP_LIMIT_BYTES
            or self._waiting_size >= GROUP_LIMIT_SIZE
        )

    def _look_at(self, happening: Happening) -> None:
        match happening:
            case Received() if self._presences.hear(happening, self._now(), self._clock.monotonic_s()):
                self._connection.acknowledge(happening)
            case Received():
                with uncollected():
                    arrival = read(happening.topic, happening.payload, self._root, self._now())
                self._waiting.append((happening, arrival))
                self._waiting_bytes += len(happening.payload)
                self._waiting_size += arrival.size if isinstance(arrival, Batch) else 0
            case Connected(session_present, protocol):
                self.metrics.connected = True
                log.info("event=connected protocol=%s session=%s", protocol, "kept" if session_present else "new")
            case Disconnected(code, reason):
                self.metrics.connected = False
                self._clear()
                log.warning("event=disconnected code=%s reason=%r", code, reason)

    def _enter(self) -> None:
        """Make what waits durable, then answer, then tell the broker. What a Refusal interrupts is done again."""
        presences = self._presences.due(self._clock.monotonic_s())
        if not self._waiting and not presences:
            return
        received_at = self._now()
        came = [(one, arrival) for one, arrival in self._waiting if arrival is not None]
        arrivals = [*presences, *(arrival for _, arrival in came)]
        began_s = self._clock.monotonic_s()
        try:
            self._replies.owe(self._ledger.enter(arrivals, received_at))
        except Untakeable:
            for presence in presences:
                self._enter_presence(presence, received_at)
            for one, arrival in came:
                self._enter_alone(one, arrival, received_at)
        self.metrics.committed(arrivals, self._clock.monotonic_s() - began_s)
        self._presences.written(presences, self._clock.monotonic_s())
        self._dispatch.heard(arrivals)
        self._replies.send()
        for one, _ in self._waiting:
            self._connection.acknowledge(one)
        self._clear()

    def _clear(self) -> None:
        self._waiting.clear()
        self._waiting_bytes = self._waiting_size = 0

    def _enter_alone(self, received: Received, arrival: Arrival, received_at: str) -> None:
        """Enter one message; one that the database can never hold is refused, so that its hall splits it and sets the culprit aside."""
        try:
            self._replies.owe(self._ledger.enter([arrival], received_at))
        except Untakeable:
            hall = received.topic.removeprefix(f"{self._root}/").partition("/")[0]
            log.exception("event=untakeable hall=%s", hall)
            refused = unread(hall, received.topic, received.payload, "the database cannot hold it")
            self._replies.owe(self._ledger.enter([refused], received_at))

    def _enter_presence(self, presence: Presence, received_at: str) -> None:
        """Enter what one hall says of its state; one that the database can never hold is let go, it is a hint."""
        try:
            self._ledger.enter([presence], received_at)
        except Untakeable:
            log.exception("event=untakeable hall=%s", presence.hall)

    def _say(self, message: Message) -> int | None:
        handle = self._connection.publish(message)
        if handle is not None:
            self.metrics.answered()
        return handle

    def _look_around(self) -> None:
        """See how everything stands, when somebody may read it."""
        self.metrics.waiting = len(self._waiting)
        if self.metrics.wants_overview(self._clock.monotonic_s()):
            with self._database.reading() as tx:
                self.metrics.saw(tx.overview(self._clock.now()), self._clock.monotonic_s())

    def _now(self) -> str:
        return self._clock.now().isoformat(timespec="milliseconds")
