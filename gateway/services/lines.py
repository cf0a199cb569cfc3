"""On which line of a TOML file something stands, which ``tomllib`` does not tell. Pure.

Knows no more of TOML than where a key begins and a value ends: for text that ``tomllib`` has read already.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_KEY = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_KEYS = rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*"
_HEAD = re.compile(rf"[ \t]*(\[\[?)[ \t]*({_KEYS})[ \t]*\]\]?")
_PAIR = re.compile(rf"[ \t]*({_KEYS})[ \t]*=")
_PART = re.compile(_KEY)
_PIECE = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|'
    r"'''.*?'{3,5}|"
    r'"(?:[^"\\\n]|\\.)*"|'
    r"'[^'\n]*'|"
    r"\#[^\n]*|[\[\]{}\n]|[^\"'\#\[\]{}\n]+|.",
    re.DOTALL,
)
"""Texts, comments, brackets, and whatever stands between them."""

Path = Sequence[str | int]


def lines_of(text: str) -> dict[tuple[str | int, ...], int]:
    """Return the line, from 1, of each table and key, by its path: ``("field", 2, "label")`` in the third ``[[field]]``."""
    found: dict[tuple[str | int, ...], int] = {}
    count: dict[tuple[str | int, ...], int] = {}
    table: tuple[str | int, ...] = ()
    at, line = 0, 1
    while at < len(text):
        head, pair = _HEAD.match(text, at), _PAIR.match(text, at)
        if head:
            path = _within(head[2], count)
            if head[1] == "[[":
                count[path] = count.get(path, -1) + 1
                path = (*path, count[path])
            table = path
            for length in range(1, len(table) + 1):
                found.setdefault(table[:length], line)
        elif pair:
            found.setdefault((*table, *_parts(pair[1])), line)
        begun = at
        at = _end_of_value(text, pair.end() if pair and not head else head.end() if head else at)
        line += text[begun:at].count("\n")
    return found


def line_of(found: dict[tuple[str | int, ...], int], path: Path) -> int:
    """Return the line of ``path``, else of the nearest thing around it; 1 for the whole file."""
    for length in range(len(path), 0, -1):
        if (line := found.get(tuple(path[:length]))) is not None:
            return line
    return 1


def _parts(keys: str) -> list[str]:
    return [part.strip("\"'") for part in _PART.findall(keys)]


def _within(keys: str, count: dict[tuple[str | int, ...], int]) -> tuple[str | int, ...]:
    """Return the path of a head: below a list of tables it means the last of them."""
    path: tuple[str | int, ...] = ()
    parts = _parts(keys)
    for number, part in enumerate(parts, 1):
        path = (*path, part)
        if path in count and number < len(parts):
            path = (*path, count[path])
    return path


def _end_of_value(text: str, at: int) -> int:
    """Return where the line after the value begins, or the end of the text."""
    depth = 0
    while at < len(text):
        piece = _PIECE.match(text, at)
        assert piece is not None, "any sign is a piece"  # noqa: S101 - an invariant of the pattern
        at = piece.end()
        depth += (piece[0] in "[{") - (piece[0] in "]}")
        if piece[0] == "\n" and depth <= 0:
            break
    return at
