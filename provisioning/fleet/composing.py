"""The ``hall.toml`` that belongs to an entry: the fleet's sections, over them the hall's own, over them what the entry says.

What comes out is judged by ``gateway.settings`` and the catalogue of devices, by whom the hall will judge it at its start.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit

from gateway.clock import SystemClock
from gateway.devices.catalog import judge
from gateway.errors import Refusal
from gateway.settings import Settings
from gateway.toml import read_toml
from provisioning.fleet.codes import dotted
from provisioning.fleet.entry import FleetSettings, HallEntry


def composed(entry: HallEntry, fleet: FleetSettings) -> dict[str, Any]:
    """Return the content of its ``hall.toml``, sections in an order that does not change."""
    own = {"hall": {"id": entry.code, "name": entry.name, "language": (entry.languages or fleet.languages)[0]}}
    tree = _over(_over(own, fleet.settings), entry.settings)
    ordered = {name: tree[name] for name in sorted(tree, key=lambda name: (name != "hall", name))}
    devices = [device.model_dump() for device in entry.devices]
    return {**ordered, "devices": devices} if devices else ordered


def broker_of(entry: HallEntry, fleet: FleetSettings) -> str:
    """Return the address of the broker to which the hall speaks, or nothing."""
    relay = composed(entry, fleet).get("relay", {})
    return str(relay.get("broker", "")) if isinstance(relay, Mapping) else ""


def hall_toml(entry: HallEntry, fleet: FleetSettings, path: Path) -> str:
    """Return the text of its ``hall.toml``; ``path`` is the entry's file, named by refusals. Raises those of ``judge_entry``."""
    judge_entry(entry, fleet, path)
    made = tomlkit.document()
    made.add(
        tomlkit.comment(f"{dotted(entry.code)} {entry.name}: made by `provision hall settings` from {path.name} and fleet.toml.")
    )
    made.add(tomlkit.comment("Change those instead."))
    for name, section in composed(entry, fleet).items():
        made.add(tomlkit.nl())
        made[name] = section
    text = tomlkit.dumps(made)
    Settings.of(read_toml(text), path)
    return text


def judge_entry(entry: HallEntry, fleet: FleetSettings, path: Path) -> None:
    """Refuse what a hall would refuse at its start, or what cannot belong to this fleet.

    Raises Refusal ``settings-invalid`` or ``settings-unknown-key`` with the file's name.
    """
    if not entry.code.startswith(fleet.code):
        reason = f"{fleet.regency} bermula dengan {fleet.code[:2]}.{fleet.code[2:]}"
        raise Refusal("settings-invalid", path=path, key="code", reason=reason)
    judge_sections(composed(entry, fleet), path)
    try:
        shared = judge(entry.devices, SystemClock())  # none is started, so none looks at it
    except Refusal as refusal:
        key, wrong = f"devices.{refusal.facts['device']}", refusal.facts["wrong"]
        raise Refusal("settings-invalid", path=path, key=key, reason=wrong) from refusal
    for thing, names in shared:
        reason = f"{thing} diberikan kepada lebih dari satu: {', '.join(names)}"
        raise Refusal("settings-invalid", path=path, key="devices", reason=reason)


def judge_sections(tree: Mapping[str, Any], path: Path) -> None:
    """Refuse a ``hall.toml`` that would not load, by the name that its key has in ``path``."""
    try:
        Settings.of(tree, path)
    except Refusal as refusal:
        key = str(refusal.facts["key"])
        named = key if key.startswith("devices") else f"settings.{key}"
        raise Refusal(refusal.code, **{**refusal.facts, "key": named}) from refusal


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``below`` with what ``above`` says; tables are joined, everything else is replaced."""
    joined = dict(below)
    for key, value in above.items():
        was = joined.get(key)
        joined[key] = _over(was, value) if isinstance(was, Mapping) and isinstance(value, Mapping) else value
    return joined
