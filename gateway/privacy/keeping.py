"""Looks after the vault while the hall runs: at the start it settles its keys, then it follows the keys of those outside.

Level-triggered: whenever the centre's key or the paper's is another than the last time, everything that is open is wrapped for it;
what waited for the centre's key goes up. ``key.rewrap`` asks for the same, once.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from gateway.privacy.safes import SafeSilent
from gateway.privacy.vault import Readers, Vault
from gateway.relay.sealing import name_of
from gateway.store import jobs
from gateway.store.database import Store

log = logging.getLogger(__name__)

REWRAP = "rewrap"
"""The kind of the job that ``key.rewrap`` makes."""
LOOK_S = 600.0


class Keeping:
    """``step`` belongs to one loop."""

    def __init__(self, store: Store, vault: Vault, readers: Readers) -> None:
        self._store = store
        self._vault = vault
        self._readers = readers
        self._settled = False
        self._wrapped_for: Mapping[str, str] = {}

    def step(self) -> float:
        """Do what is missing; return how long to rest, in seconds."""
        if not self._settled:
            try:
                self._vault.settle()
            except SafeSilent as error:
                log.warning("event=vault-not-settled error=%s", error)
            self._settled = True
        with self._store.reader() as db:
            known = {whose: name_of(key) for whose, key in self._readers(db).items()}
            job = jobs.oldest(db, REWRAP)
        if known != self._wrapped_for or job is not None:
            self._vault.wrap_for_readers()
            self._wrapped_for = known
        if job is not None:
            with self._store.transaction() as tx:
                jobs.finish(tx, job.command)
        return LOOK_S
