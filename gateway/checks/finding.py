"""What a check found: how serious, what it is, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum


class Level(IntEnum):
    """How serious a finding is; the worst decides."""

    GOOD = 0
    WARNING = 1
    """The hall works; somebody should look soon."""
    BROKEN = 2
    """Something that people need does not work."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer a check can give: its seriousness and its two sentences, in Indonesian, with ``{facts}``."""

    level: Level
    sentence: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer a check gave."""

    check: str
    """The check's name, the same as its file's."""
    verdict: Verdict
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def level(self) -> Level:
        """How serious it is."""
        return self.verdict.level

    @property
    def sentence(self) -> str:
        """What was found, in Indonesian."""
        return self.verdict.sentence.format_map(self.facts)

    @property
    def remedy(self) -> str:
        """What to do, in Indonesian; empty when all is well."""
        return self.verdict.remedy.format_map(self.facts)
