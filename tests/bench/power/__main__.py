"""``make bench-power``: R1, every power cut, with its two negative controls.

SEED= repeats the random choices of a run's images; the recording itself is made anew each time. QUICK=1 takes fewer people and cuts
at fewer boundaries, in all four kinds.
"""

from __future__ import annotations

import math
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.bench.power.cuts import KINDS
from tests.bench.power.images import MEMORY, Findings, Recording, Sample, boundaries, start_all
from tests.bench.power.recording import Size, record
from tests.bench.verdict import quick, seed, show, verdict

GOAL_IMAGES = 20_000
QUICK_IMAGES = 1_000
QUICK_BOUNDARIES = 400
CONTROLS = ("NORMAL", "OFF")
CONTROL_BOUNDARIES = 100
"""A control need not be searched for long: it loses facts at once."""


def main() -> None:
    """Record, cut, start, and judge."""
    chosen = seed()
    show(bench="power", seed=chosen, quick=quick())
    size = Size(16 if quick() else 30)
    control_size = Size(12, lives=1)
    with ThreadPoolExecutor(1 + len(CONTROLS)) as together:
        recorded = together.submit(_record, "FULL", size, chosen)
        weaker = {level: together.submit(_record, level, control_size, chosen) for level in CONTROLS}
    found = _start("FULL", recorded.result(), chosen, QUICK_BOUNDARIES if quick() else 0)
    controls = {level: _start(level, future.result(), chosen, CONTROL_BOUNDARIES) for level, future in weaker.items()}
    goal = QUICK_IMAGES if quick() else GOAL_IMAGES
    complete = found.images.total() >= goal and set(found.images) == set(KINDS)
    figure = {
        "images": found.images.total(),
        **found.images,
        "boundaries": found.boundaries,
        "violations": found.violations.total(),
    }
    control = {level: dict(result.violations) for level, result in controls.items()}
    holds = complete and not found.violations and all(result.violations["lost"] for result in controls.values())
    verdict("power", chosen, figure, f">= {goal} images in four kinds, 0 violations; NORMAL and OFF lose facts", control, holds)


def _record(level: str, size: Size, chosen: int) -> Recording:
    """Record one morning with ``PRAGMA synchronous`` at ``level``."""
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="power-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        recording = record(Path(folder), level, size, chosen)
    show(synchronous=level, recorded_s=time.monotonic() - began_s, moments=sum(map(len, recording.lives)), told=_told(recording))
    return recording


def _start(level: str, recording: Recording, chosen: int, limit: int) -> Findings:
    """Start the hall from the images of ``limit`` boundaries spread over the recording; 0: all, as often as the goal needs."""
    count = sum(1 for _ in boundaries(recording))
    every = max(1, count // limit) if limit else 1
    attempts = 1 if limit else max(1, math.ceil((GOAL_IMAGES * 1.1 / count - 1.3) / 1.8))  # so many images a boundary gives
    began_s = time.monotonic()
    found = start_all(recording, Sample(chosen, attempts, every))
    started_s = time.monotonic() - began_s
    show(synchronous=level, boundaries=found.boundaries, **found.images, images_per_s=found.images.total() / started_s)
    show(synchronous=level, facts_looked_for=found.checks, violations=dict(found.violations) or 0)
    for example in found.examples if level == "FULL" else found.examples[:2]:
        print("  " + example, file=sys.stderr)
    return found


def _told(recording: Recording) -> str:
    kinds = [fact.kind for facts in recording.told.values() for fact in facts]
    return ",".join(f"{kind}:{kinds.count(kind)}" for kind in sorted(set(kinds)))


if __name__ == "__main__":
    main()
