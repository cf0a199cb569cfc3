"""The wirings that a technician builds: what is copied runs, what is drawn is safe, and no two devices want one pin."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.devices.catalog import KINDS, judge
from gateway.settings import PAIRED, DeviceSettings, Settings
from gateway.tickets.furnishing import COUNTERS, LINES
from provisioning.wiring.__main__ import made
from provisioning.wiring.header import BUS, PINS, name_of
from provisioning.wiring.model import Wiring
from provisioning.wiring.pages import users
from provisioning.wiring.reading import read_folder
from tests.support.clock import FakeClock

FOLDER = Path(__file__).parents[2] / "firmware_config"
WIRINGS = {wiring.kind: wiring for wiring in read_folder(FOLDER / "wiring")}


def test_every_kind_that_is_no_picture_has_its_wiring() -> None:
    """Whoever buys a device finds how it is wired; a file without an entry is for what the boot configuration switches on."""
    built = {kind for kind in KINDS if not kind.startswith("simulated-")}
    assert built == {kind for kind, one in WIRINGS.items() if one.devices or one.is_paired}
    assert {kind for kind in built if kind.startswith(PAIRED)} == {kind for kind, one in WIRINGS.items() if one.is_paired}
    assert {device["kind"] for one in WIRINGS.values() for device in one.devices} == {
        k for k, one in WIRINGS.items() if one.devices
    }


@pytest.mark.parametrize("wiring", [one for one in WIRINGS.values() if one.devices], ids=lambda one: one.kind)
def test_every_entry_can_be_copied_into_the_settings(wiring: Wiring, tmp_path: Path) -> None:
    """The text as it stands makes devices that the hall knows, for lines and counters that the hall has."""
    path = tmp_path / "hall.toml"
    entry = re.sub(r'host = ".*"', 'host = "127.0.0.1"', wiring.entry)  # no test reaches out of this machine
    path.write_text((FOLDER / "hall.default.toml").read_text(encoding="utf-8") + entry, encoding="utf-8")
    entries = Settings.load(path).devices
    assert (len(entries), judge(entries, FakeClock())) == (len(wiring.devices), [])
    assert {one.options["line"] for one in entries if "line" in one.options} <= {line.id for line in LINES}
    assert {one.options["counter"] for one in entries if "counter" in one.options} <= {counter.id for counter in COUNTERS}


def test_the_whole_example_hall_fits_on_one_header() -> None:
    """Whoever builds all of them needs no pin twice, save those of a bus, and has wired no device's pin to power, ground or the HAT's memory."""
    gpios = {pin: kinds for pin, kinds in users(WIRINGS.values()).items() if name_of(str(pin)).startswith("GPIO")}
    shared = {pin: kinds for pin, kinds in gpios.items() if len(kinds) > 1 and PINS[pin - 1] not in BUS}
    assert shared == {}
    named = {value for one in WIRINGS.values() for device in one.devices for key, value in device.items() if key.endswith("pin")}
    assert {f"GPIO{value}" for value in named} <= {name_of(str(pin)) for pin in gpios}


def test_no_two_devices_of_the_example_hall_want_one_thing() -> None:
    """All entries stand in one hall.toml: no pin, SPI chip, port, screen or card is given twice."""
    entries = [
        DeviceSettings.model_validate(dict(device))
        for one in WIRINGS.values()
        for device in one.devices
        if not str(device["kind"]).startswith(PAIRED)
    ]
    assert (len({one.kind for one in entries}) > 10, judge(entries, FakeClock())) == (True, [])


@pytest.mark.parametrize("path", made(), ids=lambda path: path.name)
def test_pages_and_pictures_are_what_the_files_say(path: Path) -> None:
    """Picture, table and entry cannot differ; `make wiring` writes them anew."""
    assert path.read_text(encoding="utf-8") == made()[path]
