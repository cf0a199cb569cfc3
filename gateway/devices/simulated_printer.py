"""A slip printer whose paper roll one can see: it is given the bytes that a real printer gets, and burns what they say.

It can be out of paper or unplugged, as real ones are.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

from gateway.devices import escpos
from gateway.devices.escpos_machine import Machine
from gateway.devices.ports import DeviceFault, DeviceState, Slip
from gateway.devices.printer_words import OUT_OF_PAPER, UNPLUGGED
from gateway.devices.slip import as_png, draw_slip

ROLL_LENGTH = 8
"""So many latest slips are kept; the earlier ones people have taken away."""


@dataclass(frozen=True, slots=True)
class PrintedSlip:
    """One slip as it came out."""

    position: int
    """1 for the first slip of this roll."""
    slip: Slip
    picture: bytes
    """PNG, 384 dots wide, black and white."""


class SimulatedPrinter:
    """One printer. Safe from any thread."""

    kind = "simulated-printer"

    def __init__(self, id: str) -> None:
        self.id = id
        self.printed = 0
        """How many slips have come out."""
        self._roll: deque[PrintedSlip] = deque(maxlen=ROLL_LENGTH)
        self._machine = Machine()
        self._paper = True
        self._plugged = True
        self._lock = threading.Lock()

    @property
    def roll(self) -> tuple[PrintedSlip, ...]:
        """The latest slips, newest first."""
        with self._lock:
            return tuple(reversed(self._roll))

    @property
    def has_paper(self) -> bool:
        """Whether there is paper in it."""
        return self._paper

    @property
    def plugged(self) -> bool:
        """Whether it has power and its cable."""
        return self._plugged

    def take_paper(self) -> None:
        """Let the paper run out."""
        self._paper = False

    def give_paper(self) -> None:
        """Put in a new roll."""
        self._paper = True

    def unplug(self) -> None:
        """Pull the plug."""
        self._plugged = False

    def plug(self) -> None:
        """Put the plug back."""
        self._plugged = True

    def print_slip(self, slip: Slip) -> None:
        """Burn the slip onto the roll. Raises DeviceFault without paper or plug."""
        if self.reason():
            raise DeviceFault(self.reason())
        job = escpos.job(draw_slip(slip), cut=True)
        with self._lock:
            self._machine.take(job)
            picture = as_png(self._machine.slips.pop())
            self.printed += 1
            self._roll.append(PrintedSlip(self.printed, slip, picture))

    def state(self) -> DeviceState:
        """Return missing when unplugged, faulty without paper."""
        if not self._plugged:
            return DeviceState.MISSING
        return DeviceState.READY if self._paper else DeviceState.FAULTY

    def reason(self) -> str:
        """Return why it is not ready."""
        if not self._plugged:
            return UNPLUGGED
        return "" if self._paper else OUT_OF_PAPER

    def look(self) -> None:
        """Do nothing: a simulated plug is known at once."""

    def close(self) -> None:
        """Switch it off; the roll stays to be seen."""
        self.unplug()
