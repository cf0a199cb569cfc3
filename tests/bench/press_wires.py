"""From wire to wire: the edge at the pin of a GPIO button, gpiozero's mock, to the last SPI byte of a matrix board that shows the number.

Between them is the product alone: gpiozero's callback, the suppression, the queue of presses, the card, the view, the board's loop, luma. The chain
of chips knows beforehand which registers the next number is, drawn by a board of its own, and notes when its own are the same.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from gpiozero.pins.mock import MockFactory

from gateway.clock import Clock, SystemClock
from gateway.devices.debounce import ContactRules
from gateway.devices.gpio import Chip
from gateway.devices.gpio_button import GpioButton
from gateway.devices.max7219_machine import Max7219Chain
from gateway.devices.max7219_matrix import Max7219Matrix
from gateway.devices.options import Options
from gateway.devices.ports import BoardFace

COLUMNS = 8
PIN = 17
BRIGHTNESS = 4
SHOWN_LIMIT_S = 5.0


class WatchedChain(Max7219Chain):
    """Chips that note when they show what is waited for."""

    def __init__(self) -> None:
        super().__init__(COLUMNS)
        self._wanted: list[list[int]] = []
        self._shown_at_s = 0.0
        self._shown = threading.Event()

    def expect(self, wanted: list[list[int]]) -> None:
        """Wait for these dots from now on. Raises AssertionError when they are there already: then nothing would be measured."""
        assert lit_by(self) != wanted, "the board shows it already"
        self._shown.clear()
        self._wanted = wanted

    def writebytes(self, data: Sequence[int]) -> None:
        """Take one transfer, and look."""
        super().writebytes(data)
        if self._wanted and lit_by(self) == self._wanted:
            self._shown_at_s = time.perf_counter()
            self._wanted = []
            self._shown.set()

    def seen_at_s(self) -> float:
        """Return when it was shown. Raises AssertionError when it never is."""
        assert self._shown.wait(SHOWN_LIMIT_S), "the bytes never came"
        return self._shown_at_s


def lit_by(chain: Max7219Chain) -> list[list[int]]:
    """Return the dots of all chips, as their registers have them."""
    return [chain.digit_bytes(module) for module in range(COLUMNS)]


class Twin:
    """A board that is drawn on at once, by the same faces: it says which registers they are."""

    def __init__(self) -> None:
        self._chain = Max7219Chain(COLUMNS)
        self._board = Max7219Matrix(
            "twin", COLUMNS, SystemClock(), brightness=BRIGHTNESS, open_spi=lambda _bus, _chip: self._chain
        )
        self._board.look()
        self._board.show(BoardFace("", ""))

    def show(self, face: BoardFace) -> list[list[int]]:
        """Return the dots of ``face`` at its first moment."""
        self._board.show(face)
        return lit_by(self._chain)


class Wires:
    """A GPIO button and a matrix board for ``catalog.KINDS``, with the wires in our hands."""

    def __init__(self) -> None:
        self.factory = MockFactory()
        self.chain = WatchedChain()

    def button(self, id: str, options: Options, clock: Clock) -> GpioButton:
        """Make the button; each press counts, however soon it comes."""
        line = options.text("line")
        return GpioButton(id, line, PIN, clock, rules=ContactRules(rest_s=0.0), chip=Chip(lambda: self.factory))

    def board(self, id: str, _options: Options, clock: Clock) -> Max7219Matrix:
        """Make the board."""
        return Max7219Matrix(id, COLUMNS, clock, brightness=BRIGHTNESS, open_spi=lambda _bus, _chip: self.chain)

    def press_ms(self, wanted: list[list[int]]) -> float:
        """Close the contact; return how long it took until the last byte of ``wanted``, in ms."""
        self.chain.expect(wanted)
        began_s = time.perf_counter()
        self.factory.pin(PIN).drive_low()
        seen_s = self.chain.seen_at_s()
        self.factory.pin(PIN).drive_high()
        return (seen_s - began_s) * 1000
