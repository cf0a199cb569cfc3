"""A slip printer on a table: the hall's own driver (``escpos_printer``) at a wire that ends in a machine whose paper one can see.

What comes out is what the bytes say. It can be unplugged, also in mid-slip, opened, without paper or nearly so, and slow, as real ones are.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from gateway.clock import Clock
from gateway.devices.escpos import BAND_ROWS, RESET, WIDTHS
from gateway.devices.escpos_machine import Machine
from gateway.devices.escpos_port import Port
from gateway.devices.escpos_printer import EscposPrinter
from gateway.devices.ports import DeviceFault, Slip
from gateway.devices.printer_words import SILENT, UNPLUGGED
from gateway.devices.slip import as_png

ROLL_LENGTH = 8
"""So many latest slips are kept; the earlier ones people have taken away."""
CHUNK = BAND_ROWS * WIDTHS[58] // 8
"""Bytes that go over the wire at a time: one band of dots."""
SLOW_S = 0.3
"""So long each takes when the printer is slow: some ten seconds a slip, twice as fast as 9600 baud."""
PULLED_AFTER = len(RESET) + 8 * CHUNK
"""Bytes of a slip after which an armed hand pulls the plug."""


@dataclass(frozen=True, slots=True)
class PrintedSlip:
    """One piece of paper as it came out."""

    position: int
    """1 for the first of this roll."""
    slip: Slip
    picture: bytes
    """PNG, 384 dots wide, black and white."""
    torn: bool = False
    """Whether it ends in the middle."""


class SimulatedPrinter(EscposPrinter):
    """One printer and what stands on the table. Safe from any thread."""

    kind = "simulated-printer"

    def __init__(self, id: str, clock: Clock) -> None:
        super().__init__(id, self.kind, lambda _wake: _Wire(self._table), clock)
        self._table = _Table()
        self._refresh()

    @property
    def printed(self) -> int:
        """How many pieces of paper have come out."""
        return self._table.printed

    @property
    def roll(self) -> tuple[PrintedSlip, ...]:
        """The latest pieces of paper, newest first."""
        with self._table.lock:
            return tuple(reversed(self._table.roll))

    @property
    def unfinished(self) -> bytes:
        """What hangs out of it at this moment, as PNG; empty for nothing."""
        with self._table.lock:
            picture = self._table.machine.unfinished
            return as_png(picture) if picture is not None else b""

    @property
    def has_paper(self) -> bool:
        """Whether there is paper in it."""
        return self._table.machine.has_paper

    @property
    def is_near_end(self) -> bool:
        """Whether its sensor sees the end of the roll."""
        return self._table.machine.is_near_end

    @property
    def is_open(self) -> bool:
        """Whether its cover is open."""
        return not self._table.machine.is_closed

    @property
    def is_slow(self) -> bool:
        """Whether a slip takes ten seconds."""
        return self._table.pace_s > 0

    @property
    def is_armed(self) -> bool:
        """Whether somebody will pull its plug in the middle of the next slip."""
        return self._table.pulls_in is not None

    @property
    def plugged(self) -> bool:
        """Whether it has power and its cable."""
        return not self._table.pulled.is_set()

    def take_paper(self) -> None:
        """Let the paper run out."""
        self._change(has_paper=False)

    def wear_paper(self) -> None:
        """Let the roll come near its end."""
        self._change(is_near_end=True)

    def give_paper(self) -> None:
        """Put in a new roll, upon which it prints what it still has."""
        self._change(has_paper=True, is_near_end=False)

    def open_cover(self) -> None:
        """Open it."""
        self._change(is_closed=False)

    def close_cover(self) -> None:
        """Close it, upon which it prints what it still has."""
        self._change(is_closed=True)

    def slow_down(self) -> None:
        """Take ten seconds for a slip."""
        self._table.pace_s = SLOW_S

    def speed_up(self) -> None:
        """Take no time."""
        self._table.pace_s = 0.0

    def pull_in_mid_slip(self) -> None:
        """Let somebody pull the plug in the middle of the next slip."""
        self._table.pulls_in = PULLED_AFTER

    def unplug(self) -> None:
        """Pull the plug."""
        self._table.unplug()
        self._refresh()

    def plug(self) -> None:
        """Put the plug back."""
        self._table.plug()
        self._refresh()

    def print_slip(self, slip: Slip) -> None:
        """Print, and remember of whom the paper is."""
        self._table.slip = slip
        super().print_slip(slip)

    def close(self) -> None:
        """Switch it off, also in mid-slip; the roll stays to be seen."""
        super().close()
        self._table.unplug()

    def _change(self, **sensors: bool) -> None:
        self._table.change(**sensors)
        self._refresh()

    def _refresh(self) -> None:
        """Let the driver ask at once, so that a page shows what its reader has just done."""
        self._look_at_s = float("-inf")
        self.look()


class _Table:
    """The machine, its plug and the paper that has come out. Safe from any thread."""

    def __init__(self) -> None:
        self.machine = Machine()
        self.lock = threading.Lock()
        self.pulled = threading.Event()
        self.pace_s = 0.0
        self.pulls_in: int | None = None
        self.slip: Slip | None = None
        self.printed = 0
        self.roll: deque[PrintedSlip] = deque(maxlen=ROLL_LENGTH)

    def take(self, data: bytes) -> bytes:
        """Let bytes arrive; return the answers. Raises DeviceFault when the plug is out, or is pulled now."""
        if self.pulled.wait(self.pace_s if len(data) == CHUNK else 0):
            raise DeviceFault(UNPLUGGED)
        with self.lock:
            answers = self.machine.take(data)
            self._catch()
        if self.pulls_in is not None:
            self.pulls_in -= len(data)
            if self.pulls_in < 0:
                self.pulls_in = None
                self.unplug()
        return answers

    def change(self, **sensors: bool) -> None:
        """Change what the machine's sensors see; it goes on with what it has."""
        with self.lock:
            for name, value in sensors.items():
                setattr(self.machine, name, value)
            self.machine.take(b"")
            self._catch()

    def unplug(self) -> None:
        """Pull the plug: what hangs out is torn off."""
        self.pulled.set()
        with self.lock:
            self.machine.switch_on()
            self._catch(torn=True)

    def plug(self) -> None:
        """Put it back."""
        self.pulled.clear()

    def _catch(self, *, torn: bool = False) -> None:
        for picture in self.machine.slips:
            if self.slip is not None:
                self.printed += 1
                self.roll.append(PrintedSlip(self.printed, self.slip, as_png(picture), torn))
        self.machine.slips.clear()


class _Wire(Port):
    """One opening of the wire to the table."""

    def __init__(self, table: _Table) -> None:
        self._table = table
        self._answers = bytearray()
        table.take(b"")

    def drain(self) -> None:
        """Nothing comes late over this wire."""

    def send(self, data: bytes, *, stall_s: float, in_time: Callable[[], bool]) -> None:
        """Let the bytes arrive, a band at a time."""
        del stall_s, in_time
        for start in range(0, len(data), CHUNK):
            self._answers += self._table.take(data[start : start + CHUNK])

    def babbles(self) -> bool:
        """Return that nothing comes unasked over this wire."""
        return False

    def answer(self, means: Callable[[int], bool], limit_s: float) -> int:
        """Return the first answer that means what was asked."""
        del limit_s
        while self._answers:
            byte = self._answers.pop(0)
            if means(byte):
                return byte
        raise DeviceFault(SILENT)

    def __exit__(self, *_error: object) -> None:
        """Nothing is left open."""
