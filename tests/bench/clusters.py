"""R12: as R3 on clusters of three nodes, of which one after the other is killed and comes back while people take numbers.

The real ``gateway run`` and ``provision centre intake`` with their certificates, NATS and RabbitMQ from the files that
ship for operators (BROKERS=nats,rabbitmq). Each run begins with the moment at which a cluster loses what it has
acknowledged: nobody has subscribed yet. The negative control takes the PUBACK for a delivery, and must lose there.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

from tests.bench.chaos import CONTROL_DRAIN_S, DRAIN_LIMIT_S, TAKERS, Taker, Victim, World, rampage, until
from tests.bench.chaos_reckoning import Reckoning, confirmed, drained, reckon
from tests.bench.verdict import quick, seed, show, verdict
from tests.support.brokers import CLUSTERS
from tests.support.certificates import Authority
from tests.support.cluster import Cluster

UNHEARD_S = 2.0
"""So long the hall's events are acknowledged and nobody has subscribed to them."""
REST_S = (1.0, 3.0)
"""Between the return of a node and the death of the next one."""
LENGTH_S = {"full": 75.0, "quick": 6.0}


@dataclass(slots=True)
class Run:
    """What one run on one cluster has shown."""

    broker: str
    tickets: int
    lost: int
    doubled: int
    faults: int
    node_kills: int
    longest_gap_s: float
    """The longest time without any new receipt while nodes died."""
    drain_s: float


class Gaps:
    """Watches how long nothing new is confirmed in the hall."""

    def __init__(self, hall: Path) -> None:
        self.longest_s = 0.0
        self._hall = hall
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="gaps", daemon=True)
        self._thread.start()

    def stop(self) -> float:
        """Watch no more; return the longest gap in seconds."""
        self._stopping.set()
        self._thread.join()
        return self.longest_s

    def _run(self) -> None:
        seen, since_s = -1, time.monotonic()
        while not self._stopping.wait(0.05):
            now = confirmed(self._hall)
            if now != seen:
                seen, since_s = now, time.monotonic()
            self.longest_s = max(self.longest_s, time.monotonic() - since_s)


def node_by_node(cluster: Cluster, randomness: Random) -> Victim:
    """Return the victim that is another node each time; the one before is back when the next one dies."""
    dead: list[int] = []

    def kill() -> None:
        dead.append(randomness.randrange(cluster.size))
        cluster.kill_node(dead[-1])

    def start() -> None:
        cluster.start_node(dead[-1])
        cluster.await_node(dead[-1])

    return Victim("node", REST_S, start, kill)


def run(cluster: Cluster, folder: Path, number: int, length_s: float, confirm: str) -> tuple[Run, Reckoning]:
    """Let a new hall and a new centre live on ``cluster``; ``length_s`` of dying nodes, or none."""
    randomness = Random(number)
    world = World(folder, confirm, cluster)
    hall, centre = world.databases
    victim = node_by_node(cluster, randomness)
    stopping = threading.Event()
    takers: list[Taker] = []
    try:
        world.start_hall()
        takers += [Taker(f"{number}-{index}", world.port, Random(randomness.random()), stopping) for index in range(TAKERS)]
        threading.Event().wait(UNHEARD_S)
        world.intake.start()
        if confirm == "receipt":
            # Its next hello would come after half a minute; a hall that starts says one at once.
            world.kill_hall()
            world.start_hall()
        until(lambda: confirmed(hall) > 0, DRAIN_LIMIT_S)
        gaps = Gaps(hall)
        if length_s:
            world.victims = [victim]
            rampage(world, randomness, length_s)
        longest_s = gaps.stop()
        stopping.set()
        for taker in takers:
            taker.join()
        drain_s = until(lambda: drained(hall, centre), DRAIN_LIMIT_S if confirm == "receipt" else CONTROL_DRAIN_S)
    finally:
        stopping.set()
        world.kill_hall()
        world.intake.kill()
    found = reckon([one for taker in takers for one in taker.promised], hall, centre)
    found.faults += [fault for taker in takers for fault in taker.strange]
    figures = Run("", found.tickets, found.lost, found.doubled, len(found.faults), victim.kills, longest_s, drain_s)
    return figures, found


def main() -> None:
    """Run the product and its control on each cluster, and give the verdict."""
    number = seed()
    kinds = os.environ.get("BROKERS", "nats" if quick() else "nats,rabbitmq").split(",")
    length_s = LENGTH_S["quick" if quick() else "full"]
    folder = Path(tempfile.mkdtemp(prefix="clusters-"))
    show(bench="clusters", seed=number, seconds=length_s, brokers=",".join(kinds))
    runs, controls = [], []
    for kind in kinds:
        cluster = CLUSTERS[kind](folder / kind, Authority(folder / kind / "authority"))
        try:
            cluster.start()
            product, found = run(cluster, folder / kind / "product", number, length_s, "receipt")
            control, _ = run(cluster, folder / kind / "control", number, 0.0, "puback")
        finally:
            cluster.close()
        product.broker = control.broker = kind
        show(**asdict(product))
        for fault in found.faults[:20]:
            show(fault=fault)
        show(control="confirm=puback", broker=kind, tickets=control.tickets, lost=control.lost)
        runs.append(product)
        controls.append({"broker": kind, "confirm": "puback", "lost": control.lost})
    kept = all(not one.faults and one.tickets > 0 and one.node_kills > 0 for one in runs)
    holds = kept and all(control["lost"] for control in controls)
    if holds:
        with suppress(OSError):
            shutil.rmtree(folder)
    else:
        print(f"evidence={folder}", file=sys.stderr)
    goal = "0 acknowledged tickets lost, 0 twice, order kept, at the centre's database; the control must lose"
    verdict("clusters", number, [asdict(one) for one in runs], goal, controls, holds)


if __name__ == "__main__":
    main()
