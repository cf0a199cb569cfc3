"""The rules of a village budget: what belongs to what, what it adds up to, and where it does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

PARTS: Mapping[str, str] = {
    "income": "Pendapatan",
    "spending": "Belanja",
    "financing-in": "Penerimaan pembiayaan",
    "financing-out": "Pengeluaran pembiayaan",
}
"""By key: what it is called in an APBDes; keys of the catalogues."""
ROWS_LIMIT, NAME_LIMIT, CODE_LIMIT = 400, 120, 24
LARGEST_RP = 10**13


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a budget."""

    part: str
    """A key of ``PARTS``."""
    code: str
    """Such as ``4.1.2``: what begins with it and a point belongs to it; may be empty."""
    name: str
    planned_rp: int
    realised_rp: int | None
    """None where nothing is known yet."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A line that is not the sum of what belongs to it."""

    row: Row
    summed_rp: int


@dataclass(frozen=True)
class Budget:
    """The budget of one year."""

    year: int
    rows: tuple[Row, ...]

    def of(self, part: str) -> tuple[Row, ...]:
        """Return the lines of a part, in their order."""
        return tuple(row for row in self.rows if row.part == part)

    def top(self, part: str) -> tuple[Row, ...]:
        """Return the lines of a part that belong to no other."""
        rows = self.of(part)
        return tuple(row for row in rows if _parent(row, rows) is None)

    def chief(self, part: str) -> tuple[Row, ...]:
        """Return the lines that say most about a part: those at the top, or what a single one at the top is made of."""
        top = self.top(part)
        return (self.below(top[0]) or top) if len(top) == 1 else top

    def below(self, row: Row) -> tuple[Row, ...]:
        """Return the lines that belong to ``row`` and to none between."""
        rows = self.of(row.part)
        return tuple(one for one in rows if _parent(one, rows) is row)

    def planned(self, part: str) -> int:
        """Return what is planned for a part, in rupiah."""
        return sum(row.planned_rp for row in self.top(part))

    def realised(self, part: str) -> int | None:
        """Return what was taken in or spent of a part so far, None where no line tells."""
        known = [row.realised_rp for row in self.top(part) if row.realised_rp is not None]
        return sum(known) if known else None

    @cached_property
    def surplus_rp(self) -> int:
        """Planned income less spending."""
        return self.planned("income") - self.planned("spending")

    @cached_property
    def rest_rp(self) -> int:
        """What is left once financing is counted: nought in a plan that closes."""
        return self.surplus_rp + self.planned("financing-in") - self.planned("financing-out")

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """The lines that are not the sum of what belongs to them, by what is planned."""
        found = []
        for row in self.rows:
            below = self.below(row)
            summed = sum(one.planned_rp for one in below)
            if below and summed != row.planned_rp:
                found.append(Gap(row, summed))
        return tuple(found)


def share(value: int | None, highest: int) -> float:
    """Return the length of a bar in hundredths of the longest, which is ``highest``."""
    return round(100 * value / highest, 2) if value and highest else 0.0


def _parent(row: Row, rows: Sequence[Row]) -> Row | None:
    """Return the nearest line to which ``row`` belongs by its code."""
    above = [one for one in rows if one.code and one is not row and row.code.startswith(one.code + ".")]
    return max(above, key=lambda one: len(one.code), default=None)
