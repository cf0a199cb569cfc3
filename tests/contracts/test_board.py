"""What every board promises."""

from __future__ import annotations

import pytest

from gateway.devices.ports import BoardFace, DeviceFault, DeviceState
from gateway.devices.simulated_board import BLANK, SimulatedBoard

FACE = BoardFace("A-012", "2", "A-014")


@pytest.fixture(params=[SimulatedBoard], ids=["simulated"])
def board(request: pytest.FixtureRequest) -> SimulatedBoard:
    """Each kind of board in turn."""
    made: SimulatedBoard = request.param("papan")
    return made


def test_it_shows_what_it_is_given(board: SimulatedBoard) -> None:
    """People see the face; shown twice it is the same."""
    board.show(FACE)
    board.show(FACE)
    assert (board.face, board.state(), board.reason()) == (FACE, DeviceState.READY, "")


def test_unplugged_it_is_missing_and_says_so(board: SimulatedBoard) -> None:
    """A board that shows nothing never claims that it did."""
    board.unplug()
    with pytest.raises(DeviceFault, match="tercabut"):
        board.show(FACE)
    assert (board.state(), board.reason()) == (DeviceState.MISSING, "kabel papan tercabut")


def test_plugged_in_again_it_is_blank(board: SimulatedBoard) -> None:
    """A board has no memory: what it showed has to be shown again."""
    board.show(FACE)
    board.unplug()
    board.plug()
    assert (board.face, board.state()) == (BLANK, DeviceState.READY)


def test_closing_twice_is_harmless(board: SimulatedBoard) -> None:
    """A board can be let go of at any time."""
    board.look()
    board.close()
    board.close()
    assert board.state() is DeviceState.MISSING
