"""One lamp on a pin of the Pi that tells by blinking how the hall is, or up to three that tell it by colour too.

Promises: the hall's own loop lights and darkens it, so that a lamp that blinks proves a hall that lives; without its pins it is
``missing`` and tried again; a gateway that ends leaves it dark.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping

from gateway.clock import Clock
from gateway.devices.blinking import is_lit, until_change_s
from gateway.devices.claims import pin
from gateway.devices.gpio import PI, Chip, Pins
from gateway.devices.ports import Claim, DeviceFault, DeviceState, LampSign


class StatusLamp:
    """One to three LEDs. ``pins`` has the BCM number of each sign's lamp; signs may share one. Safe from any thread."""

    kind = "status-lamp"

    def __init__(self, id: str, pins: Mapping[LampSign, int], clock: Clock, *, chip: Chip = PI) -> None:
        self.id = id
        self._pins = dict(pins)
        self._clock = clock
        self._wires = Pins(id, (), dict.fromkeys(pins.values()), chip)
        self._lock = threading.Lock()
        self._closed = False

    def shine(self, sign: LampSign) -> float:
        """Light the lamp of ``sign`` as it is at this moment, and no other."""
        with self._lock:
            if not self._wires.is_open:
                raise DeviceFault(self._wires.trouble)
            now_s = self._clock.monotonic_s()
            try:
                for pin, lamp in zip(self._wires.numbers[1], self._wires.lamps, strict=True):
                    (lamp.on if pin == self._pins[sign] and is_lit(sign, now_s) else lamp.off)()
            except Exception as error:
                self._wires.lose(error)
                raise DeviceFault(self._wires.trouble) from error
            return until_change_s(sign, now_s)

    def state(self) -> DeviceState:
        """Return missing without its pins; whether the LED itself shines nobody can know."""
        return DeviceState.READY if self._wires.is_open else DeviceState.MISSING

    def reason(self) -> str:
        """Return why it is not ready."""
        return "" if self._wires.is_open else self._wires.trouble

    def look(self) -> None:
        """Open the pins if they are not open."""
        with self._lock:
            if not self._closed and not self._wires.is_open:
                self._wires.open()

    def close(self) -> None:
        """Let it go dark."""
        with self._lock:
            self._closed = True
            self._wires.close()

    def claims(self) -> tuple[Claim, ...]:
        """Return the pins that it is wired to; those that its own signs share once."""
        return tuple(map(pin, self._wires.numbers[1]))
