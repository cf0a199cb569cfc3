"""What the hall decides about its board: how long each thing stands, and whose waiting is shown."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from gateway.choices.section import Section


class BoardChoices(Section):
    """What the hall decides about its board."""

    section: ClassVar[str] = "board"

    slide_s: float = Field(default=10.0, ge=3, le=120)
    """So long a picture is shown."""
    text_s: float = Field(default=8.0, ge=3, le=60)
    """So long a page of the running text is shown."""
    quiet_s: float = Field(default=20.0, ge=5, le=600)
    """Slides come back when nobody has been called for so long."""
    lines: tuple[str, ...] = ()
    """Ids of the lines whose waiting is shown; empty for all."""
