"""What every board promises, the real ones of MAX7219 chips included, on a chain of chips that reads their SPI bytes."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gateway.devices import lan_words
from gateway.devices.lan_board import LanBoard
from gateway.devices.max7219 import Max7219Board, Spi
from gateway.devices.max7219_machine import Max7219Chain
from gateway.devices.max7219_matrix import Max7219Matrix
from gateway.devices.max7219_segments import Max7219Segments
from gateway.devices.ports import Board, BoardFace, DeviceFault, DeviceState
from gateway.devices.simulated_board import SimulatedBoard
from gateway.devices.simulated_led import SimulatedMatrix, SimulatedSegments
from tests.support.clock import FakeClock
from tests.support.lan import Lan
from tests.support.waiting import until

FACE = BoardFace("A-012", "2", "A-014", 7)
FACE_IN_DOTS = [
    ".###.........###...#...###..................................###.",
    "#...#.......#...#.##..#...#................................#...#",
    "#...#.......#..##..#......#....................................#",
    "#...#.#####.#.#.#..#.....#....................................#.",
    "#####.......##..#..#....#....................................#..",
    "#...#.......#...#..#...#....................................#...",
    "#...#........###..###.#####................................#####",
    "................................................................",
]
FACE_IN_SEGMENTS = [0b1101101, 0, 0, 0b1101101, 0b0110000, 0b1111110, 0b0000001, 0b1110111]
"""``A-012  2`` from the right: the bits are a to g."""


@dataclass
class Rig:
    """A board, what people see on it, how FACE looks, and its plug."""

    board: Board
    seen: Callable[[], object]
    face_looks: object
    dark: object
    unplug: Callable[[], object]
    plug: Callable[[], object]
    why: str
    end: Callable[[], object] = lambda: None


def simulated_rig() -> Rig:
    """The board of fourteen segments on /sim."""
    board = SimulatedBoard("papan")
    return Rig(board, lambda: board.face, FACE, BoardFace("", ""), board.unplug, board.plug, "kabel papan tercabut")


@dataclass
class Socket:
    """The Pi's SPI, which exists only while it is switched on, with a chain of chips at its wires."""

    chain: Max7219Chain
    is_there: bool = True
    opened: list[tuple[int, int]] = field(default_factory=list)

    def open(self, bus: int, chip: int) -> Spi:
        """Open it as spidev does."""
        if not self.is_there:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory")
        self.opened.append((bus, chip))
        return self.chain

    def unplug(self) -> None:
        """Take SPI and power away at once: the boot configuration of another card."""
        self.is_there = False
        self.chain.switch_off()
        self.chain.break_wire()

    def plug(self) -> None:
        """Give both back."""
        self.is_there = True
        self.chain.switch_on()
        self.chain.break_wire(broken=False)


def matrix_rig() -> Rig:
    """A matrix of eight modules."""
    socket = Socket(Max7219Chain(8))
    board = Max7219Matrix("papan", 8, FakeClock(), brightness=4, open_spi=socket.open)
    return _spi_rig(board, socket, lambda: socket.chain.dots(8), FACE_IN_DOTS, ["." * 64] * 8)


def segments_rig() -> Rig:
    """Eight digits."""
    socket = Socket(Max7219Chain(1))
    board = Max7219Segments("papan", FakeClock(), brightness=4, open_spi=socket.open)
    return _spi_rig(board, socket, lambda: socket.chain.digit_bytes(0), FACE_IN_SEGMENTS, [0] * 8)


def _spi_rig(board: Max7219Board, socket: Socket, seen: Callable[[], object], face_looks: object, dark: object) -> Rig:
    board.look()
    return Rig(board, seen, face_looks, dark, socket.unplug, socket.plug, "SPI gagal (EIO)")


def lan_rig() -> Rig:
    """A board of the hall's own network, behind a real Mosquitto."""
    ending = ExitStack()
    lan = ending.enter_context(Lan(Path(ending.enter_context(tempfile.TemporaryDirectory()))))
    board = lan.adopt("lan-board", "papan")
    assert isinstance(board, LanBoard)
    emulated = lan.board()
    lan.settle(emulated, board)

    def seen() -> object:
        lan.settle(emulated, board)  # what was said to it before is heard before
        return emulated.face

    def unplug() -> None:
        emulated.unplug()
        until(lambda: board.reason() == lan_words.GONE)

    def plug() -> None:
        emulated.restart()
        until(lambda: board.state() is DeviceState.READY)

    return Rig(board, seen, FACE, BoardFace("", ""), unplug, plug, lan_words.GONE, ending.close)


def simulated_matrix_rig() -> Rig:
    """The matrix of /sim."""
    board = SimulatedMatrix("papan", 8, FakeClock())
    return _on_the_table(board, lambda: board.chain.dots(8), FACE_IN_DOTS, ["." * 64] * 8)


def simulated_segments_rig() -> Rig:
    """The eight digits of /sim."""
    board = SimulatedSegments("papan", FakeClock())
    return _on_the_table(board, lambda: board.chain.digit_bytes(0), FACE_IN_SEGMENTS, [0] * 8)


def _on_the_table(
    board: SimulatedMatrix | SimulatedSegments, seen: Callable[[], object], face_looks: object, dark: object
) -> Rig:
    def unplug() -> None:
        board.unplug()
        board.chain.break_wire()  # else nobody is told, as with a real one

    def plug() -> None:
        board.plug()
        board.chain.break_wire(broken=False)

    board.look()
    return Rig(board, seen, face_looks, dark, unplug, plug, "SPI gagal (EIO)")


RIGS = {
    "simulated-board": simulated_rig,
    "simulated-matrix": simulated_matrix_rig,
    "simulated-segments": simulated_segments_rig,
    "max7219-matrix": matrix_rig,
    "max7219-segments": segments_rig,
    "lan-board": lan_rig,
}


@pytest.fixture(params=RIGS)
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    """Each kind of board in turn."""
    made = RIGS[request.param]()
    assert made.board.kind == request.param
    yield made
    made.end()


def test_it_shows_what_it_is_given(rig: Rig) -> None:
    """People see the face; shown twice it is the same."""
    rig.board.show(FACE)
    rig.board.show(FACE)
    assert (rig.seen(), rig.board.state(), rig.board.reason()) == (rig.face_looks, DeviceState.READY, "")


def test_unplugged_it_is_not_ready_and_says_so(rig: Rig) -> None:
    """A board that is known to show nothing never claims that it did."""
    rig.board.show(FACE)
    rig.unplug()
    with pytest.raises(DeviceFault) as fault:
        rig.board.show(FACE)
    rig.board.look()
    assert str(fault.value) == rig.why
    assert rig.board.state() is not DeviceState.READY
    assert rig.board.reason() != ""


def test_plugged_in_again_it_is_blank_until_it_is_shown_something(rig: Rig) -> None:
    """A board has no memory: what it showed has to be shown again, and then is."""
    rig.board.show(FACE)
    rig.unplug()
    rig.plug()
    rig.board.look()
    blank = rig.seen()
    rig.board.show(FACE)
    assert (blank, rig.seen(), rig.board.state()) == (rig.dark, rig.face_looks, DeviceState.READY)


def test_closing_twice_is_harmless_and_leaves_it_dark(rig: Rig) -> None:
    """A board can be let go of at any time; a number that nobody keeps up to date would be a wrong one."""
    rig.board.look()
    rig.board.show(FACE)
    rig.board.close()
    rig.board.close()
    rig.board.look()
    assert (rig.seen(), rig.board.state()) == (rig.dark, DeviceState.MISSING)
