"""The demo's devices on Wi-Fi: what systemd does on a Pi is done, and the page shows what the emulated chips do."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from gateway.clock import SystemClock
from gateway.demo.children import find_mosquitto
from gateway.demo.lan import BOARD, BUTTON, DemoLan
from gateway.devices.catalog import plug_in
from gateway.devices.lan_network import LanNetwork
from gateway.devices.plugged import Devices
from gateway.devices.ports import Board, BoardFace, DeviceState, Press
from gateway.lan_broker import LanBroker
from gateway.loops import Loop
from tests.support.waiting import until


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[DemoLan, Devices]]:
    """The demo's network with the hall's side of it."""
    mosquitto = find_mosquitto()
    assert mosquitto is not None
    clock, randomness = SystemClock(), random.Random()
    (tmp_path / "data").mkdir()
    with ExitStack() as stack:
        lan = DemoLan(tmp_path / "lan", "surat", mosquitto=mosquitto, clock=clock, randomness=randomness)
        devices = stack.enter_context(plug_in(lan.entries, clock))
        broker = LanBroker(lan.settings, tmp_path / "data", randomness)
        connection = broker.connection()
        network = LanNetwork(connection, clock, broker.write)
        devices.follow(network.arrived, network.left)
        loop = Loop("lan", network.step, clock)
        connection.watch(loop.wake)
        stack.callback(connection.stop)
        stack.callback(loop.stop)
        stack.callback(lan.stop)
        loop.start()
        lan.start()
        assert until(lambda: all(device.state() is DeviceState.READY for device in devices))
        yield lan, devices


def test_its_button_is_pressed_and_its_board_shows(running: tuple[DemoLan, Devices]) -> None:
    """A press comes to the hall, a face to the board, and without power there is neither."""
    lan, devices = running
    presses: list[Press] = []
    devices.buttons[0].when_pressed(presses.append)
    dark = lan.picture()
    lan.press()
    board: Board = devices.boards[0]
    board.show(BoardFace("A-012", "2", "A-014", 1))
    shown = lan.picture()
    assert until(lambda: len(presses) == 1)
    lan.switches()[BOARD, "unplug"]()
    assert ("A-012" in shown, "A-012" in lan.picture(), dark == lan.picture()) == (True, False, False)
    assert until(lambda: board.state() is DeviceState.MISSING)
    lan.switches()[BOARD, "plug"]()
    assert until(lambda: board.state() is DeviceState.READY)


def test_a_device_that_is_dismissed_is_thrown_out(running: tuple[DemoLan, Devices]) -> None:
    """The broker reads the changed accounts, as the path unit makes it on a Pi."""
    lan, devices = running
    devices.dismiss(BUTTON)
    assert until(lambda: not lan.button.is_connected)
