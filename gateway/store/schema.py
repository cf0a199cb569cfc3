"""The order in which hall.db came to its present shape: one migration for each step, never edited once released.

A feature adds a line here and a function in its ``tables.py``.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlite_utils import Database

from gateway.people import tables as people_tables
from gateway.store import tables
from gateway.tickets import tables as tickets_tables

Migration = tuple[str, Callable[[Database], None]]
"""A name, kept in the database, and the function that makes the step inside an open transaction."""

MIGRATIONS: tuple[Migration, ...] = (
    ("0001-store", tables.create),
    ("0002-people", people_tables.create),
    ("0003-tickets", tickets_tables.create),
)
