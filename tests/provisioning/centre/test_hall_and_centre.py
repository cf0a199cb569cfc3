"""The hall's real uplink against the centre's real intake, in one thread, with every fault that a seed can choose."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.relay.uplink import Uplink
from gateway.store import outbox
from gateway.store.stamp import Stamp
from provisioning.centre.intake import Intake
from provisioning.centre.sqlite_database import SqliteIntakeDatabase
from tests.support.arrivals import HALL
from tests.support.broker import FakeBroker, Faults
from tests.support.clock import FakeClock
from tests.support.store import open_test_store

ZONE = ZoneInfo("Asia/Jakarta")
ACTS = (
    "append",
    "append",
    "append",
    "urgent",
    "hall dies",
    "intake dies",
    "broker dies",
    "broker forgets",
    "silence",
    "backup",
    "restore",
)


class World:
    """A hall with a real store, a centre with a real database, and a broker that misbehaves."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.randomness = Random(seed)
        self.clock = FakeClock()
        self.store = open_test_store(folder / "hall", self.clock)
        self.broker = FakeBroker(
            self.randomness, held=True, faults=Faults(loss=0.15, unacknowledged=0.1, duplication=0.2, reordering=0.3)
        )
        self.hall = self.broker.connection(HALL)
        self.centre = self.broker.connection("intake", session_s=60)
        self.start_intake()
        self.start_hall()

    def start_hall(self) -> None:
        """Begin a new life of the hall's relay: only the store is remembered."""
        self.hall.lose()
        self.hall.stop()
        self.hall = self.broker.connection(HALL)
        self.uplink = Uplink(self.store, self.hall, self.clock, HALL, randomness=Random(self.randomness.getrandbits(32)))

    def start_intake(self) -> None:
        """Begin a new life of the intake: only its database and the broker's session are remembered."""
        self.centre.lose()
        self.centre = self.broker.connection("intake", session_s=60)
        self.database = SqliteIntakeDatabase(self.folder / "centre.db")
        self.intake = Intake(self.database, self.centre, self.clock, "balai/v1")
        self.centre.start()

    def act(self, what: str) -> None:
        """Let one thing happen."""
        match what:
            case "append":
                self.append("record", self.randomness.randrange(1, 30))
            case "urgent":
                self.append("urgent", 1)
            case "hall dies":
                self.start_hall()
            case "intake dies":
                self.database.close()
                self.start_intake()
            case "broker dies":
                self.broker.stop()
                self.broker.forget()
                self.broker.start()
            case "broker forgets":
                self.broker.forget()
            case "silence":
                self.clock.advance(700.0)
            case "backup":
                self.database._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                shutil.copy(self.folder / "centre.db", self.folder / "centre.backup")
            case "restore" if (self.folder / "centre.backup").exists():
                self.database.close()
                shutil.copy(self.folder / "centre.backup", self.folder / "centre.db")
                self.start_intake()

    def append(self, lane: str, count: int) -> None:
        """Write facts in the hall."""
        with self.store.transaction() as tx:
            for _ in range(count):
                event = outbox.Event(lane, "id.balai.ticket.called.v1", "ticket/7f3a90c2/1/A-001", {"counter": "1"})
                outbox.append(tx, Stamp.of(self.clock, ZONE), event)

    def step(self, seconds: float) -> None:
        """Let time pass and everybody act once."""
        self.clock.advance(seconds)
        self.uplink.step()
        self.broker.deliver(40)
        self.intake.step(0)
        self.broker.deliver(40)

    def settle(self) -> None:
        """Let the broker behave, and step until the hall believes everything delivered and a hello has confirmed it."""
        self.broker.faults = Faults()
        for _ in range(400):
            self.step(10.0)
            if self.confirmed() == self.last() == self.throughs():
                return
        raise AssertionError(f"hall {self.confirmed()} of {self.last()}, centre {self.throughs()}")

    def last(self) -> dict[str, int]:
        """What the hall has written, by lane."""
        with self.store.reader() as db:
            return {lane.lane: lane.last for lane in outbox.lanes(db) if lane.last}

    def confirmed(self) -> dict[str, int]:
        """What the hall believes delivered, by lane."""
        with self.store.reader() as db:
            return {lane.lane: lane.confirmed for lane in outbox.lanes(db) if lane.last}

    def throughs(self) -> dict[str, int]:
        """How far the centre has come, by lane."""
        return dict(self.rows("SELECT lane, through FROM lanes WHERE through > 0"))

    def rows(self, sql: str) -> list[tuple[str, int]]:
        """Ask the centre's file."""
        connection = sqlite3.connect(self.folder / "centre.db")
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def close(self) -> None:
        """Close both databases."""
        self.database.close()
        self.store.close()


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1), st.lists(st.sampled_from(ACTS), min_size=4, max_size=25))
def test_every_event_arrives_once_and_in_order_whatever_happens(seed: int, acts: list[str]) -> None:
    """Loss, doubles, disorder, deaths of all three, and a centre restored from its backup: both ends agree in the end."""
    with TemporaryDirectory() as folder:
        world = World(Path(folder), seed)
        for what in acts:
            world.act(what)
            world.step(1.0)
            if "restore" not in acts:
                throughs = world.throughs()
                assert all(confirmed <= throughs.get(lane, 0) for lane, confirmed in world.confirmed().items())
        world.append("record", 1)
        if "restore" not in acts:
            world.settle()
        world.clock.advance(86_400)  # the daily hello tells of a restored centre that the hall has not noticed
        world.settle()

        counted = world.rows("SELECT lane, count(*) FROM facts GROUP BY lane")
        assert dict(counted) == world.last()
        world.close()
