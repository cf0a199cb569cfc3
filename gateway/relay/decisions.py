"""The words of sending: what should go up, what is under way, and what an answer decides for the store. Pure values."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.relay.receipts import Rejected

Key = tuple[str, str]
"""An epoch and a lane."""


@dataclass(frozen=True, slots=True)
class Range:
    """What should go up next: the events ``first`` to ``last`` of a lane, as many as fit."""

    key: Key
    first: int
    last: int
    limit_bytes: int
    again: bool = False
    """Whether it was refused before: it goes as simply as can be, in case the reader did not know the form."""
    quickly: bool = False
    """Whether the link is so fast, and so cheap, that the work of packing counts and a tenth more bytes do not."""


@dataclass(slots=True)
class Shipment:
    """One batch that is under way."""

    key: Key
    first: int
    last: int
    count: int
    sha256: str
    size_bytes: int
    handle: int
    acknowledged: bool = False


@dataclass(frozen=True, slots=True)
class Confirm:
    """The centre has every event up to ``through``, where the history has ``head``."""

    key: Key
    through: int
    rejected: tuple[Rejected, ...] = ()
    head: str | None = None


@dataclass(frozen=True, slots=True)
class Lower:
    """The centre knows less than was confirmed: it was restored."""

    key: Key
    confirmed: int
    head: str


@dataclass(frozen=True, slots=True)
class Diverge:
    """The centre knows another history of this lane: what lies ``above`` a number must be issued again, in another epoch."""

    key: Key
    above: int


@dataclass(frozen=True, slots=True)
class Prune:
    """A current hello's answer: what is old enough may be deleted up to ``through``."""

    key: Key
    through: int


@dataclass(frozen=True, slots=True)
class Quarantine:
    """No centre can read this event."""

    key: Key
    seq: int
    reason: str


Decision = Confirm | Lower | Prune | Quarantine | Diverge
