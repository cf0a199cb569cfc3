"""What devices do, as it happens: kept in memory, taken into the day by whoever keeps it. Quick and safe from any thread, device threads too."""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass, fields
from datetime import datetime

from gateway.clock import Clock


@dataclass(slots=True)
class Tally:
    """What one device has done in a hall-day."""

    presses: int = 0
    dropped: int = 0
    """Presses that waited too long for their number."""
    slips: int = 0
    """Slips on paper, test slips too."""
    reprints: int = 0
    """Of these, possible second copies."""
    calls: int = 0
    """Calls shown or spoken."""
    faults: int = 0
    """How often it ceased to be ready."""
    missing_s: float = 0.0
    faulty_s: float = 0.0

    def add(self, other: Tally) -> None:
        """Count what ``other`` has counted."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))

    def __bool__(self) -> bool:
        return any(getattr(self, one.name) for one in fields(self))


@dataclass(frozen=True, slots=True)
class Last:
    """The last thing that a device did."""

    at: datetime
    """By the wall clock as it was then, aware."""
    what: str
    """A number, a number and a counter, a key, the words that were spoken; empty when there is nothing to say of it."""


class Ledger:
    """Who did what, and how often since it was last taken into the day."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._tallies: dict[str, Tally] = defaultdict(Tally)
        self._lasts: dict[str, Last] = {}

    def pressed(self, device: str, what: str) -> None:
        """Note a press that counts; ``what`` is the act of the key, empty for a button that gives numbers."""
        self._note(device, what, Tally(presses=1))

    def answered(self, device: str, number: str, refusal: str) -> None:
        """Note what became of a press: its number, or the code of the refusal."""
        dropped = int(refusal == "press-stale")
        if number or dropped:
            self._note(device, number, Tally(dropped=dropped))

    def printed(self, device: str, number: str, *, again: bool) -> None:
        """Note a slip on paper; ``again`` when it may be a second copy."""
        self._note(device, number, Tally(slips=1, reprints=int(again)))

    def called(self, device: str, words: str) -> None:
        """Note a call that was shown or spoken."""
        self._note(device, words, Tally(calls=1))

    def last(self, device: str) -> Last | None:
        """Return the last thing that a device did since the hall runs."""
        return self._lasts.get(device)

    def counted(self, device: str) -> Tally:
        """Return what is not yet in the day."""
        with self._lock:
            sum_ = Tally()
            if device in self._tallies:
                sum_.add(self._tallies[device])
            return sum_

    def count(self, device: str, tally: Tally) -> None:
        """Count what the desk itself has seen: faults and seconds."""
        with self._lock:
            self._tallies[device].add(tally)

    def take(self) -> dict[str, Tally]:
        """Hand over what is not yet in the day, which begins anew."""
        with self._lock:
            taken, self._tallies = dict(self._tallies), defaultdict(Tally)
        return {device: tally for device, tally in taken.items() if tally}

    def give_back(self, taken: dict[str, Tally]) -> None:
        """Count again what could not be kept."""
        for device, tally in taken.items():
            self.count(device, tally)

    def _note(self, device: str, what: str, tally: Tally) -> None:
        last = Last(self._clock.now(), what)
        with self._lock:
            self._tallies[device].add(tally)
            self._lasts[device] = last
