"""The two kinds of database that a centre may have."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.postgres import Postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of an empty database, of one kind or the other."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/centre.db"
    server: Postgres = request.getfixturevalue("postgres")
    return server.database()
