"""The contract's documents as tests use them: compiled once, closed, and behind every event that the product appends.

The shipped schemas are open, since fields are added within a version. Here they are closed, so that a field that the product
sends and no schema names is found in whatever test it is sent, and the remedy is told.
"""

from __future__ import annotations

import json
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import best_match
from referencing import Registry, Resource

from gateway.relay.contract import FOLDER
from gateway.relay.envelope import Envelope
from gateway.store import outbox
from gateway.store.database import Transaction
from gateway.store.stamp import Stamp

UNTOLD: list[str] = []
"""What the product has appended and no schema tells, with the remedy, since somebody last looked."""

_TOLD: set[str] = set()
"""What was found told, without its digits: a day of four hundred people is judged as often as they differ."""

_installed: list[bool] = []


@cache
def documents() -> dict[str, dict[str, Any]]:
    """Return every document of the contract by its name, for example ``events/ticket.called.v1``."""
    paths = sorted(FOLDER.rglob("*.json"))
    return {name_of(path): json.loads(path.read_text(encoding="utf-8")) for path in paths}


def name_of(path: Path) -> str:
    """Return the name of a document: its path below the folder of the contract without its ending."""
    return path.relative_to(FOLDER).as_posix().removesuffix(".json")


def messages(folder: str) -> dict[str, dict[str, Any]]:
    """Return the schemas of ``events`` or ``commands`` by the type they are about."""
    return {one["title"]: one for name, one in documents().items() if name.startswith(f"{folder}/")}


@cache
def validator(name: str, *, closed: bool = True) -> Draft202012Validator:
    """Return the validator of one document; ``closed``: what it does not name is a fault."""
    documents_ = {each: (_closed(one) if closed else one) for each, one in documents().items()}
    registry: Registry[Any] = Registry().with_resources(
        [
            ((FOLDER / f"{each}.json").as_uri(), Resource.from_contents(one))
            for each, one in documents_.items()
            if "$schema" in one
        ]
    )
    root = {"$ref": (FOLDER / f"{name}.json").as_uri()}
    return Draft202012Validator(root, registry=registry, format_checker=FormatChecker())


def fault(name: str, instance: object, *, closed: bool = True) -> str:
    """Return what is wrong with ``instance`` by the document ``name``, or empty."""
    error = best_match(validator(name, closed=closed).iter_errors(instance))
    return "" if error is None else f"{error.json_path}: {error.message}"


def judge(event: dict[str, Any]) -> str:
    """Return what is wrong with an event of the product, and the remedy, or empty."""
    name = f"events/{event['type'].removeprefix('id.balai.')}"
    path = f"gateway/relay/contract/{name}.json"
    if name not in documents():
        return f"{event['type']} has no schema: write {path}, such as\n{draft(event)}\nthen `make contract`"
    wrong = fault(name, event)
    return (
        f"{event['type']}: {wrong}\nmend the event, or {path} (only ever adding fields that are not required), then `make contract`"
        if wrong
        else ""
    )


def draft(event: dict[str, Any]) -> str:
    """Return a schema to begin with for a type that has none."""
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    fields = {name: {"type": kinds[type(value)], "description": "..."} for name, value in event["data"].items()}
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": event["type"],
        "description": "when it happens",
        "allOf": [{"$ref": "../envelope.json"}],
        "properties": {
            "type": {"const": event["type"]},
            "lane": {"const": event["lane"]},
            "subject": {"title": event["subject"], "pattern": "..."},
            "data": {"type": "object", "required": [*fields], "properties": fields},
        },
    }
    return json.dumps(schema, indent=2)


def install() -> None:
    """Judge from now on every event that the product appends in this process, for good. Installing twice is harmless."""
    if _installed:
        return
    _installed.append(True)
    append = outbox.append

    def judged(tx: Transaction, stamp: Stamp, event: outbox.Event) -> int:
        seq = append(tx, stamp, event)
        shape = re.sub(r"\d+", "0", f"{event}")
        if shape not in _TOLD and sys._getframe(1).f_globals["__name__"].startswith("gateway."):
            wrong = judge(as_sent(stamp, event, seq))
            UNTOLD.append(wrong) if wrong else _TOLD.add(shape)
        return seq

    setattr(outbox, "append", judged)  # noqa: B010 - whoever appends is to be heard, in every test


def as_sent(stamp: Stamp, event: outbox.Event, seq: int = 1) -> dict[str, Any]:
    """Return the event as it goes up."""
    place = ("3510012001", "7f3a90c2", event.lane, seq, event.type, event.subject)
    sent = Envelope(*place, stamp.time, stamp.clock, stamp.bootid, stamp.uptime, json.dumps(event.data)).encode()
    return dict(json.loads(sent))


def _closed(schema: Any) -> Any:
    """Return the schema with every object that names its fields shut to others."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    shut = {name: _closed(value) for name, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and "allOf" not in schema:
        shut.setdefault("additionalProperties", False)
    return shut
