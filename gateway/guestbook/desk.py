"""Writing into the guest book, and reading it.

Promises: a form sent twice is one entry; a name is never written but sealed; whoever reads names is named in the audit log; once its
time is over a name is erased, and only counts stay.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta, tzinfo

from gateway.choices.desk import Choices
from gateway.clock import Clock, ClockState
from gateway.errors import Refusal
from gateway.guestbook import model, tables
from gateway.guestbook.choices import GuestBookChoices
from gateway.guestbook.model import Guest
from gateway.privacy.kinds import RecordKind
from gateway.privacy.vault import Vault
from gateway.store.database import Store, Transaction
from gateway.store.once import once
from gateway.store.outbox import Reads
from gateway.store.room import require_room

KIND = "guest"
"""What the vault calls an entry."""
CONSENT = "setuju dicatat di buku tamu"
READING = "membaca buku tamu"
CLOSED = frozenset({"record-unknown", "record-erased", "record-locked"})
"""Why a name may be kept and not be readable here: erased, or sealed by another device."""
DUE_LIMIT = 200
MONTHS_SHOWN = 24


@dataclass(frozen=True, slots=True)
class Entered:
    """An entry by its number."""

    id: int


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as an officer reads it."""

    at: datetime
    guest: Guest | None
    """None where the hall can open it no more."""


class GuestBookDesk:
    """Where the guest book lies. Safe from any thread."""

    def __init__(self, store: Store, vault: Vault, clock: Clock, zone: tzinfo, choices: Choices) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock
        self._zone = zone
        self._choices = choices

    def keep_days(self) -> int:
        """Return how long a name is kept."""
        return self._choices.current(GuestBookChoices).keep_days

    def sign(self, guest: Guest, *, key: str) -> int:
        """Write a guest down; return the number of the entry. Raises Refusal ``key-reused`` and those of the store."""

        def act(tx: Transaction) -> Entered:
            now = self._clock.now().astimezone(self._zone)
            known = self._clock.state() is not ClockState.UNSET
            id_ = tables.add(tx, now.date() if known else None, now.isoformat(timespec="minutes"), guest.purpose)
            self._vault.put(tx, KIND, str(id_), json.dumps(asdict(guest), ensure_ascii=False).encode(), who=KIND, why=CONSENT)
            return Entered(id_)

        require_room(self._store.directory)
        with self._store.transaction() as tx:
            return once(tx, Entered, key, ["guest", model.fingerprint_of(guest)], self._clock.now(), act).id

    def date_undated(self) -> None:
        """Give a day to those who came while the clock was certainly wrong; for a trusted clock, at any time again."""
        with self._store.transaction() as tx:
            tables.date_undated(tx, self._clock.now().astimezone(self._zone).date())

    def days(self) -> list[tuple[date, int]]:
        """Return the days with guests whose names are kept, the newest first, and how many came."""
        with self._store.reader() as db:
            return tables.days(db, model.DAYS_SHOWN)

    def months(self) -> list[tuple[str, dict[str, int]]]:
        """Return how many came in each month (``2026-11``), by purpose, the newest first; nobody's name is in it."""
        with self._store.reader() as db:
            return tables.months(db, MONTHS_SHOWN)

    def read(self, on: date, who: str) -> list[Entry]:
        """Return the guests of a day to the officer ``who``, whom the audit log names for each."""
        with self._store.transaction() as tx:
            return [
                Entry(datetime.fromisoformat(at).astimezone(self._zone), self._opened(tx, id_, who))
                for id_, at in tables.of_day(tx, on)
            ]

    def records(self) -> RecordKind:
        """Return the kind of record that a name in the guest book is."""

        def due(db: Reads, now: datetime) -> Sequence[str]:
            keep = self._choices.read(db, GuestBookChoices).keep_days
            first_kept = now.astimezone(self._zone).date() - timedelta(days=keep)
            return [str(id_) for id_ in tables.before(db, first_kept, DUE_LIMIT)]

        def erased(tx: Transaction, record: str) -> None:
            tables.remove(tx, int(record))

        return RecordKind(
            KIND, "Buku tamu", "Persetujuan tamu", "30 hari, atau seperti yang dipilih balai", due=due, erased=erased
        )  # fmt: skip

    def _opened(self, tx: Transaction, id_: int, who: str) -> Guest | None:
        try:
            return Guest(**json.loads(self._vault.open(tx, KIND, str(id_), 1, who=who, why=READING)))
        except Refusal as refusal:
            if refusal.code not in CLOSED:
                raise
            return None
