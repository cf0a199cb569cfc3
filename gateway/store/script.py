"""A script of SQL inside an open transaction.

Promises: all statements belong to that transaction; SQLite's own ``executescript`` would commit it first.
"""

from __future__ import annotations

from sqlite_utils import Database


def run_script(db: Database, script: str) -> None:
    """Execute the statements of ``script`` in order; each but the last ends with a semicolon at the end of its line."""
    for statement in script.split(";\n"):
        if statement.strip():
            db.conn.execute(statement)
