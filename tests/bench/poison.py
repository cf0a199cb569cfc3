"""R9: one event in a hundred that no centre can read. The other ninety-nine arrive, the one is set aside with its reason, and the lane never stops.

A real outbox of hall-days in which the seed has spoiled one row of each hundred (its data is cut off, as by a bad sector), a real
Mosquitto, the real intake. The uplink finds each by halving what the centre refuses.

Negative control: a hall that does not halve must not get its lane past the first of them.
"""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import suppress
from pathlib import Path
from random import Random

from gateway.relay.decisions import Decision
from gateway.relay.progress import Progress
from gateway.relay.receipts import Refused
from gateway.store import outbox
from tests.bench.verdict import quick, seed, show, verdict
from tests.support.hall_days import fill
from tests.support.intake_process import IntakeProcess
from tests.support.mosquitto import Mosquitto
from tests.support.relaying import Relaying

EACH = 100
LIMIT_S = 600.0
CONTROL_S = 6.0
GOAL = "delivered=0.99, quarantined=0.01, every one of them with its reason, through=all"


class Stubborn(Progress):
    """Sends again what was refused, as it was: the control."""

    def refused(self, refused: Refused, now_s: float) -> list[Decision]:
        """Learn nothing."""
        return []


def main() -> None:
    """Drain a spoiled outbox, then let the control try, show the figures, and judge."""
    chosen, events = seed(), 1500 if quick() else 10_000
    with tempfile.TemporaryDirectory(prefix="poison-") as name:
        folder = Path(name)
        with Mosquitto(folder / "broker") as broker, IntakeProcess(broker.address, folder / "centre.db"):
            with Relaying(folder / "product", broker.address, seed=chosen) as hall:
                spoiled = spoil(hall, events, chosen)
                took_s = hall.until(hall.drained, LIMIT_S)
                with hall.store.reader() as db:
                    aside = {one.seq: one.reason for one in outbox.troubles(db, events)}
            arrived = delivered(folder / "centre.db", hall.epoch)
            with Relaying(folder / "control", broker.address, seed=~chosen) as hall:
                spoil(hall, events, chosen)
                hall.uplink.progress = Stubborn(Random(chosen))
                control = control_reach(hall)
    show(
        events=events,
        spoiled=len(spoiled),
        quarantined=len(aside),
        delivered=arrived,
        took_s=took_s,
        reason=min(aside.values(), default=""),
    )
    figure = {"delivered": arrived / events, "quarantined": len(aside) / events, "seconds": round(took_s, 1)}
    holds = set(aside) == spoiled and all(aside.values()) and arrived == events - len(spoiled)
    controls = {"confirmed": control, "of": events}
    verdict("poison", chosen, figure, GOAL, controls, holds and control < min(spoiled))


def spoil(hall: Relaying, events: int, chosen: int) -> set[int]:
    """Fill an outbox and cut off the data of one row in each hundred; return their sequences."""
    fill(hall.store, events, chosen)
    randomness = Random(chosen)
    spoiled = {first + randomness.randrange(EACH) for first in range(1, events + 1, EACH)}
    with hall.store.transaction() as tx:
        tx.executemany(
            "UPDATE outbox SET data = '{\"line\":' WHERE position = (SELECT base + ? FROM lane WHERE lane = 'record')",
            [(seq,) for seq in spoiled],
        )
    return spoiled


def delivered(centre: Path, epoch: str) -> int:
    """Return how many events of hall-days are at the centre, in an unbroken sequence with the tombstones."""
    with sqlite3.connect(f"{centre.absolute().as_uri()}?mode=ro", uri=True) as there:
        return int(
            there.execute(
                "SELECT count(*) FROM facts WHERE epoch = ? AND type <> 'id.balai.event.quarantined.v1'", (epoch,)
            ).fetchone()[0]
        )


def control_reach(hall: Relaying) -> int:
    """Return how far the control's lane has come in some seconds, in which the product's had passed many times."""
    with suppress(TimeoutError):
        hall.until(hall.drained, CONTROL_S)
    return hall.confirmed()


if __name__ == "__main__":
    main()
