"""A status lamp on ``/sim``."""

from __future__ import annotations

from gateway.clock import Clock
from gateway.devices.blinking import is_lit, until_change_s
from gateway.devices.ports import DeviceFault, DeviceState, LampSign
from gateway.errors import Reason

UNPLUGGED = Reason("kabel lampu tercabut")


class SimulatedLamp:
    """One lamp. Safe from any thread."""

    kind = "simulated-lamp"

    def __init__(self, id: str, clock: Clock) -> None:
        self.id = id
        self.sign: LampSign | None = None
        """What it says; None while it is dark for good."""
        self.lit = False
        """Whether it shines at this moment."""
        self.plugged = True
        self._clock = clock

    def unplug(self) -> None:
        """Pull its cable."""
        self.plugged, self.sign, self.lit = False, None, False

    def plug(self) -> None:
        """Put it back."""
        self.plugged = True

    def shine(self, sign: LampSign) -> float:
        """Be lit or dark as ``sign`` is at this moment."""
        if not self.plugged:
            raise DeviceFault(UNPLUGGED)
        now_s = self._clock.monotonic_s()
        self.sign, self.lit = sign, is_lit(sign, now_s)
        return until_change_s(sign, now_s)

    def state(self) -> DeviceState:
        """Return missing while its cable is pulled."""
        return DeviceState.READY if self.plugged else DeviceState.MISSING

    def reason(self) -> str:
        """Return why it is not ready."""
        return "" if self.plugged else UNPLUGGED

    def look(self) -> None:
        """Do nothing: a simulated cable is known at once."""

    def close(self) -> None:
        """Switch it off."""
        self.unplug()
