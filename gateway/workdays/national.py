"""The nation's holidays, one TOML file a year: those that are shipped, and those that a hall has put in their place.

Promises: a file of the hall takes the place of the shipped one of its year whole; one that cannot be read is told in the log and
counts for nothing, so that no slip of the pen stops a hall; a year without a list has its weekends.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from gateway.toml import TOMLDecodeError, read_toml
from gateway.workdays.model import USUAL_REST, Workdays

log = logging.getLogger(__name__)

SHIPPED = Path(__file__).parent / "days"
FOLDER = "holidays"
"""Below the hall's data: ``holidays/2027.toml``."""
_YEAR = re.compile(r"20\d\d")

OwnDays = Callable[[], tuple[Iterable[date], frozenset[int]]]
"""The hall's own days off, and the weekdays on which it never works."""


@dataclass(frozen=True, slots=True)
class Year:
    """The holidays of one year."""

    off: frozenset[date]
    whole: bool
    """Whether the list says all of them; a shipped list of a year to come may not."""


def no_own_days() -> tuple[Iterable[date], frozenset[int]]:
    """Return the days of a hall that has chosen none."""
    return (), USUAL_REST


class Calendar:
    """The working days of one hall. Safe from any thread."""

    def __init__(self, directory: Path | None = None, own: OwnDays = no_own_days) -> None:
        """``directory`` is the hall's data."""
        self._folder = directory / FOLDER if directory is not None else None
        self._own = own

    def now(self) -> Workdays:
        """Return the working days as they are known now."""
        off = {day for year in _years(self._files()).values() for day in year.off}
        own, rest = self._own()
        return Workdays(frozenset({*off, *own}), rest)

    def is_known(self, year: int) -> bool:
        """Return whether every holiday of a year is known."""
        found = _years(self._files()).get(year)
        return found is not None and found.whole

    def _files(self) -> tuple[tuple[Path, int], ...]:
        """Return the files that hold, each with the moment of its last change: what changes is read anew."""
        files = {file.stem: file for file in SHIPPED.glob("*.toml")}
        if self._folder is not None and self._folder.is_dir():
            files |= {file.stem: file for file in self._folder.glob("*.toml") if _YEAR.fullmatch(file.stem)}
        return tuple((file, file.stat().st_mtime_ns) for _, file in sorted(files.items()))


def read_year(text: str, year: int) -> Year:
    """Return the holidays of a file. Raises ValueError that says what is wrong."""
    told = read_toml(text)
    off = told.pop("off", None)
    whole = told.pop("whole", True)
    if told or not isinstance(off, dict) or not isinstance(whole, bool):
        raise ValueError("only whole = true or false, and a table [off] of days")
    days = frozenset(date.fromisoformat(day) for day in off)
    if stray := sorted(day for day in days if day.year != year):
        raise ValueError(f"{stray[0]} is no day of {year}")
    return Year(days, whole)


@lru_cache(maxsize=4)
def _years(files: tuple[tuple[Path, int], ...]) -> dict[int, Year]:
    found = {}
    for file, _ in files:
        try:
            found[int(file.stem)] = read_year(file.read_text(encoding="utf-8"), int(file.stem))
        except (OSError, ValueError, TOMLDecodeError) as error:
            log.warning("event=holidays-unreadable file=%s reason=%r", file.name, str(error))
    return found
