"""The status lamp of three colours."""

from __future__ import annotations

from gpiozero.pins.mock import MockFactory

from gateway.devices.gpio import Chip
from gateway.devices.ports import LampSign
from gateway.devices.status_lamp import StatusLamp
from tests.support.clock import FakeClock


def test_each_sign_has_its_own_colour_and_no_two_shine() -> None:
    """Green, yellow and red are one light, not three."""
    clock, factory = FakeClock(), MockFactory()
    clock.advance(-clock.monotonic_s() % 2)
    pins = {LampSign.WELL: 26, LampSign.AWAY: 20, LampSign.PERSON: 21}
    lamp = StatusLamp("lampu", pins, clock, chip=Chip(lambda: factory))
    lamp.look()
    seen = []
    for sign in LampSign:
        lamp.shine(sign)
        seen.append([pin for pin in pins.values() if factory.pin(pin).state])
    assert seen == [[26], [20], [21]]
