"""Give every parser strange inputs, count what it may not do, find the planted faults, and judge."""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from gateway.people.model import Role
from tests.bench.fuzz import api, forms, guided
from tests.bench.fuzz.inputs import Inputs, drawn
from tests.bench.fuzz.parser import SLOW_S, Parser, Ran
from tests.bench.fuzz.parsers import parsers, planted
from tests.bench.fuzz.planted_pages import planted_pages
from tests.bench.verdict import quick, seed, show, verdict

INPUTS = 12_000 if quick() else 1_000_000
CONTROL_INPUTS = 500
FORMS = 300 if quick() else 20_000
STREAMED = 20 if quick() else 500
API_EXAMPLES, API_S, API_PHASES = (2, 120, "examples,coverage") if quick() else (300, 900, api.PHASES)
GROWTH_LIMIT_MB = 160
"""No payload of 64 KiB may make the process grow by more."""


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
    ran |= _pages(chosen)
    led = guided.run(chosen)
    show(what="atheris", installed=bool(led["inputs"]), **led)
    found = {}
    for parser in planted():
        control = _run(parser, CONTROL_INPUTS, Random(chosen), structures)
        found[parser.name] = sum(control.faults.values())
        show(what=f"planted-{parser.name}", inputs=control.inputs, found=dict(control.faults))
    for name, control in planted_pages(chosen).items():
        found[name] = sum(control.faults.values())
        show(what=f"planted-{name}", inputs=control.inputs, found=dict(control.faults))
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
            "forms": ran["forms"].places,
            "form_inputs": ran["forms"].inputs,
            "api_cases": ran["api"].inputs,
        },
        f"no exception but the documented refusals, no status from 500 on, none slower than {SLOW_S:g} s, none larger than {GROWTH_LIMIT_MB} MB",
        {"planted_faults_found": found},
        faults == 0 and all(found.values()),
    )


def _pages(chosen: int) -> dict[str, Ran]:
    """Let a whole hall meet strange forms, streams and API calls."""
    with tempfile.TemporaryDirectory(prefix="fuzz-hall-") as name, forms.open_hall(Path(name)) as (hall, ticket):
        ran = {
            "forms": forms.run(hall, ticket, FORMS, Random(chosen)),
            "streams": forms.run_streams(hall, STREAMED, Random(chosen)),
        }
        hall.people.add_officer("Sari", forms.PIN, Role.CLERK)
        token = hall.people.sign_in("Sari", forms.PIN, "fuzz").token
        ran["api"] = api.run(f"{hall.address}/api/v1", chosen, token, examples=API_EXAMPLES, most_s=API_S, phases=API_PHASES)
    for each, one in ran.items():
        _show(each, one)
    return ran


def _run(parser: Parser, count: int, randomness: Random, structures: Sequence[Any]) -> Ran:
    ran = Ran()
    for payload in islice(Inputs(randomness, parser.seeds, parser.form, structures), count):
        ran.inputs += 1
        for fault in _try(parser, payload, ran):
            ran.note(fault, f"{payload[:200]!r} ({len(payload)} bytes)")
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
    show(what=name, places=ran.places, inputs=ran.inputs, accepted=ran.accepted, faults=dict(ran.faults), slowest_s=ran.slowest_s)
    for example in ran.examples:
        show(example=example)


if __name__ == "__main__":
    main()
