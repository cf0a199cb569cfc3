"""Comparing PINs, and the patience that wrong ones cost.

Promises: a comparison costs the same whether or not the officer exists, and only one runs at a time, so that a Pi
Zero bears it; delays run on time that cannot be set back, and begin anew at a restart.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from gateway.clock import Clock
from gateway.errors import Refusal
from gateway.people import model, tables
from gateway.store.database import Transaction
from gateway.store.outbox import Reads

MEMORY_KIB = 19 * 1024
"""What one comparison takes."""


class Pins:
    """Argon2id hashes of PINs. Safe from any thread."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=MEMORY_KIB, parallelism=1)
        self._one_at_a_time = threading.Lock()
        self._nobody = ""

    def hash(self, pin: str) -> str:
        """Return what is kept of a PIN."""
        with self._one_at_a_time:
            return self._hasher.hash(pin)

    def is_right(self, kept: str | None, pin: str) -> bool:
        """Return whether ``pin`` is the one of which ``kept`` is kept; None, nobody's, takes as long and is never right."""
        if not self._nobody:
            self._nobody = self.hash("nobody has this PIN")
        with self._one_at_a_time:
            try:
                self._hasher.verify(kept or self._nobody, pin[: 2 * model.LONGEST_PIN].encode(errors="replace"))
            except VerificationError:
                return False
        return kept is not None


class Patience:
    """How long each subject (an officer, a device) must wait after wrong tries. Kept in the database."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def spend(self, tx: Transaction, subjects: Iterable[str]) -> None:
        """Count a try against every subject, before anything is compared. Raises Refusal ``too-many-tries``."""
        subjects = tuple(subjects)
        left_s = self.left_s(tx, subjects)
        if left_s > 0:
            raise Refusal("too-many-tries", wait_s=int(left_s) + 1)
        for subject in subjects:
            tables.add_wrong_pin(tx, subject, self._clock.bootid, self._clock.uptime_s())

    def left_s(self, db: Reads, subjects: Sequence[str]) -> float:
        """Return how long the most delayed of ``subjects`` must still wait; 0 or less when none must."""
        return max(self._left_s(tables.wrong_pins(db, subject)) for subject in subjects)

    def forgive(self, tx: Transaction, subjects: Iterable[str]) -> None:
        """Forget the tries: the right one was given."""
        for subject in subjects:
            tables.forget_wrong_pins(tx, subject)

    def _left_s(self, wrong: tables.WrongPins | None) -> float:
        if wrong is None:
            return 0.0
        # After a restart nobody knows how long the hall was dark: the delay begins anew with the machine.
        since_s = wrong.uptime_s if wrong.bootid == self._clock.bootid else 0.0
        return model.delay_s(wrong.failures) - (self._clock.uptime_s() - since_s)
