"""Scripts belong to the transaction in which they run."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlite_utils import Database

from gateway.store.script import run_script

SCRIPT = """
CREATE TABLE word (text TEXT NOT NULL);
CREATE TABLE letter (
    text TEXT NOT NULL
);
INSERT INTO word VALUES ('satu; dua');
"""


def test_a_script_is_undone_with_its_transaction(tmp_path: Path) -> None:
    """A crash in a migration leaves no table of it."""
    connection = sqlite3.connect(tmp_path / "hall.db", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    run_script(Database(connection), SCRIPT)
    made = [name for (name,) in connection.execute("SELECT name FROM sqlite_master")]
    words = connection.execute("SELECT text FROM word").fetchall()
    connection.execute("ROLLBACK")
    left = [name for (name,) in connection.execute("SELECT name FROM sqlite_master")]
    connection.close()
    assert (made, words, left) == (["word", "letter"], [("satu; dua",)], [])
