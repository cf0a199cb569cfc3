"""The text of an entry's file. A new one has the order of the fields; a changed one keeps what people wrote beside it.

tomlkit writes, ``tomllib`` reads back: what does not come back as it was meant is never written.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import AoT

from gateway.errors import Refusal
from gateway.settings import fitted
from gateway.toml import read_toml
from provisioning.fleet.entry import FleetSettings, HallEntry

FLEET_HEAD = """# The halls of a regency: this file has what they share, halls/ has one file a hall (docs/fleet.md). Never write a secret here.

"""
FLEET_TAIL = """
# [settings.relay] and other sections of docs/settings.md: what every hall.toml says. A hall's own file may say otherwise.
"""


def tree_of(entry: HallEntry) -> dict[str, Any]:
    """Return what must be written of an entry: nothing that is as it would be anyway."""
    tree: dict[str, Any] = entry.model_dump(exclude_defaults=True)
    for key in ("coordinates", "languages", "devices"):
        if key in tree:
            tree[key] = list(tree[key])
    if not tree.get("settings", True):
        del tree["settings"]
    return tree


def new_text(entry: HallEntry) -> str:
    """Return the text of a file that was not there. Raises as ``changed_text``."""
    return _proven(tomlkit.dumps(tree_of(entry)), entry)


def fleet_text(fleet: FleetSettings) -> str:
    """Return the text of a new ``fleet.toml``."""
    tree = fleet.model_dump() | {"languages": list(fleet.languages)}
    sections = tree.pop("settings")
    written = tomlkit.dumps({"settings": sections}) if sections else ""
    return FLEET_HEAD + tomlkit.dumps(tree) + FLEET_TAIL + written


def changed_text(text: str, was: HallEntry, entry: HallEntry) -> str:
    """Return ``text``, the file of ``was``, so that it says ``entry``; other lines, their order and comments stay.

    Raises Refusal ``file-failed`` when that cannot be done without a doubt.
    """
    try:
        document = tomlkit.parse(text)
    except ValueError as error:
        raise _unwritten(entry) from error
    wanted = tree_of(entry)
    for key in HallEntry.model_fields:
        if getattr(was, key) == getattr(entry, key):
            continue
        if key not in wanted:
            document.pop(key, None)
        elif key == "devices" and isinstance(document.get(key), AoT):
            _change_devices(document[key], wanted[key])
        else:
            _put(document, key, wanted[key])
    return _proven(tomlkit.dumps(document), entry)


def _put(table: MutableMapping[str, Any], key: str, value: Any) -> None:  # noqa: ANN401 - whatever TOML holds
    inner = table.get(key)
    if not (isinstance(inner, MutableMapping) and isinstance(value, Mapping)):
        table[key] = value
        return
    for name in [name for name in inner if name not in value]:
        del inner[name]
    for name, one in value.items():
        if name not in inner or inner[name] != one:
            _put(inner, name, one)


def _change_devices(blocks: AoT, wanted: Sequence[Mapping[str, Any]]) -> None:
    """Replace, remove and append blocks; one that stays as it was is not touched."""
    by_id = {device["id"]: device for device in wanted}
    for index in reversed(range(len(blocks))):
        block = blocks[index]
        device = by_id.get(block["id"])
        if device is None:
            del blocks[index]
        elif block.unwrap() != device:
            _put({"": block}, "", device)
    known = {block["id"] for block in blocks}
    for device in wanted:
        if device["id"] not in known:
            blocks.append(tomlkit.item(dict(device)))


def _proven(text: str, entry: HallEntry) -> str:
    try:
        back = fitted(HallEntry, read_toml(text), Path())
    except (ValueError, Refusal) as error:
        raise _unwritten(entry) from error
    if back != entry:
        raise _unwritten(entry)
    return text


def _unwritten(entry: HallEntry) -> Refusal:
    return Refusal("file-failed", path=f"{entry.code}.toml", reason="isinya tidak dapat ditulis; ubah berkasnya dengan tangan")
