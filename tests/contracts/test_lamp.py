"""What every status lamp promises, the real one on gpiozero's mock pins included."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import pytest
from gpiozero.pins.mock import MockFactory

from gateway.devices.gpio import Chip
from gateway.devices.ports import DeviceFault, DeviceState, Lamp, LampSign
from gateway.devices.simulated_lamp import SimulatedLamp
from gateway.devices.status_lamp import StatusLamp
from tests.support.clock import FakeClock


@dataclass
class Rig:
    """A lamp, whether each of its LEDs shines (the first sign's, the second's, the third's), and its pins or cable."""

    lamp: Lamp
    clock: FakeClock
    lit: Callable[[], bool]
    take_away: Callable[[], object]
    give_back: Callable[[], object]


class Pins:
    """Mock pins that can be taken away, as when the chip is gone or another program has it."""

    def __init__(self) -> None:
        self.factory: MockFactory | None = MockFactory()

    def make(self) -> MockFactory:
        """Open them as lgpio does."""
        if self.factory is None:
            raise RuntimeError("no chip")
        return self.factory

    def take_away(self) -> None:
        """Let every act on them fail."""
        if self.factory is not None:
            self.factory.close()
        self.factory = None

    def give_back(self) -> None:
        """Have new ones."""
        self.factory = MockFactory()

    def lit(self, number: int) -> bool:
        """Whether the LED at a pin shines."""
        return self.factory is not None and bool(self.factory.pin(number).state)


def gpio_rig(pins: dict[LampSign, int]) -> Rig:
    """The real lamp; it is lit when any of its LEDs is."""
    clock, mock = FakeClock(), Pins()
    lamp = StatusLamp("lampu", pins, clock, chip=Chip(mock.make))
    lamp.look()
    return Rig(lamp, clock, lambda: any(mock.lit(pin) for pin in pins.values()), mock.take_away, mock.give_back)


def one_led_rig() -> Rig:
    """One LED for all signs."""
    return gpio_rig(dict.fromkeys(LampSign, 26))


def three_leds_rig() -> Rig:
    """One LED for each."""
    return gpio_rig({LampSign.WELL: 26, LampSign.AWAY: 20, LampSign.PERSON: 21})


def simulated_rig() -> Rig:
    """The lamp of /sim."""
    clock = FakeClock()
    lamp = SimulatedLamp("lampu", clock)
    return Rig(lamp, clock, lambda: lamp.lit, lamp.unplug, lamp.plug)


RIGS = {"status-lamp": one_led_rig, "status-lamp of three": three_leds_rig, "simulated-lamp": simulated_rig}


@pytest.fixture(params=RIGS)
def rig(request: pytest.FixtureRequest) -> Rig:
    """Each kind of lamp in turn."""
    made = RIGS[request.param]()
    assert request.param.startswith(made.lamp.kind)
    return made


@pytest.mark.parametrize(("sign", "changes"), [(LampSign.WELL, 0), (LampSign.AWAY, 3), (LampSign.PERSON, 15)])
def test_each_sign_is_told_by_its_blinks_alone(rig: Rig, sign: LampSign, changes: int) -> None:
    """Within four seconds a steady lamp never changes, a slow one every second, a fast one four times a second."""
    rig.clock.advance(-rig.clock.monotonic_s() % 2)
    seen, end_s = [], rig.clock.monotonic_s() + 4
    while rig.clock.monotonic_s() < end_s:
        rest_s = rig.lamp.shine(sign)
        seen.append(rig.lit())
        rig.clock.advance(rest_s)
    assert (seen[0], sum(one != other for one, other in pairwise(seen))) == (True, changes)


def test_without_its_pins_it_says_so_and_comes_back(rig: Rig) -> None:
    """A lamp that cannot be lit never claims that it shines."""
    rig.lamp.shine(LampSign.WELL)
    rig.take_away()
    with pytest.raises(DeviceFault):
        rig.lamp.shine(LampSign.WELL)
    rig.lamp.look()
    gone = (rig.lamp.state(), rig.lamp.reason() != "")
    rig.give_back()
    rig.lamp.look()
    rig.lamp.shine(LampSign.WELL)
    assert (gone, rig.lamp.state(), rig.lamp.reason(), rig.lit()) == ((DeviceState.MISSING, True), DeviceState.READY, "", True)


def test_closing_twice_is_harmless_and_leaves_it_dark(rig: Rig) -> None:
    """Dark says that nobody keeps it lit."""
    rig.lamp.shine(LampSign.WELL)
    rig.lamp.close()
    rig.lamp.close()
    rig.lamp.look()
    assert (rig.lit(), rig.lamp.state()) == (False, DeviceState.MISSING)
