"""Give every parser strange inputs, count what it may not do, find the planted faults, and judge."""

from __future__ import annotations

import resource
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from random import Random
from typing import Any

from tests.bench.fuzz import guided
from tests.bench.fuzz.inputs import Inputs, drawn
from tests.bench.fuzz.parser import Parser
from tests.bench.fuzz.parsers import parsers, planted
from tests.bench.verdict import quick, seed, show, verdict

INPUTS = 12_000 if quick() else 1_000_000
CONTROL_INPUTS = 500
SLOW_S = 1.0
"""Of processor time: a machine that is busy with other things makes no parser slow."""
GROWTH_LIMIT_MB = 160
"""No payload of 64 KiB may make the process grow by more."""
EXAMPLES = 5


@dataclass
class Ran:
    """What one parser did."""

    inputs: int = 0
    accepted: int = 0
    slowest_s: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)


def main() -> None:
    """Run all."""
    chosen = seed()
    show(bench="fuzz", seed=chosen, quick=quick(), inputs=INPUTS)
    structures = drawn(chosen, 300 if quick() else 5000)
    with parsers() as all_parsers:
        parts = sum(parser.share for parser in all_parsers)
        ran = {}
        for parser in all_parsers:
            ran[parser.name] = _run(parser, INPUTS * parser.share // parts + 1, Random(chosen), structures)
            _show(parser.name, ran[parser.name])
    led = guided.run(chosen)
    show(what="atheris", installed=bool(led["inputs"]), **led)
    found = {}
    for parser in planted():
        control = _run(parser, CONTROL_INPUTS, Random(chosen), structures)
        found[parser.name] = sum(control.faults.values())
        show(what=f"planted-{parser.name}", inputs=control.inputs, found=dict(control.faults))
    inputs = sum(one.inputs for one in ran.values()) + led["inputs"]
    faults = sum(sum(one.faults.values()) for one in ran.values()) + led["faults"]
    verdict(
        "fuzz",
        chosen,
        {
            "inputs": inputs,
            "faults": faults,
            "slowest_s": round(max(one.slowest_s for one in ran.values()), 3),
            "atheris": led["inputs"],
        },
        f"no exception but the documented refusals, none slower than {SLOW_S:g} s, none larger than {GROWTH_LIMIT_MB} MB",
        {"planted_faults_found": found},
        faults == 0 and all(found.values()),
    )


def _run(parser: Parser, count: int, randomness: Random, structures: Sequence[Any]) -> Ran:
    ran = Ran()
    for payload in islice(Inputs(randomness, parser.seeds, parser.form, structures), count):
        ran.inputs += 1
        for fault in _try(parser, payload, ran):
            ran.faults[fault.partition(" ")[0]] += 1
            if len(ran.examples) < EXAMPLES:
                ran.examples.append(f"{fault} {payload[:200]!r} ({len(payload)} bytes)")
    return ran


def _try(parser: Parser, payload: bytes, ran: Ran) -> list[str]:
    """Parse one input; return what was wrong about it."""
    faults = []
    before_kb, began_s = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    try:
        parser.parse(payload)
        ran.accepted += 1
    except parser.refusals:
        pass
    except Exception as error:
        faults.append(f"{type(error).__name__} {error!s:.100}")
    spent_s = time.process_time() - began_s
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb) / 1024
    ran.slowest_s = max(ran.slowest_s, spent_s)
    if spent_s > SLOW_S:
        faults.append(f"slow {spent_s:.2f} s")
    if grown_mb > GROWTH_LIMIT_MB:
        faults.append(f"large {grown_mb:.0f} MB")
    return faults


def _show(name: str, ran: Ran) -> None:
    show(what=name, inputs=ran.inputs, accepted=ran.accepted, faults=dict(ran.faults), slowest_s=ran.slowest_s)
    for example in ran.examples:
        show(example=example)


if __name__ == "__main__":
    main()
