"""A whole hall with devices on its Wi-Fi, behind a real Mosquitto: from a chip's count to a number, and from a call to a board far away."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.clock import SystemClock
from gateway.demo.lan_devices import EmulatedBoard, EmulatedDevice, EmulatedKeys
from gateway.devices.lan_accounts import secret_of
from gateway.devices.ports import DeviceState
from gateway.errors import Refusal
from gateway.hall import Hall
from gateway.loops import Loop
from gateway.mqtt.address import BrokerAddress, Node
from gateway.settings import ClockSettings, DataSettings, DeviceSettings, HallSettings, PortalSettings, Settings
from tests.support.lan import PASSWORD, LanMosquitto
from tests.support.waiting import until


@contextmanager
def powered(device: EmulatedDevice) -> Iterator[None]:
    """Give an emulated device power."""
    loop = Loop(device.id, device.step, SystemClock())
    device.watch(loop.wake)
    loop.start()
    try:
        yield
    finally:
        loop.stop()
        device.unplug()


def entry(id: str, kind: str, **options: object) -> DeviceSettings:
    """One paired device."""
    return DeviceSettings.model_validate({"id": id, "kind": kind, "secret": secret_of(id, PASSWORD), **options})


def hall_of(folder: Path, broker: LanMosquitto) -> Hall:
    """A hall whose button is on Wi-Fi; its board comes later."""
    return Hall(Settings(
        hall=HallSettings(id="3510012001", name="Balai Desa Contoh"), data=DataSettings(directory=folder / "hall"),
        portal=PortalSettings(host="127.0.0.1", port=0), clock=ClockSettings(trust="always"), lan=broker.lan,
        devices=(entry("tombol", "lan-button", line="administrasi", rest_s=0.1),),  # this person is in a hurry
    ))  # fmt: skip


def number_of(hall: Hall) -> str:
    """Return the number that a press gave last."""
    return hall.presses.latest.number if hall.presses.latest is not None else ""


def test_a_button_and_a_board_on_wifi_serve_a_hall_while_their_broker_is_killed(tmp_path: Path) -> None:
    """A number for each press, one more after the broker's death, a board adopted while the hall runs shows it, and goes when it is dismissed."""
    (tmp_path / "broker").mkdir()
    broker = LanMosquitto(tmp_path / "broker")

    def address(id: str) -> BrokerAddress:
        return BrokerAddress((Node("127.0.0.1", broker.port),), encrypted=False, user=id, password=PASSWORD)

    button = EmulatedKeys(address("tombol"), SystemClock(), random.Random(1))
    board = EmulatedBoard(address("papan"), SystemClock(), random.Random(2))
    with hall_of(tmp_path, broker) as hall:
        assert until((broker.lan.folder / "passwords").exists)
        with broker, powered(button), powered(board):
            (device,) = hall.devices.of_kind("lan-button")
            assert until(lambda: device.state() is DeviceState.READY)
            button.down()
            button.up()
            assert until(lambda: number_of(hall) == "A-001")

            adopted = hall.devices.adopt(entry("papan", "lan-board"))
            passwords = broker.lan.folder / "passwords"
            assert until(lambda: "papan:" in passwords.read_text())
            broker.reload()
            assert until(lambda: adopted.state() is DeviceState.READY)
            assert until(lambda: board.face.newest == "A-001")

            broker.kill()
            assert until(lambda: device.state() is DeviceState.MISSING)
            broker.start()
            assert until(lambda: device.state() is DeviceState.READY)
            button.down()
            button.up()
            assert until(lambda: number_of(hall) == "A-002")
            assert until(lambda: board.face.newest == "A-002")

            hall.devices.dismiss("papan")
            assert until(lambda: "papan:" not in passwords.read_text())
            assert "board-papan" not in hall.loops.alive()
            with pytest.raises(Refusal):
                hall.devices.adopt(entry("tombol", "lan-button", line="administrasi"))
        assert until(lambda: hall.devices.ailing() == {"tombol": "broker perangkat tidak terhubung"})
