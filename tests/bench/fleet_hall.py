"""A light hall: the product's own rules of sending over a connection that costs a few kilobytes, so that thousands fit one process.

Promises the wire of a real hall (hello, batches, receipts, patience, jitter, presence and queue), without its store:
what it has written is a list, which is never lost.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from gateway.mqtt.backoff import Backoff
from gateway.mqtt.connection import STEADY_S
from gateway.relay.batches import BATCH_LIMIT, pack
from gateway.relay.decisions import Confirm, Decision, Lower, Quarantine, Range, Shipment
from gateway.relay.envelope import Envelope
from gateway.relay.progress import Progress
from gateway.relay.receipts import LaneStand, Receipt, decode_answer, encode_hello
from gateway.relay.topics import LANES, Topics
from gateway.store.outbox import Event
from gateway.store.stamp import Stamp
from tests.support.light_mqtt import Ears, LightClient

EPOCH = "7f3a90c2"
REACH_LIMIT_S = 30.0
"""Longer than a real hall's, which has a processor of its own for its TLS."""
REST_S = 5.0
LIVE_S = 5.0
QUEUE = json.dumps({"lines": [{"id": "surat", "serving": "A-012", "waiting": 7, "wait_min": [10, 20]}] * 4}).encode()
"""A queue as people at home see it, of a usual size."""


@dataclass
class Fleet:
    """What all halls share: where the broker is, how they wait, and what was seen of them."""

    ports: Sequence[int]
    tls: ssl.SSLContext
    by_puback: bool
    randomness: Callable[[int], Random]
    """Gives each hall its own chance, or, for the control, none."""
    attempts_s: list[float] = field(default_factory=list)
    """When each attempt to connect began."""
    latencies_s: list[float] = field(default_factory=list)
    """From the writing of each event to its receipt."""
    faults: list[str] = field(default_factory=list)
    reachable: bool = True
    """Whether the region has its uplink."""


class _Lane:
    """One lane's outbox."""

    def __init__(self) -> None:
        self.rows: list[tuple[Stamp, Event]] = []
        self.written_s: list[float] = []
        self.confirmed = 0


class LightHall:
    """One hall. Everything happens in the loop's thread."""

    def __init__(self, number: int, fleet: Fleet) -> None:
        self.code = f"35{number:08d}"
        self.lanes = {lane: _Lane() for lane in LANES}
        self._fleet = fleet
        self._loop = asyncio.get_running_loop()
        self._topics = Topics(self.code)
        chance = fleet.randomness(number)
        self._ports = chance.sample(fleet.ports, len(fleet.ports))
        self._backoff = Backoff(1.0, 30.0, chance)
        self._progress = Progress(chance, by_puback=fleet.by_puback)
        self._client: LightClient | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._reaching: asyncio.Task[None] | None = None
        self._shown_at_s = 0.0
        self._connected_at_s = 0.0
        self._wanted = True

    @property
    def online(self) -> bool:
        """Whether the broker has accepted it."""
        return self._progress.online

    @property
    def depth(self) -> int:
        """How many events are not confirmed."""
        return sum(len(lane.rows) - lane.confirmed for lane in self.lanes.values())

    def write(self, told: Sequence[tuple[Stamp, Event]]) -> None:
        """Write events, and send them when there is a connection."""
        for stamp, event in told:
            lane = self.lanes[event.lane]
            lane.rows.append((stamp, event))
            lane.written_s.append(self._loop.time())
        self.step()

    def connect(self) -> None:
        """Reach for the broker, now."""
        self._fleet.attempts_s.append(self._loop.time())
        self._reaching = self._loop.create_task(self._reach())

    def cut(self) -> None:
        """Lose the connection; it is made again by itself."""
        if self._client is not None:
            self._client.cut()

    def leave(self) -> None:
        """End for good."""
        self._wanted = False
        self.cut()
        if self._timer is not None:
            self._timer.cancel()

    def step(self) -> None:
        """Look at what is written and at the wire, and send what is missing there."""
        now_s = self._loop.time()
        if self._client is not None and self.online:
            self._progress.look(now_s)
            self._say_hello(self._client, now_s)
            self._send(self._client, now_s)
            if now_s - self._shown_at_s >= LIVE_S:
                self._shown_at_s = now_s
                self._client.publish(self._topics.live, QUEUE, qos=0, retain=True)
        if self._timer is not None:
            self._timer.cancel()
        if self._wanted:
            self._timer = self._loop.call_later(self._progress.rest_s(now_s, REST_S), self.step)

    async def _reach(self) -> None:
        # It is ours before it is made: with TLS the broker may answer while it still is being made.
        client = self._client = LightClient(
            f"{self.code}-{EPOCH}", (self._topics.receipt,), Ears(self._connected, self._acknowledged, self._received, self._lost)
        )
        try:
            if not self._fleet.reachable:
                raise ConnectionRefusedError
            async with asyncio.timeout(REACH_LIMIT_S):
                await self._loop.create_connection(lambda: client, "127.0.0.1", self._ports[0], ssl=self._fleet.tls)
        except (OSError, TimeoutError):
            client.abandon()
            self._client = None
            self._again()

    def _again(self) -> None:
        self._ports.append(self._ports.pop(0))
        if self._wanted:
            self._loop.call_later(self._backoff.next_s(), self.connect)

    def _connected(self) -> None:
        self._connected_at_s = self._loop.time()
        self._progress.connected()
        assert self._client is not None
        presence = {"state": "online", "version": "0.1.0", "bootid": "b0010001", "epoch": EPOCH, "depth": self.depth}
        self._client.publish(self._topics.presence, json.dumps(presence).encode(), retain=True)
        self.step()

    def _lost(self) -> None:
        if self.online and self._loop.time() - self._connected_at_s >= STEADY_S:
            self._backoff.reset()
        self._client = None
        self._progress.disconnected()
        self._again()

    def _acknowledged(self, handle: int) -> None:
        self._carry_out(self._progress.acknowledged(handle, self._stands(), self._loop.time()))

    def _received(self, _topic: str, payload: bytes) -> None:
        told, now_s = decode_answer(payload), self._loop.time()
        if isinstance(told, Receipt):
            self._carry_out(self._progress.answered(told, self._stands(), now_s))
        else:
            self._fleet.faults.append(f"{self.code}: refused, {told.reason}")

    def _carry_out(self, decisions: Sequence[Decision]) -> None:
        now_s = self._loop.time()
        for decision in decisions:
            match decision:
                case Confirm((_, name), through, rejected):
                    lane = self.lanes[name]
                    self._fleet.latencies_s += [now_s - at_s for at_s in lane.written_s[lane.confirmed : through]]
                    lane.confirmed = max(lane.confirmed, through)
                    self._fleet.faults += [f"{self.code}: rejected, {one.reason}" for one in rejected]
                case Lower((_, name), confirmed):
                    self.lanes[name].confirmed = confirmed
                case Quarantine(_, seq, reason):
                    self._fleet.faults.append(f"{self.code}: quarantined {seq}, {reason}")
        self.step()

    def _stands(self) -> dict[tuple[str, str], LaneStand]:
        return {(EPOCH, name): LaneStand(len(lane.rows), lane.confirmed, 1) for name, lane in self.lanes.items() if lane.rows}

    def _say_hello(self, client: LightClient, now_s: float) -> None:
        if not self._progress.wants_hello():
            return
        nonce, stands = self._progress.greeting.make_nonce(), self._stands()
        told: Mapping[str, LaneStand] = {lane: stand for (_, lane), stand in stands.items()}
        client.publish(self._topics.hello, encode_hello(nonce, "b0010001", [(EPOCH, "open", told)]))
        self._progress.said_hello(nonce, stands, now_s)

    def _send(self, client: LightClient, now_s: float) -> None:
        while (asked := self._progress.next_range(self._stands(), now_s)) is not None:
            name = asked.key[1]
            rows = self.lanes[name].rows[asked.first - 1 : min(asked.last, asked.first + BATCH_LIMIT - 1)]
            events = [self._envelope(name, asked.first + offset, *row) for offset, row in enumerate(rows)]
            self._send_batch(client, asked, events, now_s)

    def _send_batch(self, client: LightClient, asked: Range, events: Sequence[Envelope], now_s: float) -> None:
        batch = pack(events, limit_bytes=asked.limit_bytes, simply=asked.again)
        handle = client.publish(self._topics.up(asked.key[1]), batch.payload)
        last = asked.first + batch.count - 1
        sha256, size_bytes = hashlib.sha256(batch.payload).hexdigest(), len(batch.payload)
        self._progress.sent(asked, Shipment(asked.key, asked.first, last, batch.count, sha256, size_bytes, handle), now_s)

    def _envelope(self, lane: str, seq: int, stamp: Stamp, event: Event) -> Envelope:
        data = json.dumps(event.data, ensure_ascii=False, separators=(",", ":"))
        place = (self.code, EPOCH, lane, seq)
        return Envelope(*place, event.type, event.subject, stamp.time, stamp.clock, stamp.bootid, stamp.uptime, data)
