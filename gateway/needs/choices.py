"""What the hall decides about neighbours in need: until when somebody goes there, and what people choose from."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from gateway.choices import kinds
from gateway.choices.kinds import Kind, OwnKinds
from gateway.choices.section import Section
from gateway.needs.model import Terms

FILE = Path(__file__).parent / "kinds.toml"


class NeedRules(Section):
    """What the hall decides about neighbours in need."""

    section: ClassVar[str] = "needs"

    urgent_days: int = Field(default=1, ge=0, le=7)
    """So many days until somebody has been where it is urgent, holidays or not."""
    visit_days: int = Field(default=7, ge=1, le=60)
    """So many working days until the first visit elsewhere."""
    again_days: int = Field(default=14, ge=1, le=120)
    """So many working days until the next visit, unless the team names a day."""
    hidden: tuple[str, ...] = ()
    """Categories of the shipped list that this hall does not offer."""
    own: OwnKinds = ()
    """Categories of its own, for example ``banjir Rumah kebanjiran``."""
    keep_days: int = Field(default=365, ge=30, le=3650)
    """So long the words of a closed report are kept."""

    @property
    def terms(self) -> Terms:
        """The days, for the rules."""
        return Terms(self.urgent_days, self.visit_days, self.again_days)

    @property
    def offered(self) -> dict[str, Kind]:
        """The categories that people choose from."""
        return kinds.offered(kinds.shipped(FILE, "category"), self.own, self.hidden)

    @property
    def known(self) -> dict[str, Kind]:
        """Every category, for what was told before."""
        return kinds.known(kinds.shipped(FILE, "category"), self.own)
