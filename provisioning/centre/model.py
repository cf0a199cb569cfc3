"""The words of the centre: a lane of a hall's epoch, the row of an event, where a lane stands, what is absent.

Pure values; nothing here knows a database or a broker.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

ACCEPTED = "accepted"
"""The verdict of a row that counts; every other verdict is the code of a reject."""

LATE = "late"
"""The flag of a row that came after its number was recorded as lost or as a hole, or after its epoch was closed."""

REPLAYED = "replayed"
"""The lane, and the flag, of a fact that a later version has read out of what an earlier one had not taken: it has no
number of its own there, and no receipt speaks of it. Its ``seq`` is the arrival of the row that stands in its place."""

REPEATED = "repeated"
"""The flag of a row whose fact is already here under another number: it counts for the sequence, not as a fact."""


GENESIS = ""
"""The head of a lane of which nothing is here yet."""


class LaneKey(NamedTuple):
    """One gapless sequence: a lane of one epoch of one hall."""

    hall: str
    epoch: str
    lane: str


class EventRow(NamedTuple):
    """One event as it is kept, in the order of the table's columns."""

    hall: str
    epoch: str
    lane: str
    seq: int
    id: str
    was: str
    """The id under which a former epoch issued the same fact, or empty."""
    type: str
    subject: str
    time: str
    clock: str
    bootid: str
    uptime: str
    data: str
    """The event's data as JSON."""
    rest: str
    """Attributes this version does not know, as a JSON object, or empty; of a rejected event the whole of it."""
    received_at: str
    """The centre's time, ISO 8601 in UTC."""
    verdict: str
    reason: str
    flags: str

    @property
    def key(self) -> LaneKey:
        """The lane this row belongs to."""
        return LaneKey(self.hall, self.epoch, self.lane)

    @property
    def first(self) -> str:
        """The id under which this fact was first issued."""
        return self.was or self.id

    @property
    def stamp(self) -> tuple[str, str, str]:
        """When and in which run of its machine the fact happened; with ``first`` it is the fact's identity."""
        return (self.time, self.bootid, self.uptime)

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """What this fact is, whatever number it has: its first id, time, boot and uptime."""
        return (self.was or self.id, self.time, self.bootid, self.uptime)


class Link(NamedTuple):
    """What the running head needs of a row."""

    seq: int
    first: str
    time: str
    bootid: str
    uptime: str
    verdict: str

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """What this fact is, whatever number it has: its first id, time, boot and uptime."""
        return (self.first, self.time, self.bootid, self.uptime)


@dataclass(frozen=True, slots=True)
class Absence:
    """Numbers that will not come any more: ``first`` to ``last``, both included."""

    first: int
    last: int
    kind: str
    """``lost``: below what the hall still holds; ``hole``: above the end of a closed epoch."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a lane has come: every number up to ``through`` is here, rejected for ever, or recorded as absent."""

    through: int = 0
    head: str = GENESIS
    """The running SHA-256 over the rows up to ``through``, in hex."""
    closed_last: int | None = None
    """The last number the hall knows of a closed epoch; None while it is open."""
    gap_at: str = ""
    """When the present gap above ``through`` was first seen, ISO 8601, or empty."""


@dataclass(frozen=True, slots=True)
class Reject:
    """A row refused for ever."""

    seq: int
    code: str
    reason: str
    head: str


class Presence(NamedTuple):
    """What a hall, or the broker for it, says of its state: a hint, never proof. In the order of the table's columns."""

    hall: str
    state: str
    """``online`` or ``offline``."""
    version: str
    bootid: str
    epoch: str
    clock: str
    """How far the hall believes its clock, or empty."""
    depth: int
    """Events that wait to be confirmed."""
    oldest_age_s: int
    """The age of the oldest of them."""
    heard_at: str
    """The centre's time, ISO 8601; empty when the broker had kept it for who knows how long."""
    certificate_until: str
    """The last day of the hall's certificate, ISO 8601, or empty."""


class Letter(NamedTuple):
    """A payload that could not be read, with its content."""

    hall: str
    sha256: str
    topic: str
    payload: bytes
    received_at: str


@dataclass(frozen=True, slots=True)
class LaneReport:
    """What a hall says in its hello about one lane."""

    last: int
    confirmed: int
    oldest: int
    head: str = ""
    """The running head at ``confirmed`` as the hall has reckoned it; empty when it does not say."""
    closed: bool = False
    """Whether its epoch is closed: nothing above ``last`` will ever come from this hall."""


@dataclass(frozen=True, slots=True)
class EpochReport:
    """What a hall says in its hello about one of its epochs."""

    epoch: str
    closed: bool
    lanes: dict[str, LaneReport]


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that people must look at."""

    hall: str
    kind: str
    """``two-live-epochs``: a card that was copied is alive twice, or one that was lost has come back. ``audit-not-continued``: see ``ledger``."""
    subject: str
    first_at: str
    last_at: str
    times: int


@dataclass(frozen=True, slots=True)
class Hello:
    """Where a hall stands, by its own words."""

    hall: str
    nonce: str
    bootid: str
    epochs: tuple[EpochReport, ...] = field(default=())
    uptime_ms: int = 0
    """Since its machine started: tells an old hello, which the broker has brought again, from a new one."""
    held: frozenset[str] = frozenset()
    """The orders that it keeps and has not done yet."""
    audit: tuple[int, str] | None = None
    """The number of the newest entry of its audit log and the head over all of them."""

    @property
    def open_epoch(self) -> str:
        """The epoch in which the hall makes facts: of a hello that was read, exactly one; else empty."""
        return next((report.epoch for report in self.epochs if not report.closed), "")
