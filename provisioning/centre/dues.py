"""What the centre owes after it has entered what arrived: receipts, and answers to hellos and to what nobody could read. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from provisioning.centre.model import LaneKey, LaneReport


@dataclass(frozen=True, slots=True)
class BatchDue:
    """A receipt that a batch asks for."""

    lane: LaneKey
    first: int
    """The least number of the batch."""
    more: bool = False
    """Whether the batch was as large as one may be: then others follow, and the hall does not wait for this answer."""


@dataclass(frozen=True, slots=True)
class HelloDue:
    """The answer to one lane of a hello."""

    lane: LaneKey
    report: LaneReport
    nonce: str


@dataclass(frozen=True, slots=True)
class RefusalDue:
    """The answer to a payload that could not be read."""

    hall: str
    sha256: str
    reason: str


Due = BatchDue | HelloDue | RefusalDue
