"""Opens the centre's database by its address."""

from __future__ import annotations

from pathlib import Path

from gateway.errors import Refusal
from provisioning.centre.database import IntakeDatabase
from provisioning.centre.sqlite_database import SqliteIntakeDatabase

SCHEME = "sqlite:///"


def database_path(address: str) -> Path:
    """Return the file of ``sqlite:///FILE`` (``sqlite:////FILE`` is absolute). Raises Refusal ``centre-address``."""
    path = address.removeprefix(SCHEME)
    if not address.startswith(SCHEME) or not path or path.endswith("/"):
        raise Refusal("centre-address", address=address)
    return Path(path)


def open_database(address: str) -> IntakeDatabase:
    """Open the database that ``address`` names, and create it when it is not there.

    Raises Refusal ``centre-address``, ``centre-running``, ``centre-newer`` or ``centre-unusable``.
    """
    return SqliteIntakeDatabase(database_path(address))
