"""A sealed record as a page shows it. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gateway.values import last_four

HIDDEN = frozenset({"nik", "kk", "no-kk", "no_kk"})
"""Fields of which pages show the last four digits."""
DEPTH = 4


@dataclass(frozen=True, slots=True)
class Sheet:
    """One record, opened."""

    kind: str
    record: str
    version: int
    fields: Sequence[tuple[str, str]]
    """Labels and values, the numbers of persons as pages show them."""
    content: Mapping[str, object]
    """All of it."""


def opened(kind: str, record: str, version: int, content: bytes, labels: Mapping[str, str]) -> Sheet:
    """Return what was sealed as labels and values; what is no JSON is told by its size."""
    try:
        told = json.loads(content)
    except ValueError:
        told = {"berkas": f"{len(content)} B"}
    whole: Mapping[str, object] = told if isinstance(told, dict) else {"isi": told}
    rows = [(labels.get(name, name), _shown(name.rpartition(".")[2], value)) for name, value in _flat(whole, "", DEPTH)]
    return Sheet(kind, record, version, rows, whole)


def _flat(value: object, name: str, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and depth:
        for key, one in value.items():
            yield from _flat(one, f"{name}.{key}" if name else str(key), depth - 1)
    elif isinstance(value, list) and depth:
        for number, one in enumerate(value, 1):
            yield from _flat(one, f"{name}.{number}", depth - 1)
    elif value not in ("", None):
        yield name, str(value)


def _shown(name: str, value: str) -> str:
    return last_four(value) if name in HIDDEN and len(value) > 4 else value  # noqa: PLR2004 - the last four digits
