"""The inside of a chain of MAX7219 chips: SPI bytes in, lit dots or segments out. Stands behind the boards of ``/sim`` and behind the tests.

Like the chips it takes what has been shifted in when LOAD rises, which is at the end of each transfer: a byte too many or too few puts
every chip's word into another. After power-on it is dark, and knows nothing.
"""

from __future__ import annotations

import errno
from collections.abc import Sequence

NO_OP, DECODE, INTENSITY, SCAN_LIMIT, SHUTDOWN, TEST = 0, 9, 10, 11, 12, 15
FIRST_DIGIT, LAST_DIGIT = 1, 8


class Max7219Chain:
    """``modules`` chips; the first is the one at the Pi. It is an SPI (``max7219.Spi``) too. Belongs to one thread."""

    def __init__(self, modules: int) -> None:
        self.transfers = 0
        self._modules = modules
        self._broken = False
        self._powered = True
        self._registers: list[list[int]] = []
        self._shift: list[int] = []
        self.switch_on()

    def switch_on(self) -> None:
        """Give power: every register is as the data sheet says."""
        self._powered = True
        self._registers = [[0] * 16 for _ in range(self._modules)]
        self._shift = [0] * 2 * self._modules

    def switch_off(self) -> None:
        """Take its power; the SPI does not notice."""
        self._powered = False

    def break_wire(self, *, broken: bool = True) -> None:
        """Let the SPI itself fail."""
        self._broken = broken

    def make_noise(self, register: int, value: int, module: int = 0) -> None:
        """Let a pump write into a chip."""
        self._registers[module][register] = value

    def writebytes(self, data: Sequence[int]) -> None:
        """Shift bytes through the chain and load what is then in each chip. Raises OSError when the SPI fails."""
        if self._broken:
            raise OSError(errno.EIO, "SPI")
        self.transfers += 1
        if not self._powered:
            return
        self._shift = [*self._shift, *data][-2 * self._modules :]
        for place in range(self._modules):
            # What was sent last has come no further than the first chip.
            register, value = self._shift[-2 * place - 2 :][:2]
            if register & 15 != NO_OP:
                self._registers[place][register & 15] = value

    def close(self) -> None:
        """Let go of the SPI: the chips go on with what they have."""

    def digit_bytes(self, module: int) -> list[int]:
        """Return what shines at the digits 1 to 8 of a chip, bit 7 the point; decoded, limited and tested as the chip does it."""
        registers = self._registers[module]
        if not self._powered or (not registers[SHUTDOWN] and not registers[TEST]):
            return [0] * 8
        if registers[TEST]:
            return [255] * 8
        limit = registers[SCAN_LIMIT] & 7
        return [0 if digit > limit else registers[FIRST_DIGIT + digit] for digit in range(8)]

    def brightness(self, module: int) -> int:
        """Return the chip's brightness, 0 to 15."""
        return self._registers[module][INTENSITY] & 15

    def dots(self, columns: int, rows: int = 1, orientation: int = -90) -> list[str]:
        """Return what people see on matrix modules, a text of ``#`` and ``.`` for each row of dots.

        A module turned by ``orientation`` degrees shows its chip's digits as columns only when that is 0.
        """
        picture = [["."] * columns * 8 for _ in range(rows * 8)]
        for module in range(columns * rows):
            top, left = module // columns * 8, module % columns * 8
            for digit, byte in enumerate(self.digit_bytes(module)):
                for bit in range(8):
                    x, y = _turned(digit, bit, orientation)
                    if byte >> bit & 1:
                        picture[top + y][left + x] = "#"
        return ["".join(row) for row in picture]


def _turned(x: int, y: int, orientation: int) -> tuple[int, int]:
    """Return where the dot of digit ``x`` and bit ``y`` is on a module that is turned by so many degrees."""
    return {0: (x, y), 90: (7 - y, x), 180: (7 - x, 7 - y), -90: (y, 7 - x)}[orientation]
