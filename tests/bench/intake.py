"""How much one intake enters: batches read, judged, durable and answered, with SQLite and with PostgreSQL, no broker between.

Events of hall-days of many halls, in batches and groups as the intake gathers them, go through the product's own reading,
ledger and replies into a real file (``synchronous=FULL``) and a real server. Between them, in turns, the control: the
same with one event in a message and one message in a commit, as a bridge into a database works. It must miss the goal.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from random import Random

from gateway.clock import SystemClock
from gateway.mqtt.ports import Message
from gateway.relay.batches import pack
from gateway.relay.envelope import Envelope
from gateway.relay.topics import Topics
from provisioning.centre.database import IntakeDatabase
from provisioning.centre.ledger import Ledger
from provisioning.centre.opening import open_database
from provisioning.centre.reading import read
from provisioning.centre.replies import Replies
from tests.bench.verdict import quick, seed, show, verdict
from tests.support.hall_days import hall_days
from tests.support.postgres import Postgres

HALLS = 20
EVENTS_IN_BATCH = 200
GOAL = 10.0
ROOT = "balai/v1"


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn has done."""

    events: int
    wall_s: float
    processor_s: float
    """Of the intake alone; the server's is beside it."""
    inside_s: float
    """Within a group's transaction, where other intakes of the same PostgreSQL would wait."""

    @property
    def events_per_s(self) -> float:
        """The turn's speed."""
        return self.events / self.wall_s


class Halls:
    """Halls that send their days, each from where it has come to."""

    def __init__(self, randomness: Random) -> None:
        self._days = list(islice(hall_days(randomness.getrandbits(32)), 4 * EVENTS_IN_BATCH))
        self._epochs = [f"{randomness.getrandbits(32):08x}" for _ in range(HALLS)]
        self._next = [count(1) for _ in range(HALLS)]

    def messages(self, events: int) -> list[Message]:
        """Return one batch of each hall, of so many events."""
        return [self._batch(number, events) for number in range(HALLS)]

    def _batch(self, number: int, events: int) -> Message:
        topics = Topics(f"35100{number:05}", ROOT)
        batch = pack(list(self._envelopes(number, topics.hall, events)))
        assert batch.count == events
        return Message(topics.up("record"), batch.payload)

    def _envelopes(self, number: int, hall: str, events: int) -> Iterator[Envelope]:
        for seq in islice(self._next[number], events):
            stamp, event = self._days[seq % len(self._days)]
            data = json.dumps(event.data, ensure_ascii=False, separators=(",", ":"))
            head = (hall, self._epochs[number], "record", seq, event.type, event.subject)
            yield Envelope(*head, stamp.time, stamp.clock, stamp.bootid, stamp.uptime, data)


def enter(database: IntakeDatabase, groups: Sequence[Sequence[Message]]) -> Turn:
    """Take groups of messages in as the intake does; the answers are written and go nowhere."""
    clock = SystemClock()
    ledger = Ledger(database)
    replies = Replies(database, lambda _message: None, clock, ROOT)
    events, inside_s = 0, 0.0
    began_s, processor_s = time.perf_counter(), time.process_time()
    for group in groups:
        at = clock.now().isoformat(timespec="milliseconds")
        arrivals = [arrival for one in group if (arrival := read(one.topic, one.payload, ROOT, at)) is not None]
        entering_s = time.perf_counter()
        due = ledger.enter(arrivals, at)
        inside_s += time.perf_counter() - entering_s
        for one in due:
            replies.answer(one)
        events += sum(len(getattr(arrival, "rows", ())) for arrival in arrivals)
    return Turn(events, time.perf_counter() - began_s, time.process_time() - processor_s, inside_s)


def measure(address: str, randomness: Random, turns: int) -> tuple[list[Turn], list[Turn]]:
    """Return the turns of the product and those of the control, which went into one database by turns."""
    halls = Halls(randomness)
    product, control = [], []
    with closing(open_database(address)) as database:
        for number in range(turns + 1):
            batches = [halls.messages(EVENTS_IN_BATCH) for _ in range(2)]
            alone = [[message] for message in halls.messages(1)]
            if number == 0:
                enter(database, [*batches, *alone])
                continue
            product.append(enter(database, batches))
            control.append(enter(database, alone))
        with database.reading() as tx:
            overview = tx.overview(SystemClock().now())
        assert (overview.lanes, overview.gaps, overview.dead) == (HALLS, 0, 0)
    return product, control


def main() -> None:
    """Measure both databases, show the figures, and judge."""
    chosen = seed()
    turns = 3 if quick() else 15
    figures: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(prefix=".bench-", dir=Path.cwd()) as folder, Postgres() as server:
        for name, address in (("sqlite", f"sqlite:///{folder}/centre.db"), ("postgresql", server.database())):
            product, control = measure(address, Random(chosen), turns)
            fast, slow = (statistics.median(turn.events_per_s for turn in these) for these in (product, control))
            processor_s = statistics.median(turn.processor_s / turn.events for turn in product)
            inside = statistics.median(turn.inside_s / turn.wall_s for turn in product)
            figures[name] = {
                "events_per_s": round(fast),
                "one_by_one_per_s": round(slow),
                "ratio": round(fast / slow, 1),
                "events_per_core_s": round(1 / processor_s),
                "inside_share": round(inside, 2),
            }
            show(database=name, **figures[name])
    figure = {name: values["ratio"] for name, values in figures.items()}
    holds = all(ratio >= GOAL for ratio in figure.values())
    verdict("intake", chosen, figures, f"ratio>={GOAL}", {"one by one": 1.0}, holds)


if __name__ == "__main__":
    main()
