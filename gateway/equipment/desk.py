"""Watches the hall's devices and keeps what a technician asks of them: history, counts, replacements.

Promises: what a device has been through is on the card within seconds and never costs it more than the rates of ``model``; the counts of a
hall-day are told to the centre once, when the next has begun, however late that is; a hall that stops keeps what it has counted.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta, tzinfo
from pathlib import Path
from typing import Protocol

from gateway.clock import Clock, ClockState
from gateway.devices.ledger import Ledger, Tally
from gateway.devices.ports import Device, DeviceState
from gateway.equipment import tables, wire
from gateway.equipment.model import KEPT_DAYS, Change, Condition, Note, Placed, Watch
from gateway.errors import Refusal
from gateway.store import epochs, outbox
from gateway.store.database import Store, Transaction
from gateway.store.room import require_room
from gateway.store.stamp import Stamp

log = logging.getLogger(__name__)

LOOK_S = 1.0
RETRY_S = 60.0
"""After a card that took nothing."""
STOP_S = 0.5
CHANGES_LIMIT = 500
"""So many changes wait for such a card at the most."""
COUNT_S = 600.0
"""How often counts are written while there is something to count: a power cut costs the statistics so much."""


class DayLike(Protocol):
    """The hall-day, as the queue's snapshot has it."""

    @property
    def ordinal(self) -> int:
        """0 before the hall's first day."""

    @property
    def date(self) -> str:
        """Best-known date, ISO."""


@dataclass(slots=True)
class Watched:
    """A device, where it stands, and what is known of it."""

    device: Device
    placed: Placed
    watch: Watch
    since_at: str = ""
    """Since when its settled condition holds, ISO with offset; empty while nobody knows."""


class EquipmentDesk:
    """The one desk of devices. ``step`` belongs to one loop; the rest is safe from any thread."""

    def __init__(
        self, store: Store, clock: Clock, zone: tzinfo, ledger: Ledger, day: Callable[[], DayLike], places: Iterable[Placed] = (),
        require_room: Callable[[Path], None] = require_room,
    ) -> None:  # fmt: skip
        """``day`` gives the present hall-day, ``places`` where the devices of the settings are; ``require_room`` refuses on a full card."""
        self._store = store
        self._clock = clock
        self._zone = zone
        self._ledger = ledger
        self._day = day
        self._require_room = require_room
        self._places = {one.id: one for one in places}
        self._turn = threading.Lock()
        self._watched: dict[str, Watched] = {}
        self._changes: deque[tuple[Watched, Change]] = deque(maxlen=CHANGES_LIMIT)
        """What is still to be written."""
        self._not_before_s = float("-inf")
        self._ordinal = 0
        self._date = ""
        self._today: dict[str, Tally] = {}
        self._looked_at_s: float | None = None
        self._counted_at_s = clock.monotonic_s()
        self._forgot_on = ""

    @property
    def watched(self) -> Sequence[Watched]:
        """Every device, in the order of the settings."""
        return tuple(self._watched.values())

    def find(self, id: str) -> Watched | None:
        """Return one device."""
        return self._watched.get(id)

    def place(self, placed: Placed) -> None:
        """Say where a device is that will come."""
        self._places[placed.id] = placed

    def watch(self, device: Device) -> None:
        """Watch a device from now on."""
        placed = self._places.get(device.id) or Placed(device.id, device.kind)
        with self._store.reader() as db:
            known = tables.last_condition(db, placed.id)
        condition, since_at = known if known is not None else (None, "")
        with self._turn:
            self._watched[placed.id] = Watched(device, placed, Watch(condition), since_at)

    def forget(self, device: Device) -> None:
        """Watch a device no longer; its history stays."""
        with self._turn:
            self._watched.pop(device.id, None)

    def today(self, id: str) -> Tally:
        """Return what a device has done in the present hall-day."""
        tally = self._ledger.counted(id)
        if id in self._today:
            tally.add(self._today[id])
        return tally

    def history(self, id: str) -> list[tables.Line]:
        """Return the history of a device, the newest line first."""
        with self._store.reader() as db:
            return tables.notes(db, id)

    def days(self, id: str) -> list[tables.Day]:
        """Return what a device did in the latest hall-days, the newest first."""
        with self._store.reader() as db:
            days = tables.days_of(db, id)
        return [replace(day, tally=self.today(id)) if day.ordinal == self._ordinal else day for day in days]

    def note(self, tx: Transaction, placed: Placed, what: Note) -> str:
        """Write inside ``tx`` that a device was replaced, paired or let go, and tell the centre; return when, ISO."""
        stamp = Stamp.of(self._clock, self._zone)
        tables.add_note(tx, placed.id, what, stamp)
        outbox.append(tx, stamp, wire.changed(epochs.current(tx), placed.id, placed.kind, what))
        return stamp.time

    def replaced(self, id: str) -> None:
        """Keep that somebody has put another device in the place of one: same id, same history. Nothing happens for an unknown one."""
        found = self._watched.get(id)
        if found is not None:
            with self._store.transaction() as tx:
                self.note(tx, found.placed, Note.REPLACED)

    def step(self) -> float:
        """Look at every device, and write what is worth it; return the seconds to rest."""
        with self._turn:
            now_s = self._clock.monotonic_s()
            for one in self._watched.values():
                self._see(one, now_s)
            self._looked_at_s = now_s
            self._write(now_s)
        return LOOK_S

    def stop(self) -> None:
        """Keep what was counted: the hall stops, which a card that hangs may not hold up."""
        if self._turn.acquire(timeout=STOP_S):
            try:
                self._write(self._clock.monotonic_s(), at_once=True)
            finally:
                self._turn.release()

    def _see(self, one: Watched, now_s: float) -> None:
        condition = Condition(str(one.device.state()), one.device.reason())
        faults = one.watch.faults
        change = one.watch.see(condition, now_s)
        if one.watch.since_s is not None:
            age = timedelta(seconds=now_s - one.watch.since_s)
            one.since_at = (self._clock.now() - age).astimezone(self._zone).isoformat(timespec="seconds")
        passed_s = now_s - self._looked_at_s if self._looked_at_s is not None else 0.0
        seen = Tally(faults=one.watch.faults - faults)
        seen.missing_s = passed_s if condition.state == DeviceState.MISSING else 0.0
        seen.faulty_s = passed_s if condition.state == DeviceState.FAULTY else 0.0
        if seen:
            self._ledger.count(one.placed.id, seen)
        if change is not None:
            log.info("device=%s event=%s skipped=%d", one.placed.id, condition.state, change.skipped)
            self._changes.append((one, change))

    def _write(self, now_s: float, *, at_once: bool = False) -> None:
        """Write what has changed; with it, or when it is time, what was counted and what is still to be told."""
        day = self._day()
        is_new = day.ordinal != self._ordinal
        if not (at_once or self._changes or is_new or now_s - self._counted_at_s >= COUNT_S) or now_s < self._not_before_s:
            return
        if not day.ordinal:
            return  # a hall before its first day: what has happened waits in memory
        self._counted_at_s = now_s
        taken = self._ledger.take()
        if not self._changes and not taken and not is_new:
            return
        try:
            self._require_room(self._store.directory)
            with self._store.transaction() as tx:
                self._keep(tx, taken, day)
        except Refusal as refusal:
            # The card takes nothing at the moment, which the other checks tell: nothing is forgotten meanwhile.
            self._ledger.give_back(taken)
            self._not_before_s = now_s + RETRY_S
            log.warning("event=devices-not-kept code=%s", refusal.code)
            return
        self._ordinal, self._date = day.ordinal, day.date
        self._changes.clear()
        with self._store.reader() as db:
            self._today = tables.day_of(db, self._ordinal)

    def _keep(self, tx: Transaction, taken: dict[str, Tally], day: DayLike) -> None:
        stamp, epoch = Stamp.of(self._clock, self._zone), epochs.current(tx)
        for one, change in self._changes:
            what, reason, skipped = Note(change.condition.state), change.condition.reason, change.skipped
            tables.add_note(tx, one.placed.id, what, stamp, at=one.since_at, reason=reason, skipped=skipped)
            told = wire.changed(epoch, one.placed.id, one.placed.kind, what, reason=reason, skipped=skipped)
            outbox.append(tx, stamp, told)
        kinds = [(one.placed.id, one.placed.kind) for one in self._watched.values()]
        if self._ordinal not in {0, day.ordinal}:
            # What was counted until now belongs to the day that was known: its end is noticed within a second.
            tables.count(tx, self._ordinal, self._date, kinds, taken)
            taken = {}
        tables.count(tx, day.ordinal, day.date, kinds, taken)
        for over in tables.untold(tx, day.ordinal):
            told = wire.counted(epoch, over.device, over.kind, ordinal=over.ordinal, date=over.date, tally=over.tally)
            outbox.append(tx, stamp, told)
            tables.tell(tx, over)
        self._forget_old(tx)

    def _forget_old(self, tx: Transaction) -> None:
        """Forget once a day what is too old, by a clock that can be believed."""
        today = self._clock.now().date().isoformat()
        if self._clock.state() is ClockState.TRUSTED and today != self._forgot_on:
            tables.forget_notes(tx, (self._clock.now() - timedelta(days=KEPT_DAYS)).isoformat())
            self._forgot_on = today
