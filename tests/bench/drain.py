"""P2: a backlog is drained, receipts included, faster than a bridge that commits nothing.

The product: a real hall's outbox, the real uplink, Mosquitto, the real intake with its database (WAL, ``synchronous=FULL``); an event counts when
the hall has stored the centre's receipt for it. The bridge: the same events, one message each, wait in a Mosquitto whose bridge to
another one then connects; they count when a bare socket has them there. In turns in one run; the figure is the median of the ratios.

Negative control: the product with one event in each batch must miss the goal.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from gateway.relay.batches import READ_LIMIT
from gateway.relay.envelope import Envelope
from gateway.store import outbox
from tests.bench.verdict import quick, seed, show, verdict
from tests.support.bridge import UNLIMITED, Bridge
from tests.support.hall_days import fill
from tests.support.intake_process import IntakeProcess
from tests.support.mosquitto import Mosquitto
from tests.support.relaying import HALL, Relaying

GOAL = 2.0
LIMIT_S = 300.0


def main() -> None:
    """Drain in turns, show the figures, and judge."""
    chosen = seed()
    rounds, events = (3, 20_000) if quick() else (7, 50_000)
    ratios, controls, speeds = [], [], []
    with tempfile.TemporaryDirectory(prefix=".bench-", dir=Path.cwd()) as name:
        folder = Path(name)
        with Mosquitto(folder / "broker", extra=UNLIMITED) as broker, IntakeProcess(broker.address, folder / "centre.db"):
            for number in range(rounds):
                at = folder / f"round-{number}"
                product_per_s = drained(at / "product", broker, events, chosen + number)
                bridge_per_s = bridged(at, events, chosen + number)
                control_per_s = drained(at / "control", broker, events // 50, ~(chosen + number), batch_limit=1)
                show(round=number, product_per_s=product_per_s, bridge_per_s=bridge_per_s, control_per_s=control_per_s)
                ratios.append(product_per_s / bridge_per_s)
                controls.append(control_per_s / bridge_per_s)
                speeds.append((product_per_s, bridge_per_s))
    figure = {
        "ratio": round(statistics.median(ratios), 2),
        "product_per_s": round(statistics.median(product for product, _ in speeds)),
        "bridge_per_s": round(statistics.median(bridge for _, bridge in speeds)),
    }
    control = {"ratio": round(statistics.median(controls), 3)}
    verdict("drain", chosen, figure, f"ratio>={GOAL}", control, figure["ratio"] >= GOAL > control["ratio"])


def drained(folder: Path, broker: Mosquitto, events: int, chosen: int, batch_limit: int = READ_LIMIT) -> float:
    """Return the events per second from the first look at the wire to the last receipt."""
    with Relaying(folder, broker.address, seed=chosen, batch_limit=batch_limit) as hall:
        fill(hall.store, events, chosen)
        return events / hall.until(hall.drained, LIMIT_S)


def bridged(folder: Path, events: int, chosen: int) -> float:
    """Return the events per second over a bridge between two brokers."""
    with Relaying(folder / "copy", "mqtt://127.0.0.1:1") as hall:
        fill(hall.store, events, chosen)
        with hall.store.reader() as db:
            payloads = [Envelope(HALL, *row).encode() for row in outbox.claim(db, hall.epoch, "record", 0, events)]
    return events / Bridge(folder).carry(payloads)


if __name__ == "__main__":
    main()
