"""``make bench-day``: whole hall-days, and whether the queue keeps its word to everybody in them.

The real store and desks live on a fake clock: 400 people a day at 4 counters of 3 lines, 15 % with priority, people who do not come, give
back, come later, are skipped, fetch papers or are sent on; clerks who eat, forget and press by mistake; two power cuts a
day. Every call is judged by code of its own (``day_watch.py``), and every wait is compared with the range that was told.

Negative controls: a hall that calls priority first, always, must break the rule of fairness, and a mean without spread must
miss the goal of calibration.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from random import Random

from tests.bench.day_hall import SimulatedHall
from tests.bench.day_people import Person
from tests.bench.verdict import quick, seed, show, verdict

GOAL = "0 violations, calibrated>=0.8"
MEMORY = Path("/dev/shm")
DAYS_TOGETHER = 3
"""A hall lives so many days, so that it has measured something."""


def main() -> None:
    """Let halls live, show the figures, and judge."""
    chosen = seed()
    halls = [_live(f"{chosen}-{index}") for index in range(1 if quick() else 10)]
    control = _live(f"{chosen}-0", 1 if quick() else DAYS_TOGETHER, always_priority=True)
    people = [person for hall in halls for person in hall.people]
    violations = sum((hall.watch.violations for hall in halls), Counter())
    told = calibration((one.told, one.waited_s) for one in people if _counts(one))
    plain = calibration((one.plain_told, one.waited_s) for one in people if _counts(one))
    looks = [look for hall in halls for look in hall.looks if _counts(look[0])]
    shown = calibration(((low_s, high_s), one.comes_s + (one.waited_s or 0) - at_s) for one, at_s, low_s, high_s in looks)
    show(part="calibration", told=told[0], median_width_min=told[1], shown=shown[0], shown_width_min=shown[1], plain=plain[0])
    fairness = _fairness(people)
    show(part="fairness", **fairness, longest_run=max(hall.watch.longest_run for hall in halls))
    show(part="control", unfair=control.watch.violations["unfair"], longest_run=control.watch.longest_run)
    counted = violations.total()
    figure = {
        "people": len(people), "calls": sum(hall.watch.calls for hall in halls), "cuts": sum(hall.cuts for hall in halls),
        "undone": sum(hall.watch.undone for hall in halls), "violations": counted, "calibrated": round(told[0], 3),
        "median_width_min": told[1], "calibrated_on_phones": round(shown[0], 3), **fairness,
    }  # fmt: skip
    if counted:
        show(part="violations", **violations)
    controls = {"unfair": control.watch.violations["unfair"], "calibrated_plain": round(plain[0], 3)}
    holds = counted == 0 and told[0] >= 0.8 and shown[0] >= 0.8
    verdict("day", chosen, figure, GOAL, controls, holds and controls["unfair"] > 0 and plain[0] < 0.8)


def _live(chosen: str, days: int = DAYS_TOGETHER, *, always_priority: bool = False) -> SimulatedHall:
    began_s = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="day-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        hall = SimulatedHall(Path(folder), Random(chosen), always_priority=always_priority)
        hall.live(days)
    show(hall=chosen, people=len(hall.people), calls=hall.watch.calls, took_s=time.perf_counter() - began_s)
    return hall


def _counts(person: Person) -> bool:
    """Return whether a wait tells of the hall: whoever went away for a while has chosen it."""
    return person.kind != "later" and person.called_s is not None


def calibration(waits: Iterable[tuple[tuple[int, int], float | None]]) -> tuple[float, float]:
    """Return which share of the waits was within the range told, and the median width of the ranges in minutes."""
    inside, widths = 0, []
    for (low_s, high_s), waited_s in waits:
        inside += waited_s is not None and low_s <= waited_s <= high_s
        widths.append((high_s - low_s) / 60)
    return inside / len(widths), statistics.median(widths)


def _fairness(people: list[Person]) -> dict[str, float]:
    waited = {
        priority: [one.waited_s / 60 for one in people if one.waited_s is not None and bool(one.priority) is priority]
        for priority in (True, False)
    }
    return {
        "mean_wait_priority_min": round(statistics.fmean(waited[True]), 1),
        "mean_wait_regular_min": round(statistics.fmean(waited[False]), 1),
        "worst_wait_min": round(max(*waited[True], *waited[False]), 1),
    }


if __name__ == "__main__":
    main()
