"""The desk of devices on a real store: history, counts of each hall-day, what the centre is told, and how little it writes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway.clock import ClockState
from gateway.devices.ledger import Ledger, Tally
from gateway.devices.ports import DeviceState
from gateway.equipment.desk import COUNT_S, EquipmentDesk
from gateway.equipment.model import KEPT_ROWS, Placed
from gateway.errors import Reason, Refusal
from gateway.store.database import Store
from tests.checks.test_devices import Lamp
from tests.support.clock import FakeClock
from tests.support.store import open_test_store
from tests.support.tickets import WIB


@dataclass
class Day:
    """A hall-day."""

    ordinal: int = 118
    date: str = "2026-11-23"


class Thing(Lamp):
    """A device that a test breaks and mends."""

    def set(self, state: DeviceState, why: str = "") -> None:
        """Be like this from now on."""
        self._state, self._why = state, why


class Room:
    """A desk with one printer, on a clock that a test moves."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.day = Day()
        self.full = False
        self.asked = 0
        """How often the full card was asked."""
        self.printer = Thing("printer", DeviceState.READY, kind="escpos-usb")
        self.open()

    def open(self) -> None:
        """Start the desk, as a hall does."""
        self.store: Store = open_test_store(self.folder, self.clock)
        self.ledger = Ledger(self.clock)
        places = [Placed("printer", "escpos-usb", {"path": "/dev/usb/lp0"})]
        self.desk = EquipmentDesk(self.store, self.clock, WIB, self.ledger, lambda: self.day, places, self._require_room)
        self.desk.watch(self.printer)

    def _require_room(self, _folder: Path) -> None:
        self.asked += self.full
        if self.full:
            raise Refusal("storage-full")

    def pass_(self, seconds: float) -> None:
        """Let time pass, with the desk looking each second."""
        for _ in range(round(seconds)):
            self.clock.advance(1)
            self.desk.step()

    def events(self, kind: str) -> list[dict[str, Any]]:
        """Return the data of every event of a type."""
        with self.store.reader() as db:
            rows = db.execute(
                "SELECT lane, data FROM events WHERE type = ? ORDER BY seq", (f"id.balai.device.{kind}.v1",)
            ).fetchall()
        assert {lane for lane, _ in rows} <= {"bulk"}
        return [json.loads(data) for _, data in rows]

    def commits(self, act: Callable[[], object]) -> int:
        """Return how many commits ``act`` made."""
        before = self.store.commits
        act()
        return self.store.commits - before


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """Return a desk, closed in the end."""
    opened = Room(tmp_path)
    yield opened
    opened.store.close()


def test_a_fault_and_its_end_are_in_the_history(room: Room) -> None:
    """With the reason in a form that every reader gets in the own language, and the moment at which it began."""
    room.pass_(5)
    room.printer.set(DeviceState.FAULTY, Reason("pin tidak dapat dibuka ({error})", error="PinInUse"))
    room.pass_(10)
    room.printer.set(DeviceState.READY)
    room.pass_(10)
    lines = room.desk.history("printer")
    assert [(line.what, line.reason) for line in lines] == [
        ("ready", ""), ("faulty", "pin tidak dapat dibuka (PinInUse)"), ("ready", ""),
    ]  # fmt: skip
    assert isinstance(lines[1].reason, Reason)
    assert [line.at[11:19] for line in lines] == ["08:00:16", "08:00:06", "08:00:01"]
    assert room.events("changed")[1] == {"kind": "escpos-usb", "state": "faulty", "reason": "pin tidak dapat dibuka (PinInUse)"}


def test_a_quiet_day_writes_nothing(room: Room) -> None:
    """A desk that looks each second is no wear of the card."""
    room.pass_(5)
    assert room.commits(lambda: room.pass_(3000)) == 0


def test_a_cable_that_wobbles_all_day_writes_little(room: Room) -> None:
    """An hour of a fault every ten seconds: a burst, then with the counts each ten minutes."""

    def wobble() -> None:
        for turn in range(360):
            room.printer.set(DeviceState.MISSING if turn % 2 else DeviceState.READY, "kabel printer tercabut" if turn % 2 else "")
            room.pass_(10)

    room.pass_(5)
    assert room.commits(wobble) <= 6 + 6 + 6 + 1
    assert sum(line.skipped for line in room.desk.history("printer")) > 300


def test_presses_and_slips_of_a_day_are_told_once_when_the_next_has_begun(room: Room) -> None:
    """However many ten minutes they were counted in; seconds without the device too."""
    room.pass_(5)
    for _ in range(3):
        room.ledger.printed("printer", "A-001", again=False)
        room.pass_(COUNT_S)
    room.ledger.printed("printer", "A-001", again=True)
    room.printer.set(DeviceState.MISSING, "kabel printer tercabut")
    room.pass_(60)
    assert room.desk.today("printer") == Tally(slips=4, reprints=1, faults=1, missing_s=60)
    assert room.events("counted") == []
    room.day.ordinal, room.day.date = 119, "2026-11-24"
    room.pass_(2)
    [told] = room.events("counted")
    assert told == {
        "kind": "escpos-usb", "day": 118, "date": "2026-11-23", "presses": 0, "dropped": 0, "slips": 4, "reprints": 1, "calls": 0,
        "faults": 1, "missing_s": 61, "faulty_s": 0,
    }  # fmt: skip
    room.pass_(COUNT_S + 5)
    assert len(room.events("counted")) == 1
    assert room.desk.today("printer").slips == 0


def test_a_hall_that_stops_and_starts_goes_on_counting(room: Room) -> None:
    """What was counted before it stopped is in the day; a day that ended while it was dark is told at the start."""
    room.pass_(5)
    room.ledger.pressed("printer", "")
    room.desk.stop()
    room.store.close()
    room.open()
    room.pass_(5)
    assert (room.desk.today("printer").presses, [line.what for line in room.desk.history("printer")]) == (1, ["ready"])
    room.store.close()
    room.day.ordinal = 121
    room.open()
    room.pass_(1)
    assert [(told["day"], told["presses"]) for told in room.events("counted")] == [(118, 1)]


def test_a_device_that_changed_while_the_hall_was_dark_is_told(room: Room) -> None:
    """And one that did not keeps the moment since when it is so."""
    room.pass_(5)
    since = room.desk.watched[0].since_at
    room.store.close()
    room.clock.advance(3600)
    room.open()
    room.pass_(5)
    assert room.desk.watched[0].since_at == since
    room.store.close()
    room.printer.set(DeviceState.MISSING, "kabel printer tercabut")
    room.open()
    room.pass_(5)
    assert [line.what for line in room.desk.history("printer")] == ["missing", "ready"]


def test_the_history_is_bounded(room: Room) -> None:
    """The newest lines of each device stay; those of a year ago go, by a clock that can be believed alone."""
    room.pass_(5)
    for _ in range(KEPT_ROWS + 20):
        room.desk.replaced("printer")
    assert len(room.desk.history("printer")) == KEPT_ROWS
    room.clock.set_wall(room.clock.now().replace(year=2028), ClockState.RESTORED)
    room.ledger.pressed("printer", "")
    room.pass_(COUNT_S + 5)
    assert len(room.desk.history("printer")) == KEPT_ROWS
    room.clock.set_state(ClockState.TRUSTED)
    room.ledger.pressed("printer", "")
    room.pass_(COUNT_S + 5)
    assert room.desk.history("printer") == []


def test_what_the_card_does_not_take_is_kept_for_later(room: Room) -> None:
    """A full card loses neither a change nor a count, and is not asked each second."""
    room.pass_(5)
    room.full = True
    room.printer.set(DeviceState.MISSING, "kabel printer tercabut")
    room.ledger.pressed("printer", "")
    assert room.commits(lambda: room.pass_(120)) == 0
    assert room.asked <= 3
    room.full = False
    room.pass_(60)
    assert [line.what for line in room.desk.history("printer")] == ["missing", "ready"]
    assert room.desk.today("printer").presses == 1
