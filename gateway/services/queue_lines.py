"""What the catalogue needs of the queue: lines to name and to lead to. hall.py hands them over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol


class Line(Protocol):
    """One line of the queue, as pages show it."""

    @property
    def id(self) -> str:
        """Its id, which a service names."""

    @property
    def name(self) -> str:
        """As people say it; a key of the catalogues where it is a default."""

    @property
    def letter(self) -> str:
        """What its numbers begin with."""

    @property
    def colour(self) -> str:
        """``#rrggbb``."""

    @property
    def icon(self) -> str:
        """A name of ``icons.html``."""


LinesSource = Callable[[], Sequence[Line]]
"""The hall's lines, as they are now."""
