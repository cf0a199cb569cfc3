"""TOML as people write it: what is nested without end is refused before it costs a stack, or time that grows with its square."""

from __future__ import annotations

import re
import tomllib
from tomllib import TOMLDecodeError
from typing import Any

from gateway.errors import Reason

DOTS_LIMIT = 100
"""Dots in one line, outside its texts: no key has so many parts."""

_TEXT = re.compile(r'"(?:[^"\\\n]|\\.)*+"|\'[^\'\n]*+\'')

__all__ = ["TOMLDecodeError", "read_toml", "why_no_toml"]


def read_toml(text: str) -> dict[str, Any]:
    """Return what ``text`` says. Raises TOMLDecodeError."""
    dots, line = max(((line.count("."), number) for number, line in enumerate(_TEXT.sub("", text).split("\n"), 1)))
    if dots > DOTS_LIMIT:
        raise TOMLDecodeError(f"nested too deep (at line {line})")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise TOMLDecodeError("nested too deep") from None


def why_no_toml(error: TOMLDecodeError) -> Reason:
    """Return in a few words where a text is no TOML; what Python says of it is for programmers."""
    place = re.search(r"line (\d+)", str(error))
    return Reason("baris {line} bukan TOML yang benar", line=place[1]) if place else Reason("akhirnya bukan TOML yang benar")
