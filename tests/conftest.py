"""What holds for every test: nothing reaches beyond this machine, and every event of the product is told by the contract."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.support import contract, loopback
from tests.support.postgres import Postgres

settings.register_profile("product", deadline=None)  # a machine may be busy: no test fails on a clock
settings.load_profile("product")
loopback.install()
contract.install()


@pytest.fixture(autouse=True)
def only_this_machine() -> Iterator[None]:
    """Fail a test that wanted to reach another machine, even if the product swallowed the refusal."""
    loopback.FOREIGN.clear()
    yield
    assert loopback.FOREIGN == []


@pytest.fixture(autouse=True)
def only_what_the_contract_tells() -> Iterator[None]:
    """Fail a test in which the product appended an event that no schema tells; the remedy is in the failure."""
    contract.UNTOLD.clear()
    yield
    assert contract.UNTOLD == []


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Return a running PostgreSQL that all tests share, each with databases of its own."""
    with Postgres() as running:
        yield running
