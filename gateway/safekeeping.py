"""All that keeps what is personal: the hall's key and its vault, who outside of the hall opens what, erasure in time, and what the checks see of it.

Part of the composition root: ``gateway.village`` makes it, gives it the kinds of records that features keep, and takes pages, jobs,
checks and commands.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from gateway.checks.finding import Finding
from gateway.checks.sealing import check_sealing
from gateway.checks.swap import check_swap
from gateway.clock import Clock
from gateway.control import Act, Progress
from gateway.custody.desk import CustodyDesk, Kinds
from gateway.custody.routes import CustodyPages
from gateway.errors import Reason, Refusal
from gateway.health import Answer
from gateway.people import tables as officers
from gateway.people.desk import PeopleDesk
from gateway.portal.feature import Feature
from gateway.privacy import breach, tables
from gateway.privacy.audit import Broken
from gateway.privacy.device_key import open_device_key
from gateway.privacy.keeping import REWRAP, Keeping
from gateway.privacy.kinds import RecordKind
from gateway.privacy.outside import Outside, look_around
from gateway.privacy.paper import readers_of
from gateway.privacy.recovery import Misspelled, read_spelled
from gateway.privacy.retention import Retention
from gateway.privacy.safes import CARD
from gateway.privacy.vault import OWN, Vault
from gateway.relay.effects import Effect
from gateway.settings import Settings
from gateway.store import jobs, snapshots
from gateway.store.database import Store, Transaction
from gateway.store.inbox import Command
from gateway.store.jobs import Job as Ordered
from gateway.timetable import Job

DEVICE_KEY = "device.key"
"""The file of the hall's own key, in the data folder; no backup holds it."""
AT_HOME = ("resident", "seller", "guest", "request-photo", "complaint-contact", "need-contact")
"""Kinds of records of which the centre is given no key."""
AT_THE_PI = "di Pi ini"
"""Who did what was asked by a command at the Pi itself."""


class Safekeeping:
    """The vault of one hall and all that looks after it. ``outside`` is what the machine has outside of its card."""

    def __init__(self, settings: Settings, store: Store, clock: Clock, outside: Outside | None = None) -> None:
        hall = settings.hall
        self._settings, self._store, self._clock = settings, store, clock
        self.outside = look_around() if outside is None else outside
        key, self._key_lost = open_device_key(settings.data.directory / DEVICE_KEY, secrets.token_bytes, self.outside.safes)
        readers = readers_of(settings.relay.centre_key)
        self.vault = Vault(store, clock, hall.zone, hall.id, key, readers, at_home=AT_HOME)
        self.keeping = Keeping(store, self.vault, readers)

    def jobs(self, kinds: Sequence[RecordKind]) -> Sequence[Job]:
        """Return what the calendar asks."""
        retention = Retention(self._store, self.vault, self._clock, kinds, lambda: snapshots.take(self._store.path))
        return (Job("erase-what-is-over", retention.step, minute="15"),)

    def checks(self) -> Sequence[Callable[[], Answer]]:
        """Return the questions."""
        return (self._check_sealing, check_swap)

    def effects(self) -> dict[str, Effect]:
        """Return what the centre may command."""
        return {"key.rewrap": Effect(self._note_rewrap)}

    def acts(self) -> dict[str, Act]:
        """Return what commands at the Pi may ask."""
        return {"recovery-keep": self._keep_paper, "recover": self._recover, "breach-report": self._report_breach}

    def pages(self, people: PeopleDesk, randomness: Random, kinds: Kinds) -> Feature:
        """Return the pages of data protection."""
        desk = CustodyDesk(self._store, self.vault, kinds)
        return CustodyPages(desk, self.vault, people, self._clock, randomness, self.breach)

    def breach(self, since: str, until: str, what: str) -> str:
        """Return the notice of a breach in a time, from ISO 8601 to ISO 8601, as far as the hall can write it."""
        with self._store.reader() as db:
            try:
                self.vault.audited(db)
                whole = True
            except Broken:
                whole = False
            names = officers.names(db)
            known = breach.gather(
                db, since, until, mode=self.vault.mode, log_is_whole=whole, named=lambda who: names.get(who, who)
            )  # fmt: skip
        hall = self._settings.hall
        return breach.notice(known, f"{hall.name} ({hall.id})", what, self._clock.now().astimezone(hall.zone))

    def _check_sealing(self) -> tuple[Finding, ...]:
        with self._store.reader() as db:
            locked, paper, holds_any = self.vault.locked(db), tables.paper(db), tables.holds_any(db, OWN)
        return check_sealing(
            mode=self.vault.mode, silent=self.outside.silent, burnable=self.outside.burnable, locked=locked, paper=paper is not None,
            is_empty=not holds_any, key_lost=self._key_lost,
        )  # fmt: skip

    def _note_rewrap(self, tx: Transaction, command: Command) -> None:
        jobs.make(tx, Ordered(command.id, REWRAP, {}), self._clock.now())

    def _report_breach(self, parameters: Mapping[str, Any], _progress: Progress) -> dict[str, Any]:
        return {"text": self.breach(str(parameters["since"]), str(parameters["until"]), str(parameters["what"]))}

    def _keep_paper(self, parameters: Mapping[str, Any], _progress: Progress) -> dict[str, Any]:
        public = X25519PublicKey.from_public_bytes(base64.b64decode(str(parameters["public"])))
        self.vault.keep_paper(public, who=AT_THE_PI)
        return {}

    def _recover(self, parameters: Mapping[str, Any], _progress: Progress) -> dict[str, Any]:
        try:
            paper = read_spelled(str(parameters["words"]))
        except Misspelled as error:
            raise Refusal("paper-misspelled", reason=Reason(error.sentence, **error.facts)) from None
        opened = self.vault.recover(paper, who=AT_THE_PI, why="gateway recover")
        with self._store.reader() as db:
            return {"opened": opened, "locked": self.vault.locked(db)}


def check_resting() -> Iterator[Finding]:
    """Look at what this machine could keep a key in, and at its swap, without a running hall."""
    outside = look_around()
    mode = outside.safes[0].mode if outside.safes else CARD
    yield from check_sealing(mode=mode, silent=outside.silent, burnable=outside.burnable)
    yield check_swap()
