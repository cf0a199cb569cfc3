"""What is over is erased: by the calendar, written as catch-up, and never while the clock cannot be believed (the timetable sees to that).

Erasing deletes the wrapped keys. So that older copies of the database open nothing either, the hall's key is rotated after it: at most
once a day, since each rotation writes every wrapped key anew to a card that wears, and only once there is a recovery key: without one
a restored snapshot of the day before would be locked for good, with requests of people who still wait for their letters.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from gateway.clock import Clock
from gateway.privacy import tables
from gateway.privacy.kinds import RecordKind
from gateway.privacy.safes import SafeSilent
from gateway.privacy.vault import ITSELF, Vault
from gateway.store.database import Store

log = logging.getLogger(__name__)

AT_ONCE = 50
"""So many records are erased in one transaction: nobody waits for more."""
ROTATE_AFTER = timedelta(days=1)
OVER = "masa simpan berakhir"


class Retention:
    """``step`` belongs to the timetable. ``snapshot`` makes a copy at once, for the former ones are useless after a rotation."""

    def __init__(
        self, store: Store, vault: Vault, clock: Clock, kinds: Sequence[RecordKind], snapshot: Callable[[], object] = lambda: None
    ) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock
        self._kinds = kinds
        self._snapshot = snapshot

    def step(self) -> None:
        """Erase what is over, then let copies from before forget it too."""
        for kind in self._kinds:
            erased = self._erase_due(kind)
            if erased:
                log.info("event=records-erased kind=%s records=%d", kind.kind, erased)
        if self._may_rotate():
            try:
                self._vault.rotate()
            except SafeSilent as error:
                log.warning("event=rotation-put-off error=%s", error)
                return
            self._snapshot()

    def _erase_due(self, kind: RecordKind) -> int:
        done: set[str] = set()
        while True:
            with self._store.transaction() as tx:
                due = [record for record in kind.due(tx, self._clock.now()) if record not in done][:AT_ONCE]
                for record in due:
                    self._vault.erase(tx, kind.kind, record, who=ITSELF, why=OVER)
                    kind.erased(tx, record)
            done.update(due)  # a feature that goes on naming what is erased is asked no further
            if len(due) < AT_ONCE:
                return len(done)

    def _may_rotate(self) -> bool:
        with self._store.reader() as db:
            erased, rotated, paper = tables.last_seq(db, "erase"), tables.last_seq(db, "rotate"), tables.paper(db)
            at = tables.last_of(db, "rotate")
        if erased <= rotated or paper is None:
            return False
        return not at or not timedelta(0) <= self._clock.now() - datetime.fromisoformat(at) < ROTATE_AFTER
