"""A segment board that one sees as a picture, and whose plug can be pulled.

Like a real one it is blank after its power comes back, until somebody shows it something.
"""

from __future__ import annotations

from gateway.devices.board_picture import draw_board
from gateway.devices.ports import BoardFace, DeviceFault, DeviceState

BLANK = BoardFace("", "")
UNPLUGGED = "kabel papan tercabut"


class SimulatedBoard:
    """One board. Safe from any thread."""

    kind = "simulated-board"

    def __init__(self, id: str) -> None:
        self.id = id
        self.face = BLANK
        """What people in the hall see on it now."""
        self.shown = 0
        """How often it was shown something."""
        self._plugged = True

    @property
    def plugged(self) -> bool:
        """Whether it has power and its cable."""
        return self._plugged

    def unplug(self) -> None:
        """Pull the plug: the board goes dark."""
        self._plugged = False
        self.face = BLANK

    def plug(self) -> None:
        """Give power back: the board is blank."""
        self._plugged = True

    def picture(self) -> str:
        """Return as SVG what people see now."""
        return draw_board(self.face, lit=self._plugged)

    def show(self, face: BoardFace) -> None:
        """Show ``face``. Raises DeviceFault while unplugged."""
        if not self._plugged:
            raise DeviceFault(UNPLUGGED)
        self.face = face
        self.shown += 1

    def state(self) -> DeviceState:
        """Return whether it is plugged in."""
        return DeviceState.READY if self._plugged else DeviceState.MISSING

    def reason(self) -> str:
        """Return why it is not ready."""
        return "" if self._plugged else UNPLUGGED

    def look(self) -> None:
        """Do nothing: a simulated plug is known at once."""

    def close(self) -> None:
        """Switch it off."""
        self.unplug()
