"""The hall's own network on a laptop: the LAN broker as a child process, and a button and a board that are emulated chips.

What systemd does on a Pi is done here: the broker starts when the hall has written its files, and reads anew when they change.
"""

from __future__ import annotations

import random
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from gateway.clock import Clock
from gateway.demo.children import child, end, ended, free_port
from gateway.demo.lan_devices import BLANK, EmulatedBoard, EmulatedDevice, EmulatedKeys
from gateway.devices.board_picture import draw_board
from gateway.devices.lan_accounts import PASSWORDS, SETTINGS, new_password, secret_of
from gateway.loops import Loop
from gateway.mqtt.address import BrokerAddress, Node
from gateway.settings import DeviceSettings, LanSettings

HOST = "127.0.0.1"
LOOK_S = 0.5
BUTTON, BOARD = "tombol-wifi", "papan-wifi"


class DemoLan:
    """The broker, the button and the board. ``step`` belongs to a loop; ``mosquitto`` is the path of the program."""

    def __init__(self, folder: Path, line: str, *, mosquitto: str, clock: Clock, randomness: random.Random) -> None:
        self.settings = LanSettings(host=HOST, port=free_port(), address=HOST, folder=folder)
        passwords = {id: new_password(randomness) for id in (BUTTON, BOARD)}
        kinds: dict[str, dict[str, object]] = {BUTTON: {"kind": "lan-button", "line": line}, BOARD: {"kind": "lan-board"}}
        self.entries = [
            DeviceSettings.model_validate({"id": id, "secret": secret_of(id, passwords[id]), **options})
            for id, options in kinds.items()
        ]
        at = {
            id: BrokerAddress((Node(HOST, self.settings.port),), encrypted=False, user=id, password=password)
            for id, password in passwords.items()
        }
        self.line = line
        self.button = EmulatedKeys(at[BUTTON], clock, randomness)
        self.board = EmulatedBoard(at[BOARD], clock, randomness)
        (folder / PASSWORDS).unlink(missing_ok=True)  # of an earlier run: the broker waits for what the hall writes now
        self._mosquitto = mosquitto
        self._broker: subprocess.Popen[bytes] | None = None
        self._read: float | None = None
        self._loops = [Loop("lan-broker", self.step, clock), *(self._loop_of(one, clock) for one in (self.button, self.board))]

    def _loop_of(self, device: EmulatedDevice, clock: Clock) -> Loop:
        loop = Loop(device.id, device.step, clock)
        device.watch(loop.wake)
        return loop

    def start(self) -> None:
        """Start broker and devices."""
        for loop in self._loops:
            loop.start()

    def stop(self) -> None:
        """End all of them."""
        for loop in self._loops:
            loop.stop()
        for device in (self.button, self.board):
            device.unplug()
        end(self._broker)

    def step(self) -> float:
        """Start the broker when it can be and does not run; let it read accounts that have changed."""
        passwords = self.settings.folder / PASSWORDS
        if not passwords.exists():
            return LOOK_S
        written = passwords.stat().st_mtime
        if ended(self._broker):
            self._broker = child([self._mosquitto, "-c", str(self.settings.folder / SETTINGS)], stderr=subprocess.DEVNULL)
        elif written != self._read and self._broker is not None:
            self._broker.send_signal(signal.SIGHUP)
        self._read = written
        return LOOK_S

    def press(self) -> None:
        """Tap the button."""
        self.button.down()
        self.button.up()

    def switches(self) -> dict[tuple[str, str], Callable[[], object]]:
        """Return what can be done to the devices, by id and name of the act."""
        acts: dict[tuple[str, str], Callable[[], object]] = {}
        for device in (self.button, self.board):
            acts |= {(device.id, "unplug"): device.unplug, (device.id, "plug"): device.restart}
        return acts

    def picture(self) -> str:
        """Draw the board as people see it."""
        is_on = not self.board.is_off
        return draw_board(self.board.face if is_on else BLANK, lit=is_on)
