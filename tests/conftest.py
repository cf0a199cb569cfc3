"""What holds for every test: nothing reaches beyond this machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import loopback

loopback.install()


@pytest.fixture(autouse=True)
def only_this_machine() -> Iterator[None]:
    """Fail a test that wanted to reach another machine, even if the product swallowed the refusal."""
    loopback.FOREIGN.clear()
    yield
    assert loopback.FOREIGN == []
