"""From ``[[devices]]`` to devices."""

from __future__ import annotations

import pytest

from gateway.devices.catalog import KINDS, judge, plug_in
from gateway.devices.plugged import Devices
from gateway.devices.ports import DeviceState
from gateway.errors import Refusal
from gateway.settings import DeviceSettings
from tests.support.clock import FakeClock


def entry(kind: str, **options: object) -> DeviceSettings:
    """One ``[[devices]]``."""
    return DeviceSettings.model_validate({"id": "satu", "kind": kind, **options})


def plugged(*entries: DeviceSettings) -> Devices:
    """The devices of a hall."""
    return plug_in(entries, FakeClock())


PLAIN = {"secret": "kata"}
"""A password itself, where what proves it belongs."""
OPTIONS: dict[str, dict[str, object]] = {
    "gpio-button": {"line": "surat", "pin": 17},
    "gpio-rating-button": {"counter": "1", "score": 4, "pin": 5},
    "gpio-keypad": {"counter": "1", "call_pin": 17, "recall_pin": 27, "done_pin": 22, "lamp_pin": 5},
    "usb-keypad": {"counter": "1", "port": "usb-1"},
    "max7219-matrix": {"columns": 4},
    "status-lamp": {"pin": 26},
    "simulated-keypad": {"counter": "1"},
    "simulated-button": {"line": "surat"},
    "simulated-rating-button": {"counter": "1", "score": 4},
    "escpos-network": {"host": "127.0.0.1", "port": 9},
    "lan-button": {"line": "surat"},
    "lan-keypad": {"counter": "1"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_made_looked_at_and_closed(kind: str) -> None:
    """A device calls itself by its kind and id, knows its state, and may be closed twice."""
    judge([entry(kind, **OPTIONS.get(kind, {}))], FakeClock())
    with plugged(entry(kind, **OPTIONS.get(kind, {}))) as devices:
        (device,) = devices
        assert (device.id, device.kind) == ("satu", kind)
        assert (device.state() is DeviceState.READY) == (device.reason() == "")
        devices.close()


def test_devices_are_found_by_what_they_do() -> None:
    """The hall asks for buttons, boards, printers and speakers, not for kinds."""
    with plugged(
        entry("simulated-button", line="surat"), entry("simulated-board"), entry("simulated-printer"), entry("simulated-speaker")
    ) as devices:
        found = [[one.kind for one in some] for some in (devices.buttons, devices.boards, devices.printers, devices.speakers)]
    assert found == [["simulated-button"], ["simulated-board"], ["simulated-printer"], ["simulated-speaker"]]


@pytest.mark.parametrize(
    ("given", "code", "fact"),
    [
        (entry("gpio-lamp"), "device-unknown-kind", "jenis gpio-lamp tidak dikenal"),
        (entry("gpio-button", pin=17), "device-option", "line "),
        (entry("gpio-button", line="surat", pin=99), "device-option", "pin "),
        (entry("gpio-button", line="surat", pin=True), "device-option", "pin "),
        (entry("gpio-button", line="surat", pin=17, rest_s=-1), "device-option", "rest_s "),
        (entry("gpio-button", line="surat", pin=17, stuck_s=0), "device-option", "stuck_s "),
        (entry("gpio-button", line="surat", pin=17, rest_s=0, stuck_s=0), "device-option", "stuck_s "),
        (entry("simulated-button", line="surat", rest_s=5, stuck_s=5), "device-option", "stuck_s "),
        (entry("usb-keypad", counter="1", port="x\0y"), "device-option", "port "),
        (entry("escpos-usb", path="/tmp/a\0b"), "device-option", "path "),
        (entry("alsa-speaker", device="a\x7f"), "device-option", "device "),
        (entry("gpio-button", line="surat", pin=17, lamp_pin=28), "device-option", "lamp_pin "),
        (entry("gpio-keypad", counter="1", call_pin=17, recall_pin=27), "device-option", "done_pin "),
        (entry("escpos-network", host="printer.lan"), "device-option", "host "),
        (entry("escpos-usb", paper_mm=57), "device-option", "paper_mm "),
        (entry("escpos-usb", cut="ya"), "device-option", "cut "),
        (entry("escpos-serial", baud=1200), "device-option", "baud "),
        (entry("usb-keypad", counter="1", port="usb-1", plus="dance"), "device-option", "plus "),
        (entry("lan-button", line="surat", **PLAIN), "device-option", "secret "),
        (entry("lan-board", line="surat"), "device-option", "line "),
        (entry("simulated-board", pin=17), "device-option", "pin "),
    ],
)
def test_a_wrong_entry_is_named_and_costs_its_device_alone(given: DeviceSettings, code: str, fact: str) -> None:
    """A typing error in hall.toml is told with its key, never ignored, and the button beside it works."""
    with pytest.raises(Refusal) as refused:
        judge([given], FakeClock())
    assert refused.value.code == code
    with plugged(given, DeviceSettings(id="papan", kind="simulated-board")) as devices:
        told = devices.ailing()
    assert list(told) == ["satu"]
    assert told["satu"].startswith(f"tidak dapat dipakai: {fact}")


def test_all_that_is_wrong_is_told_at_once() -> None:
    """A technician mends a block in one go: what was left out is said so, and a near key is offered."""
    given = entry("gpio-keypad", counter=1, call_pin=17, recal_pin=27, done_pin=99)
    with plugged(given) as devices:
        told = devices.ailing()["satu"]
    assert told == (
        "tidak dapat dipakai: counter harus teks di antara tanda kutip; recall_pin wajib diisi; "
        "done_pin harus bilangan bulat 0 sampai 27; recal_pin tidak dikenal untuk gpio-keypad, mungkin maksudnya recall_pin"
    )


def test_a_missing_device_is_named_with_its_reason() -> None:
    """The health page can say what is wrong with which device."""
    with plugged(entry("gpio-button", line="surat", pin=17)) as devices:
        assert list(devices.ailing()) == ["satu"]
