"""The files of a service put together: what is shipped, what the regency changes of it, and what the village changes of both.

Promises: a later file overrides the keys it has and leaves the others; parts (requirements, questions, steps) are overridden
one by one, by their id; whatever is wrong is told with its file and line, all of it at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ValidationError

from gateway.choices.faults import reason_of, unknown_reason
from gateway.errors import Reason
from gateway.services.document import FILE_LIMIT_BYTES, Question, Requirement, Service, Step
from gateway.services.faults import Fault, Unfit, unknown_part
from gateway.services.lines import line_of, lines_of
from gateway.toml import TOMLDecodeError, read_toml

LISTS = {"requirement": "bring", "field": "ask", "step": "steps"}
"""By kind of part: the key that names the parts in their order."""
PARTS: Mapping[str, type[BaseModel]] = {"requirement": Requirement, "field": Question, "step": Step}
_AT = re.compile(r"line (\d+)")
_Tree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """One file: its name as faults tell it, such as ``sku.toml``, and what it says."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class _Read:
    """A file that TOML can read."""

    source: Source
    tree: _Tree

    def fault(self, path: Sequence[str | int], reason: Reason, key: str = "") -> Fault:
        return Fault(self.source.name, line_of(lines_of(self.source.text), path), key, reason)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where something of the merged service was written."""

    read: _Read
    path: tuple[str | int, ...]
    layer: int


@dataclass(slots=True)
class _Merged:
    """A service before it is judged, and where each of its pieces comes from."""

    tree: _Tree = field(default_factory=dict)
    keys: dict[str, _Place] = field(default_factory=dict)
    parts: dict[str, list[_Place]] = field(default_factory=dict)
    """Of each kind, in the order of the tree."""


@lru_cache(maxsize=64)
def service_of(layers: tuple[Source, ...], shared: Source) -> Service:
    """Return the service that ``layers``, the first of them whole, describe with parts of ``shared``. Raises Unfit."""
    read = [_read(layer) for layer in layers]
    merged = _merge(read, _read_shared(shared))
    try:
        return Service.model_validate_json(json.dumps(merged.tree, default=str))
    except ValidationError as error:
        raise Unfit(list(dict.fromkeys(_located(detail["loc"], detail, merged, read[0]) for detail in error.errors()))) from error
    except ValueError as error:  # a number of more digits than Python writes
        raise Unfit([read[-1].fault((), Reason("Ada angka yang terlalu besar."))]) from error


def check_shared(shared: Source) -> None:
    """Judge every shared part, used or not. Raises Unfit."""
    read = _read_shared(shared)
    faults = []
    for kind, model in PARTS.items():
        for name, part in read.tree.get(kind, {}).items():
            try:
                model.model_validate_json(json.dumps({"id": name, **part}, default=str))
            except ValidationError as error:
                faults += [
                    read.fault((kind, name, *detail["loc"]), reason_of(detail), f"{kind}.{name}") for detail in error.errors()
                ]
    if faults:
        raise Unfit(faults)


def shared_names(shared: Source) -> dict[str, dict[str, str]]:
    """Return the shared parts by kind: name and Indonesian words, for whoever writes a service."""
    tree = _read_shared(shared).tree
    said = {"requirement": "text", "field": "label", "step": "text"}
    return {kind: {name: part[said[kind]]["id"] for name, part in tree.get(kind, {}).items()} for kind in PARTS}


@lru_cache(maxsize=4)
def _read_shared(source: Source) -> _Read:
    """The same for every service: nobody changes its tree."""
    return _read(source)


def _read(source: Source) -> _Read:
    if len(source.text.encode("utf-8", "surrogatepass")) > FILE_LIMIT_BYTES:
        raise Unfit(
            [
                Fault(
                    source.name,
                    1,
                    "",
                    Reason("Berkas ini lebih dari {limit} KiB. Ringkas isinya.", limit=FILE_LIMIT_BYTES // 1024),
                )
            ]
        )
    try:
        tree = read_toml(source.text)
    except (TOMLDecodeError, ValueError) as error:
        found = _AT.search(str(error))
        line = int(found[1]) if found else source.text.count("\n") + 1
        reason = Reason("Baris ini tidak terbaca sebagai TOML. Periksa tanda kutip, tanda =, dan kurungnya.")
        raise Unfit([Fault(source.name, line, "", reason)]) from error
    return _Read(source, tree)


def _merge(layers: Sequence[_Read], shared: _Read) -> _Merged:
    merged, faults = _Merged(), []
    own: dict[str, dict[str, tuple[Any, _Place]]] = {kind: {} for kind in PARTS}
    for number, read in enumerate(layers):
        for key, value in read.tree.items():
            if key in PARTS and isinstance(value, list):
                faults += _gather(own[key], key, value, read, number)
            elif key in LISTS.values():
                merged.keys[key] = _Place(read, (key,), number)
            else:
                merged.tree[key] = value
                merged.keys[key] = _Place(read, (key,), number)
    for kind, listed in LISTS.items():
        if kind in merged.tree:  # it is no list of tables; the model says so
            continue
        parts = _ordered(kind, merged.keys.get(listed), own[kind], shared, faults)
        merged.tree[kind] = [part for part, _ in parts]
        merged.parts[kind] = [place for _, place in parts]
    if faults:
        raise Unfit(faults)
    return merged


def _gather(own: dict[str, tuple[Any, _Place]], kind: str, value: list[Any], read: _Read, layer: int) -> list[Fault]:
    """Take the parts of one file: each replaces an earlier one of its id."""
    faults: list[Fault] = []
    for index, part in enumerate(value):
        place = _Place(read, (kind, index), layer)
        name = part.get("id") if isinstance(part, dict) else None
        name = name if isinstance(name, str) else f"{kind} {index + 1}"
        if name in own and own[name][1].layer == layer:
            faults.append(read.fault(place.path, Reason("Nama {name} sudah dipakai di berkas ini.", name=name), f"{kind}.id"))
        own[name] = (part, place)
    return faults


def _ordered(
    kind: str, listed: _Place | None, own: dict[str, tuple[Any, _Place]], shared: _Read, faults: list[Fault]
) -> list[tuple[Any, _Place]]:
    """Return the parts of a kind as the latest list names them; what its own or a later file has besides follows."""
    if listed is None:
        return list(own.values())
    key = LISTS[kind]
    names = listed.read.tree[key]
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        faults.append(listed.read.fault(listed.path, Reason('Tulis daftar nama, misalnya ["ktp", "kk"].'), key))
        return []
    of_all = shared.tree.get(kind, {})
    parts: dict[str, tuple[Any, _Place]] = {}
    for name in names:
        if name in parts:
            faults.append(listed.read.fault(listed.path, Reason("Nama {name} tertulis dua kali.", name=name), key))
        elif name in own:
            parts[name] = own[name]
        elif name in of_all:
            parts[name] = ({"id": name, **of_all[name]}, _Place(shared, (kind, name), 0))
        else:
            faults.append(listed.read.fault(listed.path, unknown_part(name, [*own, *of_all]), key))
    late = {name: part for name, part in own.items() if part[1].layer >= listed.layer}
    return list((parts | {name: part for name, part in late.items() if name not in parts}).values())


def _located(loc: tuple[str | int, ...], detail: Any, merged: _Merged, whole: _Read) -> Fault:  # noqa: ANN401 - pydantic's ErrorDetails, asked by key
    """Return the fault at the place where somebody wrote it."""
    path = tuple(part for part in loc if part != "[key]")
    kind = str(path[0]) if path else ""
    reason = reason_of(detail)
    if kind in merged.parts and len(path) > 1 and isinstance(path[1], int) and path[1] < len(merged.parts[kind]):
        place, rest = merged.parts[kind][path[1]], path[2:]
        known: Sequence[str] = list(PARTS[kind].model_fields)
        part = merged.tree[kind][path[1]]
        name = part.get("id", path[1] + 1) if isinstance(part, dict) else path[1] + 1
        shown = ".".join(str(piece) for piece in (kind, name, *rest))
    else:
        kind = LISTS.get(kind, kind) if kind in merged.parts else kind
        place, rest = merged.keys.get(kind, _Place(whole, path[:1], 0)), path[1:]
        known = [*(name for name in Service.model_fields), *LISTS.values()]
        shown = ".".join(str(piece) for piece in (kind, *rest) if piece)
    if detail["type"] == "extra_forbidden":
        reason = unknown_reason(str(path[-1]), known)
    return place.read.fault((*place.path, *rest), reason, shown)
