"""One hall, its cards, its centre and everything that can happen to them: the product's own rules, in one thread, from one seed.

Real: Uplink, Progress, outbox and epochs on SQLite, Intake, Ledger and Replies on SQLite. Simulated: time, the machines, and a
broker that loses what it acknowledged, doubles, reorders, falls silent and forgets. ``Rules`` lets a control leave one out.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from gateway.mqtt.ports import Message
from gateway.relay.uplink import Uplink
from gateway.store import epochs, outbox
from gateway.store.copying import copy_closed
from provisioning.centre.dues import Due
from provisioning.centre.intake import Intake
from provisioning.centre.ledger import Ledger
from provisioning.centre.model import ACCEPTED
from provisioning.centre.reading import Arrival, Batch
from provisioning.centre.sqlite_database import SqliteIntakeDatabase
from tests.support.broker import FakeConnection, Faults
from tests.support.cards import HALL, Card, Regency

LANES = ("urgent", "record", "record", "bulk")
BAD, POISON = "bad", "poison"
"""Facts that one version of the intake rejects, and that none can read."""
FALLS = (
    "CREATE TABLE IF NOT EXISTS fall (lane TEXT)",
    """CREATE TRIGGER IF NOT EXISTS falling AFTER UPDATE OF confirmed ON lane WHEN new.confirmed < old.confirmed
        AND new.last = old.last BEGIN INSERT INTO fall VALUES (new.lane); END""",
)
"""Notes in the hall's own database when something is less confirmed than it was."""
SETTLE_LIMIT = 400
"""So many steps of ten seconds are enough for everything to arrive, when all faults have ceased."""


class Killed(Exception):
    """A process ends here."""


class Mortal(FakeConnection):
    """An intake's connection: with ``dying`` its process is killed when it wants to say something, after its commit."""

    dying = False

    def publish(self, message: Message) -> int | None:
        """Say something, or die."""
        if self.dying:
            raise Killed
        return super().publish(message)


class Judging(Ledger):
    """The ledger of an intake whose version may know more reasons to reject than another's."""

    strict = False

    def enter(self, arrivals: Sequence[Arrival], received_at: str) -> list[Due]:
        """Enter the arrivals as this version judges them."""
        if self.strict:
            arrivals = [self._judge(one) if isinstance(one, Batch) else one for one in arrivals]
        return super().enter(arrivals, received_at)

    def _judge(self, batch: Batch) -> Batch:
        return Batch(tuple(row._replace(verdict="schema", reason="bad") if f'"{BAD}.' in row.data else row for row in batch.rows))


@dataclass
class Rules:
    """What a control may change; as it is, the product's own rules."""

    uplink: type[Uplink] = Uplink
    ledger: type[Judging] = Judging
    by_puback: bool = False
    keep_days: int = 30
    machines: bool = True
    """Whether a hall knows on which machine it runs."""
    centre_keeps: bool = True
    """Whether what the centre has committed survives a power cut there."""
    hall_sql: tuple[str, ...] = ()
    """What a control puts into the hall's database."""
    centre_sql: tuple[str, ...] = ()
    """What a control puts into the centre's database."""


@dataclass
class Owed:
    """What was promised about facts that are on no living card any more: the centre had confirmed them."""

    delivered: set[str] = field(default_factory=set)
    backups: dict[Path, set[str]] = field(default_factory=dict)


class Sim(Regency):
    """A regency in which anything may happen. ``act`` lets one thing happen, ``check`` returns what is broken in the end."""

    def __init__(self, folder: Path, seed: int, rules: Rules | None = None) -> None:
        self.rules = rules or Rules()
        self.owed = Owed()
        self.used: dict[tuple[str, str, int], set[tuple[str, str]]] = defaultdict(set)
        """Each number, with the facts that were made under it and on which machine."""
        self.centre_restored = False
        self._intakes: list[Intake] = []
        self._connections: list[Mortal] = []
        super().__init__(folder, seed)
        draw = self.randomness.random
        self.broker.held = True
        self.broker.tells_unheard = draw() < 0.5
        self.broker.faults = Faults(*(draw() * most for most in (0.3, 0.2, 0.3, 0.6)))
        self.insert("one")

    # The centre

    def start_intake(self) -> None:
        """Start two intakes on one database: one of them judges more strictly."""
        self._opened = SqliteIntakeDatabase(self._database)
        self._opened._connection.execute("PRAGMA synchronous=OFF")
        for statement in self.rules.centre_sql:
            self._opened._connection.execute(statement)
        self._intakes, self._connections = [], []
        for index in range(2):
            connection = Mortal(self.broker, f"intake-{index}", 3600, None)
            intake = Intake(self._opened, connection, self.clock, "balai/v1", share="intakes")
            ledger = self.rules.ledger(self._opened)
            ledger.strict = bool(index)
            intake._ledger = ledger
            connection.start()
            self._intakes.append(intake)
            self._connections.append(connection)
        self._connection = self._connections[0]

    def intakes_die(self, *, after_commit: bool = False) -> None:
        """Kill both; with ``after_commit`` at the moment in which they have committed and not yet said so."""
        before = None if self.rules.centre_keeps else self.backup()
        for connection in self._connections:
            connection.dying = after_commit
        self.step(0.1)
        if before is not None:
            self._put_back(before)
            return
        self._end_intakes()
        self.start_intake()

    def _end_intakes(self) -> None:
        for connection in self._connections:
            connection.lose()
            connection.stop()
            self.broker.made.remove(connection)
        self._opened.close()

    def _put_back(self, backup: Path) -> None:
        self._end_intakes()
        for leftover in self.folder.glob("centre.db*"):
            leftover.unlink()
        self._database.write_bytes(backup.read_bytes())
        self.start_intake()

    def take_backup(self) -> None:
        """Let the centre make a backup, and remember what is in it."""
        copy = self.backup()
        self.owed.backups = {copy: self.delivered()}

    def restore_centre(self) -> None:
        """Let the centre begin again from its backup: what is on no living card is then lost, and nobody's fault."""
        for copy, held in self.owed.backups.items():
            self.owed.delivered &= held
            self.centre_restored = True
            self._put_back(copy)

    def delivered(self) -> set[str]:
        """Return every fact of which the centre has something, rejected ones too."""
        with closing(sqlite3.connect(self._database)) as connection:
            rows = connection.execute("SELECT data, rest FROM events WHERE data LIKE '%made%' OR rest LIKE '%made%'").fetchall()
        return {name for data, rest in rows if (name := _name(data) or _name(rest))}

    # The hall

    def make_uplink(self, card: Card) -> Uplink:
        """Return the uplink of a card's new life, as the rules have it."""
        return self.rules.uplink(
            *(card.store, card.connection, card.clock, HALL),
            randomness=card.randomness,
            keep_days=card.keep_days,
            by_puback=self.rules.by_puback,
            batch_limit=4,
            introduce=lambda epoch: card.connection.rename(f"{HALL}-{epoch}", None),
        )

    def insert(self, machine: str, image: Path | None = None, lineage: Sequence[str] = ()) -> Card:
        """Start a hall on ``machine``, from an image or new."""
        card = self.insert_card("b", image, machine=machine if self.rules.machines else "", keep_days=self.rules.keep_days)
        card.lineage, card.machine = list(lineage), machine
        with card.store.transaction() as tx:
            for statement in (*FALLS, *self.rules.hall_sql):
                tx.execute(statement)
        return card

    def make_facts(self, card: Card) -> None:
        """Let people do a few things; now and then one that a centre rejects or cannot read."""
        lane, kind = self.randomness.choice(LANES), self.randomness.choices(("fact", BAD, POISON), (20, 5, 1))[0]
        with card.store.reader() as db:
            before = {one.lane: one.last for one in outbox.lanes(db) if one.state == "open"}
            epoch = epochs.current(db)
        count = self.randomness.randrange(1, 5)
        card.append(count, f"{kind}.{card.clock.bootid}", lane)
        for offset, made in enumerate(card.lineage[-count:], 1):
            self.used[epoch, lane, before[lane] + offset].add((made, card.machine))
        if kind == POISON:
            with card.store.transaction() as tx:
                tx.execute("UPDATE outbox SET data = substr(data, 1, length(data) - 2) WHERE data LIKE '%\"poison.%\"}'")

    def crash_hall(self, card: Card) -> None:
        """Let the hall forget everything that is not stored."""
        card.connection.lose()
        card.connection.stop()
        self.broker.made.remove(card.connection)
        card.start_uplink()

    def rewrite(self, card: Card, *, closed: bool) -> None:
        """Take an image (``closed``: a backup), let the card go on for a while, then put the image in its place."""
        image, lineage = self.copy_of(card, closed=closed), list(card.lineage)
        for _ in range(self.randomness.randrange(1, 6)):
            self.make_facts(card)
            self.step(self.randomness.choice((0.1, 1.0, 40.0)))
        self.lose_card(card)
        again = self.insert(card.machine, image, lineage)
        again.online = self.randomness.random() < 0.5
        for _ in range(self.randomness.randrange(0, 6)):
            self.make_facts(again)
        again.online = True

    def clone(self, card: Card) -> None:
        """Let a copy of the card live in the same kind of machine, or in one that it knows to be another."""
        if len(self.cards) == 1:
            machine = self.randomness.choice((card.machine, "two"))
            self.insert(machine, self.copy_of(card, closed=False), card.lineage)

    def copy_of(self, card: Card, *, closed: bool) -> Path:
        """Return an image of the card, or its backup."""
        if not closed:
            return card.image()
        copy = self.new_folder("images")
        copy_closed(card.store.path, copy / "hall.db", "backup")
        (copy / "hall.state").write_text("stopped\n")
        return copy

    def lose_card(self, card: Card) -> None:
        """Let a card die; what the centre had confirmed to it stays owed, unless the centre has lost it since."""
        with card.store.reader() as db:
            waiting = db.execute(
                "SELECT data FROM outbox JOIN lane ON position > base + confirmed AND position <= base + last"
            ).fetchall()
        unconfirmed = {_name(data) for (data,) in waiting}
        confirmed = {made for made in card.lineage if made not in unconfirmed}
        self.owed.delivered |= confirmed & self.delivered() if self.centre_restored else confirmed
        card.pull()
        self.broker.made.remove(card.connection)

    # Time and the wire

    def broker_dies(self) -> None:
        """Kill the broker before it has saved its sessions."""
        self.broker.stop()
        self.broker.forget()
        self.broker.start()

    def step(self, seconds: float = 1.0) -> None:
        """Let time pass, some of what is on the wire arrive, and everybody act once."""
        self.clock.advance(seconds)
        self.broker.deliver(self.randomness.randrange(30))
        for card in list(self.cards):
            card.step(seconds)
        self.broker.deliver(self.randomness.randrange(30))
        for intake in self._intakes:
            try:
                intake.step(0)
            except Killed:
                continue

    def calm(self) -> bool:
        """Let all faults cease and time pass; return whether everything then arrives."""
        self.broker.faults = Faults()
        self.broker.silent = False
        self.broker.held = False
        self.broker.stop()
        self.broker.start()
        for card in self.cards:
            card.online = True
        for _ in range(3):
            for _ in range(SETTLE_LIMIT):
                self.step(10.0)
                if not any(card.depth for card in self.cards):
                    break
            else:
                return False
            self.step(90_000.0)  # the daily hello
            for _ in range(12):
                self.step(10.0)
        return not any(card.depth for card in self.cards)


def _name(text: str) -> str:
    try:
        told = json.loads(text)
    except ValueError:
        return text.partition('"made":"')[2]
    return str(told.get("made") or told.get("data", {}).get("made", "")) if isinstance(told, dict) else ""


def checked(sim: Sim) -> list[str]:
    """Return every invariant that is broken after ``calm``, each in a few words that begin with its name."""
    owed = {made for card in sim.cards for made in card.lineage} | sim.owed.delivered
    owed = {made for made in owed if not made.startswith(POISON)}
    accepted = [_name(str(data)) for data in sim.ask("SELECT data FROM facts WHERE data LIKE '%made%'")]
    found = [f"lost: {made}" for made in sorted(owed - sim.delivered())]
    found += [f"twice: {made}" for made in sorted({made for made in accepted if accepted.count(made) > 1})]
    return found + _falls(sim) + _order(sim) + _verdicts(sim) + _numbers(sim) + _alarms(sim) + _gaps(sim)


def _falls(sim: Sim) -> list[str]:
    if sim.centre_restored:
        return []
    broken = []
    for card in sim.cards:
        with card.store.reader() as db:
            broken += [f"falls: {lane}" for (lane,) in db.execute("SELECT lane FROM fall")]
    return broken


def _order(sim: Sim) -> list[str]:
    """Facts keep their order under the numbers they had first; what is issued again comes later, and says by ``was`` where it belongs."""
    with closing(sqlite3.connect(sim._database)) as connection:
        sql = "SELECT epoch, lane, data FROM facts WHERE data LIKE '%made%' AND first = epoch || '-' || lane || '-' || seq ORDER BY 1, 2, seq"
        rows = connection.execute(sql).fetchall()
    newest: dict[tuple[str, str, str], int] = {}
    broken = []
    for epoch, lane, data in rows:
        kind, _, number = _name(data).rpartition("-")
        key = (epoch, lane, kind)
        if int(number) < newest.get(key, -1):
            broken.append(f"order: {epoch} {lane} {kind}-{number}")
        newest[key] = int(number)
    return broken


def _verdicts(sim: Sim) -> list[str]:
    """Every verdict at the centre is the one that the hall was told; a restored centre may have judged anew meanwhile."""
    if sim.centre_restored:
        return []
    with closing(sqlite3.connect(sim._database)) as connection:
        verdicts = {
            (row[0], row[1], row[2]): row[3] for row in connection.execute("SELECT epoch, lane, seq, verdict FROM events")
        }
    broken = []
    for card in sim.cards:
        with card.store.reader() as db:
            rows = db.execute("SELECT epoch, lane, seq, coalesce(code, 'accepted') FROM events WHERE confirmed").fetchall()
        for epoch, lane, seq, code in rows:
            verdict = verdicts.get((epoch, lane, seq), "absent")
            if code not in {verdict, outbox.QUARANTINED} and verdict != ACCEPTED:
                broken.append(f"verdict: {epoch}-{lane}-{seq} is {verdict}, the hall knows {code}")
    return broken


def _numbers(sim: Sim) -> list[str]:
    """No number means two facts of two machines that know each other apart."""
    return [
        f"number: {key} means {sorted(facts)}"
        for key, facts in sim.used.items()
        if len({made for made, _ in facts}) > 1 and len({machine for _, machine in facts}) > 1
    ]


def _alarms(sim: Sim) -> list[str]:
    """While a card lives in an epoch that was left for another, people are told so each day, and no longer."""
    lately = (sim.clock.now() - timedelta(days=2)).isoformat()
    told = any(str(last_at) > lately for last_at in sim.ask("SELECT last_at FROM alarms"))
    newest = sim.ask("SELECT epoch FROM epochs ORDER BY number DESC LIMIT 1")
    left = any([card.epochs()[-1]] != newest for card in sim.cards)
    return (
        []
        if told is left
        else ["alarm: two epochs are alive and nobody is told" if left else "alarm: nobody speaks in an epoch that was left"]
    )


def _gaps(sim: Sim) -> list[str]:
    held = {epoch for card in sim.cards for epoch in card.epochs()}
    waiting = sim.ask("SELECT epoch || ' ' || lane FROM lanes WHERE gap_at <> ''")
    return [f"gap: {one}" for one in waiting if str(one).split()[0] in held]
