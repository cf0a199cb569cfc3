"""One portal for all tests of a module: they take numbers beside each other, as people do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.portal import RunningPortal, running_portal


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPortal]:
    """Serve a furnished hall."""
    with running_portal(tmp_path_factory.mktemp("hall")) as running:
        yield running
