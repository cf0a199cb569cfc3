"""What a device is connected to while it is in the hall: its presses to the queue, its face to a loop of its own.

The same for a device of the settings and for one that comes while the hall runs.
"""

from __future__ import annotations

from collections.abc import Callable

from gateway.devices.plugged import Devices
from gateway.devices.ports import Board, Device, Press


class Plugging:
    """Connects every device, now and later. ``begin`` starts the loop ``board-ID`` of a board, ``end`` ends the loop of that name."""

    def __init__(
        self, devices: Devices, press: Callable[[Press], None], begin: Callable[[Board], None], end: Callable[[str], None]
    ) -> None:
        self._devices = devices
        self._press = press
        self._begin = begin
        self._end = end
        devices.follow(self._arrived, self._left)

    def _arrived(self, device: Device) -> None:
        for button in self._devices.buttons:
            if button is device:
                button.when_pressed(self._press)
        for board in self._devices.boards:
            if board is device:
                self._begin(board)

    def _left(self, device: Device) -> None:
        self._end(f"board-{device.id}")
