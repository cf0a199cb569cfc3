"""Lists of kinds that come with the product and that a hall makes its own: it hides some and adds others.

Promises: the order is that of the file, then the hall's own; a kind that is not offered any more still has its name, for what was
made under it; a reader of a language that a name lacks gets the Indonesian one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator

from gateway.errors import Reason
from gateway.toml import read_toml

OWN = re.compile(r"([a-z][a-z0-9-]{0,31}) (\S.{0,59})")


Told = tuple[str, str]
"""A text, and the language that it is in."""


def told(texts: Mapping[str, str], language: str) -> Told:
    """Return a text for readers of a language; the Indonesian one where theirs is not there."""
    return (texts[language], language) if texts.get(language) else (texts.get("id", ""), "id")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind."""

    id: str
    name: Mapping[str, str]
    """By language; ``id`` is always there."""
    icon: str = "people"
    more: Mapping[str, Any] = field(default_factory=dict)
    """What else its file says."""

    def said(self, language: str) -> Told:
        """Return its name for readers of a language."""
        return told(self.name, language)


def _own(kinds: tuple[str, ...]) -> tuple[str, ...]:
    for one in kinds:
        if not OWN.fullmatch(one):
            raise ValueError(Reason("{one}: tulis nama pendek lalu namanya, misalnya sampah Sampah di pasar", one=one[:40]))
    return kinds


OwnKinds = Annotated[tuple[str, ...], AfterValidator(_own)]
"""Kinds of the hall's own: ``sampah Sampah di pasar``."""


@lru_cache(maxsize=16)
def shipped(file: Path, table: str) -> tuple[Kind, ...]:
    """Return the kinds of one table of a shipped file."""
    told = read_toml(file.read_text(encoding="utf-8"))[table]
    return tuple(Kind(one.pop("id"), one.pop("name"), one.pop("icon", "people"), one) for one in map(dict, told))


def known(kinds: Sequence[Kind], own: Iterable[str]) -> dict[str, Kind]:
    """Return every kind by id, hidden ones too."""
    added = [Kind(name, {"id": said}) for name, _, said in (one.partition(" ") for one in own)]
    return {kind.id: kind for kind in (*kinds, *added)}


def offered(kinds: Sequence[Kind], own: Iterable[str], hidden: Iterable[str]) -> dict[str, Kind]:
    """Return what people choose from, by id."""
    left_out = set(hidden)
    return {id_: kind for id_, kind in known(kinds, own).items() if id_ not in left_out}


def said(kinds: Mapping[str, Kind], id_: str, language: str) -> Told:
    """Return the name of a kind, or its id when nobody knows it any more."""
    return kinds[id_].said(language) if id_ in kinds else (id_, "id")
