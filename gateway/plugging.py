"""What a device is connected to while it is in the hall: its presses to the queue, its face to a loop of its own, a screen to its page's signs.

The same for a device of the settings and for one that comes while the hall runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gateway.devices.plugged import Devices
from gateway.devices.ports import Board, Device, Press


class Plugging:
    """Connects every device, now and later.

    ``begin`` starts the loop ``board-ID`` of a board, ``end`` ends the loop of that name; ``silence`` tells how long each screen has been silent.
    """

    def __init__(
        self,
        devices: Devices,
        press: Callable[[Press], None],
        begin: Callable[[Board], None],
        end: Callable[[str], None],
        silence: Callable[[], Mapping[str, float]],
    ) -> None:
        self._devices = devices
        self._press = press
        self._begin = begin
        self._end = end
        self._silence = silence
        devices.follow(self._arrived, self._left)

    def _arrived(self, device: Device) -> None:
        for button in self._devices.buttons:
            if button is device:
                button.when_pressed(self._press)
        for board in self._devices.boards:
            if board is device:
                self._begin(board)
        for screen in self._devices.screens:
            if screen is device:
                screen.hear(self._silence)

    def _left(self, device: Device) -> None:
        self._end(f"board-{device.id}")
