"""What the status lamps say of a hall."""

from __future__ import annotations

import pytest

from gateway.checks.finding import Finding, Level, Verdict
from gateway.devices.ports import LampSign
from gateway.devices.simulated_lamp import SimulatedLamp
from gateway.lamp import ASK_S, LampOutput, sign_of
from tests.support.clock import FakeClock


def found(check: str, level: Level) -> Finding:
    """What a check found."""
    return Finding(check, Verdict(level, "Begini."))


@pytest.mark.parametrize(
    ("findings", "sign"),
    [
        ([], LampSign.WELL),
        ([found("disk", Level.WARNING), found("screen", Level.WARNING)], LampSign.WELL),
        ([found("broker", Level.WARNING)], LampSign.AWAY),
        ([found("outbox", Level.WARNING), found("disk", Level.WARNING)], LampSign.AWAY),
        ([found("broker", Level.BROKEN)], LampSign.PERSON),
        ([found("broker", Level.WARNING), found("devices", Level.BROKEN)], LampSign.PERSON),
    ],
)
def test_what_is_broken_goes_before_an_uplink_that_is_away(findings: list[Finding], sign: LampSign) -> None:
    """A person is called for what stops people, not for what can wait; what only a person mends is told even of the uplink."""
    assert sign_of(findings) is sign


def test_the_lamp_follows_the_findings_without_an_event() -> None:
    """Paper that ran out blinks within five seconds, and shines again as soon after it was put in; the checks are not asked at every blink."""
    clock, state = FakeClock(), {"level": Level.GOOD, "asked": 0}

    def ask() -> list[Finding]:
        state["asked"] += 1
        return [found("devices", Level(state["level"]))]

    lamp = SimulatedLamp("lampu", clock)
    output, signs = LampOutput(ask, [lamp], clock), []
    for level in (Level.GOOD, Level.BROKEN, Level.GOOD):
        state["level"] = level
        end_s = clock.monotonic_s() + ASK_S
        while clock.monotonic_s() < end_s:
            rest_s = output.step()
            clock.advance(rest_s)
        signs.append(lamp.sign)
    assert (signs, state["asked"]) == ([LampSign.WELL, LampSign.PERSON, LampSign.WELL], 3)


def test_a_lamp_without_its_cable_disturbs_no_other() -> None:
    """Two lamps are two lamps."""
    clock = FakeClock()
    gone, there = SimulatedLamp("satu", clock), SimulatedLamp("dua", clock)
    gone.unplug()
    LampOutput(list, [gone, there], clock).step()
    assert (gone.sign, there.sign) == (None, LampSign.WELL)
