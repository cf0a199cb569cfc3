"""R11: cards restored, written again and copied, and a centre restored from its backup: every fact once, and no number twice.

The product's own ``Hall`` (its store, its uplink, paho), a real Mosquitto, and ``provision centre intake`` as a process. People
take numbers by the button's way. The controls take the broker's word for the centre's, and let no number jump.
"""

from __future__ import annotations

import logging
import shutil
import sqlite3
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from gateway.hall import Hall
from gateway.settings import Settings
from gateway.store import backup, epochs, outbox
from tests.bench.verdict import quick, seed, show, verdict
from tests.support.hall_process import write_settings
from tests.support.intake_process import IntakeProcess
from tests.support.mosquitto import Mosquitto
from tests.support.rules import begin_with_rules

Identity = tuple[str, str, str, str]
"""What a fact is: the id it had first, its time, boot and uptime."""

LINES = ("administrasi", "bantuan", "kesehatan", "lainnya")
LIMIT_S = 60.0
NO_JUMP = "CREATE TRIGGER no_jump AFTER INSERT ON meta WHEN new.key = 'numbers_jump_pending' BEGIN DELETE FROM meta WHERE key = new.key; END"
"""The control in which the next number does not leave out those that may be in people's hands."""


class Life:
    """One card in one machine, running: a whole hall."""

    def __init__(self, world: World, folder: Path, machine: str) -> None:
        self.folder = folder
        self._world = world
        settings = write_settings(folder, broker=world.broker.address, relay=f'confirm = "{world.confirm}"', devices=False)
        self.hall = Hall(Settings.load(settings), randomness=Random(world.randomness.random()), machine=machine)
        self.hall.start()

    def give(self, count: int) -> None:
        """Give numbers to people, who keep their slips."""
        for _ in range(count):
            line = self._world.randomness.choice(LINES)
            self._world.slips.append(self.hall.tickets.issue(line, origin="button").number)

    def epoch(self) -> str:
        """Return the open epoch."""
        with self.hall.store.reader() as db:
            return epochs.current(db)

    def delivered(self) -> bool:
        """Whether the hall believes everything to be at the centre."""
        with self.hall.store.reader() as db:
            return outbox.backlog(db).depth == 0

    def end(self) -> None:
        """Stop the hall; what it has made stays owed."""
        with self.hall.store.reader() as db:
            for state in outbox.lanes(db):
                rows = outbox.claim(db, state.epoch, state.lane, 0, 1_000_000)
                self._world.owed |= {row.identity for row in rows}
        self.hall.stop()
        self._world.lives.remove(self)


@dataclass
class World:
    """One hall's regency below ``folder``."""

    folder: Path
    randomness: Random
    confirm: str = "receipt"
    jumps: bool = True
    slips: list[str] = field(default_factory=list)
    owed: set[Identity] = field(default_factory=set)
    lives: list[Life] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.broker = Mosquitto(self.folder / "broker")
        self.intake = IntakeProcess(self.broker.address, self.folder / "centre.db")
        self.cards = 0

    def insert(self, image: Path | None = None, machine: str = "one") -> Life:
        """Start a hall from an image of a card, or a new one."""
        self.cards += 1
        folder = self.folder / f"card-{self.cards}"
        if image is None:
            begin_with_rules(folder / "data")
            if not self.jumps:
                with closing(sqlite3.connect(folder / "data" / "hall.db")) as connection:
                    connection.execute(NO_JUMP)
        else:
            shutil.copytree(image, folder / "data")
        life = Life(self, folder, machine)
        self.lives.append(life)
        return life

    def image(self, life: Life) -> Path:
        """Return a raw image of a living card: not a backup, nothing marks it as a copy."""
        copy = self.folder / f"image-{len(list(self.folder.glob('image-*')))}"
        copy.mkdir()
        with (
            closing(sqlite3.connect(life.folder / "data" / "hall.db")) as source,
            closing(sqlite3.connect(copy / "hall.db")) as target,
        ):
            source.backup(target)
        (copy / "hall.state").write_text("stopped\n")
        return copy

    def settle(self) -> None:
        """Wait until every living hall believes everything delivered."""
        until(lambda: all(life.delivered() for life in self.lives))

    def facts(self) -> Counter[Identity]:
        """Return what the centre shows, and how often."""
        with closing(sqlite3.connect(self.folder / "centre.db")) as connection:
            return Counter(connection.execute("SELECT first, time, bootid, uptime FROM facts").fetchall())

    def alarms(self) -> int:
        """Return how many alarms the centre has raised."""
        with closing(sqlite3.connect(self.folder / "centre.db")) as connection:
            return int(connection.execute("SELECT count(*) FROM alarms").fetchone()[0])


def until(happened: Callable[[], bool]) -> bool:
    """Look again and again until it has happened; return whether it did in time."""
    end_s = time.monotonic() + LIMIT_S
    while not happened():
        if time.monotonic() > end_s:
            return False
        threading.Event().wait(0.05)
    return True


def restored(world: World, count: int) -> None:
    """Restore a backup; the hall goes on, and later another."""
    life = world.insert()
    for index in range(2):
        life.give(count)
        file = world.folder / f"hall-{index}.backup"
        backup.write(life.hall.store, file)
        life.give(count)
        world.settle()
        life.end()
        backup.restore(file, life.folder / "data", replace=True)
        life = Life(world, life.folder, "one")
        world.lives.append(life)
    life.give(count)


def rewritten(world: World, count: int) -> None:
    """Write an older image of the card again; it makes other facts before it can reach the centre."""
    life = world.insert()
    life.give(count)
    world.settle()
    image = world.image(life)
    life.give(count)
    world.settle()
    life.end()
    world.broker.stop()
    life = world.insert(image)
    former = life.epoch()
    _make_facts(life, 5 * count)
    world.broker.start()
    until(lambda: world.confirm == "puback" or life.epoch() != former)
    life.give(count)


def _make_facts(life: Life, count: int) -> None:
    """Let something happen that gives no number: what this hall cannot know yet is which numbers people hold."""
    line = LINES[0]
    for index in range(count):
        life.hall.tickets.furniture.open_line(line, is_open=bool(index % 2))


def cloned(world: World, count: int) -> None:
    """Copy the card into another machine: two halls are alive at once, and both give numbers."""
    life = world.insert()
    life.give(count)
    world.settle()
    twin = world.insert(world.image(life), machine="two")
    for _ in range(3):
        life.give(count // 2)
        twin.give(count // 2)
        world.settle()
    # A hello of the first after the twin's: at its next connection at the latest.
    world.broker.stop()
    world.broker.start()
    until(lambda: world.confirm == "puback" or world.alarms() > 0)


def centre_restored(world: World, count: int) -> None:
    """Let the centre begin again from its backup while the hall lives."""
    life = world.insert()
    life.give(count)
    world.settle()
    world.intake.stop()
    kept = (world.folder / "centre.db").read_bytes()
    world.intake.start()
    life.give(2 * count)
    world.settle()
    world.intake.stop()
    for leftover in world.folder.glob("centre.db*"):
        leftover.unlink()
    (world.folder / "centre.db").write_bytes(kept)
    world.intake.start()
    # The next hello tells: at a new connection, in silence, or daily.
    world.broker.stop()
    world.broker.start()
    life.give(count)
    until(lambda: sum(world.facts().values()) >= 3 * count)


SCENARIOS: dict[str, Callable[[World, int], None]] = {
    "restored": restored,
    "rewritten": rewritten,
    "cloned": cloned,
    "centre": centre_restored,
}


@contextmanager
def opened(folder: Path, number: int, *, confirm: str, jumps: bool) -> Iterator[World]:
    """Give a world with its broker and its intake, and end all of it."""
    folder.mkdir()
    world = World(folder, Random(number), confirm, jumps)
    try:
        world.broker.start()
        world.intake.start()
        yield world
    finally:
        for life in list(world.lives):
            life.end()
        world.intake.stop()
        world.broker.stop()


def run(name: str, folder: Path, number: int, count: int, *, confirm: str = "receipt", jumps: bool = True) -> dict[str, int]:
    """Let one scenario happen and settle; return how many facts are lost, doubled or nobody's, and how many numbers two people hold."""
    with opened(folder, number, confirm=confirm, jumps=jumps) as world:
        SCENARIOS[name](world, count)
        world.settle()
        if name == "cloned" and confirm == "receipt":
            show(scenario=name, alarms=world.alarms())
    facts = world.facts()
    return {
        "facts": len(world.owed),
        "lost": len(world.owed - set(facts)),
        "doubled": sum(times > 1 for times in facts.values()),
        "numbers_held_twice": sum(times > 1 for times in Counter(world.slips).values()),
    }


def main() -> None:
    """Run every scenario, then those that the controls must break, and give the verdict."""
    logging.disable(logging.CRITICAL)
    number = seed()
    count = 10 if quick() else 60
    folder = Path(tempfile.mkdtemp(prefix="restore-"))
    show(bench="restore", seed=number, numbers=count)
    found = {name: run(name, folder / name, number, count) for name in SCENARIOS}
    for name, figures in found.items():
        show(scenario=name, **figures)
    puback = run("rewritten", folder / "puback", number, count, confirm="puback")
    show(control="confirm=puback", **puback)
    without = run("restored", folder / "without", number, count, jumps=False)
    show(control="no jump", **without)
    wrong = [
        name for name, one in found.items() if one["lost"] or one["doubled"] or one["numbers_held_twice"] or not one["facts"]
    ]
    holds = not wrong and puback["lost"] > 0 and without["numbers_held_twice"] > 0
    if holds:
        shutil.rmtree(folder, ignore_errors=True)
    goal = "0 facts lost, 0 twice, 0 numbers held by two people; the controls must lose facts and hold numbers twice"
    control = {"puback_lost": puback["lost"], "no_jump_held_twice": without["numbers_held_twice"]}
    verdict("restore", number, found, goal, control, holds)


if __name__ == "__main__":
    main()
