"""What is wrong with a choice, in sentences for people: beside the field of a page, and after the key of a file."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from gateway.errors import Reason

if TYPE_CHECKING:
    from gateway.portal.i18n import Words

SENTENCES = {
    "missing": "Harus diisi.",
    "int_type": "Tulis angka bulat.",
    "int_parsing": "Tulis angka bulat.",
    "int_from_float": "Tulis angka bulat.",
    "float_type": "Tulis angka.",
    "float_parsing": "Tulis angka.",
    "bool_type": "Tulis true atau false.",
    "bool_parsing": "Tulis true atau false.",
    "string_type": "Tulis teks di antara tanda kutip.",
    "string_too_short": "Harus diisi.",
    "string_too_long": "Paling panjang {max_length} huruf.",
    "greater_than_equal": "Paling kecil {ge}.",
    "less_than_equal": "Paling besar {le}.",
    "literal_error": "Pilih salah satu: {expected}.",
    "enum": "Pilih salah satu: {expected}.",
    "tuple_type": "Tulis daftar di antara [ dan ].",
    "dict_type": "Tulis sebagai bagian tersendiri di antara [ dan ].",
    "model_type": "Tulis sebagai bagian tersendiri di antara [ dan ].",
    "string_pattern_mismatch": "Pakai huruf kecil, angka, dan tanda hubung saja, mulai dengan huruf.",
    "too_long": "Paling banyak {max_length}.",
    "too_short": "Paling sedikit {min_length}.",
    "value_error": "Tidak dapat dipakai: {error}.",
}
"""By the kind of fault. What is missing here is told as ``UNCLEAR``."""
UNCLEAR = "Isinya tidak dapat dipakai."
UNKNOWN = "Nama ini tidak dikenal. Hapus dari berkas, atau pakai salah satu dari: {known}."
UNKNOWN_BUT_NEAR = "Nama ini tidak dikenal. Mungkin maksudnya: {near}."


def faults(error: ValidationError, speak: Words, known: Iterable[str] = ()) -> dict[str, str]:
    """Return the first fault of each field, by its name; ``known`` are the names that there could be."""
    told: dict[str, str] = {}
    for detail in error.errors(include_url=False):
        is_unknown = detail["type"] == "extra_forbidden"
        said = unknown(str(detail["loc"][-1]), known, speak) if is_unknown else sentence(detail, speak)
        told.setdefault(".".join(str(part) for part in detail["loc"]), said)
    return told


def unknown(name: str, known: Iterable[str], speak: Words) -> str:
    """Return what is said of a name that nobody knows, with the remedy."""
    reason = unknown_reason(name, known)
    return speak.tell(reason.sentence, reason.facts)


def unknown_reason(name: str, known: Iterable[str]) -> Reason:
    """Return the same as words that can be said in any language."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    return Reason(UNKNOWN_BUT_NEAR, near=near[0]) if near else Reason(UNKNOWN, known=", ".join(names))


def sentence(detail: ErrorDetails, speak: Words) -> str:
    """Return one fault as a sentence."""
    reason = reason_of(detail)
    return speak.tell(reason.sentence, reason.facts)


def reason_of(detail: ErrorDetails) -> Reason:
    """Return one fault as a sentence that can be said in any language."""
    facts = {name: f"{fact:g}" if isinstance(fact, float) else fact for name, fact in detail.get("ctx", {}).items()}
    if isinstance(error := facts.get("error"), ValueError):
        facts["error"] = next(iter(error.args), "")
    return Reason(SENTENCES.get(detail["type"], UNCLEAR), **facts)
