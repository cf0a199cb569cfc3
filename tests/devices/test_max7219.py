"""Boards of MAX7219 chips: what is on the wires, and what goes wrong there."""

from __future__ import annotations

import errno
from collections.abc import Callable

import pytest

from gateway.devices.max7219 import Spi
from gateway.devices.max7219_machine import INTENSITY, SHUTDOWN, TEST, Max7219Chain
from gateway.devices.max7219_matrix import ORIENTATIONS, Max7219Matrix
from gateway.devices.max7219_segments import Max7219Segments
from gateway.devices.ports import BoardFace, DeviceFault, DeviceState
from tests.support.clock import FakeClock

FACE = BoardFace("A-012", "2", "A-014", 7)
LETTER_A = [".###.", "#...#", "#...#", "#...#", "#####", "#...#", "#...#", "....."]


def matrix_on(chain: Max7219Chain, columns: int = 8, clock: FakeClock | None = None, **how: object) -> Max7219Matrix:
    """A matrix board that was looked at, at these chips."""
    options: dict[str, int] = {"brightness": 4, **how}  # type: ignore[dict-item]
    board = Max7219Matrix("papan", columns, clock or FakeClock(), open_spi=lambda _bus, _chip: chain, **options)  # type: ignore[arg-type]
    board.look()
    return board


def segments_on(chain: Max7219Chain, digits: int = 8, clock: FakeClock | None = None) -> Max7219Segments:
    """A board of digits that was looked at, at this chip."""
    board = Max7219Segments("angka", clock or FakeClock(), digits=digits, brightness=4, open_spi=lambda _bus, _chip: chain)
    board.look()
    return board


def read_digits(chain: Max7219Chain) -> str:
    """What a person reads on the digits, a point after each whose point shines."""
    letters = {
        0: " ", 119: "A", 31: "b", 78: "C", 61: "d", 126: "0", 48: "1", 109: "2", 121: "3", 51: "4", 91: "5", 127: "8", 1: "-", 14: "L",
    }  # fmt: skip
    return "".join(letters[byte & 127] + "." * (byte >> 7) for byte in reversed(chain.digit_bytes(0)))


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_modules_turned_any_way_show_upright_letters(orientation: int) -> None:
    """Strips of every make can be used."""
    chain = Max7219Chain(4)
    matrix_on(chain, 4, orientation=orientation).show(FACE)
    assert [row[:5] for row in chain.dots(4, orientation=orientation)] == LETTER_A


def test_a_board_that_hangs_upside_down_is_read_from_there() -> None:
    """Turned by half a turn it shows the same."""
    chain = Max7219Chain(8)
    matrix_on(chain, upside_down=True).show(FACE)
    turned = [row[::-1] for row in reversed(chain.dots(8))]
    assert [row[:5] for row in turned] == LETTER_A


def test_two_rows_show_call_and_newest_number() -> None:
    """The upper row is the beginning of the chain; the lower one is marked."""
    chain = Max7219Chain(16)
    matrix_on(chain, rows=2).show(FACE)
    dots = chain.dots(8, 2)
    assert ([row[:5] for row in dots[:8]], [row[:5] for row in dots[8:]]) == (LETTER_A, [*LETTER_A[:7], "#.#.#"])


def test_long_numbers_have_room_on_four_modules() -> None:
    """A number of a thousand people loses its dash, one of two letters its size; nothing is cut off."""
    seen = []
    for number in ("A-0123", "AB-0123"):
        chain = Max7219Chain(4)
        matrix_on(chain, 4).show(BoardFace(number, "2", "", 7))
        seen.append(chain.dots(4)[1:6])
    assert seen == [
        [
            "#...#.#...#.##..#...#....#......",
            "#...#.#..##..#......#...#.......",
            "#...#.#.#.#..#.....#.....#......",
            "#####.##..#..#....#.......#.....",
            "#...#.#...#..#...#....#...#.....",
        ],
        [
            ".#..##...#...#..##..##..........",
            "#.#.#.#.#.#.##....#...#.........",
            "###.##..#.#..#...#...#..........",
            "#.#.#.#.#.#..#..#.....#.........",
            "#.#.##...#..###.###.##..........",
        ],
    ]


@pytest.mark.parametrize(("columns", "counter", "beside"), [(5, "2", True), (5, "12", False), (6, "12", True), (4, "2", False)])
def test_a_counter_keeps_its_distance_or_waits_for_its_turn(columns: int, counter: str, *, beside: bool) -> None:
    """A counter that stood close would be read as a digit of the number: five dots at the least lie between."""
    chain = Max7219Chain(columns)
    matrix_on(chain, columns).show(BoardFace("A-012", counter, "", 7))
    lit = [any(dot == "#" for dot in column) for column in zip(*chain.dots(columns), strict=True)]
    assert (lit[-1], any(lit[27:32])) == (beside, False)


def test_noise_is_healed_when_the_face_is_shown_anew() -> None:
    """Chips that forgot everything, or shine all over, show the call again within the 15 s after which boards are reminded."""
    chain = Max7219Chain(8)
    board = matrix_on(chain)
    board.show(FACE)
    before = chain.dots(8)
    for register, value in ((TEST, 1), (SHUTDOWN, 0), (9, 255), (11, 2), (INTENSITY, 15), (3, 85)):
        for module in range(8):
            chain.make_noise(register, value, module)
    spoilt = chain.dots(8)
    board.show(FACE)
    assert spoilt != before
    assert (chain.dots(8), chain.brightness(7)) == (before, 4)


def test_a_blink_costs_the_wire_one_word_a_chip() -> None:
    """What has not changed is not written again."""
    clock, chain = FakeClock(), Max7219Chain(8)
    board = matrix_on(chain, clock=clock)
    board.show(BoardFace("A-011", "1", "", 6))
    board.show(FACE)
    seen = []
    for _ in range(6):
        seen.append("#" in "".join(chain.dots(8)))
        clock.advance(0.25)
        board.move()
    written = chain.transfers
    board.move()
    assert (seen, chain.transfers) == ([True, True, True, False, True, True], written)


def test_a_byte_too_many_shifts_the_whole_chain() -> None:
    """The control: the chips behind the tests are as unforgiving as real ones."""
    chain = Max7219Chain(8)
    matrix_on(chain).show(FACE)
    before = chain.dots(8)
    chain.writebytes([0] * 15 + [1] * 2)
    assert chain.dots(8) != before


@pytest.mark.parametrize(
    ("face", "digits", "read"),
    [
        (FACE, 8, "A-012  2"),
        (BoardFace("B-012", "12", "", 1), 8, "b-012 12"),
        (BoardFace("D-0123", "12", "", 1), 8, "d0123 12"),
        (FACE, 6, "  A012 2"),
        (FACE, 4, "    A012"),
        (BoardFace("", ""), 8, "---     "),
        (BoardFace("8-888", "88", "8-888"), 8, "8-888 88"),
    ],
)
def test_digits_are_read_as_the_number(face: BoardFace, digits: int, read: str) -> None:
    """B is no 8 and D no 0; fewer digits drop the dash, then give number and counter in turn."""
    chain = Max7219Chain(1)
    segments_on(chain, digits).show(face)
    assert read_digits(chain) == read


def test_digits_mark_a_number_just_given_by_their_points() -> None:
    """Nobody takes it for a call."""
    chain = Max7219Chain(1)
    board = segments_on(chain)
    board.show(FACE)
    board.show(BoardFace("A-012", "2", "A-015", 7))
    assert read_digits(chain) == "A.-.0.1.5.   "


def test_few_digits_tell_the_counter_in_turn() -> None:
    """With its letter, so that it is no number."""
    clock, chain = FakeClock(), Max7219Chain(1)
    board = segments_on(chain, 4, clock)
    board.show(FACE)
    clock.advance(3)
    board.move()
    assert read_digits(chain) == "    L  2"


def no_library(name: str) -> Callable[[int, int], Spi]:
    """Raise what a machine without that library raises."""

    def refuse(_bus: int, _chip: int) -> Spi:
        raise ModuleNotFoundError(name=name)

    return refuse


def no_device(number: int) -> Callable[[int, int], Spi]:
    """Raise what the kernel says."""

    def refuse(_bus: int, _chip: int) -> Spi:
        raise OSError(number, "refused")

    return refuse


@pytest.mark.parametrize(
    ("open_spi", "said"),
    [
        (no_library("spidev"), "pustaka python3-spidev belum terpasang"),
        (no_device(errno.ENOENT), "SPI belum dinyalakan (dtparam=spi=on)"),
        (no_device(errno.EACCES), "SPI tidak boleh dibuka: layanan harus masuk grup spi"),
        (no_device(errno.EBUSY), "SPI gagal (EBUSY)"),
    ],
)
def test_what_keeps_the_hall_from_a_board_is_said(open_spi: Callable[[int, int], Spi], said: str) -> None:
    """A technician reads the cause, and the hall starts all the same."""
    board = Max7219Matrix("papan", 4, FakeClock(), brightness=4, open_spi=open_spi)
    board.look()
    with pytest.raises(DeviceFault, match=r"SPI|pustaka"):
        board.show(FACE)
    assert (board.state(), board.reason()) == (DeviceState.MISSING, said)


def test_an_spi_that_fails_is_faulty_until_it_takes_bytes_again() -> None:
    """Opening alone proves nothing: while its bytes fail it stays faulty, and it is tried at each look."""
    chain = Max7219Chain(8)
    board = matrix_on(chain)
    chain.break_wire()
    with pytest.raises(DeviceFault):
        board.show(FACE)
    board.look()
    while_broken = (board.state(), board.reason())
    chain.break_wire(broken=False)
    board.look()
    assert (while_broken, board.state()) == ((DeviceState.FAULTY, "SPI gagal (EIO)"), DeviceState.READY)


def test_a_board_without_power_is_not_known_to_be_dark() -> None:
    """What the documentation admits: the SPI gives no answer."""
    chain = Max7219Chain(8)
    board = matrix_on(chain)
    chain.switch_off()
    board.show(FACE)
    assert (board.state(), "#" in "".join(chain.dots(8))) == (DeviceState.READY, False)
