"""What a person wishes a hall's entry to say: the options that ``add`` and ``edit`` share, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from gateway.errors import Refusal
from gateway.settings import fitted, read_tree
from provisioning.card.boot import MODELS
from provisioning.fleet.entry import LANGUAGES, NETWORKS, HallEntry

_Command = TypeVar("_Command", bound=Callable[..., Any])

FILE = click.Path(path_type=Path, dir_okay=False)
_TEXTS = ("name", "district", "address", "network", "model", "notes")
WISHES = (
    click.option("--district", help="The kecamatan."),
    click.option("--address", help="Where a technician drives."),
    click.option("--coordinates", metavar="LAT,LON", help="In degrees, for example -8.22,114.37."),
    click.option("--network", type=click.Choice(NETWORKS), help="Wi-Fi of the Pi, access points on its cable, or a router."),
    click.option("--model", type=click.Choice((*MODELS, "")), help="Which Pi."),
    click.option("--language", "languages", multiple=True, type=click.Choice(LANGUAGES), help="The first is that of slips."),
    click.option("--broker", help="Where it differs from the fleet's."),
    click.option("--devices", type=FILE, help="A file with [[devices]], for example of firmware_config/wiring."),
    click.option("--notes", help="For people. Never a password: the folder is read by many."),
)


def wished(command: _Command) -> _Command:
    """Give a command the options that say what is in a hall."""
    for option in reversed(WISHES):
        command = option(command)
    return command


def with_wishes(tree: dict[str, Any], wishes: Mapping[str, Any], path: Path) -> HallEntry:
    """Return the entry that ``tree`` is with what a person has wished; a wish that is None was not uttered."""
    tree = {**tree, **{key: wishes[key] for key in _TEXTS if wishes.get(key) is not None}}
    if wishes["languages"]:
        tree["languages"] = list(wishes["languages"])
    if wishes["coordinates"] is not None:
        tree["coordinates"] = _degrees(wishes["coordinates"])
    if wishes["broker"] is not None:
        shared = tree.get("settings", {})
        relay = {key: value for key, value in shared.get("relay", {}).items() if key != "broker"}
        relay |= {"broker": wishes["broker"]} if wishes["broker"] else {}
        tree["settings"] = {key: value for key, value in shared.items() if key != "relay"} | ({"relay": relay} if relay else {})
    devices = {device["id"]: device for device in (*tree.get("devices", ()), *_devices(tree, wishes["devices"]))}
    for name in wishes.get("without", ()):
        if devices.pop(name, None) is None:
            raise Refusal("device-unknown", device=name)
    return fitted(HallEntry, tree | {"devices": list(devices.values())}, path)


def _devices(tree: Mapping[str, Any], path: Path | None) -> list[dict[str, Any]]:
    """Return the ``[[devices]]`` of a file, whatever else it holds."""
    if path is None:
        return []
    given = read_tree(path).get("devices", ())
    read = fitted(HallEntry, {"code": tree["code"], "name": "-", "devices": given}, path).devices
    if not read:
        raise Refusal("settings-invalid", path=path, key="devices", reason="wajib diisi")
    return [device.model_dump() for device in read]


def _degrees(text: str) -> list[float] | None:
    try:
        latitude, longitude = text.split(",") if text else ("", "")
        return [float(latitude), float(longitude)] if text else None
    except ValueError:
        raise click.BadParameter("write it as -8.22,114.37", param_hint="--coordinates") from None
