"""How many halls a centre carries: N light halls with real days against a real broker and the real intake process.

HALLS=217 BACKLOG=1000 BROKER=mosquitto|nats|rabbitmq, with TLS and client certificates. In turn: a return of the whole region at once, an hour of
the morning ten times as fast, an outage whose backlog comes back together, and a backlog in which intake and broker are killed.
The negative control has no jitter and takes the PUBACK for a delivery: it must come back in one blow, and lose.
"""

from __future__ import annotations

import asyncio
import heapq
import os
import resource
import shutil
import ssl
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from random import Random

from gateway.store.outbox import Event
from gateway.store.stamp import Stamp
from tests.bench.fleet_hall import Fleet, LightHall
from tests.bench.fleet_reckoning import Costs, Found, Written, costs_of, reckon
from tests.bench.verdict import quick, seed, show, verdict
from tests.support.brokers import Broker, running_broker
from tests.support.cluster import OPERATOR
from tests.support.hall_days import hall_days
from tests.support.intake_process import IntakeProcess, showing

DAYS = 8
"""Different hall-days; the halls share them."""
FROM_EVENT = 300
"""The days begin here, in the middle of a morning."""
MORNING_EVENTS = 100
"""More than a hall writes until the storm."""
UNHEARD = 5
"""Events of each hall that the broker acknowledges before anybody has subscribed."""
SPEED = 10
"""The morning passes so many times as fast."""
OUTAGE_S = 3.0 if quick() else 8.0
WINDOW_S = 0.1
SHARE_GOAL = 0.25
LIMIT_S = 300.0


class NoChance(Random):
    """Chance that never spreads anything: the control."""

    def uniform(self, a: float, b: float) -> float:
        """Return the end of the range, always."""
        return b


@dataclass
class World:
    """All halls, the broker and the intake of one run."""

    halls: list[LightHall]
    fleet: Fleet
    broker: Broker
    intake: IntakeProcess
    days: list[list[tuple[Stamp, Event]]]
    figures: dict[str, float] = field(default_factory=dict)
    largest_share: float = 0.0
    """Of the halls, the largest part that knocked at once after the first outage."""
    written: int = 0

    def note(self, **figures: float) -> None:
        """Keep figures for the verdict, and show them."""
        self.figures |= figures
        show(**figures)

    def write_one(self, number: int) -> float:
        """Let one hall write its next event; return how many seconds of its day pass until the following one."""
        hall, day = self.halls[number], self.days[number % DAYS]
        told = sum(len(lane.rows) for lane in hall.lanes.values())
        hall.write(day[told : told + 1])
        self.written += 1
        this, following = (datetime.fromisoformat(day[index][0].time) for index in (told, told + 1))
        return (following - this).total_seconds()

    def write(self, count: int) -> None:
        """Let each hall write the next ``count`` events of its days."""
        for number, hall in enumerate(self.halls):
            told = sum(len(lane.rows) for lane in hall.lanes.values())
            hall.write(self.days[number % DAYS][told : told + count])
        self.written += count * len(self.halls)

    @property
    def depth(self) -> int:
        """Events that are not confirmed in any hall."""
        return sum(hall.depth for hall in self.halls)

    async def until(self, holds: Callable[[], bool], what: str) -> float:
        """Let everybody live until it holds; return how long that took in seconds."""
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        while not holds():
            if loop.time() - began_s > LIMIT_S:
                self.fleet.faults.append(f"not {what} after {LIMIT_S:g} s: {self.depth} events wait")
                break
            await asyncio.sleep(0.05)
        return loop.time() - began_s

    async def outage(self, count: int) -> tuple[float, float, float]:
        """Cut the region off, let it write ``count`` events each, and let it return.

        Returns when all were back and when all was confirmed, in seconds after the return, and the largest share of the
        halls that knocked within ``WINDOW_S``.
        """
        loop = asyncio.get_running_loop()
        self.fleet.reachable = False
        for hall in self.halls:
            hall.cut()
        self.write(count)
        await asyncio.sleep(OUTAGE_S)
        self.fleet.reachable = True
        began_s = loop.time()
        back_s = await self.until(lambda: all(hall.online for hall in self.halls), "back")
        await self.until(lambda: self.depth == 0, "drained")
        knocked = [at_s - began_s for at_s in self.fleet.attempts_s if at_s >= began_s]
        return back_s, loop.time() - began_s, largest_share(knocked, len(self.halls))

    def wrote(self) -> Written:
        """Return everything that was written."""
        return {hall.code: {name: lane.rows for name, lane in hall.lanes.items()} for hall in self.halls}

    def costs(self) -> Costs:
        """Return what broker and intake have cost until now."""
        return costs_of(self.broker.pids, [self.intake.pid])


def largest_share(at_s: Sequence[float], of: int) -> float:
    """Return the largest part of ``of`` that falls into one window."""
    windows: dict[int, int] = {}
    for one in at_s:
        windows[int(one / WINDOW_S)] = windows.get(int(one / WINDOW_S), 0) + 1
    return max(windows.values(), default=0) / of


async def begin(world: World) -> None:
    """Let the halls come and write before the first intake has subscribed, and then bring it."""
    loop = asyncio.get_running_loop()
    for index, hall in enumerate(world.halls):
        loop.call_later(2.0 * index / len(world.halls), hall.connect)
    await world.until(lambda: all(hall.online for hall in world.halls), "connected")
    world.write(UNHEARD)
    await asyncio.sleep(2.0)
    await asyncio.to_thread(world.intake.start)
    back_s, _, world.largest_share = await world.outage(1)
    world.note(back_s=back_s, largest_share=world.largest_share)


async def morning(world: World, length_s: float) -> None:
    """Let ``SPEED * length_s`` seconds of a morning pass in every hall, event by event."""
    loop = asyncio.get_running_loop()
    world.fleet.latencies_s.clear()
    before, written, began_s = world.costs(), world.written, loop.time()
    due = [(world.fleet.randomness(number).random() * 60 / SPEED, number) for number in range(len(world.halls))]
    heapq.heapify(due)
    while due[0][0] < length_s:
        at_s, number = heapq.heappop(due)
        await asyncio.sleep(max(0.0, began_s + at_s - loop.time()))
        heapq.heappush(due, (at_s + world.write_one(number) / SPEED, number))
    await world.until(lambda: world.depth == 0, "drained")
    after, latencies = world.costs(), sorted(world.fleet.latencies_s)
    core_share = 100 / (length_s * SPEED) * 1000 / len(world.halls)
    world.note(
        morning_events_per_s=(world.written - written) / length_s,
        receipt_p50_ms=1000 * latencies[len(latencies) // 2],
        receipt_p99_ms=1000 * latencies[int(len(latencies) * 0.99)],
        broker_core_percent_per_1000_halls=(after.broker_cpu_s - before.broker_cpu_s) * core_share,
        intake_core_percent_per_1000_halls=(after.intake_cpu_s - before.intake_cpu_s) * core_share,
    )


async def storm(world: World, count: int) -> None:
    """Let the region be cut off while each hall writes ``count`` events, and return."""
    before = world.costs()
    back_s, drained_s, _ = await world.outage(count)
    after, events = world.costs(), count * len(world.halls)
    world.note(
        storm_events=events,
        storm_back_s=back_s,
        storm_drained_s=drained_s,
        storm_events_per_s=events / drained_s,
        broker_cpu_s_per_million=(after.broker_cpu_s - before.broker_cpu_s) * 1e6 / events,
        intake_cpu_s_per_million=(after.intake_cpu_s - before.intake_cpu_s) * 1e6 / events,
        broker_mib=after.broker_mib,
        intake_mib=after.intake_mib,
    )


async def deaths(world: World, count: int, chance: Random) -> None:
    """Kill the intake and a node of the broker while each hall writes ``count`` events."""
    node = chance.randrange(world.broker.size)
    acts: list[Callable[[], None]] = [
        world.intake.kill,
        lambda: world.broker.kill_node(node),
        lambda: world.intake.start(wait=False),
        lambda: world.broker.start_node(node),
    ]
    for act in acts:
        world.write(count // len(acts))
        await asyncio.sleep(chance.uniform(0.05, 0.5))
        await asyncio.to_thread(act)
    world.note(deaths_drained_s=await world.until(lambda: world.depth == 0, "drained after the deaths"))


@contextmanager
def world_of(folder: Path, number: int, halls: int, events: int, *, control: bool) -> Iterator[World]:
    """Give a broker that runs, an intake that does not yet, and halls with so many ``events`` before them. Call it in the loop."""
    with running_broker(os.environ.get("BROKER", "mosquitto"), folder) as broker:
        intake = IntakeProcess(broker.address, folder / "centre.db", *showing(broker.trust("intake")))
        tls: ssl.SSLContext = broker.trust(OPERATOR).context()
        kind = NoChance if control else Random
        fleet = Fleet(broker.ports, tls, control, lambda hall: kind(f"{number} {hall}"))
        days = [list(islice(hall_days(number + day), FROM_EVENT, FROM_EVENT + events)) for day in range(DAYS)]
        world = World([LightHall(one, fleet) for one in range(halls)], fleet, broker, intake, days)
        try:
            yield world
        finally:
            for hall in world.halls:
                hall.leave()
            intake.kill()


async def live(folder: Path, number: int, halls: int) -> tuple[World, Found]:
    """Let the product's fleet live."""
    length_s = 5.0 if quick() else 20.0
    backlog = int(os.environ.get("BACKLOG") or (100 if quick() else 1000))
    with world_of(folder, number, halls, 2 * backlog + MORNING_EVENTS, control=False) as world:
        await begin(world)
        await morning(world, length_s)
        await storm(world, backlog)
        await deaths(world, backlog // 2, Random(number))
    return world, reckon(world.wrote(), folder / "centre.db")


async def live_without(folder: Path, number: int, halls: int) -> tuple[World, Found]:
    """Let the control's fleet live: neither jitter nor receipts."""
    with world_of(folder, number, halls, MORNING_EVENTS, control=True) as world:
        await begin(world)
    return world, reckon(world.wrote(), folder / "centre.db")


def main() -> None:
    """Run the product and its control, and give the verdict."""
    number, halls = seed(), int(os.environ.get("HALLS") or (60 if quick() else 217))
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    folder = Path(tempfile.mkdtemp(prefix="fleet-"))
    broker = os.environ.get("BROKER", "mosquitto")
    show(bench="fleet", seed=number, halls=halls, broker=broker)
    world, found = asyncio.run(live(folder / "product", number, halls))
    show(written=world.written, lost=found.lost, doubled=found.doubled, disordered=found.disordered)
    for fault in world.fleet.faults[:20]:
        show(fault=fault)
    without, missed = asyncio.run(live_without(folder / "control", number, halls))
    control = {"largest_share": without.largest_share, "lost": missed.lost}
    show(control="neither jitter nor receipts", **control)
    kept = not (found.lost or found.doubled or found.disordered or world.fleet.faults)
    spread = world.largest_share <= SHARE_GOAL < without.largest_share
    holds = kept and spread and missed.lost > 0
    if holds:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        print(f"evidence={folder}", file=sys.stderr)
    figure = {
        "halls": halls,
        "broker": broker,
        "written": world.written,
        "lost": found.lost,
        "doubled": found.doubled,
        **world.figures,
    }
    goal = f"0 lost, 0 doubled, in order; at most {SHARE_GOAL:g} of the halls knock within {WINDOW_S:g} s after an outage"
    verdict("fleet", number, figure, goal, control, holds)


if __name__ == "__main__":
    main()
