"""Events of one lane that follow each other without a gap, in columns: what the store reads by the thousand, the wire carries and the centre enters."""

from __future__ import annotations

from typing import NamedTuple


class Run(NamedTuple):
    """Each attribute a list in the order of the events, named as in an envelope."""

    hall: str
    epoch: str
    lane: str
    seq: range
    type: list[str]
    subject: list[str]
    time: list[str]
    clock: list[str]
    bootid: list[str]
    uptime: list[str]
    data: list[str]
    """JSON texts."""

    @property
    def ids(self) -> list[str]:
        """The identifiers that their places give the events."""
        prefix = f"{self.epoch}-{self.lane}-"
        return [f"{prefix}{seq}" for seq in self.seq]

    def beginning(self, events: int) -> Run:
        """Return the first of the events."""
        return Run(*self[:3], self.seq[:events], *(column[:events] for column in self[4:]))
