"""The status lamps of the hall: what the checks find, in one light for whoever passes.

Level-triggered: each step looks at the findings, which are a few seconds old at the most, and lights the lamps as they say.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence

from gateway.checks.finding import Finding, Level
from gateway.clock import Clock
from gateway.devices.ports import DeviceFault, DeviceState, Lamp, LampSign
from gateway.devices.trials import Trials

log = logging.getLogger(__name__)

ASK_S = 5.0
"""How often the checks are asked."""
REST_S = 1.0
UPLINK = frozenset({"broker", "outbox"})
"""The checks whose warnings say that the regency is out of reach. Other warnings can wait for a page; a lamp that cries for each is soon looked at by nobody."""


def sign_of(findings: Iterable[Finding]) -> LampSign:
    """Return what a lamp says of these findings: what is broken needs a person, whatever it is."""
    found = list(findings)
    if any(finding.level is Level.BROKEN for finding in found):
        return LampSign.PERSON
    if any(finding.level is Level.WARNING and finding.check in UPLINK for finding in found):
        return LampSign.AWAY
    return LampSign.WELL


class LampOutput:
    """Keeps the lamps saying how the hall is. ``step`` belongs to one loop."""

    def __init__(
        self, findings: Callable[[], Iterable[Finding]], lamps: Sequence[Lamp], clock: Clock, trials: Trials | None = None
    ) -> None:
        self._findings = findings
        self._lamps = tuple(lamps)
        self._clock = clock
        self._trials = trials or Trials(clock)
        self._sign = LampSign.WELL
        self._ask_at_s = float("-inf")

    def step(self) -> float:
        """Light the lamps as they are to be at this moment; return the seconds to rest."""
        now_s = self._clock.monotonic_s()
        if now_s >= self._ask_at_s:
            self._sign, self._ask_at_s = sign_of(self._findings()), now_s + ASK_S
        rest_s = REST_S
        for lamp in self._lamps:
            if lamp.state() is not DeviceState.READY:
                continue
            trial = self._trials.shows(lamp.id)
            try:
                rest_s = min(rest_s, lamp.shine(LampSign.PERSON if trial else self._sign))
                if trial:
                    self._trials.done(lamp.id)
            except DeviceFault as fault:
                if trial:
                    self._trials.done(lamp.id, str(fault))
                log.warning("device=%s event=shine-failed reason=%s", lamp.id, str(fault).replace(" ", "-"))
        return rest_s
