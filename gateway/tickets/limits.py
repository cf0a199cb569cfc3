"""How many numbers phones may take.

Promises: counted before a number is given, and a repeated request is no second one; a finished ticket frees its place;
addresses are kept in memory only, never on the card and never in a log. A hall that has just started knows no
addresses yet, but still counts all phone tickets together.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from dataclasses import dataclass

from gateway.clock import Clock
from gateway.errors import Refusal
from gateway.store.outbox import Reads
from gateway.tickets import phone_tables
from gateway.tickets.choices import QueueRules

MINUTE_S = 60.0
AGAIN_S = 60
"""When to try again after a place may have come free."""
ADDRESS_LIMIT = 2000
"""So many addresses are remembered, the latest: a flood of made-up ones fills no memory."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What phones have taken when somebody asks for one more."""

    of_address: int
    """Unfinished phone tickets of this address."""
    of_hall: int
    """Unfinished phone tickets of the whole hall."""
    in_minute: int
    """Phone tickets of the whole hall in the last minute."""
    minute_ends_s: float = 0.0
    """When the oldest of them is a minute old."""


def wait_s(taken: Taken, rules: QueueRules) -> int | None:
    """Return None when one more phone ticket may be given, else the seconds after which it is worth another try."""
    if taken.of_address >= rules.phone_per_address or taken.of_hall >= rules.phone_waiting:
        return AGAIN_S
    if taken.in_minute >= rules.phone_per_minute:
        return max(1, round(taken.minute_ends_s + 0.5))
    return None


@dataclass(slots=True, eq=False)
class Place:
    """One wish for a phone ticket of one address."""

    address: str
    entered_at_s: float | None = None
    """When it was let in; None until then."""
    token: str = ""


class PhoneLimits:
    """Remembers which address has which tickets. Safe from any thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._places: OrderedDict[str, list[Place]] = OrderedDict()
        self._minute: deque[Place] = deque()

    def enter(self, place: Place, db: Reads, rules: QueueRules) -> None:
        """Let the wish in. Raises Refusal ``phone-limit``. Entering twice is entering once."""
        with self._lock:
            if place.entered_at_s is not None:
                return
            now_s = self._clock.monotonic_s()
            again_s = wait_s(self._taken(place.address, db, now_s), rules)
            if again_s is not None:
                raise Refusal("phone-limit", wait_s=again_s)
            place.entered_at_s = now_s
            self._minute.append(place)
            self._places.setdefault(place.address, []).append(place)
            self._places.move_to_end(place.address)
            while len(self._places) > ADDRESS_LIMIT:
                self._places.popitem(last=False)

    def keep(self, place: Place, token: str) -> None:
        """Note which ticket came of the wish."""
        with self._lock:
            place.token = token

    def leave(self, place: Place) -> None:
        """Give the place free: nothing came of the wish."""
        with self._lock:
            if place in self._minute:
                self._minute.remove(place)
            own = self._places.get(place.address, [])
            if place in own:
                own.remove(place)

    def _taken(self, address: str, db: Reads, now_s: float) -> Taken:
        while self._minute and now_s - (self._minute[0].entered_at_s or 0.0) >= MINUTE_S:
            self._minute.popleft()
        own = self._places.get(address, [])
        unfinished = phone_tables.unfinished_of(db, [place.token for place in own if place.token])
        # A wish without an answer for a minute never gets one: whoever sent it has gone.
        own[:] = [place for place in own if place.token in unfinished or (not place.token and place in self._minute)]
        ends_s = MINUTE_S - (now_s - (self._minute[0].entered_at_s or 0.0)) if self._minute else 0.0
        return Taken(len(own), phone_tables.unfinished_by_phone(db), len(self._minute), ends_s)
