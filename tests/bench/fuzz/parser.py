"""What is fuzzed, one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

SLOW_S = 1.0
"""Of processor time: a machine that is busy with other things makes no parser slow."""
EXAMPLES = 5


@dataclass
class Ran:
    """What one parser did, or the pages that stand for one."""

    inputs: int = 0
    accepted: int = 0
    slowest_s: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)
    places: int = 1
    """Forms, operations or streams that were met; one parser is one place."""

    def note(self, fault: str, example: str) -> None:
        """Count a fault by its first word, and keep the first few examples."""
        self.faults[fault.partition(" ")[0]] += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(f"{fault} {example}")


@dataclass(frozen=True, slots=True)
class Parser:
    """Something that reads bytes of others. ``seeds`` are honest inputs, ``refusals`` what it may raise."""

    name: str
    parse: Callable[[bytes], object]
    seeds: Sequence[bytes]
    refusals: tuple[type[Exception], ...] = ()
    form: str = "json"
    """``json``, ``toml`` or ``text``: how a seed can be changed with understanding."""
    share: int = 1
    """How many of all inputs it is given, in parts: what can come from far away is given most."""
