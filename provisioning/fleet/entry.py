"""What one file of the inventory may say: ``fleet.toml`` of the regency, ``halls/3510012001.toml`` of a hall.

Never a secret: the folder is read by many and kept in git. A broker's address with a password and a device's ``secret`` are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from gateway.settings import DeviceSettings
from provisioning.card.boot import MODELS
from provisioning.fleet.codes import CODE

Profile = Literal["small", "access-points", "router"]
Tongue = Literal["id", "en", "jv", "osi", "mad"]
NETWORKS: tuple[str, ...] = get_args(Profile)
LANGUAGES: tuple[str, ...] = get_args(Tongue)
DECIDED = {"id": "code", "name": "name", "language": "languages"}
"""Keys of ``[hall]`` that are written outside ``[settings]``, and as what."""
LATITUDES, LONGITUDES = (-12.0, 7.0), (94.0, 142.0)
"""Degrees between which Indonesia lies."""


def _code(text: str) -> str:
    if not CODE.fullmatch(text):
        raise ValueError("harus sepuluh angka, misalnya 3510012001")
    return text


def _regency(text: str) -> str:
    if not re.fullmatch("[1-9][0-9]{3}", text, re.ASCII):
        raise ValueError("harus empat angka, misalnya 3510")
    return text


def _plain(text: str) -> str:
    if not all(line.isprintable() for line in text.split("\n")):
        raise ValueError("memuat huruf yang tidak tampak")
    return text


def _one_line(text: str) -> str:
    if "\n" in text or text != text.strip():
        raise ValueError("harus satu baris, tanpa spasi di awal dan akhirnya")
    return _plain(text)


def _model(text: str) -> str:
    if text and text not in MODELS:
        raise ValueError(f"pilih {', '.join(MODELS)}")
    return text


def _place(place: tuple[float, float] | None) -> tuple[float, float] | None:
    if place and not (LATITUDES[0] <= place[0] <= LATITUDES[1] and LONGITUDES[0] <= place[1] <= LONGITUDES[1]):
        raise ValueError("harus lintang lalu bujur di Indonesia, misalnya -8.22, 114.37")
    return place


def _open(settings: dict[str, Any]) -> dict[str, Any]:
    for key in settings:
        if key == "devices":
            raise ValueError("devices ditulis sebagai [[devices]], di luar [settings]")
    hall = settings.get("hall", {})
    for key in DECIDED if isinstance(hall, Mapping) else ():
        if key in hall:
            raise ValueError(f"hall.{key} ditulis sebagai {DECIDED[key]}, di luar [settings]")
    for text in _texts(settings):
        if "PRIVATE KEY" in text or ("://" in text and "@" in text):
            raise ValueError("kata sandi dan kunci tidak boleh di sini, karena folder ini dibaca dan disalin orang")
    return settings


def _texts(tree: object) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, Mapping):
        for value in tree.values():
            yield from _texts(value)
    elif isinstance(tree, list | tuple):
        for value in tree:
            yield from _texts(value)


def _no_secret(device: DeviceSettings) -> DeviceSettings:
    if "secret" in device.options:
        raise ValueError("secret tidak boleh di sini; perangkat dipasangkan di balai, di halaman /perangkat")
    return device


Line = Annotated[str, AfterValidator(_one_line)]
HallSections = Annotated[dict[str, Any], AfterValidator(_open)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class FleetSettings(_Section):
    """``fleet.toml``: what all halls of the regency share."""

    regency: Line = Field(min_length=1, max_length=60)
    """Its name, for example ``Kabupaten Banyuwangi``."""
    code: Annotated[str, AfterValidator(_regency)]
    """The four digits with which the code of each of its villages begins, for example ``3510``."""
    languages: tuple[Tongue, ...] = Field(default=("id",), strict=False, min_length=1)
    """Of halls that name none; the first is that of slips and boards."""
    settings: HallSections = Field(default_factory=dict)
    """Sections of ``hall.toml`` that every hall has, for example ``[settings.relay]``."""


class Retired(_Section):
    """``[retired]``: a hall that serves no more. Its file is kept."""

    on: date
    """The last day, a local date."""
    reason: Line = Field(min_length=1, max_length=200)


class HallEntry(_Section):
    """One hall. The order of the fields is that of its file."""

    code: Annotated[str, AfterValidator(_code)]
    """The ten-digit village code; the file bears it as its name."""
    name: Line = Field(min_length=1, max_length=60)
    """As people say it, for example ``Balai Desa Sumberagung``."""
    district: Line = Field(default="", max_length=60)
    """The name of its district (kecamatan)."""
    address: Line = Field(default="", max_length=200)
    """Where a technician drives."""
    coordinates: Annotated[tuple[float, float] | None, AfterValidator(_place)] = Field(default=None, strict=False)
    """Latitude and longitude in degrees."""
    network: Profile = "small"
    """Wi-Fi of the Pi itself, of access points on its cable, or a router that was there before."""
    model: Annotated[str, AfterValidator(_model)] = ""
    """Which Pi, as ``firmware_config/pi`` names it; empty: not known yet."""
    languages: tuple[Tongue, ...] = Field(default=(), strict=False)
    """Its languages, the first that of slips and boards; none: those of the fleet."""
    notes: Annotated[str, AfterValidator(_plain)] = Field(default="", max_length=2000)
    """For people; may have several lines."""
    settings: HallSections = Field(default_factory=dict)
    """Sections of ``hall.toml`` in which this hall differs from the fleet, for example ``[settings.relay]``."""
    devices: tuple[Annotated[DeviceSettings, AfterValidator(_no_secret)], ...] = Field(default=(), strict=False)
    """Its ``[[devices]]``, as they stand in ``hall.toml``."""
    retired: Retired | None = None
