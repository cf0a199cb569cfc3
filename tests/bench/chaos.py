"""R3: hall, broker and intake are killed at random while people take numbers; nothing is lost, doubled or out of order.

The real ``gateway run``, a real Mosquitto with its default persistence (a snapshot every 1800 s) and the real
``provision centre intake``, each ended by SIGKILL at moments that the seed chooses. Whoever takes a number
repeats the request with the same Idempotency-Key until it is answered. The negative control takes the
broker's PUBACK for a delivery, and must lose tickets.
"""

from __future__ import annotations

import http.client
import json
import shutil
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.bench.chaos_reckoning import Promised, Reckoning, confirmed, drained, reckon
from tests.bench.verdict import quick, seed, show, verdict
from tests.support.cluster import Cluster
from tests.support.hall_process import HallProcess, write_settings
from tests.support.intake_process import IntakeProcess, showing
from tests.support.mosquitto import Mosquitto, free_port
from tests.support.rules import begin_with_rules

LINES = ("administrasi", "bantuan", "kesehatan", "lainnya")
TAKERS = 4
ANSWER_LIMIT_S = 5.0
DRAIN_LIMIT_S = 120.0
OVERLAP_S = 1.5
"""So long the broker takes messages for an intake that is gone."""
CONTROL_DRAIN_S = 5.0
"""The control has nothing to wait for: what the broker has lost nobody sends again."""


class Victim:
    """One of the three, which is killed and comes back."""

    def __init__(self, name: str, rest_s: tuple[float, float], start: Callable[[], None], kill: Callable[[], None]) -> None:
        self.name = name
        self.rest_s = rest_s
        """The shortest and the longest time between its start and its death."""
        self.start = start
        self.kill = kill
        self.kills = 0


@dataclass
class World:
    """One hall, one broker and one intake below ``folder``."""

    folder: Path
    confirm: str
    broker: Mosquitto | Cluster
    hall: HallProcess | None = None
    victims: list[Victim] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.port = free_port()
        relay = "\n".join([f'confirm = "{self.confirm}"', *self._shown()])
        self.settings = write_settings(self.folder / "hall", broker=self.broker.address, relay=relay, port=self.port)
        begin_with_rules(self.folder / "hall" / "data")
        options = [] if isinstance(self.broker, Mosquitto) else showing(self.broker.trust("intake"))
        self.intake = IntakeProcess(self.broker.address, self.folder / "centre.db", *options)
        self.victims = [
            Victim("broker", (2.0, 6.0), self.broker.start, self.broker.kill),
            Victim("intake", (1.5, 5.0), lambda: self.intake.start(wait=False), self.intake.kill),
            Victim("hall", (4.0, 8.0), self.start_hall, self.kill_hall),
        ]

    def _shown(self) -> list[str]:
        """Return the settings by which the hall shows its certificate, where the broker asks for one."""
        if isinstance(self.broker, Mosquitto):
            return []
        trust = self.broker.trust("3510012001")
        return [f'ca_file = "{trust.authority}"', f'certificate_file = "{trust.certificate}"', f'key_file = "{trust.key}"']

    @property
    def databases(self) -> tuple[Path, Path]:
        """The hall's database and the centre's."""
        return self.folder / "hall" / "data" / "hall.db", self.folder / "centre.db"

    def start_hall(self) -> None:
        """Start the hall; it returns once the portal serves."""
        self.hall = HallProcess(self.settings)

    def kill_hall(self) -> None:
        """End the hall with SIGKILL; harmless when it has ended."""
        if self.hall is not None:
            self.hall.kill()
            self.hall = None

    def start(self) -> None:
        """Start all three so that nothing waits for a retry: the broker, the intake, the hall."""
        self.broker.start()
        self.intake.start()
        self.start_hall()

    def kill(self) -> None:
        """End all three."""
        for victim in self.victims:
            victim.kill()


class Taker:
    """Somebody who takes numbers one after the other, and asks again until answered."""

    def __init__(self, name: str, port: int, randomness: Random, stopping: threading.Event) -> None:
        self.promised: list[Promised] = []
        self.retries = 0
        self.strange: list[str] = []
        self._address = f"http://127.0.0.1:{port}/api/v1/tickets"
        self._name = name
        self._randomness = randomness
        self._stopping = stopping
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Wait until the last number asked for has been answered."""
        self._thread.join(DRAIN_LIMIT_S)
        if self._thread.is_alive():
            self.strange.append(f"{self._name} was never answered")

    def _run(self) -> None:
        count = 0
        while not self._stopping.is_set():
            count += 1
            self._take(f"{self._name}-{count:06}", self._randomness.choice(LINES))
            self._stopping.wait(self._randomness.uniform(0.0, 0.04))

    def _take(self, key: str, line: str) -> None:
        for attempt in range(10_000):
            try:
                answer = self._ask(key, line)
            except (OSError, ValueError, http.client.HTTPException) as error:
                if isinstance(error, urllib.error.HTTPError) and error.code < 500:
                    self.strange.append(f"{key}: {error.code} {error.read()[:200]!r}")
                    return
                self.retries += 1
                threading.Event().wait(0.05 + 0.1 * (attempt > 2))
                continue
            self.promised.append(Promised(key, answer["token"], answer["number"]))
            return

    def _ask(self, key: str, line: str) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        request = urllib.request.Request(self._address, json.dumps({"line": line}).encode(), headers)  # noqa: S310 - loopback
        with urllib.request.urlopen(request, timeout=ANSWER_LIMIT_S) as response:  # noqa: S310 - as above
            told: dict[str, str] = json.load(response)
        return told


def rampage(world: World, randomness: Random, length_s: float) -> None:
    """Kill one of the three after the other, each on its own timetable, for ``length_s``."""
    began_s = time.monotonic()
    due = [(began_s + randomness.uniform(*victim.rest_s), victim, True) for victim in world.victims]
    while (next_act := min(due, key=lambda act: act[0]))[0] < began_s + length_s:
        at_s, victim, kills = next_act
        due.remove(next_act)
        threading.Event().wait(max(0.0, at_s - time.monotonic()))
        if kills:
            victim.kill()
            victim.kills += 1
            due.append((time.monotonic() + randomness.uniform(0.0, 1.5), victim, False))
        else:
            victim.start()
            due.append((time.monotonic() + randomness.uniform(*victim.rest_s), victim, True))


def worst_moment(world: World) -> None:
    """While people take numbers: end the intake, let the broker acknowledge into its memory, then end it and the hall.

    Chance finds this moment sooner or later; here every run meets it, and so does every control.
    """
    world.kill()
    world.start()
    hall, _ = world.databases
    before = confirmed(hall)
    until(lambda: confirmed(hall) > before, DRAIN_LIMIT_S)
    world.intake.kill()
    threading.Event().wait(OVERLAP_S)
    world.kill()


def until(happened: Callable[[], bool], limit_s: float) -> float:
    """Look again and again until it has happened; return how long that took, or ``limit_s`` when it has not."""
    began_s = time.monotonic()
    while not happened() and time.monotonic() - began_s < limit_s:
        threading.Event().wait(0.1)
    return min(limit_s, time.monotonic() - began_s)


def run(folder: Path, number: int, length_s: float, confirm: str, drain_limit_s: float) -> tuple[Reckoning, dict[str, object]]:
    """Run one world for ``length_s``, let it drain, and reckon."""
    randomness = Random(number)
    world = World(folder, confirm, Mosquitto(folder / "broker"))
    try:
        world.start()
        stopping = threading.Event()
        takers = [Taker(f"{number}-{index}", world.port, Random(randomness.random()), stopping) for index in range(TAKERS)]
        rampage(world, randomness, length_s)
        worst_moment(world)
        world.start()
        stopping.set()
        for taker in takers:
            taker.join()
        drain_s = until(lambda: drained(*world.databases), drain_limit_s)
    finally:
        world.kill()
    promised = [one for taker in takers for one in taker.promised]
    found = reckon(promised, *world.databases)
    found.faults += [fault for taker in takers for fault in taker.strange]
    kills = {f"{victim.name}_kills": victim.kills for victim in world.victims}
    retries = sum(taker.retries for taker in takers)
    return found, {"acknowledged": len(promised), "retries": retries, **kills, "drain_s": drain_s}


def main() -> None:
    """Run the product, then its control, and give the verdict."""
    number = seed()
    length_s, control_s = (16.0, 3.0) if quick() else (75.0, 15.0)
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    show(bench="chaos", seed=number, seconds=length_s)
    found, counts = run(folder / "product", number, length_s, "receipt", DRAIN_LIMIT_S)
    show(tickets=found.tickets, arrived=found.arrived, lost=found.lost, doubled=found.doubled, **counts)
    for fault in found.faults[:20]:
        show(fault=fault)
    control, control_counts = run(folder / "control", number, control_s, "puback", CONTROL_DRAIN_S)
    show(control="confirm=puback", tickets=control.tickets, lost=control.lost, doubled=control.doubled, **control_counts)
    holds = not found.faults and found.tickets > 0 and control.lost > 0
    if holds:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        print(f"evidence={folder}", file=sys.stderr)
    figure = {"tickets": found.tickets, "lost": found.lost, "doubled": found.doubled, "faults": len(found.faults), **counts}
    goal = "0 acknowledged tickets lost, 0 twice, order kept, at the centre's database; the control must lose"
    verdict("chaos", number, figure, goal, {"confirm": "puback", "lost": control.lost}, holds)


if __name__ == "__main__":
    main()
