"""One group of choices of a hall, such as its opening hours: a typed, frozen value with a default for everything.

A feature subclasses ``Section`` beside its rules. Fields are only ever added, each with a default.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A group of choices. An unknown key or a wrong type is refused, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    section: ClassVar[str]
    """Its name in the database, in the event and in the exported TOML, for example ``queue``."""
