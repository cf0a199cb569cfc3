"""What holds for every test: nothing reaches beyond this machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import loopback
from tests.support.postgres import Postgres

loopback.install()


@pytest.fixture(autouse=True)
def only_this_machine() -> Iterator[None]:
    """Fail a test that wanted to reach another machine, even if the product swallowed the refusal."""
    loopback.FOREIGN.clear()
    yield
    assert loopback.FOREIGN == []


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Return a running PostgreSQL that all tests share, each with databases of its own."""
    with Postgres() as running:
        yield running
