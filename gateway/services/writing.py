"""What the village changes, written as the same TOML that people write by hand. Pure.

Promises: what is written is read again as it was; only what differs from the layers below is written, so that a village
which changes one fee goes on getting better texts with each update.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from gateway.services.document import INDONESIAN, Requirement, Service

LONGEST_SLUG = 32
_BARE = re.compile(r"[A-Za-z0-9_-]+")
Tree = dict[str, Any]


def to_toml(tree: Mapping[str, Any]) -> str:
    """Return ``tree``, of texts, whole numbers, booleans, lists and tables, as TOML."""
    blocks = {key: value for key, value in tree.items() if _is_tables(value)}
    lines = [f"{_key(key)} = {_value(value)}" for key, value in tree.items() if key not in blocks]
    for key, tables in blocks.items():
        for table in tables:
            lines += ["", f"[[{_key(key)}]]", *(f"{_key(name)} = {_value(value)}" for name, value in table.items())]
    return "\n".join(lines).strip() + "\n"


def slug(text: str, taken: Sequence[str]) -> str:
    """Return a name for a new part: the words of ``text``, and a number where there is one already."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:LONGEST_SLUG].strip("-")
    plain = plain if plain[:1].isalpha() else f"syarat-{plain}".strip("-")
    return next(one for one in (plain, *(f"{plain}-{number}" for number in range(2, 999))) if one not in taken)


def with_requirements(tree: Tree, texts: Sequence[str], below: Service | None, shared: Mapping[str, str]) -> Tree:
    """Return the village's ``tree`` with the requirements that ``texts`` say, line by line, in Indonesian.

    A line that is a requirement already, of the village, of the service as it is without the village (``below``) or of the shared
    ones, is that one, with its translations and help; any other is the village's own.
    """
    own = {part["id"]: part for part in tree.get("requirement", [])}
    known: dict[str, str] = {text: name for name, text in shared.items()}
    known |= {one.text[INDONESIAN]: one.id for one in (below.requirement if below else ())}
    known |= {_indonesian(part): name for name, part in own.items()}
    names: list[str] = []
    parts: list[Tree] = []
    for text in dict.fromkeys(texts):
        name = known.get(text)
        if name is None or name in names:  # two texts of one part are two parts
            name = slug(text, [*known.values(), *names])
            parts.append({"id": name, "text": text})
        elif name in own and _indonesian(own[name]) == text:
            parts.append(own[name])
        names.append(name)
    changed = {key: value for key, value in tree.items() if key not in {"bring", "requirement"}}
    if below is not None and not parts and names == [one.id for one in below.requirement]:
        return changed
    return changed | {"bring": names} | ({"requirement": parts} if parts else {})


def with_values(tree: Tree, values: Mapping[str, object], below: Service | None) -> Tree:
    """Return the village's ``tree`` with ``values``; what is so without the village is left out of it."""
    same = {key for key, value in values.items() if below is not None and getattr(below, key) == value}
    kept = {key: value for key, value in tree.items() if key not in values}
    return kept | {key: value for key, value in values.items() if key not in same}


def lines_of_requirements(requirements: Sequence[Requirement]) -> str:
    """Return requirements as the form shows them: one a line, in Indonesian."""
    return "\n".join(one.text[INDONESIAN] for one in requirements)


def _indonesian(part: Mapping[str, Any]) -> str:
    text = part.get("text", "")
    return str(text.get(INDONESIAN, "")) if isinstance(text, Mapping) else str(text)


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _text(text: str) -> str:
    # JSON's text is TOML's, save for the one letter that TOML wants escaped too.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: object) -> str:
    match value:
        case bool() | int():
            return json.dumps(value)
        case str():
            return _text(value)
        case dict():
            return "{ " + ", ".join(f"{_key(key)} = {_value(one)}" for key, one in value.items()) + " }"
        case list() | tuple():
            return "[" + ", ".join(_value(one) for one in value) + "]"
    raise TypeError(f"no value of a service: {type(value).__name__}")
