"""The hall.toml of an entry: what comes out is what a hall would take, and a mistake is told with its file and key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from gateway.errors import Refusal
from gateway.settings import Settings, fitted
from gateway.toml import read_toml
from provisioning.fleet.composing import broker_of, hall_toml, judge_entry
from provisioning.fleet.entry import FleetSettings, HallEntry
from provisioning.wiring.reading import read_folder
from tests.provisioning.fleet.entries import BANYUWANGI, CODE, entries, entry

PATH = Path("/etc/balai/3510012001.toml")
WIRINGS = read_folder(Path(__file__).parents[3] / "firmware_config" / "wiring")
BUTTON = {"id": "tombol-a", "kind": "gpio-button", "line": "administrasi", "pin": 17}


def loaded(one: HallEntry, fleet: FleetSettings = BANYUWANGI) -> Settings:
    """Return the settings that the hall would read."""
    return Settings.of(read_toml(hall_toml(one, fleet, PATH)), PATH)


@given(entries)
def test_every_entry_makes_a_file_that_a_hall_loads(one: HallEntry) -> None:
    """Code, name and devices arrive as they stand in the inventory."""
    settings = loaded(one)
    assert (settings.hall.id, settings.hall.name, settings.devices) == (CODE, one.name, one.devices)


def test_a_hall_says_otherwise_than_its_fleet() -> None:
    """Sections are joined key by key; the hall's own word counts."""
    shared = {"relay": {"broker": "mqtts://a", "keep_days": 7}, "hall": {"theme": "banyuwangi", "timezone": "Asia/Makassar"}}
    fleet = FleetSettings(regency="Kabupaten", code="3510", languages=("jv", "id"), settings=shared)
    one = entry(settings={"relay": {"broker": "mqtts://b:1"}})
    settings = loaded(one, fleet)
    assert (settings.relay.broker, settings.relay.keep_days, broker_of(one, fleet)) == ("mqtts://b:1", 7, "mqtts://b:1")
    assert (settings.hall.language, settings.hall.timezone) == ("jv", "Asia/Makassar")


@pytest.mark.parametrize("wiring", [wiring for wiring in WIRINGS if wiring.devices], ids=lambda wiring: wiring.kind)
def test_every_wiring_can_stand_in_the_inventory(wiring: Any) -> None:
    """What a technician copies from firmware_config/wiring is taken."""
    judge_entry(entry(devices=[dict(device) for device in wiring.devices]), BANYUWANGI, PATH)


@pytest.mark.parametrize(
    ("more", "key", "reason"),
    [
        ({"devices": [{**BUTTON, "pin": 99}]}, "devices.tombol-a", "pin harus bilangan bulat 0 sampai 27"),
        ({"devices": [{**BUTTON, "colour": "red"}]}, "devices.tombol-a", "colour tidak dikenal"),
        ({"devices": [{**BUTTON, "kind": "gpio-buton"}]}, "devices.tombol-a", "mungkin maksudnya gpio-button"),
        ({"devices": [BUTTON, BUTTON]}, "devices.id", "dua kali"),
        ({"devices": [BUTTON, {**BUTTON, "id": "tombol-b"}]}, "devices", "GPIO 17"),
        ({"settings": {"relay": {"broker": "http://x"}}}, "settings.relay.broker", "mqtt://"),
        ({"settings": {"relay": 3}}, "settings.relay", ""),
        ({"settings": {"hall": 3}}, "settings.hall", ""),
        ({"devices": [{"id": "tombol-a", "kind": "lan-button", "line": "a"}]}, "devices.tombol-a.kind", "halaman Perangkat"),
        ({"code": "3511012001"}, "code", "35.10"),
    ],
)
def test_what_the_hall_would_refuse_is_refused_here(more: dict[str, Any], key: str, reason: str) -> None:
    """Before a card is written, with the file and the key."""
    with pytest.raises(Refusal) as refused:
        judge_entry(entry(**more), BANYUWANGI, PATH)
    facts = refused.value.facts
    assert (refused.value.code, facts["path"], facts["key"], reason in str(facts["reason"])) == (
        "settings-invalid",
        PATH,
        key,
        True,
    )


@pytest.mark.parametrize(
    "more",
    [
        {"devices": [{"id": "tombol-a", "kind": "lan-button", "line": "a", "secret": "x"}]},
        {"settings": {"relay": {"broker": "mqtts://hall:rahasia@broker.example"}}},
        {"settings": {"relay": {"key_file": "-----BEGIN PRIVATE KEY-----"}}},
        {"settings": {"hall": {"name": "Balai"}}},
        {"settings": {"devices": []}},
        {"name": "Balai\x1b[31m"}, {"name": " Balai"}, {"name": "Balai\u200b"}, {"name": ""}, {"name": "x" * 61}, {"address": "a\nb"},
        {"coordinates": [114.3, -8.2]}, {"coordinates": [float("nan"), 114.0]}, {"coordinates": [-8.2]},
        {"network": "wifi"}, {"model": "pi9"}, {"languages": ["xx"]}, {"code": "351001200"}, {"retired": {"on": "kemarin", "reason": "x"}},
        {"kota": "x"},
    ],
)  # fmt: skip
def test_secrets_and_nonsense_are_refused(more: dict[str, Any]) -> None:
    """The folder is read by many: no password, no key; and nothing that a board could not show."""
    with pytest.raises(Refusal) as refused:
        fitted(HallEntry, {"code": CODE, "name": "Balai", **more}, PATH)
    assert refused.value.code in {"settings-invalid", "settings-unknown-key"}
