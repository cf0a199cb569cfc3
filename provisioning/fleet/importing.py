"""What a list would do to the inventory: which halls are new, which change, which lines cannot be used and why. Writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateway.errors import Refusal
from gateway.settings import fitted
from provisioning.fleet.codes import CodeFault, above_village, dotted, listed_code
from provisioning.fleet.composing import judge_entry
from provisioning.fleet.entry import LANGUAGES, NETWORKS, FleetSettings, HallEntry
from provisioning.fleet.listing import COLUMNS, Remark, Row
from provisioning.fleet.texts import tree_of

DISTRICT_DIGITS = 6
WARD = "1"
"""The first digit of a village's own four that tells a kelurahan from a desa."""
PLAIN = ("name", "address", "notes")
NETWORK_WORDS = {
    "kecil": "small",
    "wifi-pi": "small",
    "pemancar": "access-points",
    "ap": "access-points",
    "access-point": "access-points",
}


@dataclass(slots=True)
class Plan:
    """What is to be written, and what is to be said. ``unchanged`` counts halls of which the list says nothing new."""

    added: list[HallEntry] = field(default_factory=list)
    changed: list[HallEntry] = field(default_factory=list)
    unchanged: int = 0
    remarks: list[Remark] = field(default_factory=list)

    @property
    def faults(self) -> list[Remark]:
        """What keeps lines out."""
        return [remark for remark in self.remarks if remark.fault]


def plan(
    rows: Iterable[Row],
    fleet: FleetSettings,
    present: Iterable[HallEntry],
    place: Callable[[str], Path],
    *,
    update: bool,
) -> Plan:
    """Compare a list with the halls that are ``present``; ``place`` says where a hall's file lies.

    A line that differs from what is there changes it with ``update``, and is a fault without.
    """
    made, known = Plan(), {entry.code: entry for entry in present}
    seen, headings = dict[str, Row](), dict[str, str]()
    districts = {entry.code[:DISTRICT_DIGITS]: entry.district for entry in known.values() if entry.district}
    for row in rows:
        if area := above_village(row.cells.get("code", ""), fleet.code):
            name = headings[area] = _titled(row.cells.get("name") or row.cells.get("village", ""))
            made.remarks.append(Remark(row.line, f"{row.cells['code']} {name} bukan desa; tidak menjadi balai."))
            continue
        try:
            entry = _entry(row, fleet, known, seen, headings, made.remarks)
            if entry is None:
                continue
            _judge(entry, fleet, districts, place)
        except CodeFault as fault:
            made.remarks.append(Remark(row.line, fault.sentence, fault.remedy, fault=True))
            continue
        _settle(made, row.line, entry, known.get(entry.code), update=update)
    made.remarks.sort(key=lambda remark: remark.line)
    return made


def _settle(made: Plan, line: int, entry: HallEntry, was: HallEntry | None, *, update: bool) -> None:
    """Note what becomes of a good line, beside the hall that was there before."""
    if was and was.retired:
        sentence = f"Balai {dotted(entry.code)} sudah berhenti sejak {was.retired.on}, dan tetap begitu."
        made.remarks.append(Remark(line, sentence))
    if was is None:
        made.added.append(entry)
    elif was == entry:
        made.unchanged += 1
    elif update:
        made.changed.append(entry)
    else:
        keys = ", ".join(key for key in HallEntry.model_fields if getattr(was, key) != getattr(entry, key))
        sentence = f"Balai {dotted(entry.code)} sudah ada dan berbeda: {keys}."
        made.remarks.append(Remark(line, sentence, "Pakai --update untuk mengubahnya menurut daftar ini.", fault=True))


def _entry(
    row: Row,
    fleet: FleetSettings,
    known: Mapping[str, HallEntry],
    seen: dict[str, Row],
    headings: Mapping[str, str],
    remarks: list[Remark],
) -> HallEntry | None:
    code, mended = listed_code(row.cells.get("code", ""))
    if not code.startswith(fleet.code):
        begin = f"{fleet.code[:2]}.{fleet.code[2:]}"
        raise CodeFault(f"Kode {dotted(code)} bukan dari {fleet.regency} ({begin}).", "Periksa kodenya, atau hapus baris itu.")
    if mended:
        remarks.append(Remark(row.line, mended, "Periksa apakah itu benar."))
    if code in seen:
        earlier = seen[code]
        if {**earlier.cells, "code": ""} != {**row.cells, "code": ""}:
            raise CodeFault(
                f"Kode {dotted(code)} sudah ada di baris {earlier.line}, dengan isi lain.",
                "Hapus salah satu dari kedua baris itu.",
            )
        remarks.append(Remark(row.line, f"Sama dengan baris {earlier.line}; dibaca sekali."))
        return None
    seen[code] = row
    was = known.get(code)
    tree = {**(tree_of(was) if was else {}), "code": code, **_said(row, code)}
    if "district" not in tree and (heading := headings.get(code[:DISTRICT_DIGITS])):
        tree["district"] = heading
    if "broker" in row.cells:
        settings = tree.get("settings", {})
        tree["settings"] = {**settings, "relay": {**settings.get("relay", {}), "broker": row.cells["broker"]}}
    return _fitted(tree)


def _said(row: Row, code: str) -> dict[str, Any]:
    cells = row.cells
    said: dict[str, Any] = {key: cells[key] for key in PLAIN if key in cells}
    if "name" not in said and "village" in cells:
        said["name"] = _hall_of(cells["village"], code)
    if "district" in cells:
        said["district"] = _titled(cells["district"])
    if "network" in cells:
        word = cells["network"].casefold().replace(" ", "-")
        said["network"] = NETWORK_WORDS.get(word, word)
    if "model" in cells:
        said["model"] = cells["model"].casefold().replace(" ", "").replace("raspberry", "")
    if "languages" in cells:
        said["languages"] = cells["languages"].casefold().replace(",", " ").replace("/", " ").split()
    if {"latitude", "longitude"} & set(cells):
        said["coordinates"] = [_degrees(cells.get(key, ""), COLUMNS[key][0]) for key in ("latitude", "longitude")]
    return said


def _titled(name: str) -> str:
    """Return a name that is all capitals as names are written."""
    return name.title() if name.isupper() else name


def _hall_of(village: str, code: str) -> str:
    """Return what the hall of a village is called."""
    name = _titled(village)
    if name.casefold().startswith(("balai", "kantor")):
        return name
    bare = name.partition(" ")[2] if name.casefold().startswith(("desa ", "kelurahan ")) else name
    return f"{'Kantor Kelurahan' if code[6] == WARD else 'Balai Desa'} {bare}"


def _degrees(cell: str, column: str) -> float:
    try:
        return float(cell.replace(",", "."))
    except ValueError:
        raise CodeFault(
            f"{column} {cell[:20]!r} bukan derajat.", "Tulis lintang dan bujur sebagai derajat, misalnya -8.2192 dan 114.3691."
        ) from None


def _fitted(tree: Mapping[str, Any]) -> HallEntry:
    try:
        return fitted(HallEntry, tree, Path())
    except Refusal as refusal:
        raise _column_fault(str(refusal.facts["key"]).partition(".")[0], refusal) from refusal


def _judge(entry: HallEntry, fleet: FleetSettings, districts: dict[str, str], place: Callable[[str], Path]) -> None:
    if entry.district:
        usual = districts.setdefault(entry.code[:DISTRICT_DIGITS], entry.district)
        if usual.casefold() != entry.district.casefold():
            raise CodeFault(
                f"Kecamatan {entry.district}, padahal {dotted(entry.code)[:8]} adalah {usual}.", "Periksa kode dan kecamatannya."
            )
    try:
        judge_entry(entry, fleet, place(entry.code))
    except Refusal as refusal:
        raise _column_fault(str(refusal.facts["key"]).removeprefix("settings.relay."), refusal) from refusal


def _column_fault(key: str, refusal: Refusal) -> CodeFault:
    column, choices = COLUMNS.get(key, (key,))[0], {"network": NETWORKS, "languages": LANGUAGES}.get(key)
    remedy = f"Tulis salah satu: {', '.join(choices)}." if choices else f"Perbaiki kolom {column}."
    return CodeFault(f"{column} tidak benar ({refusal.facts.get('reason', '')}).", remedy)
