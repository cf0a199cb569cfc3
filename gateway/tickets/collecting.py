"""Numbers of people who collect what is ready: they go ahead, by the same fairness rule as others that do.

hall.py hands this to whoever has something to be collected.
"""

from __future__ import annotations

from gateway.store.database import Transaction
from gateway.store.outbox import Reads
from gateway.tickets import tables
from gateway.tickets.desk import TicketsDesk
from gateway.tickets.model import UNFINISHED, PriorityClass
from gateway.tickets.view import QueueView


class Collecting:
    """The queue for who collects. Safe from any thread."""

    def __init__(self, desk: TicketsDesk, view: QueueView) -> None:
        self._desk = desk
        self._view = view

    def give(self, tx: Transaction, line: str) -> tuple[str, int]:
        """Give a number of a line, inside ``tx``; return the token of its page, and the revision of the queue. Raises what ``issue_in`` raises."""
        issued = self._desk.issue_in(tx, line, priority=PriorityClass.AMBIL, origin="phone")
        return issued.token, issued.revision

    def lives(self, db: Reads, token: str) -> bool:
        """Return whether a ticket waits, is held or is at a counter."""
        ticket = tables.find_by_token(db, token)
        return ticket is not None and ticket.state in UNFINISHED

    def seen(self, revision: int) -> None:
        """Return when everybody sees the queue as of ``revision``; outside of any transaction."""
        self._view.at_least(revision)
