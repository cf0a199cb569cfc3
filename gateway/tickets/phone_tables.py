"""Phone tickets in the database: which of them are not finished. Functions take the open transaction."""

# ruff: noqa: S608 - only names and marks of this file stand in the statements; values are always bound

from __future__ import annotations

from collections.abc import Collection

from gateway.store.outbox import Reads

UNFINISHED = ("state = 'waiting'", "state IN ('called', 'serving')", "state = 'held'")
"""As the indexes have them."""


def unfinished_by_phone(db: Reads) -> int:
    """Return how many tickets taken on phones are not finished."""
    each = " UNION ALL ".join(f"SELECT count(*) AS n FROM ticket WHERE {states} AND origin = 'phone'" for states in UNFINISHED)
    return int(db.execute(f"SELECT sum(n) FROM ({each})").fetchone()[0])


def unfinished_of(db: Reads, tokens: Collection[str]) -> set[str]:
    """Return those of ``tokens`` whose tickets are not finished."""
    marks = ", ".join("?" * len(tokens))
    sql = f"SELECT token FROM ticket WHERE token IN ({marks}) AND state IN ('waiting', 'called', 'serving', 'held')"
    return {row[0] for row in db.execute(sql, tuple(tokens))}
