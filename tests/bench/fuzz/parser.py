"""What is fuzzed, one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


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
