"""What the statements of the centre need of a database, so that they are written once for SQLite and PostgreSQL.

The statements use what both understand; the few words in which the two differ are those of ``Dialect``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Dialect:
    """The words of a table's definition that each database has for itself."""

    arrival: str
    """The type of a number that grows with each row."""
    octets: str
    """The type of bytes."""
    compact: str
    """What follows a table that is looked up by its key alone."""
    corrected: str
    """An event's ``time`` moved by ``offset_ms``, in UTC: ``2026-11-23T02:15:03.370Z``."""
    number: str
    """The type of a number that the database gives to each row that is named once."""
    received_at: str
    """``received_ms`` as ISO 8601 in UTC: ``2026-11-23T02:15:03.370+00:00``."""
    received_ms: str
    """The text ``received_at`` in milliseconds since 1970."""
    forget_views: str = ""
    """The statements that drop ``facts`` and ``dead_letters``, where a view cannot be replaced in its place."""
    or_replace: str = ""
    """What replaces a view in its place."""
    kept_numbers: str = ""
    """What lets rows that are moved keep their number."""
    numbers_go_on: str = ""
    """The statement after which new rows of ``event_rows`` have greater numbers than those that were moved."""


class Rows(Protocol):
    """What a statement has found: tuples."""

    def fetchone(self) -> Any:  # noqa: ANN401 - a tuple of whatever was asked for, or None
        """Return the next row, or None."""

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""

    def __iter__(self) -> Iterator[Any]:
        """Yield the rows."""


class Sql(Protocol):
    """A connection that runs one statement at a time; ``?`` stands for a parameter."""

    def execute(self, statement: str, parameters: Sequence[object] = ()) -> Rows:
        """Run a statement."""

    def insert(self, into: str, rows: Sequence[Sequence[object]], otherwise: str) -> int:
        """Insert rows into the table (and columns) ``into`` and return how many were kept; ``otherwise`` is ON CONFLICT."""

    def insert_columns(
        self, into: str, shared: Mapping[str, object], columns: Mapping[str, Sequence[object]], otherwise: str
    ) -> int:
        """Insert rows that are given in columns by their names, with what ``shared`` has in each of them; return how many were kept."""
