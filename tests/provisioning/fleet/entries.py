"""Entries of the inventory, as Hypothesis makes them and as tests write them by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from hypothesis import strategies as st

from gateway.settings import fitted
from provisioning.fleet.entry import LANGUAGES, NETWORKS, FleetSettings, HallEntry, Retired
from provisioning.fleet.folder import FleetFolder

BANYUWANGI = FleetSettings(regency="Kabupaten Banyuwangi", code="3510")
CODE = "3510012001"

_letters = st.characters().filter(str.isprintable)
_lines = st.text(_letters, min_size=1, max_size=30).map(str.strip).filter(bool)
_devices = st.lists(
    st.fixed_dictionaries(
        {"id": st.from_regex(r"[a-z0-9](-?[a-z0-9]){0,4}", fullmatch=True), "kind": st.just("gpio-button"), "line": _lines},
        optional={"rest_s": st.floats(0, 10), "stuck_s": st.integers(11, 3600)},  # a hall refuses one that is not beyond rest_s
    ),
    max_size=4,
    unique_by=lambda device: device["id"],
)
_trees = st.fixed_dictionaries(
    {"code": st.just(CODE), "name": _lines},
    optional={
        "district": _lines,
        "address": _lines,
        "coordinates": st.tuples(st.floats(-12, 7), st.floats(94, 142)).map(list),
        "network": st.sampled_from(NETWORKS),
        "model": st.sampled_from(["pi3", "pi4", "pi5", "pi02"]),
        "languages": st.lists(st.sampled_from(LANGUAGES), max_size=3),
        "notes": st.lists(_lines, max_size=3).map("\n".join),
        "settings": st.fixed_dictionaries(
            {},
            optional={
                "relay": st.fixed_dictionaries({"keep_days": st.integers(0, 9)}),
                "portal": st.fixed_dictionaries({"port": st.integers(1, 9)}),
            },
        ),
        "devices": _devices.map(lambda devices: [{**device, "pin": pin} for pin, device in enumerate(devices, 2)]),
        "retired": st.builds(Retired, on=st.dates(date(2020, 1, 1)), reason=_lines).map(Retired.model_dump),
    },
)
entries = _trees.map(lambda tree: fitted(HallEntry, tree, Path("entry.toml")))
"""Entries that the inventory takes."""


def entry(**more: object) -> HallEntry:
    """Return the entry of one hall with what a test wants of it."""
    return fitted(HallEntry, {"code": CODE, "name": "Balai Desa Sumberagung", **more}, Path("entry.toml"))


def inventory(tmp_path: Path, *found: HallEntry) -> FleetFolder:
    """Return an inventory of Banyuwangi with these halls."""
    folder = FleetFolder(tmp_path / "fleet")
    folder.begin(BANYUWANGI)
    folder.write(found, BANYUWANGI)
    return folder
