"""What the hall keeps of its devices: their history, the counts of each hall-day. Functions take the open transaction; none commits."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields

from sqlite_utils import Database

from gateway.devices.ledger import Tally
from gateway.equipment.model import KEPT_ROWS, STATES, Condition, Note
from gateway.errors import Reason
from gateway.store.outbox import Reads
from gateway.store.script import run_script
from gateway.store.stamp import Stamp
from gateway.store.transaction import Transaction

SCHEMA = """
CREATE TABLE device_note (
    id INTEGER PRIMARY KEY, device TEXT NOT NULL, what TEXT NOT NULL, reason TEXT NOT NULL, facts TEXT NOT NULL, skipped INTEGER NOT NULL,
    at TEXT NOT NULL, clock TEXT NOT NULL
);
CREATE INDEX device_note_of ON device_note (device, id);
CREATE TABLE device_day (
    day INTEGER NOT NULL, device TEXT NOT NULL, kind TEXT NOT NULL, date TEXT NOT NULL, presses INTEGER NOT NULL, dropped INTEGER NOT NULL,
    slips INTEGER NOT NULL, reprints INTEGER NOT NULL, calls INTEGER NOT NULL, faults INTEGER NOT NULL, missing_s REAL NOT NULL,
    faulty_s REAL NOT NULL, told INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (day, device)
) WITHOUT ROWID;
CREATE INDEX device_day_untold ON device_day (day) WHERE told = 0;
"""
"""``reason`` is the sentence with its ``{braces}``, ``facts`` what fills them: each reader gets it in the own language."""

PAIRED = """
CREATE TABLE paired_device (id TEXT PRIMARY KEY, kind TEXT NOT NULL, options TEXT NOT NULL, flash TEXT NOT NULL, paired_at TEXT NOT NULL) WITHOUT ROWID;
"""
"""``options`` are those of hall.toml, with what proves the password and never the password; ``flash`` is what the text to be flashed was made of."""

COUNTS = tuple(one.name for one in fields(Tally))
DAYS_KEPT = 400
"""Hall-days whose counts are kept."""


def create(db: Database) -> None:
    """Make the tables of this feature, inside the migration's transaction."""
    run_script(db, SCHEMA)


def add_paired(db: Database) -> None:
    """Make room for devices that were paired on the page."""
    run_script(db, PAIRED)


@dataclass(frozen=True, slots=True)
class Paired:
    """A device that was paired on the page, as it is plugged in at each start."""

    id: str
    kind: str
    options: dict[str, object]
    flash: dict[str, str]
    """``chip`` and ``face``."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line in the history of a device."""

    what: Note
    reason: str
    skipped: int
    """How many changes before it were not written, because there were too many."""
    at: str
    """ISO, with offset."""
    clock: str
    """How far ``at`` can be believed: ``trusted``, ``restored``, ``staff``, ``unset``."""


@dataclass(frozen=True, slots=True)
class Day:
    """What a device did in one hall-day."""

    ordinal: int
    date: str
    device: str
    kind: str
    tally: Tally


def add_note(tx: Reads, device: str, what: Note, stamp: Stamp, *, at: str = "", reason: str = "", skipped: int = 0) -> None:
    """Write a line, and forget the oldest of too many. ``at`` is when it came to be so, if not now."""
    sentence, facts = (
        (reason.sentence, reason.facts) if isinstance(reason, Reason) else (reason.replace("{", "{{").replace("}", "}}"), {})
    )
    told = json.dumps({name: str(fact) for name, fact in facts.items()}, ensure_ascii=False)
    tx.execute(
        "INSERT INTO device_note (device, what, reason, facts, skipped, at, clock) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (device, what, sentence, told, skipped, at or stamp.time, stamp.clock),
    )
    tx.execute(
        "DELETE FROM device_note WHERE device = ?1 AND id <= (SELECT id FROM device_note WHERE device = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
        (device, KEPT_ROWS),
    )


def notes(db: Reads, device: str, limit: int = KEPT_ROWS) -> list[Line]:
    """Return the history of a device, the newest line first."""
    sql = "SELECT what, reason, facts, skipped, at, clock FROM device_note WHERE device = ? ORDER BY id DESC LIMIT ?"
    return [
        Line(Note(what), _reason(reason, facts), skipped, at, clock)
        for what, reason, facts, skipped, at, clock in db.execute(sql, (device, limit))
    ]


def last_condition(db: Reads, device: str) -> tuple[Condition, str] | None:
    """Return the condition that the history told last, and since when; None for a device without one."""
    line = next((one for one in notes(db, device) if one.what in STATES), None)
    return (Condition(line.what, line.reason), line.at) if line is not None else None


def forget_notes(tx: Reads, before: str) -> None:
    """Forget the lines of a time before ``before``, ISO."""
    tx.execute("DELETE FROM device_note WHERE julianday(at) < julianday(?)", (before,))


def count(tx: Transaction, day: int, date: str, kinds: Iterable[tuple[str, str]], tallies: dict[str, Tally]) -> None:
    """Add ``tallies`` to a hall-day; every device of ``kinds``, pairs of id and kind, has its row, since nothing is a count too."""
    names = ", ".join(COUNTS)
    places = ", ".join("?" for _ in COUNTS)
    sums = ", ".join(f"{name} = {name} + excluded.{name}" for name in COUNTS)
    tx.executemany(
        f"INSERT INTO device_day (day, device, kind, date, {names}) VALUES (?, ?, ?, ?, {places}) "  # noqa: S608 - names of columns
        f"ON CONFLICT (day, device) DO UPDATE SET kind = excluded.kind, date = excluded.date, {sums}",
        [(day, device, kind, date, *astuple(tallies.get(device, Tally()))) for device, kind in kinds],
    )
    tx.execute("DELETE FROM device_day WHERE day < ? AND told = 1", (day - DAYS_KEPT,))


def day_of(db: Reads, day: int) -> dict[str, Tally]:
    """Return what each device has done in a hall-day."""
    return {one.device: one.tally for one in _days(db, "day = ?", (day,))}


def days_of(db: Reads, device: str, limit: int = 14) -> list[Day]:
    """Return the latest hall-days of a device, the newest first."""
    return _days(db, "device = ? ORDER BY day DESC LIMIT ?", (device, limit))


def untold(db: Reads, before: int) -> list[Day]:
    """Return the days before ``before`` that the centre has not been told of, the oldest first."""
    return _days(db, "told = 0 AND day < ? ORDER BY day, device", (before,))


def tell(tx: Reads, day: Day) -> None:
    """Note that the centre has been told of a device's day."""
    tx.execute("UPDATE device_day SET told = 1 WHERE day = ? AND device = ?", (day.ordinal, day.device))


def paired(db: Reads) -> list[Paired]:
    """Return every device that was paired, by its id."""
    rows = db.execute("SELECT id, kind, options, flash FROM paired_device ORDER BY id")
    return [Paired(id_, kind, json.loads(options), json.loads(flash)) for id_, kind, options, flash in rows]


def put_paired(tx: Reads, one: Paired, at: str) -> None:
    """Keep a device that is paired, in place of what it was before."""
    texts = (json.dumps(one.options, ensure_ascii=False), json.dumps(one.flash))
    tx.execute("INSERT OR REPLACE INTO paired_device VALUES (?, ?, ?, ?, ?)", (one.id, one.kind, *texts, at))


def remove_paired(tx: Reads, id: str) -> None:
    """Forget that a device was paired."""
    tx.execute("DELETE FROM paired_device WHERE id = ?", (id,))


def _days(db: Reads, where: str, values: tuple[object, ...]) -> list[Day]:
    sql = f"SELECT day, date, device, kind, {', '.join(COUNTS)} FROM device_day WHERE {where}"  # noqa: S608 - written here
    return [Day(day, date, device, kind, Tally(*counts)) for day, date, device, kind, *counts in db.execute(sql, values)]


def _reason(sentence: str, facts: str) -> str:
    return Reason(sentence, **json.loads(facts)) if sentence else ""
