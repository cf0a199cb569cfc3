"""Every Indonesian sentence that the product can say to somebody, found where it stands."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import gateway.checks
from gateway.checks.finding import Verdict
from gateway.errors import FAULTS
from gateway.tickets import furnishing

ROOT = Path(gateway.checks.__file__).parent.parent

SPOKEN = re.compile(
    r"""(?<![\w.])(?P<counted>count|speak\.count|self\.count|_|_say|speak|self|words|words\(language\))\(\s*(?P<quote>["'])(?P<sentence>(?:(?!(?P=quote)).)+)(?P=quote)\s*[,)]"""
)


def spoken() -> Iterator[tuple[str, bool]]:
    """Yield each sentence with whether it tells of a number of things."""
    for file in sorted([*ROOT.glob("*/templates/*.html"), *ROOT.rglob("*.py")]):
        if "demo" in file.parts:
            continue
        for found in SPOKEN.finditer(file.read_text(encoding="utf-8")):
            yield found["sentence"].replace("\\N{EN DASH}", "\N{EN DASH}"), found["counted"].endswith("count")
    for one in (*furnishing.LINES, *furnishing.COUNTERS):
        yield one.name, False
    for fault in FAULTS.values():
        yield fault.sentence, False
        yield fault.remedy, False
    for module in pkgutil.iter_modules(gateway.checks.__path__):
        for value in vars(importlib.import_module(f"gateway.checks.{module.name}")).values():
            if isinstance(value, Verdict):
                yield value.sentence, False
                if value.remedy:
                    yield value.remedy, False
