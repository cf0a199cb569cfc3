"""The files of the inventory: what is written comes back, what people wrote beside it stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given

from gateway.errors import Refusal
from gateway.settings import fitted
from gateway.toml import read_toml
from provisioning.fleet.entry import FleetSettings, HallEntry
from provisioning.fleet.texts import changed_text, fleet_text, new_text
from tests.provisioning.fleet.entries import BANYUWANGI, CODE, entries, entry

BY_HAND = f"""# Kunci di Pak Carik
code = "{CODE}"
name = "Balai Desa Sumberagung"   # seperti di papan
network = "small"

# yang di pintu
[[devices]]
id = "tombol-a"
kind = "gpio-button"
line = "administrasi"
pin = 17   # kabel kuning

[[devices]]
id = "tombol-b"
kind = "gpio-button"
line = "bantuan"
pin = 27
"""


def back(text: str) -> HallEntry:
    """Read an entry's text."""
    return fitted(HallEntry, read_toml(text), Path("entry.toml"))


@given(entries)
def test_an_entry_comes_back_as_it_was_written(one: HallEntry) -> None:
    """Any letters, numbers and devices; and the same entry is the same text, so that git shows no change where there is none."""
    text = new_text(one)
    assert (back(text), new_text(back(text))) == (one, text)


@given(entries, entries)
def test_any_change_comes_back_too(was: HallEntry, one: HallEntry) -> None:
    """Whatever is taken out, added or replaced in a file."""
    assert back(changed_text(new_text(was), was, one)) == one


@given(entries)
def test_a_file_of_a_person_can_be_changed_to_anything(one: HallEntry) -> None:
    """Comments, order and defaults that a person wrote stand in no change's way."""
    text = changed_text(BY_HAND, back(BY_HAND), one)
    assert (back(text), "# Kunci di Pak Carik" in text) == (one, True)


def test_a_change_touches_no_line_besides() -> None:
    """Comments, spaces, order and what was said without need stay as a person wrote them."""
    was = back(BY_HAND)
    text = changed_text(BY_HAND, was, was.model_copy(update={"name": "Balai A", "devices": was.devices[:1]}))
    assert text == BY_HAND[: BY_HAND.rindex("[[devices]]")].replace("Balai Desa Sumberagung", "Balai A")


def test_a_device_is_changed_where_it_stands() -> None:
    """The comment beside another key of it, and the other device, stay."""
    was = back(BY_HAND)
    tree = was.model_dump(exclude_defaults=True)
    tree["devices"] = [{**was.devices[0].model_dump(), "line": "layanan"}, was.devices[1].model_dump()]
    assert changed_text(BY_HAND, was, back(new_text(entry(**tree)))) == BY_HAND.replace('"administrasi"', '"layanan"')


def test_what_does_not_come_back_as_meant_is_not_written() -> None:
    """A text that is not the file of its entry is refused, not spoilt."""
    with pytest.raises(Refusal) as refused:
        changed_text("name = [", entry(), entry(name="Balai A"))
    assert refused.value.code == "file-failed"


def test_what_halls_share_comes_back() -> None:
    """A new fleet.toml has a word about its folder, and says what was asked."""
    fleet = FleetSettings(**BANYUWANGI.model_dump() | {"settings": {"relay": {"broker": "mqtts://broker.example"}}})
    text = fleet_text(fleet)
    assert (fitted(FleetSettings, read_toml(text), Path("fleet.toml")), text.startswith("# The halls")) == (fleet, True)
