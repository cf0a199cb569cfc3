"""Opening a centre's database for looking: only tables of this version are read."""

from __future__ import annotations

import pytest

from gateway.errors import Refusal
from provisioning.centre import postgres_database, schema, sqlite_database
from provisioning.centre.opening import open_database, open_reader


def test_tables_that_no_intake_of_this_version_has_seen_are_not_looked_at(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an update the commands say that the intake comes first, instead of failing over what is missing."""
    earlier = schema.MIGRATIONS[:-1]
    with monkeypatch.context() as before:
        for module in (schema, sqlite_database, postgres_database):
            before.setattr(module, "MIGRATIONS", earlier)
        open_database(address).close()
    with pytest.raises(Refusal) as refused:
        open_reader(address)
    assert refused.value.code == "centre-older"

    open_database(address).close()
    open_reader(address).close()
