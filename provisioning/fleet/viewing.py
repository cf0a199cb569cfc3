"""Shows the inventory: tables for people, JSON for programs, both of the same facts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from provisioning.centre.viewing import WIDE, table, terminal
from provisioning.fleet.codes import dotted
from provisioning.fleet.composing import broker_of
from provisioning.fleet.entry import FleetSettings, HallEntry
from provisioning.fleet.importing import Plan

NETWORKS = {"small": "Wi-Fi Pi sendiri", "access-points": "pemancar di kabel", "router": "router yang sudah ada"}
"""The profiles, for people."""


def facts(entry: HallEntry, fleet: FleetSettings, path: Path) -> dict[str, Any]:
    """Return all that is known of a hall, every key always there, as JSON has it."""
    return {
        "code": entry.code,
        "dotted": dotted(entry.code),
        "name": entry.name,
        "district": entry.district,
        "regency": fleet.regency,
        "address": entry.address,
        "coordinates": entry.coordinates,
        "network": entry.network,
        "model": entry.model,
        "languages": entry.languages or fleet.languages,
        "broker": broker_of(entry, fleet),
        "devices": [device.model_dump() for device in entry.devices],
        "notes": entry.notes,
        "retired": entry.retired and {"on": entry.retired.on.isoformat(), "reason": entry.retired.reason},
        "file": str(path),
    }


def say_json(found: object) -> None:
    """Print facts as one JSON document."""
    click.echo(json.dumps(found, ensure_ascii=False, indent=2))


def show_halls(entries: Iterable[HallEntry], fleet: FleetSettings) -> None:
    """Print one row for each hall."""
    console = terminal()
    wide = console.width >= WIDE
    made = table(
        "kode", "nama", "kecamatan", *(("jaringan", "Pi", "alat") if wide else ()), "keterangan", title=escape(fleet.regency)
    )
    for entry in entries:
        more = (NETWORKS[entry.network], entry.model or "-", str(len(entry.devices) or "-")) if wide else ()
        ended = f"berhenti {entry.retired.on}: {entry.retired.reason}" if entry.retired else entry.notes.partition("\n")[0]
        cells = (dotted(entry.code), entry.name, entry.district or "-", *more, ended)
        made.add_row(*map(escape, cells), style="dim" if entry.retired else None)
    console.print(made)


def show_hall(entry: HallEntry, fleet: FleetSettings, path: Path) -> None:
    """Print all that is known of one hall."""
    known = facts(entry, fleet, path)
    made = Table(box=SIMPLE_HEAD, show_header=False, pad_edge=False)
    place = f"{entry.coordinates[0]:g}, {entry.coordinates[1]:g}" if entry.coordinates else "-"
    rows = (
        ("kode", dotted(entry.code)),
        ("nama", entry.name),
        ("kecamatan", entry.district or "-"),
        ("kabupaten", fleet.regency),
        ("alamat", entry.address or "-"),
        ("lintang, bujur", place),
        ("jaringan", NETWORKS[entry.network]),
        ("Pi", entry.model or "belum diketahui"),
        ("bahasa", ", ".join(known["languages"])),
        ("broker", known["broker"] or "belum ada: semua tinggal di balai"),
        *(("alat", _device(device.id, device.kind, device.options)) for device in entry.devices),
        ("catatan", entry.notes or "-"),
        *((("berhenti", f"{entry.retired.on}: {entry.retired.reason}"),) if entry.retired else ()),
        ("berkas", str(path)),
    )
    for name, value in rows:
        made.add_row(name, escape(value))
    terminal().print(made)


def _device(id: str, kind: str, options: dict[str, object]) -> str:
    return " ".join((id, kind, *(f"{key}={value}" for key, value in options.items())))


def show_plan(made: Plan) -> None:
    """Print what is to be said of a list, line by line, faults marked, and how many halls it is about."""
    rows = table("baris", "", "apa dan apa yang harus dilakukan")
    for remark in made.remarks:
        said = escape(f"{remark.sentence} {remark.remedy}".strip())
        rows.add_row(str(remark.line), "SALAH" if remark.fault else "catatan", said, style="red" if remark.fault else None)
    if made.remarks:
        terminal().print(rows)
    click.echo(f"Baru {len(made.added)}, berubah {len(made.changed)}, tetap {made.unchanged}, baris salah {len(made.faults)}.")
