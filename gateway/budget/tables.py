"""Budgets in the database. Functions take the open transaction; none commits."""

from __future__ import annotations

from sqlite_utils import Database

from gateway.budget.model import Budget, Row
from gateway.store.outbox import Reads
from gateway.store.script import run_script

SCHEMA = """
CREATE TABLE budget_row (
    year INTEGER NOT NULL, position INTEGER NOT NULL, part TEXT NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL,
    planned_rp INTEGER NOT NULL, realised_rp INTEGER, PRIMARY KEY (year, position)
) WITHOUT ROWID;
"""


def create(db: Database) -> None:
    """Make the table of this feature, inside the migration's transaction."""
    run_script(db, SCHEMA)


def put(tx: Reads, budget: Budget) -> None:
    """Keep the budget of a year, in place of the former one."""
    remove(tx, budget.year)
    for position, row in enumerate(budget.rows):
        tx.execute(
            "INSERT INTO budget_row VALUES (?, ?, ?, ?, ?, ?, ?)",
            (budget.year, position, row.part, row.code, row.name, row.planned_rp, row.realised_rp),
        )


def remove(tx: Reads, year: int) -> bool:
    """Delete the budget of a year; return whether there was one."""
    return bool(tx.execute("DELETE FROM budget_row WHERE year = ?", (year,)).rowcount)


def every(db: Reads) -> dict[int, Budget]:
    """Return all budgets by year, the newest first."""
    found: dict[int, list[Row]] = {}
    sql = "SELECT year, part, code, name, planned_rp, realised_rp FROM budget_row ORDER BY year DESC, position"
    for year, *cells in db.execute(sql):
        found.setdefault(year, []).append(Row(*cells))
    return {year: Budget(year, tuple(rows)) for year, rows in found.items()}
