"""What is wrong with a settings file, in words for people: every key that pydantic found fault with, by the name that stands in the file."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gateway.errors import Reason, Refusal

REASONS = {
    "missing": "wajib diisi",
    "int_type": "harus bilangan bulat",
    "string_type": "harus teks di antara tanda kutip",
    "string_too_short": "tidak boleh kosong",
    "string_too_long": "paling panjang {max_length} huruf",
    "string_pattern_mismatch": "bentuknya salah",
    "literal_error": "pilih {expected}",
    "greater_than_equal": "paling kecil {ge}",
    "less_than_equal": "paling besar {le}",
    "tuple_type": "setiap satuan ditulis dalam blok [[..]] atau daftar [..] sendiri",
    "model_type": "harus satu bagian [..] dengan kunci di bawahnya",
    "": "tidak dapat dipakai",
}
"""By the kind of fault that pydantic finds; the last is of any other."""
VILLAGE, TOPICS = r"^[0-9]{10}$", r"^[a-z0-9-]+(/[a-z0-9-]+)*$"
FORMS = {
    VILLAGE: Reason("harus 10 angka, yaitu kode desa tanpa titik, misalnya 3510012001"),
    TOPICS: Reason("harus huruf kecil, angka, tanda hubung, dan garis miring, misalnya balai/v1"),
}
"""What a text of this form looks like, for people."""
FAULTS_TOLD = 8
"""So many wrong keys are told at once."""


def refusal_of(model: type[BaseModel], tree: Mapping[str, Any], path: Path, error: ValidationError) -> Refusal:
    """Return the refusal that names the first wrong key, and the others after it."""
    faults = error.errors(include_url=False)
    first, others = faults[0], [_told(model, tree, fault) for fault in faults[1:FAULTS_TOLD]]
    key = _key(tree, first["loc"])
    if first["type"] == "extra_forbidden":
        near = _near(model, first)
        hint = Reason("Mungkin maksudnya: {key}.", key=near) if near else ""
        if others:
            hint = Reason("{hint} Juga salah: {others}.", hint=hint, others=_listed(others))
        return Refusal("settings-unknown-key", path=path, key=key, hint=hint)
    reason = _reason(first)
    if others:
        reason = Reason("{reason}; juga salah: {others}", reason=reason, others=_listed(others))
    return Refusal("settings-invalid", path=path, key=key, reason=reason)


def _told(model: type[BaseModel], tree: Mapping[str, Any], fault: ErrorDetails) -> Reason:
    key = _key(tree, fault["loc"])
    if fault["type"] != "extra_forbidden":
        return Reason("{key} {why}", key=key, why=_reason(fault))
    near = _near(model, fault)
    return Reason("{key} tidak dikenal{hint}", key=key, hint=Reason(", mungkin maksudnya {near}", near=near) if near else "")


def _listed(faults: Sequence[Reason]) -> Reason:
    first, *rest = faults
    return Reason("{first}; {rest}", first=first, rest=_listed(rest)) if rest else first


def _key(tree: Mapping[str, Any], location: Sequence[int | str]) -> str:
    """Return the name of a key: that of a device by its id, that of another of several by its number, counted from one."""
    names: list[str] = []
    here: object = tree
    for part in location:
        here = _at(here, part)
        if isinstance(part, int):
            id = _at(here, "id")
            names.append(id if isinstance(id, str) and id else f"#{part + 1}")
        else:
            names.append(part)
    return ".".join(names)


def _at(many: object, part: int | str) -> object:
    """Return what stands at a place of a table or a list; None when nothing does."""
    if isinstance(many, Mapping):
        return many.get(part)
    if isinstance(many, list | tuple) and isinstance(part, int) and part < len(many):
        return many[part]
    return None


def _near(model: type[BaseModel], fault: ErrorDetails) -> str:
    """Return the known key that an unknown one may mean, or nothing."""
    near = difflib.get_close_matches(str(fault["loc"][-1]), _known_keys(model, fault["loc"][:-1]), n=1)
    return near[0] if near else ""


def _reason(error: ErrorDetails) -> str:
    facts = error.get("ctx", {})
    if error["type"] == "value_error":
        return next(iter(facts["error"].args), "")
    if (form := FORMS.get(str(facts.get("pattern")))) is not None:
        return form
    return Reason(REASONS.get(error["type"], REASONS[""]), **facts)


def _known_keys(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    for part in location:
        annotation = model.model_fields[str(part)].annotation if str(part) in model.model_fields else None
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return []
        model = annotation
    return list(model.model_fields)
