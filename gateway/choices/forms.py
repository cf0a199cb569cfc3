"""What a page below ``/atur`` chooses: its fields, filled with what is chosen now, and what becomes of what was typed.

``form_routes.py`` shows it and takes it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Protocol

from gateway.portal.i18n import Words


class Unsound(Exception):
    """What was typed cannot be chosen: by field, a sentence in the reader's language."""

    def __init__(self, wrong: Mapping[str, str]) -> None:
        self.wrong = dict(wrong)
        super().__init__(", ".join(wrong))


class Form(Protocol):
    """What one page chooses. ``item`` is the last part of an address such as ``/atur/layanan/{item}``, else empty."""

    path: str
    """Its address, with ``{item}`` if it has one."""
    title: str
    """Indonesian, a key of the catalogues."""
    template: str
    labels: Mapping[str, str]
    """What each field is called; Indonesian, keys of the catalogues. A field outside of it is no words to show."""
    after: str
    """Where a reader is led when it is done."""

    def filled(self, item: str) -> dict[str, str]:
        """Return what is chosen now, by field. Raises Refusal when there is no such item."""

    def basis(self, item: str) -> object:
        """Return what a form depends on: when it has changed, a form made before is stale."""

    def fill(self, act: str, typed: dict[str, str]) -> dict[str, str] | None:
        """Return the fields as ``act`` fills them in without choosing anything, or None when ``act`` chooses."""

    def shown(self, item: str, typed: Mapping[str, str], speak: Words) -> dict[str, object]:
        """Return what else the template shows, given what stands in the fields."""

    def choose(self, item: str, act: str, typed: dict[str, str], speak: Words) -> None:
        """Choose what was typed. Raises Unsound, or a Refusal for what is not about one field."""

    def choose_as(self, who: str, item: str, act: str, typed: dict[str, str], speak: Words) -> None:
        """Choose as ``choose`` does; ``who`` is the officer's id, for what is kept with a name."""


class PlainForm(ABC):
    """The usual answers of a form without items and without buttons that fill in."""

    def basis(self, item: str) -> object:
        """Return what the fields show."""
        return self.filled(item)

    def filled(self, item: str) -> dict[str, str]:
        """Return no fields."""
        del item
        return {}

    def fill(self, act: str, typed: dict[str, str]) -> dict[str, str] | None:
        """Fill in nothing."""
        del act, typed
        return None

    def shown(self, item: str, typed: Mapping[str, str], speak: Words) -> dict[str, object]:
        """Show nothing else."""
        del item, typed, speak
        return {}

    @abstractmethod
    def choose(self, item: str, act: str, typed: dict[str, str], speak: Words) -> None:
        """Choose what was typed, as ``Form`` has it."""

    def choose_as(self, who: str, item: str, act: str, typed: dict[str, str], speak: Words) -> None:
        """Choose: of most choices it is not kept who made them."""
        del who
        self.choose(item, act, typed, speak)
