"""The catalogue as pages read it: kept in memory, looked at again after a change, never at each request."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.services import tables
from gateway.services.document import Service
from gateway.services.model import Terms, terms_of
from gateway.services.tables import Now
from gateway.store.database import Store


@dataclass(frozen=True, slots=True)
class Entry:
    """One service, as it holds now."""

    id: str
    now: Now
    service: Service
    terms: Terms


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All services at one moment."""

    revision: str
    entries: Mapping[str, Entry]
    """By id, in the order of their Indonesian names; those that are not offered too."""
    broken: tuple[Now, ...] = ()
    """What is written of a service that is none."""

    @property
    def offered(self) -> Mapping[str, Entry]:
        """What people are offered."""
        return {id_: entry for id_, entry in self.entries.items() if entry.service.offered}


class CatalogueView:
    """Holds the catalogue. Safe from any thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._stale = True
        self._catalogue = Catalogue("", {})

    def stale(self) -> None:
        """Note that something in the hall has changed; for whoever watches the store. Quick, never raises."""
        self._stale = True

    @property
    def current(self) -> Catalogue:
        """The catalogue as far as it is durable."""
        with self._lock:
            if self._stale:
                # Noted before looking: a change that comes meanwhile is looked at again.
                self._stale = False
                try:
                    self._look()
                except BaseException:
                    self._stale = True
                    raise
            return self._catalogue

    def _look(self) -> None:
        with self._store.reader() as db:
            revision = tables.noted(db, tables.REVISION)
            if revision == self._catalogue.revision:
                return
            entries, broken = [], []
            for now in tables.now(db):
                service = tables.version(db, now.service, now.version)
                if service is None:
                    broken.append(now)
                else:
                    entries.append(Entry(now.service, now, service, terms_of(service)))
        entries.sort(key=lambda entry: entry.service.name["id"].casefold())
        self._catalogue = Catalogue(revision, {entry.id: entry for entry in entries}, tuple(broken))
