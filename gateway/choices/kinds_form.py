"""A page below ``/atur`` on which a hall chooses days and kinds: how long each step may take, what is offered, and what is its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from pydantic import ValidationError

from gateway.choices.desk import Choices
from gateway.choices.faults import faults
from gateway.choices.forms import PlainForm, Unsound
from gateway.choices.kinds import Kind, shipped
from gateway.choices.section import Section
from gateway.portal.i18n import Words

TICK = "kind-"
"""Begins the name of the field that offers a shipped kind."""


class KindsForm(PlainForm):
    """Days and kinds of one section. A subclass says which, and what its fields are called."""

    template = "setup_kinds.html"
    section: ClassVar[type[Section]]
    figures: ClassVar[Sequence[str]]
    """The whole numbers of the section, in their order."""
    file: ClassVar[Path]
    """Of the shipped kinds, which stand in its table ``category``: read when a page asks, for nothing happens at import."""

    def __init__(self, choices: Choices) -> None:
        self._choices = choices

    def filled(self, item: str) -> dict[str, str]:
        """Return what is chosen."""
        del item
        chosen: Any = self._choices.current(self.section)
        ticks = {f"{TICK}{kind.id}": "" if kind.id in chosen.hidden else "1" for kind in self._shipped()}
        return {**{name: str(getattr(chosen, name)) for name in self.figures}, **ticks, "own": "\n".join(chosen.own)}

    def shown(self, item: str, typed: Mapping[str, str], speak: Words) -> dict[str, object]:
        """Return the kinds to tick, and the limits of each figure."""
        del item, typed
        kinds = [(f"{TICK}{kind.id}", kind.said(speak.language), kind.icon) for kind in self._shipped()]
        return {"kinds": kinds, "limits": {name: self._limits(name) for name in self.figures}}

    def choose(self, item: str, act: str, typed: dict[str, str], speak: Words) -> None:
        """Choose what was typed; what the page does not show stays as it was."""
        del item, act
        known = {kind.id for kind in self._shipped()}
        before: Any = self._choices.current(self.section)
        hidden = [kind.id for kind in self._shipped() if not typed[f"{TICK}{kind.id}"]]
        chosen = {
            **before.model_dump(),
            **{name: typed[name].strip() for name in self.figures},
            "hidden": (*hidden, *(one for one in before.hidden if one not in known)),
            "own": tuple(line for line in (" ".join(one.split()) for one in typed["own"].splitlines()) if line),
        }
        try:
            self._choices.change(self.section.model_validate(chosen))
        except ValidationError as error:
            raise Unsound(faults(error, speak)) from error

    def _shipped(self) -> Sequence[Kind]:
        return shipped(self.file, "category")

    def _limits(self, name: str) -> tuple[int, int]:
        found = {type(rule).__name__: rule for rule in self.section.model_fields[name].metadata}
        return found["Ge"].ge, found["Le"].le
