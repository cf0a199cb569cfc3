"""What the hall decides about its guest book: how long names are kept."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from gateway.choices.section import Section


class GuestBookChoices(Section):
    """What the hall decides about its guest book."""

    section: ClassVar[str] = "guestbook"

    keep_days: int = Field(default=30, ge=1, le=365)
    """So many days a guest's name is kept; counts without names stay."""
