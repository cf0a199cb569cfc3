"""P3: few bytes on the wire, and an urgent report that waits seconds on a narrow one.

10,000 events of hall-days wait in a real hall's outbox. The real uplink sends them over a wire of 64 kbit/s to a real Mosquitto,
from which the centre's real intake takes them; every byte of MQTT is counted both ways, hellos, receipts and acknowledgements
included. While they pass, an urgent event is made. The measure is the same events sent one message each, as a bridge would.

Negative control: the product with one event in each batch must miss the goals.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from gateway.mqtt.ports import Acknowledged, Message
from gateway.relay.batches import BATCH_LIMIT, READ_LIMIT, pack
from gateway.relay.envelope import Envelope
from gateway.store import outbox
from gateway.store.outbox import Event
from tests.bench.verdict import quick, seed, show, verdict
from tests.support.hall_days import fill
from tests.support.intake_process import IntakeProcess
from tests.support.mosquitto import Mosquitto
from tests.support.narrow import narrow_wire
from tests.support.relaying import HALL, Relaying

EVENTS = 10_000
NARROW_BITS_PER_S = 64_000
GOAL = "ratio>=12 (20 aimed at), seconds<=40 for 10,000 events at 64 kbit/s, urgent_s<=10"
LIMIT_S = 300.0
URGENT = Event("urgent", "id.balai.need.reported.v1", "need/1", {"kind": "hungry"})


@dataclass
class Passage:
    """How a backlog passed."""

    seconds: float
    bytes_per_event: float
    urgent_s: float = 0.0


def main() -> None:
    """Measure one message each, the product, and the control; show the figures, and judge."""
    chosen = seed()
    with tempfile.TemporaryDirectory(prefix="wire-") as name:
        folder = Path(name)
        with Mosquitto(folder / "broker") as broker, IntakeProcess(broker.address, folder / "centre.db"):
            each = one_message_each(folder / "each", broker, 1000 if quick() else EVENTS, chosen)
            product = passage(folder / "product", broker, EVENTS, chosen, bits_per_s=NARROW_BITS_PER_S)
        with Mosquitto(folder / "broker-2") as broker, IntakeProcess(broker.address, folder / "centre-2.db"):
            control = passage(folder / "control", broker, 500, chosen, batch_limit=1)
    narrow_s = control.bytes_per_event * EVENTS * 8 / NARROW_BITS_PER_S
    figure = {
        "bytes_one_each": round(each, 1), "bytes": round(product.bytes_per_event, 1), "ratio": round(each / product.bytes_per_event, 1),
        "seconds": round(product.seconds, 1), "urgent_s": round(product.urgent_s, 1),
    }  # fmt: skip
    controls = {"ratio": round(each / control.bytes_per_event, 2), "seconds": round(narrow_s, 1)}
    holds = figure["ratio"] >= 12 and product.seconds <= 40 and product.urgent_s <= 10
    verdict("wire", chosen, figure, GOAL, controls, holds and controls["ratio"] < 12 and narrow_s > 40)


def one_message_each(folder: Path, broker: Mosquitto, events: int, chosen: int) -> float:
    """Send events as a bridge does, one message each and nothing compressed; return the bytes of MQTT for each event."""
    with narrow_wire(broker.port) as wire, Relaying(folder, wire.address) as hall:
        fill(hall.store, events, chosen)
        with hall.store.reader() as db:
            rows = outbox.claim(db, hall.epoch, "record", 0, events)
        written = [Envelope(HALL, *row) for row in rows]
        show_forms(written)
        hall.connection.start()
        waiting, answered, deadline_s = iter(written), 0, time.monotonic() + LIMIT_S
        following: Envelope | None = next(waiting)
        while answered < events:
            sent = following and hall.connection.publish(Message(f"bridged/{HALL}/up/record", following.encode()))
            if sent:
                following = next(waiting, None)
                continue
            answered += isinstance(hall.connection.happenings.get(timeout=deadline_s - time.monotonic()), Acknowledged)
        return wire.bytes / events


def show_forms(written: list[Envelope]) -> None:
    """Show what an event costs in batches of several sizes, without any MQTT."""
    sizes = {
        size: sum(len(pack(written[at : at + size]).payload) for at in range(0, len(written), size))
        for size in (1, 5, 20, 100, BATCH_LIMIT)
    }
    show(part="payload", **{f"bytes_by_{size}": round(total / len(written), 1) for size, total in sizes.items()})


def passage(
    folder: Path, broker: Mosquitto, events: int, chosen: int, *, bits_per_s: int | None = None, batch_limit: int = READ_LIMIT
) -> Passage:
    """Let a backlog pass to the centre, and in the midst of it something urgent."""
    with narrow_wire(broker.port, bits_per_s) as wire, Relaying(folder, wire.address, batch_limit=batch_limit) as hall:
        fill(hall.store, events, chosen)
        before_s = hall.until(lambda: hall.confirmed() >= events // 3, LIMIT_S)
        hall.append(URGENT)
        urgent_s = hall.until(lambda: hall.confirmed("urgent") == 1, LIMIT_S)
        after_s = hall.until(hall.drained, LIMIT_S)
        show(
            part="passage",
            batch_limit=batch_limit,
            bits_per_s=bits_per_s,
            events=events,
            up_bytes=wire.up_bytes,
            down_bytes=wire.down_bytes,
        )
        return Passage(before_s + urgent_s + after_s, wire.bytes / events, urgent_s)


if __name__ == "__main__":
    main()
