"""What the hall decides about requests: whether phones may begin them, and what may be asked where others can listen."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from gateway.choices.section import Section


class RequestRules(Section):
    """The rules of requests."""

    section: ClassVar[str] = "requests"

    by_phone: bool = True
    """Whether requests may be begun on a phone; a clerk always may."""
    private_numbers_over_http: bool = False
    """Whether NIK and KK are asked over plain HTTP on the Wi-Fi, where whoever is near can listen."""
    board_min: int = Field(default=15, ge=0, le=240)
    """So many minutes the board says that a request is ready; 0 for never."""
