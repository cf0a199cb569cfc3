"""Complaints and needs over a real store and a real vault, with a clock that a test moves."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from gateway.choices.desk import Choices
from gateway.complaints.desk import ComplaintsDesk
from gateway.complaints.threads import Threads
from gateway.complaints.view import ComplaintsView
from gateway.needs.aid import AidDesk
from gateway.needs.desk import NeedsDesk
from gateway.needs.view import NeedsView
from gateway.privacy import tables
from gateway.privacy.device_key import DeviceKey
from gateway.privacy.vault import Vault
from gateway.safekeeping import AT_HOME
from gateway.store import epochs, outbox
from gateway.store.tables import LANES
from gateway.workdays.national import Calendar
from tests.support.clock import MORNING, FakeClock
from tests.support.store import open_test_store
from tests.support.tickets import WIB

HALL = "3510012001"
CENTRE_KEY = X25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = "0123456789abcdef01234567"
"""The secret of one form; a test adds letters for another."""


class Concerned:
    """A hall whose people complain and look after each other. Use as a context manager."""

    def __init__(self, folder: Path, *, centre: bool = True) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.store = open_test_store(folder, self.clock)
        self.choices = Choices(self.store, self.clock, WIB)
        self.readers: dict[str, X25519PublicKey] = {tables.CENTRE: CENTRE_KEY.public_key()} if centre else {}
        key = DeviceKey(folder / "device.key", Random(1).randbytes)
        self.vault = Vault(self.store, self.clock, WIB, HALL, key, lambda _db: self.readers, Random(2).randbytes, AT_HOME)
        calendar = Calendar(folder)
        threads = Threads(self.clock, WIB, self.vault, self.choices, calendar)
        self.complaints = ComplaintsDesk(self.store, threads)
        self.complaints_view = ComplaintsView(self.store, threads)
        self.needs = NeedsDesk(self.store, self.clock, WIB, self.vault, self.choices, calendar)
        self.needs_view = NeedsView(self.store, self.needs)
        self.aid = AidDesk(self.store, self.clock, WIB, self.vault)

    def days(self, days: int) -> None:
        """Let so many days pass, and the calendar come each morning."""
        for _ in range(days):
            self.clock.set_wall(self.clock.now() + timedelta(days=1))
            self.complaints.settle()
            self.needs.settle()

    def on(self, day: int, month: int = 11) -> None:
        """Let it be eight in the morning of a day of 2026."""
        self.clock.set_wall(datetime(2026, month, day, MORNING.hour, tzinfo=UTC))

    def told(self, prefix: str = "") -> list[tuple[str, str, dict[str, Any]]]:
        """Return lane, type and data of the events for the centre."""
        with self.store.reader() as db:
            epoch = epochs.current(db)
            rows = [row for lane in LANES for row in outbox.claim(db, epoch, lane, 0, 1000)]
        short = [(row.lane, row.type.removeprefix("id.balai.").removesuffix(".v1"), json.loads(row.data)) for row in rows]
        return [one for one in short if one[1].startswith(prefix)]

    def acts(self) -> list[tuple[str, str, str]]:
        """Return who did what to which record, by the audit log, which is whole."""
        with self.store.reader() as db:
            self.vault.audited(db)
            return [(entry.who, entry.act, entry.kind) for entry, _ in tables.log(db)]

    def raw(self) -> bytes:
        """Return every byte of the hall's files: database, log of the database, keys."""
        return b"\n".join(path.read_bytes() for path in sorted(self.folder.rglob("*")) if path.is_file())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.store.close()
