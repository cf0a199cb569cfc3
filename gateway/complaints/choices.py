"""What the hall decides about complaints: how long each step may take, and what people choose from."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from gateway.choices import kinds
from gateway.choices.kinds import Kind, OwnKinds
from gateway.choices.section import Section
from gateway.complaints.model import Terms

FILE = Path(__file__).parent / "kinds.toml"


class ComplaintRules(Section):
    """What the hall decides about complaints."""

    section: ClassVar[str] = "complaints"

    forward_days: int = Field(default=3, ge=1, le=60)
    """So many working days until somebody has it in hand."""
    answer_days: int = Field(default=5, ge=1, le=60)
    """So many working days from then until the answer."""
    regency_days: int = Field(default=14, ge=1, le=120)
    """So many working days until the regency has answered."""
    close_days: int = Field(default=10, ge=1, le=120)
    """After so many working days without a word an answered complaint is closed."""
    hidden: tuple[str, ...] = ()
    """Categories of the shipped list that this hall does not offer."""
    own: OwnKinds = ()
    """Categories of its own, for example ``sampah Sampah di pasar``."""
    keep_days: int = Field(default=365, ge=30, le=3650)
    """So long the words of a closed complaint are kept."""

    @property
    def terms(self) -> Terms:
        """The deadlines, for the rules."""
        return Terms(self.forward_days, self.answer_days, self.regency_days, self.close_days)

    @property
    def offered(self) -> dict[str, Kind]:
        """The categories that people choose from."""
        return kinds.offered(kinds.shipped(FILE, "category"), self.own, self.hidden)

    @property
    def known(self) -> dict[str, Kind]:
        """Every category, for what was told before."""
        return kinds.known(kinds.shipped(FILE, "category"), self.own)


def offices() -> dict[str, Kind]:
    """Return to whom a complaint is passed on."""
    return kinds.known(kinds.shipped(FILE, "handler"), ())
