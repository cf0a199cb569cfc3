"""A hall's relay against a model centre in one thread, with a fake clock: every fault comes from the seed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from gateway.clock import Clock
from gateway.relay.batches import unpack
from gateway.relay.envelope import Envelope
from gateway.relay.meter import Meter
from gateway.relay.uplink import Uplink
from gateway.store import outbox
from gateway.store.database import Store
from gateway.store.stamp import Stamp
from tests.support.broker import FakeBroker, FakeConnection, Faults
from tests.support.centre import Key, ModelCentre
from tests.support.clock import FakeClock
from tests.support.store import open_test_store

HALL = "3510012001"
ZONE = ZoneInfo("Asia/Jakarta")


class RelayWorld:
    """A store, an uplink, a broker and a centre. ``step`` lets ``seconds`` pass and everybody act once."""

    connection: FakeConnection

    def __init__(
        self,
        folder: Path,
        seed: int = 1,
        *,
        held: bool = False,
        faults: Faults | None = None,
        by_puback: bool = False,
        keep_days: int = 30,
        judge: Callable[[Envelope], str] = lambda _event: "",
        readable: Callable[[Envelope], bool] = lambda _event: True,
        reads: Callable[[bytes], bool] = lambda _payload: True,
        answers_duplicates: bool = True,
        meter: Callable[[Store, Clock], Meter] = Meter,
    ) -> None:
        self.randomness = Random(seed)
        self.clock = FakeClock()
        self.store = open_test_store(folder, self.clock)
        self.broker = FakeBroker(self.randomness, held=held, faults=faults)
        self.centre = ModelCentre(
            self.broker, HALL, judge=judge, readable=readable, reads=reads, answers_duplicates=answers_duplicates
        )
        self.centre.connection.start()
        self.centre_up = True
        self._by_puback = by_puback
        self._keep_days = keep_days
        self._meter = meter
        self._lives = 0
        self.restart_hall()

    def restart_hall(self) -> None:
        """Let the relay begin anew, as after a crash: only what the store holds is remembered."""
        if self._lives:
            self.connection.lose()
            self.connection.stop()
        self._lives += 1
        self.connection = self.broker.connection(HALL)
        self.uplink = Uplink(
            *(self.store, self.connection, self.clock, HALL),
            randomness=Random(self.randomness.getrandbits(32)),
            by_puback=self._by_puback,
            keep_days=self._keep_days,
            meter=self._meter(self.store, self.clock),
        )

    def append(self, lane: str = "record", count: int = 1, **data: object) -> None:
        """Write ``count`` facts."""
        with self.store.transaction() as tx:
            for _ in range(count):
                event = outbox.Event(lane, "id.balai.ticket.called.v1", "ticket/7f3a90c2/118/A-012", dict(data))
                outbox.append(tx, Stamp.of(self.clock, ZONE), event)

    def step(self, seconds: float = 1.0, deliveries: int = 20) -> None:
        """Let everybody act once."""
        self.clock.advance(seconds)
        self.uplink.step()
        self.broker.deliver(deliveries)
        if self.centre_up:
            self.centre.step()
        self.broker.deliver(deliveries)

    def settle(self, limit: int = 500) -> int:
        """Step until everything is confirmed; return how many steps that took. Fails when it never is."""
        for steps in range(limit):
            if self.depth == 0:
                return steps
            self.step(10.0, deliveries=1000)
        raise AssertionError(f"not confirmed after {limit} steps: {self.stands()}")

    @property
    def depth(self) -> int:
        """How many events are not confirmed."""
        with self.store.reader() as db:
            return outbox.backlog(db).depth

    def stands(self) -> dict[Key, outbox.LaneState]:
        """Return where the lanes stand that have events."""
        with self.store.reader() as db:
            return {(lane.epoch, lane.lane): lane for lane in outbox.lanes(db) if lane.last}

    def batch_sizes(self) -> list[int]:
        """Return how many events each published batch of the lane ``record`` holds."""
        return [len(unpack(message.payload)) for message in self.broker.published if message.topic.endswith(f"{HALL}/up/record")]

    def head(self, epoch: str, lane: str, seq: int) -> str:
        """Return the head of what was made here up to ``seq``."""
        with self.store.reader() as db:
            return outbox.head_at(db, epoch, lane, seq) or ""

    def check(self) -> None:
        """Hold the invariants: confirmed only what is committed at the centre, and each event at most once there."""
        for key, stand in self.stands().items():
            book = self.centre.committed.get(key)
            through = book.through if book else 0
            assert stand.confirmed <= through, f"{key}: confirmed {stand.confirmed} but the centre has {through}"
            if book:
                assert sorted(set(book.arrived)) == sorted(book.arrived), f"{key}: applied twice"

    def check_complete(self) -> None:
        """Hold that the centre has every event exactly once."""
        self.check()
        for key, stand in self.stands().items():
            book = self.centre.committed[key]
            assert sorted(book.rows) == list(range(book.lost_below + 1, stand.last + 1))
            assert sorted(book.arrived) == [seq for seq in sorted(book.rows) if not book.rows[seq]]

    def close(self) -> None:
        """Close the store."""
        self.store.close()
