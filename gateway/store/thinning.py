"""Makes room in the outbox when the card runs low: the oldest of lane ``bulk`` shrink to tombstones, and nothing else is touched.

A tombstone keeps its number, stamp and first id, so that ``through`` goes on and the heads of hall and centre agree. How many
were thinned is counted with each act and told to the centre once, when it is over.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import tzinfo
from pathlib import Path

from gateway.clock import Clock
from gateway.store import epochs, outbox
from gateway.store.database import Store, Transaction
from gateway.store.room import Room, look
from gateway.store.stamp import Stamp

log = logging.getLogger(__name__)

THINNED_TYPE = "id.balai.event.thinned.v1"
"""What is left of a thinned event: that it was, and its original type."""
THIN_LIMIT = 500
"""At most so many rows are thinned in one act, so that no writer waits long."""

TOLD_TYPE = "id.balai.bulk.thinned.v1"
LOW = Room(64 * 1024**2, 0.20)
"""Thinning begins below this: well above what stops new numbers."""
ENOUGH = Room(80 * 1024**2, 0.25)
"""It goes on until there is so much."""
LOOK_S = 60.0
AGAIN_S = 30.0
"""One low reading is no proof: a copy may just have been written and deleted."""

_OLDEST = """
    SELECT outbox.position, outbox.type, outbox.subject, outbox.time, outbox.clock, outbox.bootid, outbox.uptime, outbox.was
    FROM lane JOIN outbox ON outbox.position > max(lane.base, ?1) AND outbox.position <= lane.base + lane.last
    WHERE lane.lane = 'bulk' AND outbox.code IS NULL AND outbox.type <> ?2 ORDER BY outbox.position LIMIT ?3"""


def thin(tx: Transaction, after: int = 0, limit: int = THIN_LIMIT) -> list[int]:
    """Shrink the oldest events of lane ``bulk`` beyond position ``after``; return the positions, none when all are thin.

    What the centre has confirmed and the hall still keeps comes first, being the oldest. Rejected and quarantined rows stay.
    """
    rows = tx.execute(_OLDEST, (after, THINNED_TYPE, limit)).fetchall()
    # Deleted and written anew: SQLite gives no page back for a row that an UPDATE has shortened.
    tx.executemany("DELETE FROM outbox WHERE position = ?", [(row[0],) for row in rows])
    tx.executemany(
        "INSERT INTO outbox (position, type, subject, time, clock, bootid, uptime, was, data)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, json_object('type', ?))",
        [(position, THINNED_TYPE, *rest, type_) for position, type_, *rest in rows],
    )
    return [int(row[0]) for row in rows]


class Thinning:
    """The one loop that thins. ``step`` belongs to its thread; ``has_room`` looks at the card and may raise OSError."""

    def __init__(self, store: Store, clock: Clock, zone: tzinfo, has_room: Callable[[Path, Room, int], bool] = look) -> None:
        self._store = store
        self._clock = clock
        self._zone = zone
        self._has_room = has_room
        self._low_readings = 0
        self._after = 0
        """Where the present spell has come to."""

    def step(self) -> float:
        """Look at the card, and thin a little if it has been low twice; return how long to rest, in seconds."""
        under_way = self._low_readings > 1
        if self._has(ENOUGH if under_way else LOW):
            self._end()
            return LOOK_S
        self._low_readings += 1
        if self._low_readings < 2:  # noqa: PLR2004 - the second reading is the proof
            return AGAIN_S
        if not self._thin():
            self._end()
            self._low_readings = 1  # nothing is left to thin: look again, and begin anew when there is
            return LOOK_S
        return 0.0

    def _has(self, room: Room) -> bool:
        with self._store.reader() as db:
            [(pages,)] = db.execute("PRAGMA freelist_count").fetchall()
            [(page_bytes,)] = db.execute("PRAGMA page_size").fetchall()
        # The file never shrinks: what was thinned leaves its room inside.
        return self._has_room(self._store.directory, room, pages * page_bytes)

    def _thin(self) -> bool:
        with self._store.transaction() as tx:
            positions = thin(tx, self._after)
            if positions:
                epochs.put(tx, "thinned", str(_number(tx, "thinned") + len(positions)))
        self._after = positions[-1] if positions else 0
        return bool(positions)

    def _end(self) -> None:
        self._low_readings = self._after = 0
        with self._store.reader() as db:
            if _number(db, "thinned") == _number(db, "thinned-told"):
                return
        with self._store.transaction() as tx:
            total = _number(tx, "thinned")
            count = total - _number(tx, "thinned-told")
            epochs.put(tx, "thinned-told", str(total))
            told = outbox.Event("record", TOLD_TYPE, f"outbox/{epochs.current(tx)}", {"count": count})
            outbox.append(tx, Stamp.of(self._clock, self._zone), told)
        log.warning("event=bulk-thinned count=%d", count)


def thinned(store: Store) -> int:
    """Return how many events were ever thinned here."""
    with store.reader() as db:
        return _number(db, "thinned")


def _number(db: outbox.Reads, key: str) -> int:
    found = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return int(found[0]) if found else 0
