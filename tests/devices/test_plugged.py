"""Devices that come and go while the hall runs."""

from __future__ import annotations

import pytest

from gateway.devices.catalog import plug_in
from gateway.devices.plugged import Devices
from gateway.devices.ports import Device, DeviceState, Press
from gateway.devices.remedies import USUAL, remedy
from gateway.devices.simulated_button import SimulatedButton
from gateway.errors import Refusal
from gateway.plugging import Plugging
from gateway.settings import DeviceSettings
from tests.support.clock import FakeClock


def entry(id: str, kind: str = "simulated-button", **options: object) -> DeviceSettings:
    """One device, as it is paired."""
    return DeviceSettings.model_validate({"id": id, "kind": kind, **({"line": "surat"} if "button" in kind else {}), **options})


@pytest.fixture
def devices() -> Devices:
    """A hall with one button."""
    return plug_in([entry("tombol-a")], FakeClock())


def ids(devices: Devices) -> list[str]:
    """Name the devices that are here."""
    return [device.id for device in devices]


def test_whoever_follows_hears_of_all_in_their_order(devices: Devices) -> None:
    """Those that are here first, those that come later too, and those that go while they still work."""
    told: list[tuple[str, str]] = []
    devices.follow(lambda one: told.append(("in", one.id)), lambda one: told.append((f"out-{one.state()}", one.id)))
    devices.adopt(entry("papan", "simulated-board"))
    devices.dismiss("tombol-a")
    devices.dismiss("tombol-a")
    assert (told, ids(devices)) == ([("in", "tombol-a"), ("in", "papan"), ("out-ready", "tombol-a")], ["papan"])


def test_a_device_that_is_dismissed_is_let_go_of(devices: Devices) -> None:
    """Its presses count no more."""
    (button,) = devices.of_kind("simulated-button")
    devices.dismiss("tombol-a")
    assert (button.state(), button.press()) == (DeviceState.MISSING, False)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (entry("tombol-a"), "device-id-taken"),
        (entry("tombol-b", "gpio-lamp"), "device-unknown-kind"),
        (entry("tombol-b", pin=3), "device-option"),
    ],
)
def test_a_refused_device_changes_nothing(devices: Devices, given: DeviceSettings, code: str) -> None:
    """What is wrong is named, and nobody hears of it."""
    told: list[Device] = []
    devices.follow(told.append, told.append)
    with pytest.raises(Refusal) as refused:
        devices.adopt(given)
    assert (refused.value.code, ids(devices), len(told)) == (code, ["tombol-a"], 1)


def test_a_replaced_device_does_what_the_new_one_is_told(devices: Devices) -> None:
    """A button that is put to another line gives numbers for that; a wrong one leaves the former in place."""
    replaced = devices.replace(entry("tombol-a", line="bantuan"))
    with pytest.raises(Refusal):
        devices.replace(entry("tombol-a", line=""))
    assert isinstance(replaced, SimulatedButton)
    assert ([replaced.line], ids(devices), replaced.state()) == (["bantuan"], ["tombol-a"], DeviceState.READY)


def test_what_comes_is_connected_and_what_goes_is_not(devices: Devices) -> None:
    """A button's presses reach the queue at once; a board has its loop while it is here."""
    presses: list[Press] = []
    loops: list[str] = []
    Plugging(
        devices,
        presses.append,
        lambda board: loops.append(board.id),
        lambda name: loops.append(f"end {name}"),
        lambda: {"tv": 1.0},
    )
    button = devices.adopt(entry("tombol-b", line="bantuan"))
    devices.adopt(entry("papan", "simulated-board"))
    devices.dismiss("papan")
    assert devices.adopt(entry("tv-lobi", "hdmi-tv")).state() is DeviceState.READY
    assert isinstance(button, SimulatedButton)
    button.press()
    assert ([press.line for press in presses], loops) == (["bantuan"], ["papan", "end board-papan"])


class Moody:
    """A device that breaks its promise: looking at it raises while it is ill."""

    kind = "lampu"

    def __init__(self, id: str = "rewel", *, ill: bool = True) -> None:
        self.id = id
        self.ill = ill
        self.looks = 0

    def state(self) -> DeviceState:
        """Claim to be well."""
        return DeviceState.READY

    def reason(self) -> str:
        """Say nothing."""
        return ""

    def look(self) -> None:
        """Raise what nobody has foreseen."""
        self.looks += 1
        if self.ill:
            raise ValueError("embedded null byte")

    def close(self) -> None:
        """Do nothing."""


def test_a_device_that_cannot_be_looked_at_is_faulty_and_the_others_are_looked_at(caplog: pytest.LogCaptureFixture) -> None:
    """The hall starts, says which device it is and what to do, logs it once, and has it back as soon as looking goes well."""
    moody, other = Moody(), Moody("tombol-a", ill=False)
    with Devices([moody, other]) as devices:
        for _ in range(2):
            devices.step()
        ill = (moody.state(), moody.reason(), remedy("lampu", moody.reason()) != USUAL, list(devices.ailing()), other.looks)
        moody.ill = False
        devices.step()
        assert ill == (DeviceState.FAULTY, "tidak dapat diperiksa (ValueError)", True, ["rewel"], 2)
        assert devices.ailing() == {}
    assert [line for line in caplog.messages if "rewel" in line] == ["device=rewel event=look-failed error=ValueError"]


def test_a_device_that_comes_and_cannot_be_looked_at_is_here_all_the_same() -> None:
    """It is faulty, as one of the settings would be."""
    moody = Moody()
    devices = Devices([], lambda _entry: moody)
    devices.adopt(entry("rewel"))
    assert devices.ailing() == {"rewel": "tidak dapat diperiksa (ValueError)"}
