"""``make contract``: writes what follows from the schemas, so that nobody writes a thing twice.

That is the table of docs/events.md, the messages of ``asyncapi.json``, and one line for each new field in ``frozen.txt``. A line
there is never changed and never taken away: it is what a centre of an earlier version counts on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gateway.relay.contract import FOLDER
from tests.support.contract import documents, messages

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "events.md"
FROZEN = ROOT / "tests" / "relay" / "contract" / "frozen.txt"
HEAD = "| type | lane | subject | data | when |"
NO_MESSAGES = {"asyncapi", "words"}
"""Documents that are no message."""
UNFROZEN = NO_MESSAGES | {"batch"}
"""A batch is its envelopes, which are frozen already."""
WIDTH = 130


def table() -> list[str]:
    """Return the table of docs/events.md, its head first."""
    return [HEAD, "|---|---|---|---|---|", *(_row(kind, schema) for kind, schema in messages("events").items())]


def _row(kind: str, schema: Mapping[str, Any]) -> str:
    lane, subject, data = (resolved(schema["properties"][name]) for name in ("lane", "subject", "data"))
    names = [f"`{name}`" if name in data.get("required", ()) else f"`{name}`?" for name in data["properties"]]
    told = "; ".join(filter(None, (_told(name, resolved(field)) for name, field in data["properties"].items())))
    when = schema["description"] + (f". {told}" if told else "")
    about = f"`{subject['title']}`" if "title" in subject else subject["description"]
    return f"| `{kind}` | {lane.get('const') or lane['description']} | {about} | {', '.join(names)} | {when} |"


def _told(name: str, field: Mapping[str, Any]) -> str:
    told = field.get("description", "")
    words = ", ".join(f"`{word}`" for word in field.get("enum", ()) if f"`{word}`" not in told)
    both = f"{told} ({words})" if told and words else told or words
    return f"`{name}`: {both}" if both else ""


def described() -> dict[str, Any]:
    """Return every message as ``asyncapi.json`` describes it."""
    return {
        key_of(name): {
            "title": schema["title"],
            "summary": schema["description"],
            "payload": {"schemaFormat": "application/schema+json;version=draft-2020-12", "schema": {"$ref": f"./{name}.json"}},
        }
        for name, schema in documents().items()
        if name not in NO_MESSAGES
    }


def key_of(name: str) -> str:
    """Return the name of a message in ``asyncapi.json``, for example ``ticket-called-v1``."""
    return name.rpartition("/")[2].replace(".", "-")


def pretty(value: object, indent: int = 0, used: int = WIDTH) -> str:
    """Return JSON in which whatever fits stands on one line. ``used``: the columns already taken on it."""
    line = json.dumps(value, ensure_ascii=False)
    if used + len(line) < WIDTH or not isinstance(value, dict | list):
        return line
    pad = " " * (indent + 2)
    named = {f"{json.dumps(key)}: ": one for key, one in value.items()} if isinstance(value, dict) else None
    pairs = named.items() if named is not None else [("", one) for one in value]
    inner = ",\n".join(f"{pad}{key}{pretty(one, indent + 2, indent + 2 + len(key))}" for key, one in pairs)
    opened, shut = "{}" if named is not None else "[]"
    return f"{opened}\n{inner}\n{' ' * indent}{shut}"


def resolved(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``schema`` with what it refers to."""
    if "$ref" not in schema:
        return dict(schema)
    path, _, pointer = schema["$ref"].rpartition("#/$defs/")
    name = Path(path).stem
    known = documents()[name]["$defs"][pointer] if pointer and path else documents()[Path(schema["$ref"]).stem]
    return {**resolved(known), **{key: value for key, value in schema.items() if key != "$ref"}}


def fields(schema: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    """Yield the path of every field below ``path`` and what it is, for example ``integer, required``."""
    whole = resolved(schema)
    for name, one in whole.get("properties", {}).items():
        need = "required" if name in whole.get("required", ()) else "optional"
        yield f"{path}.{name}", f"{_kind(resolved(one))}, {need}"
        yield from fields(one, f"{path}.{name}")
    for key, mark in (("items", "[]"), ("additionalProperties", ".*")):
        if isinstance(whole.get(key), dict):
            yield from fields(whole[key], path + mark)


def _kind(schema: Mapping[str, Any]) -> str:
    words = schema.get("enum") or ([schema["const"]] if "const" in schema else [])
    kind = schema.get("type", "any")
    return "|".join(words) if words else " or ".join(kind) if isinstance(kind, list) else str(kind)


def shapes() -> dict[str, str]:
    """Return every field of every message as it is today."""
    return dict(pair for name, schema in documents().items() if name not in UNFROZEN for pair in fields(schema, name))


def frozen() -> dict[str, str]:
    """Return every field as it was when it was first sent."""
    lines = FROZEN.read_text(encoding="utf-8").splitlines() if FROZEN.exists() else []
    return {path: what for path, _, what in (line.partition(": ") for line in lines)}


def main() -> None:
    """Write the table and the messages, and freeze what is new."""
    before, _, _ = PAGE.read_text(encoding="utf-8").partition(HEAD)
    PAGE.write_text(before + "\n".join(table()) + "\n", encoding="utf-8")
    whole = documents()["asyncapi"]
    whole["components"]["messages"] = described()
    (FOLDER / "asyncapi.json").write_text(pretty(whole) + "\n", encoding="utf-8")
    former = frozen()
    with FROZEN.open("a", encoding="utf-8") as file:
        for path, what in shapes().items():
            if path not in former:
                file.write(f"{path}: {what}\n")
                print(f"frozen: {path}: {what}")


if __name__ == "__main__":
    main()
