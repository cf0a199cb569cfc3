"""The settings that a technician copies: they are read as they stand, they are complete, and every example in them is true."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from gateway.devices.catalog import judge
from gateway.settings import DeviceSettings, Settings
from tests.support.clock import FakeClock

FOLDER = Path(__file__).parents[2] / "firmware_config"
DEFAULTS = FOLDER / "hall.default.toml"


def uncommented() -> str:
    """Return the file with every commented-out key switched on; prose begins with ``# ``."""
    return re.sub(r"^#(?=[a-z\[])", "", DEFAULTS.read_text(encoding="utf-8"), flags=re.MULTILINE)


def keys(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Yield every key of a section and of those below it."""
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from keys(inner, f"{prefix}{name}.")
        elif name == "devices":
            yield from keys(DeviceSettings, "devices.")
        else:
            yield f"{prefix}{name}"


def written(tree: dict[str, Any], prefix: str = "") -> Iterator[str]:
    """Yield every key of a file's table and of those below it."""
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from written(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def test_the_defaults_are_read_as_they_stand() -> None:
    """Copied and not changed, they make a hall that serves its pages and keeps everything in the hall."""
    settings = Settings.load(DEFAULTS)
    assert (settings.relay.broker, settings.devices) == ("", ())


def test_every_key_stands_in_the_defaults() -> None:
    """Nobody has to look elsewhere for what can be set."""
    tree = tomllib.loads(uncommented())
    [device] = tree.pop("devices")
    there = [*written(tree), *(f"devices.{key}" for key in device)]
    assert set(keys(Settings)) - set(there) == set()


def test_with_every_example_switched_on_they_are_still_read(tmp_path: Path) -> None:
    """No example names an unknown key or a wrong value."""
    path = tmp_path / "hall.toml"
    path.write_text(uncommented(), encoding="utf-8")
    settings = Settings.load(path)
    assert settings.relay.broker == "mqtts://broker.example:8883"
    assert ([device.id for device in settings.devices], judge(settings.devices, FakeClock())) == (["tombol-a"], [])


def test_what_is_shown_as_default_is_the_default(tmp_path: Path) -> None:
    """Switching on a commented key that shows a default changes nothing."""
    path = tmp_path / "hall.toml"
    path.write_text(uncommented(), encoding="utf-8")
    shown, plain = Settings.load(path), Settings.load(DEFAULTS)
    examples = {"broker", "ca_file", "certificate_file", "key_file", "staff_networks", "trusted_proxies"}
    for section in ("hall", "data", "portal", "clock", "relay"):
        assert getattr(shown, section).model_dump(exclude=examples) == getattr(plain, section).model_dump(exclude=examples)
