"""Which registration slips are still to be printed: number and tracking code, never a name. Functions take the open transaction.

Promises: an attempt is on record before the paper moves, so that a slip which may be a second copy says so.
"""

from __future__ import annotations

from typing import NamedTuple

from gateway.store.outbox import Reads
from gateway.store.stamp import Stamp


class Wanted(NamedTuple):
    """A slip that is not printed yet; its age is ``uptime_s`` in the run of the machine named ``bootid``."""

    request: int
    code: str
    token: str
    filed_at: str
    bootid: str
    uptime_s: float
    attempts: int
    """How often printing was begun: above 0 the paper may be a second copy."""


def want(tx: Reads, request: int, stamp: Stamp) -> None:
    """Ask for the slip of a request, or for another copy of it."""
    tx.execute(
        "INSERT INTO request_slip (request, wanted_at, bootid, uptime_s) VALUES (?1, ?2, ?3, ?4)"
        " ON CONFLICT DO UPDATE SET printed_at = NULL, wanted_at = ?2, bootid = ?3, uptime_s = ?4",
        (request, stamp.time, stamp.bootid, float(stamp.uptime)),
    )


def waiting(db: Reads, bootid: str) -> list[Wanted]:
    """Return the slips wanted in this run of the machine that are not printed, the oldest first: older ones are nobody's any more."""
    sql = (
        "SELECT slip.request, code, token, filed_at, slip.bootid, slip.uptime_s, slip.attempts FROM request_slip slip"
        " JOIN request ON number = slip.request WHERE printed_at IS NULL AND slip.bootid = ? ORDER BY slip.uptime_s"
    )
    return [Wanted(*row) for row in db.execute(sql, (bootid,))]


def attempted(tx: Reads, request: int) -> None:
    """Record that the paper is about to move."""
    tx.execute("UPDATE request_slip SET attempts = attempts + 1 WHERE request = ?", (request,))


def printed(tx: Reads, request: int, at: str) -> None:
    """Record that the slip is printed."""
    tx.execute("UPDATE request_slip SET printed_at = ? WHERE request = ?", (at, request))
