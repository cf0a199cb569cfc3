"""Tells the centre by how much the clock was wrong, once it can be believed: what was stamped before is never re-dated here."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from gateway.clock import Clock, ClockState
from gateway.store import epochs, outbox
from gateway.store.database import Store
from gateway.store.stamp import Stamp

TYPE = "id.balai.clock.corrected.v1"
LOOK_S = 5.0
"""How often the clock is looked at."""
CORRECTED = "clock_corrected"
"""The run of the machine that was corrected last, among the facts about the file."""
MOMENT = timedelta(milliseconds=1)


class Correction:
    """Watches for the moment in which the clock becomes trusted. ``step`` belongs to one loop."""

    def __init__(self, store: Store, clock: Clock, zone: tzinfo) -> None:
        self._store = store
        self._clock = clock
        self._zone = zone
        self._settled = False

    def step(self) -> float:
        """Correct this run of the machine, if that is due; return the seconds to the next look.

        Once for each run: it is the difference that matters, and a clock that the network has set keeps the time.
        """
        if self._clock.state() is not ClockState.TRUSTED:
            self._settled = False
        elif not self._settled:
            self._correct()
            self._settled = True
        return LOOK_S

    def _correct(self) -> None:
        bootid = self._clock.bootid
        with self._store.reader() as db:
            done = db.execute("SELECT 1 FROM meta WHERE key = ? AND value = ?", (CORRECTED, bootid)).fetchone()
            began_at = None if done else _began_by_the_wrong_clock(db, bootid)
        if began_at is None:
            return
        began_truly_at = self._clock.now() - timedelta(seconds=self._clock.uptime_s())
        offset_ms = round((began_truly_at - began_at) / MOMENT)
        with self._store.transaction() as tx:
            epochs.put(tx, CORRECTED, bootid)
            event = outbox.Event("record", TYPE, f"clock/{bootid}", {"bootid": bootid, "offset_ms": offset_ms})
            outbox.append(tx, Stamp.of(self._clock, self._zone), event)


def _began_by_the_wrong_clock(db: outbox.Reads, bootid: str) -> datetime | None:
    """Return when this run of the machine began by the clock that stamped its newest doubtful event, or None without one."""
    doubtful = []
    for base, last in db.execute("SELECT base, last FROM lane WHERE last > 0").fetchall():
        for its_bootid, state, time, uptime in db.execute(
            "SELECT bootid, clock, time, uptime FROM outbox WHERE position > ? AND position <= ? ORDER BY position DESC",
            (base, base + last),
        ):
            if its_bootid != bootid:
                break
            if state != ClockState.TRUSTED:
                doubtful.append((float(uptime), time))
                break
    if not doubtful:
        return None
    uptime_s, stamped = max(doubtful)
    return datetime.fromisoformat(stamped) - timedelta(seconds=uptime_s)
