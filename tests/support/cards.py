"""A regency of one hall with several cards: images, twins and restores, on the real stores, uplink and intake.

One thread, a fake clock and a broker in memory; every fact that is made is remembered, so that a test can ask
whether the centre has each exactly once.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from gateway.mqtt.ports import Message
from gateway.relay.uplink import Uplink
from gateway.store import outbox
from gateway.store.database import Store
from gateway.store.opening import open_store
from gateway.store.stamp import Stamp
from provisioning.centre.intake import Intake
from provisioning.centre.sqlite_database import SqliteIntakeDatabase
from tests.support.broker import FakeBroker, FakeConnection
from tests.support.clock import FakeClock

HALL = "3510012001"
ZONE = ZoneInfo("Asia/Jakarta")
SETTLING = 20
"""Steps in which a hello and its answer come and go."""


class Card:
    """One card in one machine: a store and its uplink. ``pull`` takes it out."""

    store: Store
    connection: FakeConnection
    uplink: Uplink

    def __init__(self, regency: Regency, folder: Path, machine: str, bootid: str, keep_days: int) -> None:
        self.folder = folder
        self.machine = machine
        self.clock = FakeClock(bootid=bootid, now=regency.clock.now())
        self.randomness = Random(regency.randomness.getrandbits(32))
        self._regency = regency
        self.store = open_store(folder, lambda: None, self.clock, randomness=self.randomness, machine=machine)
        self.keep_days = keep_days
        self.online = True
        self.lineage: list[str] = []
        """Every fact that was made on this card, or on the one of which it is an image."""
        self.start_uplink()

    def start_uplink(self) -> None:
        """Begin a new life of the relay: only the store is remembered."""
        self.connection = self._regency.broker.connection(f"{HALL}-{self.epochs()[-1]}", session_s=60)
        self.uplink = self._regency.make_uplink(self)

    @property
    def stamp(self) -> Stamp:
        """The present moment by this card's machine."""
        return Stamp.of(self.clock, ZONE)

    @property
    def depth(self) -> int:
        """How many events are not confirmed."""
        with self.store.reader() as db:
            return outbox.backlog(db).depth

    def epochs(self) -> list[str]:
        """Return the epochs that this card knows, oldest first."""
        with self.store.reader() as db:
            return list(dict.fromkeys(lane.epoch for lane in outbox.lanes(db)))

    def append(self, count: int, name: str = "record", lane: str = "record") -> None:
        """Make facts, each with a name of its own that the regency remembers."""
        with self.store.transaction() as tx:
            for _ in range(count):
                made = self._regency.remember(name)
                self.lineage.append(made)
                self.clock.advance(0.01)
                outbox.append(tx, self.stamp, outbox.Event(lane, "id.balai.ticket.called.v1", "ticket/x/1/A-001", {"made": made}))

    def step(self, seconds: float = 1.0) -> None:
        """Let time pass and the uplink act."""
        self.clock.advance(seconds)
        if self.online:
            # Two cards with one name put each other out, and come back after a while.
            if self.connection.wanted and not self.connection.open and self.randomness.random() < 0.3:
                self._regency.broker.join(self.connection)
            self.uplink.step()

    def go_offline(self) -> None:
        """Pull the uplink."""
        self.online = False
        self.connection.stop()

    def go_online(self) -> None:
        """Plug it in again."""
        self.online = True

    def image(self) -> Path:
        """Return a raw image of the card as it is now: not a backup, nothing marks it as a copy."""
        copy = self._regency.new_folder("images")
        with closing(sqlite3.connect(self.store.path)) as source, closing(sqlite3.connect(copy / "hall.db")) as target:
            source.backup(target)
        (copy / "hall.state").write_text("stopped\n")
        return copy

    def pull(self) -> None:
        """End its life, as when the power goes."""
        self.connection.lose()
        self.connection.stop()
        self.store.close()
        self._regency.cards.remove(self)


class Regency:
    """The centre, its broker, and every card of the one hall."""

    def __init__(self, folder: Path, seed: int = 1) -> None:
        self.folder = folder
        self.randomness = Random(seed)
        self.clock = FakeClock()
        self.broker = FakeBroker(self.randomness)
        self.cards: list[Card] = []
        self._made: dict[str, list[str]] = {}
        self._count = 0
        self._database = folder / "centre.db"
        self.start_intake()

    def make_uplink(self, card: Card) -> Uplink:
        """Return the uplink of a card's new life."""
        return Uplink(
            *(card.store, card.connection, card.clock, HALL),
            randomness=card.randomness,
            keep_days=card.keep_days,
            introduce=lambda epoch: card.connection.rename(f"{HALL}-{epoch}", None),
        )

    def new_folder(self, kind: str) -> Path:
        """Return a new folder."""
        self._count += 1
        made = self.folder / kind / str(self._count)
        made.mkdir(parents=True)
        return made

    def insert_card(
        self, bootid: str, image: Path | None = None, *, machine: str = "", online: bool = True, keep_days: int = 30
    ) -> Card:
        """Start a hall from ``image``, or a new one."""
        folder = self.new_folder("cards")
        if image is not None:
            shutil.copytree(image, folder, dirs_exist_ok=True)
        self._count += 1
        card = Card(self, folder, machine, f"{bootid}{self._count}", keep_days)
        card.online = online
        self.cards.append(card)
        return card

    def remember(self, name: str) -> str:
        """Return a name that no other fact has."""
        facts = self._made.setdefault(name, [])
        facts.append(f"{name}-{len(facts)}")
        return facts[-1]

    def made(self, *names: str) -> list[str]:
        """Return every fact that was made under these names."""
        return sorted(fact for name in names for fact in self._made.get(name, []))

    def facts(self) -> list[str]:
        """Return every fact that the centre shows."""
        return sorted(json.loads(str(data))["made"] for data in self.ask("SELECT data FROM facts WHERE type LIKE '%.ticket.%'"))

    def epochs(self) -> list[object]:
        """Return the epochs of which the centre has something."""
        return self.ask("SELECT DISTINCT epoch FROM lanes WHERE through > 0")

    def ask(self, sql: str) -> list[object]:
        """Return the first column of a query on the centre's file."""
        with closing(sqlite3.connect(self._database)) as connection:
            return [row[0] for row in connection.execute(sql)]

    def step(self, seconds: float = 1.0) -> None:
        """Let everybody act once."""
        self.clock.advance(seconds)
        for card in list(self.cards):
            card.step(seconds)
        if self.intake is not None:
            self.intake.step(0)

    def days(self, count: int) -> None:
        """Let days pass, each with its daily hello."""
        for _ in range(count * 8):
            self.step(10_900.0)
            self.step()

    def settle(self) -> None:
        """Step until every card that is online has heard the centre and has nothing left to send. Fails when that never comes."""
        for steps in range(300):
            if steps >= SETTLING and not any(card.depth for card in self.cards if card.online):
                return
            self.step(10.0)
        raise AssertionError(f"not confirmed: {[card.depth for card in self.cards]}")

    def start_intake(self) -> None:
        """Start the intake on the centre's database."""
        self._opened = SqliteIntakeDatabase(self._database)
        connection = self.broker.connection("intake", session_s=60)
        self.intake: Intake | None = Intake(self._opened, connection, self.clock, "balai/v1")
        self._connection = connection
        connection.start()

    def stop_intake(self) -> None:
        """Let nobody listen."""
        self.intake = None

    def say(self, message: Message) -> None:
        """Publish in the centre's name."""
        self._connection.publish(message)

    def spoil_heads(self) -> None:
        """Let the centre err about every history."""
        self._opened._connection.execute("UPDATE lanes SET head = 'ee' || substr(head, 3)")

    def backup(self) -> Path:
        """Return a copy of the centre's database."""
        copy = self.new_folder("backups") / "centre.db"
        with closing(sqlite3.connect(self._database)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        return copy

    def restore(self, backup: Path) -> None:
        """Let the centre begin again from ``backup``."""
        self._connection.lose()
        self._connection.stop()
        self._opened.close()
        for leftover in self.folder.glob("centre.db*"):
            leftover.unlink()
        shutil.copy(backup, self._database)
        self.start_intake()

    def close(self) -> None:
        """Take every card out and close the centre."""
        for card in list(self.cards):
            card.pull()
        self._opened.close()
