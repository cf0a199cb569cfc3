"""Holds what people were told against the hall's database and the centre's, once everything is at rest.

Reads both databases only; promises to name every ticket that is lost, doubled, misnumbered or out of order.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

ISSUED = "id.balai.ticket.issued.v1"


@dataclass(frozen=True, slots=True)
class Promised:
    """What the hall answered to one who took a number."""

    key: str
    token: str
    number: str


@dataclass(slots=True)
class Reckoning:
    """What was found; ``faults`` is empty when the promise held."""

    tickets: int = 0
    arrived: int = 0
    lost: int = 0
    doubled: int = 0
    faults: list[str] = field(default_factory=list)


def reckon(promised: list[Promised], hall: Path, centre: Path) -> Reckoning:
    """Compare the acknowledged tickets with ``hall`` (hall.db) and ``centre`` (the intake's database)."""
    found = Reckoning()
    with _looking(hall) as here, _looking(centre) as there:
        _reckon_hall(found, promised, here)
        _reckon_facts(found, here, there)
        _reckon_order(found, here, there)
    return found


def drained(hall: Path, centre: Path) -> bool:
    """Return whether the centre has all the hall has written, and the hall knows it."""
    with _looking(hall) as here, _looking(centre) as there:
        lasts = here.execute("SELECT epoch, lane, last, confirmed FROM lane JOIN epoch USING (number) WHERE last > 0").fetchall()
        throughs = {(epoch, lane): through for epoch, lane, through in there.execute("SELECT epoch, lane, through FROM lanes")}
    return all(confirmed == last == throughs.get((epoch, lane)) for epoch, lane, last, confirmed in lasts)


def confirmed(hall: Path) -> int:
    """Return how many events the hall believes delivered."""
    with _looking(hall) as here:
        return int(here.execute("SELECT coalesce(sum(confirmed), 0) FROM lane").fetchone()[0])


def _looking(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10)


def _reckon_hall(found: Reckoning, promised: list[Promised], here: sqlite3.Connection) -> None:
    """Every acknowledged ticket is in the hall once, and numbers have neither doubles nor holes."""
    kept = dict(here.execute("SELECT token, label FROM ticket"))
    found.tickets = len(kept)
    found.faults += [f"hall lost {one.number} ({one.key})" for one in promised if kept.get(one.token) != one.number]
    tokens = Counter(one.token for one in promised)
    found.faults += [f"one ticket was given to {count} people" for count in tokens.values() if count > 1]
    for (day, line), rows in groupby(
        here.execute("SELECT day, numbered_in, number FROM ticket ORDER BY day, numbered_in, number"), key=lambda row: row[:2]
    ):
        numbers = [row[2] for row in rows]
        if numbers != list(range(1, len(numbers) + 1)):
            found.faults.append(f"numbers of {line} on day {day} have holes or doubles")


def _reckon_facts(found: Reckoning, here: sqlite3.Connection, there: sqlite3.Connection) -> None:
    """Every ticket of the hall is at the centre exactly once."""
    expected = {f"ticket/{epoch}/{day}/{label}" for epoch, day, label in here.execute("SELECT epoch, day, label FROM ticket")}
    facts = Counter(subject for (subject,) in there.execute("SELECT subject FROM facts WHERE type = ?", (ISSUED,)))
    found.arrived = len(facts)
    found.lost = len(expected - facts.keys())
    found.doubled = sum(count - 1 for count in facts.values())
    if found.lost or found.doubled:
        found.faults.append(f"lost={found.lost} doubled={found.doubled} at the centre")
    found.faults += [f"nobody issued {subject}" for subject in facts.keys() - expected]


def _reckon_order(found: Reckoning, here: sqlite3.Connection, there: sqlite3.Connection) -> None:
    """Each lane is at the centre in the hall's own order, without a gap, and each line's numbers rise along it."""
    sent = here.execute("SELECT epoch, lane, seq, type, subject, time FROM events ORDER BY epoch, lane, seq").fetchall()
    kept = there.execute("SELECT epoch, lane, seq, type, subject, time FROM events ORDER BY epoch, lane, seq").fetchall()
    if sent != kept:
        found.faults.append(f"lanes differ: the hall wrote {len(sent)} events, the centre has {len(kept)}")
    for (epoch, lane), rows in groupby(kept, key=lambda row: row[:2]):
        events = list(rows)
        if [row[2] for row in events] != list(range(1, len(events) + 1)):
            found.faults.append(f"lane {epoch}/{lane} has gaps")
        newest: dict[str, int] = {}
        for label in (row[4].rsplit("/", 1)[1] for row in events if row[3] == ISSUED):
            letter, number = label.split("-")
            if int(number) != newest.get(letter, 0) + 1:
                found.faults.append(f"{label} is out of order in {epoch}/{lane}")
            newest[letter] = int(number)
