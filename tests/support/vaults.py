"""A vault over a test's own store, as a hall without an outside secret has it."""

from __future__ import annotations

from random import Random

from gateway.clock import Clock
from gateway.privacy import tables
from gateway.privacy.device_key import DeviceKey
from gateway.privacy.vault import Vault
from gateway.store.database import Store
from tests.support.tickets import WIB


def open_test_vault(store: Store, clock: Clock, seed: int = 1) -> Vault:
    """Return a vault that nobody outside of the hall can open."""
    random = Random(seed)
    key = DeviceKey(store.directory / "device.key", random.randbytes)
    return Vault(store, clock, WIB, "3510012001", key, lambda _db: {}, random.randbytes)


def acts_of(store: Store, kind: str) -> list[tuple[str, str]]:
    """Return who did what to records of ``kind``, by the audit log."""
    with store.reader() as db:
        return [(entry.who, entry.act) for entry, _ in tables.log(db) if entry.kind == kind]
