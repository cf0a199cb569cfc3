"""``make bench-power``: R1, every power cut, with its two negative controls.

SEED= repeats the random choices of a run's images; the recording itself is made anew each time. QUICK=1 takes fewer people and cuts
at fewer boundaries, in all four kinds.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.bench.power.images import MEMORY, Findings, Recording, start_all
from tests.bench.power.recording import Size, record
from tests.bench.verdict import quick, seed, show, verdict

GOAL_IMAGES = 20_000
QUICK_IMAGES = 2_000
CONTROLS = ("NORMAL", "OFF")


def main() -> None:
    """Record, cut, start, and judge."""
    chosen = seed()
    show(bench="power", seed=chosen, quick=quick())
    people, attempts, every = (24, 1, 4) if quick() else (160, 2, 1)
    found = _run("FULL", Size(people), chosen, attempts, every)
    controls = {level: _run(level, Size(12 if quick() else 24), chosen, 1, 8 if quick() else 4) for level in CONTROLS}
    goal = QUICK_IMAGES if quick() else GOAL_IMAGES
    complete = (
        found.images.total() >= goal
        and all(found.images.values())
        and len(found.images) == len(("synced", "everything", "prefix", "torn"))
    )
    figure = {
        "images": dict(found.images),
        "total": found.images.total(),
        "violations": dict(found.violations),
    }
    control = {level: dict(result.violations) for level, result in controls.items()}
    holds = complete and not found.violations and all(result.violations["lost"] for result in controls.values())
    verdict(
        "power",
        chosen,
        figure,
        f">= {goal} images in four kinds, 0 violations; NORMAL and OFF lose facts",
        control,
        holds,
    )


def _run(level: str, size: Size, chosen: int, attempts: int, every: int) -> Findings:
    """Record one morning with ``PRAGMA synchronous`` at ``level`` and start the hall from its images."""
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="power-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        recording = record(Path(folder), level, size, chosen)
    recorded_s = time.monotonic() - began_s
    show(
        synchronous=level,
        recorded_s=recorded_s,
        moments=sum(map(len, recording.lives)),
        facts=_facts(recording),
    )
    began_s = time.monotonic()
    found = start_all(recording, chosen, attempts, every)
    started_s = time.monotonic() - began_s
    show(
        synchronous=level,
        boundaries=found.boundaries,
        **found.images,
        images_per_s=found.images.total() / started_s,
    )
    show(
        synchronous=level,
        facts_looked_for=found.checks,
        violations=dict(found.violations) or 0,
    )
    for example in found.examples if level == "FULL" else found.examples[:2]:
        print("  " + example, file=sys.stderr)
    return found


def _facts(recording: Recording) -> dict[str, int]:
    kinds = [fact.kind for facts in recording.told.values() for fact in facts]
    return {kind: kinds.count(kind) for kind in sorted(set(kinds))}


if __name__ == "__main__":
    main()
