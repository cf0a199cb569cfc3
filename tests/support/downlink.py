"""A hall's relay with its downlink against a model centre that signs orders, in one thread, with a fake clock."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.errors import Refusal
from gateway.mqtt.ports import Message
from gateway.relay.downlink import Downlink
from gateway.relay.effects import Effect, OwnEffects
from gateway.relay.orders import Order
from gateway.relay.resending import Resending
from gateway.relay.signing import EVERY_HALL, sign
from gateway.relay.topics import Topics
from gateway.relay.trial import TrialRoom
from gateway.store import inbox, trials
from gateway.store.database import Transaction
from gateway.store.inbox import Command
from gateway.store.tables import LANE_STEP
from tests.support.orders import KEY, PINNED
from tests.support.relay import HALL, ZONE, RelayWorld

TOPICS = {HALL: Topics(HALL).down, EVERY_HALL: Topics(HALL).all_down}


class Shelf:
    """What commands of a test change: notes by subject, one setting, and a list of what was done."""

    def __init__(self) -> None:
        self.retuned = 0

    def note(self, tx: Transaction, command: Command) -> Mapping[str, Any] | None:
        """Write a note; some texts are refused, some crash."""
        tx.execute("INSERT INTO done VALUES (?)", (command.id,))
        match command.data.get("text"):
            case "refused":
                raise Refusal("announcement-empty")
            case "poison":
                raise ZeroDivisionError
            case text:
                tx.execute("INSERT INTO note VALUES (?1, ?2) ON CONFLICT DO UPDATE SET text = ?2", (command.subject, text))
        return None

    def take_away(self, tx: Transaction, command: Command) -> None:
        """Delete a note."""
        tx.execute("INSERT INTO done VALUES (?)", (command.id,))
        tx.execute("DELETE FROM note WHERE subject = ?", (command.subject,))

    def put(self, tx: Transaction, wanted: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Change the setting."""
        former = tx.execute("SELECT value FROM setting").fetchone()[0]
        tx.execute("UPDATE setting SET value = ?", (wanted["value"],))
        return {"value": wanted["value"]}, {"value": former}

    def put_back(self, tx: Transaction, put: Mapping[str, Any], former: Mapping[str, Any]) -> None:
        """Change it back, unless somebody else has changed it."""
        tx.execute("UPDATE setting SET value = ? WHERE value = ?", (former["value"], put["value"]))

    def retune(self) -> None:
        """Follow the setting."""
        self.retuned += 1


class DownWorld(RelayWorld):
    """A hall that obeys. ``ask`` publishes an order as the centre does; ``pinned`` is the key of its settings."""

    pinned = PINNED
    obeys: type[Downlink] = Downlink
    effects_off: frozenset[str] = frozenset()
    """Kinds that this version of the hall does not have."""

    def restart_hall(self) -> None:
        """Let the relay begin anew, as after a crash: only what the store holds is remembered."""
        super().restart_hall()
        with self.store.transaction() as tx:
            tx.execute("CREATE TABLE IF NOT EXISTS note (subject TEXT PRIMARY KEY, text TEXT)")
            tx.execute("CREATE TABLE IF NOT EXISTS done (id TEXT)")
            tx.execute("CREATE TABLE IF NOT EXISTS setting (value TEXT)")
            if tx.execute("SELECT count(*) FROM setting").fetchone() == (0,):
                tx.execute("INSERT INTO setting VALUES ('first')")
        self.shelf = Shelf()
        self.trial = TrialRoom(self.store, self.connection, self.clock, ZONE, self.shelf, self.shelf.retune)
        effects = OwnEffects("0.1.0", self.pinned, self.clock).table() | {
            "announcement.put": Effect(self.shelf.note),
            "announcement.withdraw": Effect(self.shelf.take_away, withdraws=True),
            "settings.put": Effect(self.trial.act, on_trial=True),
        }
        self.downlink = self.obeys(
            *(self.store, self.connection, self.clock, HALL),
            zone=ZONE,
            pinned=self.pinned,
            effects={kind: effect for kind, effect in effects.items() if kind not in self.effects_off},
            trial=self.trial,
            chores=[Resending(self.store, self.connection, self.uplink.topics).step],
        )
        self.uplink.pass_on = self.downlink.hand_over
        self.uplink.step()

    def send(self, payload: bytes, addressee: str = HALL) -> None:
        """Publish what a broker delivers as an order."""
        if not hasattr(self, "sender"):
            self.sender = self.broker.connection("centre")
        if not self.sender.open:
            self.sender.stop()
            self.sender.start()
        self.sender.publish(Message(TOPICS[addressee], payload))

    def ask(self, order: Order, addressee: str = HALL, key: Ed25519PrivateKey = KEY) -> None:
        """Publish an order as the centre does."""
        self.send(sign([key], addressee, order.encode()), addressee)

    def obey(self, *orders: Order) -> None:
        """Ask, and let the hall do what it can."""
        for order in orders:
            self.ask(order)
        self.step()

    def step(self, seconds: float = 1.0, deliveries: int = 20) -> None:
        """Let everybody act once."""
        super().step(seconds, deliveries)
        self.downlink.step()

    def _told(self, type_: str) -> list[tuple[str, dict[str, Any], int]]:
        """Return type, data and position of the events of some types, in order."""
        with self.store.reader() as db:
            rows = db.execute("SELECT type, data, position FROM outbox WHERE type LIKE ? ORDER BY position", (type_,)).fetchall()
        return [(kind, json.loads(data), position) for kind, data, position in rows]

    def answers(self, *, whole: bool = False) -> list[tuple[str, str, str]]:
        """Return end of the id (or the ``whole`` of it), event and code of everything told about commands: urgent ones first, each lane in order."""
        told = [*self._told("id.balai.command.%"), *self._told("id.balai.settings.%")]
        return [
            (data["causation"] if whole else data["causation"][-1], kind.split(".")[3], data.get("code", ""))
            for kind, data, _ in sorted(told, key=lambda one: one[2])
        ]

    def confirmed_settings(self) -> set[str]:
        """Return the values that were put, confirmed by the centre, and did not return."""
        confirmed = max((stand.confirmed for (_, lane), stand in self.stands().items() if lane == "urgent"), default=0)
        returned = {data["causation"] for _, data, _ in self._told("id.balai.settings.%")}
        applied = [
            data["causation"]
            for _, data, position in self._told("id.balai.command.applied%")
            if data["kind"] == "settings.put" and position % LANE_STEP <= confirmed
        ]
        return {f"value-{int(id_.rpartition('-')[2], 16)}" for id_ in applied if id_ not in returned}

    def notes(self) -> dict[str, str]:
        """Return the notes by subject."""
        with self.store.reader() as db:
            return dict(db.execute("SELECT subject, text FROM note").fetchall())

    def done(self) -> list[str]:
        """Return the ids of what was carried out, in order."""
        with self.store.reader() as db:
            return [id_ for (id_,) in db.execute("SELECT id FROM done ORDER BY rowid")]

    @property
    def setting(self) -> str:
        """What is set now."""
        with self.store.reader() as db:
            return str(db.execute("SELECT value FROM setting").fetchone()[0])

    @property
    def on_trial(self) -> bool:
        """Whether a trial runs."""
        with self.store.reader() as db:
            return trials.running(db) is not None

    def state(self, order: Order) -> str:
        """Return what became of an order here, or ``unknown``."""
        with self.store.reader() as db:
            try:
                return str(inbox.answer_of(db, order.id).state)
            except (LookupError, sqlite3.Error):
                return "unknown"
