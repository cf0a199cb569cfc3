"""Which slips are still to be printed.

Promises: an attempt is on record before the paper moves, so that a slip which may be a second copy says so; a
printer without paper costs no number, its slips wait here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.clock import Clock, ClockState
from gateway.store.outbox import Reads
from gateway.store.stamp import Stamp
from gateway.tickets.waits import WaitRange

STALE_S = 300.0
"""Whoever waited longer for a slip has read the number elsewhere or gone: print on request only."""
UNKNOWN = -1
"""How many were ahead of a number whose place was not written down."""


class Paper(Protocol):
    """Tells whether slips come out; hall.py makes it of the hall's printers."""

    def __call__(self) -> str | None:
        """Return None in a hall without a printer, "" when slips come out, else why not, in a few Indonesian words."""


def no_printer() -> None:
    """Tell that the hall has no printer."""


@dataclass(frozen=True, slots=True)
class LateSlip:
    """A slip that has not come out, as a clerk is told of it."""

    number: str
    minutes: int | None
    """So long it has been wanted; None when nobody knows."""
    comes: bool
    """Whether it comes by itself once a printer is ready; an older one only on request."""
    tried: bool
    """Whether printing was begun, so that some of it may have come out."""


@dataclass(frozen=True, slots=True)
class SlipWanted:
    """A slip that is not printed yet. Its age is ``uptime_s`` in the run of the machine named ``bootid``."""

    ticket: int
    number: str
    line: str
    line_name: str
    token: str
    ahead: int
    wait_low_s: int
    wait_high_s: int
    issued_at: str
    wanted_at: str
    bootid: str
    uptime_s: float
    attempts: int
    """How often printing was begun: above 0 the paper may be a second copy."""
    claim: str = ""
    """The short code, for whoever cannot scan."""


def slip_wanted(tx: Reads, ticket: int, ahead: int, wait: WaitRange, stamp: Stamp) -> None:
    """Ask for the slip of a new ticket."""
    tx.execute(
        "INSERT INTO slip (ticket, ahead, wait_low_s, wait_high_s, wanted_at, bootid, uptime_s) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (ticket, ahead, wait.low_s, wait.high_s, stamp.time, stamp.bootid, float(stamp.uptime)),
    )


def slips_waiting(db: Reads) -> list[SlipWanted]:
    """Return the slips that are not printed, of people who are still in the hall, in the order of issue."""
    sql = (
        "SELECT slip.ticket, ticket.label, ticket.line, line.name, ticket.token, slip.ahead, slip.wait_low_s, slip.wait_high_s, "
        "ticket.issued_at, slip.wanted_at, slip.bootid, slip.uptime_s, slip.attempts, ticket.claim "
        "FROM slip JOIN ticket ON ticket.id = slip.ticket JOIN line ON line.id = ticket.line "
        "WHERE slip.printed_at IS NULL AND ticket.state IN ('waiting', 'called', 'serving', 'held') ORDER BY slip.ticket"
    )
    return [SlipWanted(*row) for row in db.execute(sql)]


def age_s(wanted: SlipWanted, clock: Clock) -> float | None:
    """Return how long a slip has been wanted, or None when nobody knows."""
    if wanted.bootid == clock.bootid:
        return clock.uptime_s() - wanted.uptime_s
    if clock.state() is not ClockState.TRUSTED:
        return None
    seconds = (clock.now() - datetime.fromisoformat(wanted.wanted_at)).total_seconds()
    return seconds if seconds >= 0 else None


def is_fresh(wanted: SlipWanted, clock: Clock) -> bool:
    """Return whether the slip is known to be young: an age that nobody knows counts as old."""
    age = age_s(wanted, clock)
    return age is not None and age <= STALE_S


def late_slips(db: Reads, clock: Clock) -> list[LateSlip]:
    """Return the slips that have not come out, in the order of issue."""
    found = []
    for wanted in slips_waiting(db):
        age = age_s(wanted, clock)
        minutes = None if age is None else int(age // 60)
        found.append(LateSlip(wanted.number, minutes, is_fresh(wanted, clock), wanted.attempts > 0))
    return found


def slip_attempted(tx: Reads, ticket: int) -> None:
    """Record that the paper is about to move."""
    tx.execute("UPDATE slip SET attempts = attempts + 1 WHERE ticket = ?", (ticket,))


def slip_printed(tx: Reads, ticket: int, at: str) -> None:
    """Record that the slip is printed."""
    tx.execute("UPDATE slip SET printed_at = ? WHERE ticket = ?", (at, ticket))


def slip_wanted_again(tx: Reads, ticket: int, stamp: Stamp) -> None:
    """Ask for another copy of a slip, for one that has waited too long, or for that of a phone, which had none."""
    tx.execute(
        "INSERT INTO slip (ticket, ahead, wait_low_s, wait_high_s, wanted_at, bootid, uptime_s) VALUES (?, ?, 0, 0, ?, ?, ?) "
        "ON CONFLICT (ticket) DO UPDATE SET "
        "printed_at = NULL, wanted_at = excluded.wanted_at, bootid = excluded.bootid, uptime_s = excluded.uptime_s",
        (ticket, UNKNOWN, stamp.time, stamp.bootid, float(stamp.uptime)),
    )
