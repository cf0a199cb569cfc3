"""LED boards that one sees as a picture: the kinds of real halls, with a chain of chips that reads their SPI bytes.

Pulled out they go dark, and, as with real ones, nobody is told: the SPI goes on to take bytes. Given power again they are dark until the hall
shows its face anew.
"""

from __future__ import annotations

from gateway.clock import Clock
from gateway.devices.led_picture import draw_digits, draw_dots
from gateway.devices.max7219_machine import Max7219Chain
from gateway.devices.max7219_matrix import Max7219Matrix
from gateway.devices.max7219_segments import Max7219Segments
from gateway.devices.ports import Claim

BRIGHTNESS = 4


class Plug:
    """The power cable of a chain."""

    def __init__(self, modules: int) -> None:
        self.chain = Max7219Chain(modules)
        self.plugged = True

    def claims(self) -> tuple[Claim, ...]:
        """Return nothing: each has an SPI of its own."""
        return ()

    def unplug(self) -> None:
        """Pull it."""
        self.plugged = False
        self.chain.switch_off()

    def plug(self) -> None:
        """Put it back."""
        self.plugged = True
        self.chain.switch_on()


class SimulatedMatrix(Plug, Max7219Matrix):
    """A matrix board of one row."""

    kind = "simulated-matrix"

    def __init__(self, id: str, columns: int, clock: Clock) -> None:
        Plug.__init__(self, columns)
        Max7219Matrix.__init__(self, id, columns, clock, brightness=BRIGHTNESS, open_spi=lambda _bus, _chip: self.chain)
        self._columns = columns

    def picture(self) -> str:
        """Return as SVG what people see now."""
        return draw_dots(self.chain.dots(self._columns))


class SimulatedSegments(Plug, Max7219Segments):
    """A board of eight digits."""

    kind = "simulated-segments"

    def __init__(self, id: str, clock: Clock) -> None:
        Plug.__init__(self, 1)
        Max7219Segments.__init__(self, id, clock, brightness=BRIGHTNESS, open_spi=lambda _bus, _chip: self.chain)

    def picture(self) -> str:
        """Return as SVG what people see now."""
        return draw_digits(self.chain.digit_bytes(0)[::-1])
