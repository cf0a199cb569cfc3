"""Reads a file of ``firmware_config/wiring`` and refuses what nobody should build: docs/wiring.md is made from what passes here."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from provisioning.wiring.header import GROUND, POWER, RESERVED, SOCKETS, name_of, pin_of
from provisioning.wiring.model import COLOURS, DRAWN, PI, End, Part, Wire, Wiring, WiringFault, Words

CUT = "# ---- Copy what stands above into hall.toml. Below is how it is wired; docs/wiring.md draws it. ----"
"""The line between what is copied and what is drawn."""
RESISTOR, CAPACITOR = r"\d+(\.\d+)? (Ω|kΩ|MΩ)", r"\d+(\.\d+)? (pF|nF|µF)"
PART_KEYS = {"id", "draw", "name", "column", "left", "right"}
WIRE_KEYS = {"from", "to", "colour", "resistor", "capacitor", "pulldown", "cable"}
WIRING_KEYS = {"title", "about", "boot", "parts", "wires", "notes"}


def read_folder(folder: Path) -> tuple[Wiring, ...]:
    """Return every wiring of a folder, by name. Raises WiringFault."""
    return tuple(read(path) for path in sorted(folder.glob("*.toml")))


def read(path: Path) -> Wiring:
    """Return one wiring. Raises WiringFault with the file's name and what is wrong in it."""
    text = path.read_text(encoding="utf-8")
    try:
        return _wiring(path.stem, text)
    except (WiringFault, tomllib.TOMLDecodeError) as error:
        raise WiringFault(f"{path.name}: {error}") from error


def _wiring(kind: str, text: str) -> Wiring:
    tree = tomllib.loads(text)
    above, cut, _ = text.partition(CUT)
    devices = tuple(tree.pop("devices", ()))
    is_paired = tree.pop("paired", False)
    if not is_paired and (not cut or tomllib.loads(above).get("devices", []) != list(devices)):
        raise WiringFault(f"the line '{CUT}' must stand between the [[devices]] and [wiring]")
    table = tree.pop("wiring", {})
    _only(tree, set(), "file")
    if not isinstance(is_paired, bool) or (is_paired and devices):
        raise WiringFault("'paired = true' is for a device that has no [[devices]]")
    _only(table, WIRING_KEYS, "wiring")
    parts = {part.id: part for part in map(_part, table.get("parts", ()))}
    if len(parts) != len(table.get("parts", ())) or PI in parts or {device["id"] for device in devices} & set(parts):
        raise WiringFault("a part needs an id of its own, which is no device's and not 'pi'")
    wires = tuple(_wire(number, one, parts, devices) for number, one in enumerate(table.get("wires", ()), 1))
    wiring = Wiring(
        kind=kind,
        title=_words(table, "title"),
        about=_words(table, "about"),
        boot=tuple(table.get("boot", ())),
        parts=parts,
        wires=wires,
        notes=tuple(_words({"note": one}, "note") for one in table.get("notes", ())),
        devices=devices,
        is_paired=is_paired,
        entry="" if is_paired else above.strip() + "\n",
    )
    _judge(wiring)
    return wiring


def _only(table: Mapping[str, Any], keys: Iterable[str], where: str) -> None:
    for key in set(table) - set(keys):
        raise WiringFault(f"{where}: unknown key '{key}'")


def _words(table: Mapping[str, Any], key: str) -> Words:
    value = table.get(key)
    if not isinstance(value, dict) or set(value) != {"id", "en"} or not all(value.values()):
        raise WiringFault(f'{key} = {{id = "...", en = "..."}} is missing or incomplete')
    return Words(**value)


def _part(table: Mapping[str, Any]) -> Part:
    _only(table, PART_KEYS, f"part {table.get('id')}")
    id, draw = str(table.get("id")), table.get("draw")
    if not re.fullmatch(r"[a-z0-9-]+", id):
        raise WiringFault(f"part '{id}': an id has small letters, digits and hyphens only")
    if draw not in DRAWN:
        raise WiringFault(f"part {id}: draw must be one of {', '.join(DRAWN)}")
    left, right = tuple(table.get("left", ())), tuple(table.get("right", ()))
    left = left or (() if right else DRAWN[draw])
    if not left + right or len(set(left + right)) != len(left + right):
        raise WiringFault(f"part {id}: its terminals (left, right) need names of their own")
    return Part(id, draw, _words(table, "name"), int(table.get("column", 1)), left, right)


def _wire(number: int, table: Mapping[str, Any], parts: Mapping[str, Part], devices: tuple[Mapping[str, Any], ...]) -> Wire:
    where = f"wire {number} ({table.get('from')} to {table.get('to')})"
    _only(table, WIRE_KEYS, where)
    if table.get("colour") not in COLOURS:
        raise WiringFault(f"{where}: colour must be one of {', '.join(COLOURS)}")
    written, to = str(table.get("from")), table.get("to")
    option = written if any(written.startswith(f"{device['id']}.") for device in devices) else ""
    ends = tuple(_end(one, parts, where) for one in ([to] if isinstance(to, str) else to or ()))
    if not ends:
        raise WiringFault(f"{where}: it ends nowhere")
    return Wire(
        number=number,
        colour=table["colour"],
        start=_named_pin(option, devices, where) if option else _end(written, parts, where),
        ends=ends,
        resistor=table.get("resistor", ""),
        capacitor=table.get("capacitor", ""),
        pulldown=table.get("pulldown", ""),
        cable=_words(table, "cable") if "cable" in table else None,
        option=option,
    )


def _named_pin(option: str, devices: tuple[Mapping[str, Any], ...], where: str) -> End:
    id, _, key = option.partition(".")
    (device,) = [one for one in devices if one["id"] == id]
    try:
        return End(PI, str(pin_of(device[key])))
    except KeyError:
        raise WiringFault(f"{where}: {option} is no GPIO that may be wired") from None


def _end(written: str, parts: Mapping[str, Part], where: str) -> End:
    part, _, terminal = written.partition(".")
    try:
        if part == PI and name_of(terminal) not in RESERVED:
            return End(PI, terminal)
    except KeyError:
        pass
    if part in parts and terminal in parts[part].terminals:
        return End(part, terminal)
    raise WiringFault(
        f"{where}: there is no '{written}' (pi.NUMBER of the header but 27 and 28, pi.{', pi.'.join(SOCKETS)}, or PART.TERMINAL)"
    )


def _judge(wiring: Wiring) -> None:
    """Refuse what would burn, what is wired twice and what is not wired at all."""
    taken: set[End] = set()
    for wire in wiring.wires:
        _judge_colour(wire)
        _judge_elements(wire, wiring)
        for end in wire.all_ends:
            if end in taken:
                raise WiringFault(f"wire {wire.number}: {end} has a wire already; one wire may have several ends")
            taken.add(end)
    for part in wiring.parts.values():
        for terminal in part.terminals:
            if End(part.id, terminal) not in taken:
                raise WiringFault(f"part {part.id}: nothing is wired to its terminal '{terminal}'")
    pins = {f"{device['id']}.{key}" for device in wiring.devices for key in device if key == "pin" or key.endswith("_pin")}
    for option in pins ^ {wire.option for wire in wiring.wires if wire.option}:
        raise WiringFault(f"{option} stands in the entry and must be the beginning of one wire")
    if not wiring.wires or not (wiring.devices or wiring.boot or wiring.is_paired):
        raise WiringFault("a wiring has wires, and [[devices]], boot or paired")


def _judge_elements(wire: Wire, wiring: Wiring) -> None:
    """Resistors and capacitors stand before a terminal at the left of a part, those to ground above its black one."""
    black = {end for other in wiring.wires if other.colour == "black" for end in other.all_ends}
    for key, form in (("resistor", RESISTOR), ("pulldown", RESISTOR), ("capacitor", CAPACITOR)):
        text = getattr(wire, key)
        if text and not re.fullmatch(form, text):
            raise WiringFault(f"wire {wire.number}: {key} '{text}' must be written as '330 Ω', '4.7 kΩ' or '100 nF'")
        left = [wiring.parts[end.part].left if end.part != PI else () for end in wire.ends]
        if text and not all(end.terminal in names for end, names in zip(wire.ends, left, strict=True)):
            raise WiringFault(f"wire {wire.number}: with a {key} it must end at the left of parts")
        if text and key != "resistor":
            for end, names in zip(wire.ends, left, strict=True):
                below = names[names.index(end.terminal) + 1 :][:1]
                if not below or End(end.part, below[0]) not in black:
                    raise WiringFault(f"wire {wire.number}: the terminal below {end} must be the ground of its {key}, and black")


def _judge_colour(wire: Wire) -> None:
    """Black is ground, red is 5 V, orange is 3.3 V at the Pi's header, and nothing else is."""
    meant = {"black": {GROUND}, "red": {"5V"}, "orange": {"3V3"}}
    found = {name_of(end.terminal) for end in wire.all_ends if end.part == PI} & ({GROUND} | POWER)
    if len(found) > 1:
        raise WiringFault(f"wire {wire.number} joins {' and '.join(sorted(found))}")
    at_header = any(end.part == PI and end.terminal not in SOCKETS for end in wire.all_ends)
    if at_header and found != meant.get(wire.colour, set()):
        raise WiringFault(f"wire {wire.number}: at the header black is GND, red 5V, orange 3V3, and only they are")
