"""How the hall is, in findings that people can read and in one word that systemd can act on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain

from gateway.checks.finding import Finding, Level, Verdict
from gateway.clock import Clock
from gateway.errors import Refusal
from gateway.loops import Loops

Answer = Finding | tuple[Finding, ...]
"""What a check may say: one thing, or one for each that it found."""
FRESH_S = 2.0
"""Findings are kept this long, so that a reloaded page costs nothing."""


class Health:
    """Asks the checks, at most every two seconds, and watches the loops."""

    def __init__(
        self, checks: Sequence[Callable[[], Answer]], loops: Loops, portal_alive: Callable[[], bool], clock: Clock
    ) -> None:
        self._checks = checks
        self._loops = loops
        self._portal_alive = portal_alive
        self._clock = clock
        self._findings: tuple[Finding, ...] = ()
        self._looked_at_s: float | None = None

    def findings(self) -> tuple[Finding, ...]:
        """Return what every check found, the worst first."""
        now_s = self._clock.monotonic_s()
        if self._looked_at_s is None or now_s - self._looked_at_s >= FRESH_S:
            found: list[Finding] = []
            for finding in chain.from_iterable(map(_answer, self._checks)):
                if finding not in found:
                    found.append(finding)
            self._findings = tuple(sorted(found, key=lambda finding: -finding.level))
            self._looked_at_s = now_s
        return self._findings

    def level(self) -> Level:
        """Return the worst level found."""
        return max((finding.level for finding in self.findings()), default=Level.GOOD)

    def alive(self) -> bool:
        """Whether everything essential lives: the portal's event loop and the essential loops."""
        alive = self._loops.alive()
        return self._portal_alive() and all(alive[name] for name in self._loops.essential())


def _answer(check: Callable[[], Answer]) -> tuple[Finding, ...]:
    """Return what the check found; data that cannot even be read is a finding too, else nobody could be told of it."""
    try:
        found = check()
    except Refusal as refusal:
        found = Finding("database", Verdict(Level.BROKEN, refusal.fault.sentence, refusal.fault.remedy), refusal.facts)
    return (found,) if isinstance(found, Finding) else found
