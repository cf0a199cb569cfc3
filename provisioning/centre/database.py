"""What the intake expects of the database at the centre.

SQLite (one intake to a file) and PostgreSQL (several intakes) implement it; the contract suite in
``tests/contracts/test_intake_database.py`` runs over both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from provisioning.centre.model import Absence, EventRow, Hello, LaneKey, Letter, Link, Presence, Reject, Standing
from provisioning.centre.orders import OrderAnswer, OrderRow
from provisioning.centre.reading import Unread
from provisioning.centre.run_rows import RunRows


class Untakeable(Exception):
    """Something in a group is what the database can never hold: tried again, it would fail for ever."""


@dataclass(frozen=True, slots=True)
class LaneView:
    """A lane as people look at it."""

    lane: LaneKey
    standing: Standing
    top: int
    """The greatest number here; above ``standing.through`` when numbers between are missing."""
    rejected: int
    absent: int


@dataclass(frozen=True, slots=True)
class Overview:
    """How everything stands, in few numbers."""

    lanes: int
    gaps: int
    """Lanes in which numbers are missing."""
    oldest_gap_s: float
    """The age of the oldest gap in seconds; 0 when there is none."""
    dead: int
    """Dead letters."""
    halls: dict[str, int]
    """How many halls last said ``online`` and ``offline``."""


class IntakeTransaction(Protocol):
    """One group of arrivals, all durable together or not at all."""

    def add(self, rows: Sequence[EventRow]) -> int:
        """Keep the rows whose number is free and return how many those were: the first verdict wins."""

    def add_run(self, rows: RunRows) -> int:
        """Keep the rows whose number is free and return how many those were, as ``add`` does, in less time."""

    def standing(self, lane: LaneKey) -> Standing:
        """Return where a lane stands, and hold its hall against other intakes until the transaction ends.

        The whole hall, because a fact may come in two epochs at once: issued first in one, and again in another.
        """

    def keep_standing(self, lane: LaneKey, standing: Standing, heads: Sequence[tuple[int, str]]) -> None:
        """Record where a lane stands now, and heads that it has passed, each with its number."""

    def links(self, lane: LaneKey, after: int, through: int | None = None) -> Iterator[Link]:
        """Yield the rows above ``after`` (up to ``through``) in order."""

    def head_below(self, lane: LaneKey, seq: int) -> tuple[int, str] | None:
        """Return the nearest head kept at or below ``seq`` with its number, or None when there is none near."""

    def top(self, lane: LaneKey) -> int:
        """Return the greatest number of a lane, or 0."""

    def absences(self, lane: LaneKey) -> list[Absence]:
        """Return what is recorded as absent, in order."""

    def record_absences(self, lane: LaneKey, absences: Iterable[Absence], recorded_at: str) -> None:
        """Record numbers that will not come any more."""

    def rejects(self, lane: LaneKey, after: int, through: int, limit: int) -> list[Reject]:
        """Return the first ``limit`` rejects of (``after``, ``through``], in order."""

    def fact_is_known(self, row: EventRow) -> bool:
        """Return whether the fact of ``row`` is here already under another number."""

    def has_reissues(self, hall: str) -> bool:
        """Return whether this hall has ever issued a fact again in a new epoch."""

    def keep_reissue(self, row: EventRow) -> None:
        """Remember the identity of a fact that was issued again."""

    def keep_conflict(self, row: EventRow) -> None:
        """Keep a row whose number is taken by a different fact, as evidence of a clone or a rewritten card."""

    def keep_refusal(self, unread: Unread, received_at: str) -> None:
        """Record a payload that could not be read, with its content. Bounded per hall."""

    def letters(self, after: tuple[str, str], limit: int) -> list[Letter]:
        """Return unread payloads that were never read since, in the order of (hall, sha256), after that one."""

    def settle_letter(self, letter: Letter, at: str) -> None:
        """Record that an unread payload has been read since."""

    def rejected(self, after: int, limit: int) -> list[tuple[int, EventRow]]:
        """Return rejected rows that were never replayed, each with its arrival, in that order, after ``after``."""

    def occupant(self, row: EventRow) -> tuple[int, str, str] | None:
        """Return arrival, verdict and type of the row that has the number of ``row``, or None while it is free."""

    def overview(self, now: datetime) -> Overview:
        """Return how everything stands."""

    def keep_presence(self, presence: Presence) -> None:
        """Record what a hall says of its state, in the place of what it said before."""

    def keep_hello(self, hello: Hello, received_at: str) -> None:
        """Record that a hall has spoken, and which epoch it holds open."""

    def keep_order(self, order: OrderRow) -> None:
        """Keep an order that is not here yet; its revision is raised above every other of its hall and subject."""

    def unsent_orders(self, now: str, limit: int) -> list[OrderRow]:
        """Return the oldest orders that were never sent and are not void ``now`` (ISO 8601 in UTC)."""

    def mark_order_sent(self, order: str, at: str) -> None:
        """Record that an order was handed to the wire for the first time."""

    def orders_owed(self, hall: str, epoch: str, now: str, limit: int) -> list[OrderRow]:
        """Return the oldest orders that were sent to ``hall``, are not void, and have no answer of it.

        With its open ``epoch`` also those that it carried out or kept in another: a restored hall has lost them.
        """

    def order_is_for(self, order: str, hall: str) -> bool:
        """Return whether an order was asked of ``hall``, alone or with all."""

    def order_answer(self, order: str, hall: str) -> OrderAnswer | None:
        """Return what counts as the answer of a hall so far."""

    def keep_order_answer(self, answer: OrderAnswer) -> None:
        """Keep what counts as the answer of a hall from now on."""

    def epochs_heard(self, hall: str) -> list[tuple[str, str, int]]:
        """Return the epochs in which a hall has said hello, in the order of their first, each with the last boot and uptime (ms)."""

    def audit_heard(self, hall: str) -> tuple[int, str] | None:
        """Return how far a hall's audit log had come: the number of its newest entry, and the head over all of them."""

    def keep_audit(self, hall: str, seq: int, head: str, at: str) -> None:
        """Record how far a hall's audit log has come."""

    def raise_alarm(self, hall: str, kind: str, subject: str, at: str) -> None:
        """Record an alarm, once for each subject, with how often and since when."""

    def keep_correction(self, hall: str, bootid: str, offset_ms: int) -> None:
        """Record by how much the clock of one run of a hall's machine was wrong; the first word counts."""


class IntakeDatabase(Protocol):
    """The database of one centre. Used by one thread."""

    centre: str
    """Names this database for ever: 16 hex digits made with it."""

    def transaction(self) -> AbstractContextManager[IntakeTransaction]:
        """Begin a group: durable when the block has ended, undone when it raises.

        Raises Refusal ``centre-storage`` when the database does not take it now, Untakeable when it never will;
        nothing of the group is kept.
        Groups are entered one at a time, whichever intake they come from.
        """

    def reading(self) -> AbstractContextManager[IntakeTransaction]:
        """Look at what is durable; nothing may be written. Raises Refusal ``centre-storage`` when it is away."""

    def collect_orders(self) -> None:
        """Take in what ``provision centre ask`` has left beside the database, where it does not write into it itself.

        Raises Refusal ``centre-storage``; what was left stays.
        """

    def close(self) -> None:
        """Let go of the database."""
