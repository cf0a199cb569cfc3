"""Whether what somebody asks of halls is what the contract says of its kind, told before it is sent.

A hall would refuse it too, minutes or days later; whoever typed it is still here.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from typing import Any

from gateway.errors import Reason, Refusal
from gateway.relay.contract import FOLDER

KINDS = {
    "string": "teks",
    "integer": "angka bulat",
    "number": "angka",
    "boolean": "true atau false",
    "object": "objek",
    "array": "daftar",
}
"""What a type of JSON is called."""


def require_fit(kind: str, data: Mapping[str, Any]) -> None:
    """Raise Refusal ``order-unfit`` for data that no hall could carry out."""
    path = FOLDER / "commands" / f"{kind}.v1.json"
    schema = json.loads(path.read_text(encoding="utf-8"))["properties"]["data"]
    told = schema.get("properties", {})
    strange = next((name for name in data if told and name not in told), None)
    reason = _stranger(strange, told) if strange is not None else _fault(schema, path.as_uri(), data)
    if reason is not None:
        raise Refusal("order-unfit", kind=kind, reason=reason, parts=_parts(schema))


def _stranger(name: str, told: Mapping[str, Any]) -> Reason:
    near = difflib.get_close_matches(name, told, n=1)
    if near:
        return Reason("{name} tidak dikenal, mungkin maksudnya {near}", name=name, near=near[0])
    return Reason("{name} tidak dikenal", name=name)


def _fault(schema: Mapping[str, Any], place: str, data: Mapping[str, Any]) -> Reason | None:
    from jsonschema import Draft202012Validator, FormatChecker  # noqa: PLC0415 - the other commands start faster without
    from jsonschema.exceptions import best_match  # noqa: PLC0415 - as above
    from referencing import Registry, Resource  # noqa: PLC0415 - as above

    words = FOLDER / "words.json"
    known = Resource.from_contents(json.loads(words.read_text(encoding="utf-8")))
    registry: Registry[Any] = Registry().with_resource(words.as_uri(), known)
    error = best_match(
        Draft202012Validator({"$id": place, **schema}, registry=registry, format_checker=FormatChecker()).iter_errors(data)
    )
    return None if error is None else _reason(error)


def _reason(error: Any) -> Reason:  # noqa: ANN401 - jsonschema has no types
    name = ".".join(map(str, error.absolute_path)) or "data"
    match error.validator:
        case "required":
            missing = next(one for one in error.validator_value if one not in error.instance)
            return Reason("{name} belum diisi", name=".".join([*map(str, error.absolute_path), missing]))
        case "type":
            wanted = error.validator_value if isinstance(error.validator_value, str) else error.validator_value[0]
            return Reason("{name} harus berupa {wanted}", name=name, wanted=KINDS.get(wanted, wanted))
        case "enum":
            return Reason("{name} harus salah satu dari {wanted}", name=name, wanted=", ".join(map(str, error.validator_value)))
        case _:
            return Reason("{name} tidak seperti yang seharusnya", name=name)


def _parts(schema: Mapping[str, Any]) -> str:
    """Return what data of this kind is made of, what must be there first."""
    required = schema.get("required", [])
    names = sorted(schema.get("properties", {}), key=lambda name: name not in required)
    return ", ".join(f"{name} (wajib)" if name in required else name for name in names) or "-"
