"""Reads a catalogue of sentences (``portal.po``, as gettext's tools and Poedit write it) without any of those tools.

Promises: a thousand sentences are read in milliseconds, for everybody waits while a language is read; an entry without
a translation is left out; what is marked ``fuzzy`` counts as any other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

_FIELD = re.compile(r'(msgid|msgid_plural|msgstr(?:\[\d\])?)\s+(".*")$')

Catalogue = dict[str, tuple[str, ...]]
"""From the Indonesian sentence to its translation, or to one for a single thing and one for more."""


def read_catalogue(lines: Iterable[str]) -> Catalogue:
    """Return the translations in the lines of a ``.po`` file. Raise ValueError for a line that is none of its format."""
    catalogue: Catalogue = {}
    for entry in _entries(lines):
        forms = tuple(text for field, text in entry.items() if field.startswith("msgstr"))
        if entry["msgid"] and all(forms):
            catalogue[entry["msgid"]] = forms
    return catalogue


def _entries(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    entry: dict[str, str] = {}
    field = ""
    for raw in lines:
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith('"') and field:
            entry[field] += _text(line)
            continue
        found = _FIELD.match(line)
        if found is None:
            raise ValueError(f"no line of a catalogue: {line}")
        field = found[1]
        if field == "msgid" and entry:
            yield entry
            entry = {}
        entry[field] = _text(found[2])
    if entry:
        yield entry


def _text(quoted: str) -> str:
    text: str = json.loads(quoted)
    return text
