"""R5: the product's own rules of relay and centre against every fault at once, from a seed, on a simulated clock.

Each seed is a world of its own (``sim_world.py``): 20 to 60 things happen in it, then all faults cease, and every invariant is
held. Each rule of the contract is left out once (``sim_controls.py``): then an invariant must break, and the bench says which. Beside it stands a
small world of which every state is visited, not a sample (``sim_model.py``), and the same rules left out there.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from random import Random

from tests.bench import sim_model
from tests.bench.sim_controls import CONTROLS, Control
from tests.bench.sim_world import Rules, Sim, checked
from tests.bench.verdict import quick, seed, show, verdict

SEEDS = 10_000
QUICK_S = 12.0
"""So long the quick run simulates the product, and about as long its controls."""
CONTROL_SEEDS = 400
"""A rule that so many worlds do not miss is not needed by what is simulated here."""

ACTS: dict[str, int] = {
    "facts": 24,
    "crash hall": 3,
    "intakes die": 2,
    "intakes die after their commit": 3,
    "broker dies": 2,
    "broker forgets": 2,
    "silence": 2,
    "away": 1,
    "day": 2,
    "backup": 2,
    "restore centre": 1,
    "rewrite": 1,
    "restore": 1,
    "clone": 1,
    "pull": 1,
}
"""What may happen, and how often."""


def live(sim: Sim, randomness: Random, acts: dict[str, int]) -> None:
    """Let 20 to 60 things happen."""
    names, weights = list(acts), list(acts.values())
    for _ in range(randomness.randrange(20, 60)):
        act(sim, randomness.choices(names, weights)[0], randomness)
        sim.step(randomness.choice((0.1, 1.0, 6.0, 45.0, 700.0)))


def act(sim: Sim, name: str, randomness: Random) -> None:
    """Let one thing happen."""
    card = randomness.choice(sim.cards)
    doings: dict[str, Callable[[], object]] = {
        "facts": lambda: sim.make_facts(card),
        "crash hall": lambda: sim.crash_hall(card),
        "intakes die": sim.intakes_die,
        "intakes die after their commit": lambda: sim.intakes_die(after_commit=True),
        "broker dies": sim.broker_dies,
        "broker forgets": sim.broker.forget,
        "silence": lambda: setattr(sim.broker, "silent", not sim.broker.silent),
        "away": card.go_offline if card.online else card.go_online,
        "day": lambda: sim.step(90_000.0),
        "backup": sim.take_backup,
        "restore centre": sim.restore_centre,
        "rewrite": lambda: sim.rewrite(card, closed=False),
        "restore": lambda: sim.rewrite(card, closed=True),
        "clone": lambda: sim.clone(card),
        "pull": lambda: sim.lose_card(card) if len(sim.cards) > 1 else None,
    }
    doings[name]()


def world(number: int, rules: Rules | None = None, aim: dict[str, int] | None = None) -> list[str]:
    """Let one world live; return what is broken in it. ``aim`` makes some acts more frequent."""
    logging.disable(logging.CRITICAL)
    shared = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="sim-", dir=shared if shared.is_dir() else None))
    sim = Sim(folder, number, rules)
    try:
        live(sim, Random(number), ACTS | (aim or {}))
        if not sim.calm():
            return [f"stuck: {[card.depth for card in sim.cards]}"]
        return checked(sim)
    finally:
        sim.close()
        shutil.rmtree(folder)


def control(name: str, number: int) -> tuple[str, int, str]:
    """Live without one rule until an invariant breaks; return how many worlds that took and what broke, or an empty word."""
    left_out: Control = CONTROLS[name]
    for count in range(CONTROL_SEEDS):
        try:
            broken = world(number + count, left_out.rules(), left_out.aim)
        except AssertionError as error:
            broken = [f"refused: {error}"]
        if broken:
            return name, count + 1, broken[0].partition(":")[0]
    return name, CONTROL_SEEDS, ""


def counted(number: int, most: int, end_s: float, pool: ProcessPoolExecutor) -> Iterator[tuple[int, list[str]]]:
    """Yield seeds and what is broken in their worlds, until ``most`` or the monotonic clock shows ``end_s``."""
    step = 8 * (os.cpu_count() or 1)
    for start in range(0, most, step):
        if time.monotonic() > end_s:
            return
        seeds = range(number + start, number + min(start + step, most))
        yield from zip(seeds, pool.map(world, seeds), strict=True)


def product(number: int, pool: ProcessPoolExecutor) -> tuple[int, Counter[str]]:
    """Simulate the product; return how many worlds that were and which invariants broke."""
    most = int(os.environ.get("SEEDS") or SEEDS)
    end_s = time.monotonic() + (QUICK_S if quick() else float("inf"))
    worlds, broken = 0, Counter[str]()
    for each, found in counted(number, most, end_s, pool):
        worlds += 1
        broken.update(one.partition(":")[0] for one in found)
        for one in found[:3]:
            show(seed=each, broken=one)
    return worlds, broken


def controls(number: int, pool: ProcessPoolExecutor) -> dict[str, str]:
    """Leave out each rule once; return the invariant that broke, by rule, and print the table."""
    names: Iterable[str] = [name for name, one in CONTROLS.items() if one.soon or not quick()]
    found = {}
    for name, worlds, broken in pool.map(partial(control, number=number), names):
        found[name] = broken
        print(f"  without: {CONTROLS[name].rule:<78} breaks: {broken or 'NOTHING':<8} in {worlds} worlds", flush=True)
    return found


def every_state(pool: ProcessPoolExecutor) -> tuple[int, dict[str, str], dict[str, str]]:
    """Visit every state of the small world; return how many, what is broken by fault, and what breaks by rule left out."""
    faults = [*sim_model.FAULTS, *(() if quick() else sim_model.TWO_FAULTS)]
    states, broken = 0, {}
    for fault, (count, found) in zip(faults, pool.map(sim_model.search, faults), strict=True):
        states += count
        if found:
            broken[fault] = found
        print(f"  every state with: {fault:<69} states: {count:<6} broken: {found or 'nothing'}", flush=True)
    names = list(sim_model.LEFT_OUT)
    outs = pool.map(
        sim_model.search, [sim_model.LEFT_OUT[name][1] for name in names], [sim_model.LEFT_OUT[name][0] for name in names]
    )
    missed = {name: found for name, (_, found) in zip(names, outs, strict=True)}
    for name, found in missed.items():
        print(f"  every state without: {name:<66} breaks: {found or 'NOTHING'}", flush=True)
    return states, broken, missed


def main() -> None:
    """Run the product, then without each of its rules, and give the verdict."""
    number = seed()
    show(bench="sim", seed=number)
    began_s = time.monotonic()
    with ProcessPoolExecutor() as pool:
        worlds, broken = product(number, pool)
        show(worlds=worlds, seconds=time.monotonic() - began_s, **broken)
        states, broken_states, missed = every_state(pool)
        found = controls(number, pool) | missed
    holds = worlds > 0 and not broken and not broken_states and all(found.values())
    figure = {"worlds": worlds, "broken": dict(broken), "states": states, "broken_states": broken_states}
    verdict("sim", number, figure, "0 invariants broken; without each rule one breaks", found, holds)


if __name__ == "__main__":
    main()
