"""Where the hall's choices are read and changed.

Promises: a change is durable before anybody acts on it, is told to the centre in the same transaction, and needs no
restart; what an older or newer version has kept is read as far as it is understood, and never stops the hall.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Sequence
from typing import TypeVar
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from gateway.choices import tables
from gateway.choices.section import Section
from gateway.clock import Clock
from gateway.store import epochs, outbox
from gateway.store.database import Store, Transaction
from gateway.store.outbox import Event, Reads
from gateway.store.stamp import Stamp

log = logging.getLogger(__name__)

S = TypeVar("S", bound=Section)


class Choices:
    """Every section of one hall. Safe from any thread."""

    def __init__(self, store: Store, clock: Clock, zone: ZoneInfo) -> None:
        self._store = store
        self._clock = clock
        self._zone = zone
        self.one_at_a_time = threading.RLock()
        """Held by whoever compares what somebody saw with what is chosen and then chooses: no two overwrite each other unseen."""
        self._read: dict[str, tuple[str | None, Section]] = {}
        """By section: the text last read and what it means, so that no text is understood twice."""

    def current(self, kind: type[S]) -> S:
        """Return what is chosen now, as far as it is durable; the defaults when nothing is."""
        with self._store.reader() as db:
            return self.read(db, kind)

    def read(self, db: Reads, kind: type[S]) -> S:
        """Return what is chosen, as seen inside an act or by a reader."""
        text = tables.find(db, kind.section)
        known = self._read.get(kind.section)
        if known is None or known[0] != text:
            known = (text, _understood(kind, text))
            self._read[kind.section] = known
        section = known[1]
        assert isinstance(section, kind), f"two kinds of section are called {kind.section!r}"  # noqa: S101 - an invariant, not a check of input
        return section

    def change(self, *sections: Section) -> None:
        """Choose anew, all ``sections`` in one act."""
        with self._store.transaction() as tx:
            self.change_in(tx, sections)

    def change_in(self, tx: Transaction, sections: Sequence[Section]) -> None:
        """Choose anew, inside ``tx``; what is already so is left alone."""
        stamp = Stamp.of(self._clock, self._zone)
        for section in sections:
            text = section.model_dump_json()
            if text != tables.find(tx, section.section):
                tables.write(tx, section.section, text, stamp.time)
                outbox.append(tx, stamp, changed(section, epochs.current(tx)))


def changed(section: Section, epoch: str) -> Event:
    """Return the event that tells the centre what the hall has chosen."""
    data = {"section": section.section, "chosen": section.model_dump(mode="json")}
    return Event("record", "id.balai.choices.changed.v1", f"choices/{epoch}/{section.section}", data)


def _understood(kind: type[S], text: str | None) -> S:
    """Read a kept section; keys of another version are left out, and what makes no sense becomes the defaults."""
    try:
        kept = json.loads(text) if text is not None else {}
        return kind.model_validate({key: value for key, value in kept.items() if key in kind.model_fields})
    except (ValueError, ValidationError, AttributeError):
        log.warning("event=choices-not-understood section=%s", kind.section)
        return kind()
