"""Signing in and out, and what guards it: PINs as Argon2id, growing delays, sessions that end unused.

Promises: a wrong PIN is on record before it is compared, so pulling the plug gives no free tries; delays run on
time that cannot be set back, and begin anew at a restart; whether a name exists is not told, neither by the
answer nor by how long it takes; nobody is locked out for good.
"""

from __future__ import annotations

import hashlib
import threading
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from gateway.clock import Clock, ClockState
from gateway.errors import Refusal
from gateway.people import model, tables
from gateway.people.model import RIGHTS, Right, Role
from gateway.store.database import Store, Transaction

MEMORY_KIB = 19 * 1024
"""What one comparison takes; one at a time, so that a Pi Zero bears it."""
TOKEN_BITS = 160
USE_WRITTEN_EVERY_S = 900.0
"""The use of a session is written so often at the most: a page view is not worth a write to the card."""
UNKNOWN_NAMES = 64
"""Wrong PINs for names that do not exist share so many rows."""


@dataclass(frozen=True, slots=True)
class Session:
    """An officer at work. ``token`` is the bearer's secret; ``officer`` names the person in records and logs, ``name`` on screens."""

    token: str
    officer: str
    name: str
    rights: frozenset[Right] = RIGHTS[Role.HEAD]


class PeopleDesk:
    """Where officers are added and sign in and out. Safe from any thread."""

    def __init__(self, store: Store, clock: Clock, randomness: Random) -> None:
        self._store = store
        self._clock = clock
        self._randomness = randomness
        self._hasher = PasswordHasher(time_cost=2, memory_cost=MEMORY_KIB, parallelism=1)
        self._one_at_a_time = threading.Lock()
        self._nobody = ""
        self._used_s: dict[str, tuple[Session, float]] = {}
        """Sessions found good, with the monotonic time at which their use was last written."""

    def add_officer(self, name: str, pin: str) -> None:
        """Add an officer. Raises Refusal ``officer-name``, ``pin-too-weak``, ``officer-exists``."""
        if not model.name_is_good(name):
            raise Refusal("officer-name")
        if not model.pin_is_good(pin):
            raise Refusal("pin-too-weak")
        kept = self._hash(pin)
        with self._store.transaction() as tx:
            if tables.find_officer(tx, name) is not None:
                raise Refusal("officer-exists", name=name)
            tables.add_officer(tx, name, kept, self._clock.now().isoformat(timespec="seconds"))

    def officers(self) -> list[str]:
        """Return the names of all officers."""
        with self._store.reader() as db:
            return tables.officer_names(db)

    def sign_in(self, name: str, pin: str, device: str) -> Session:
        """Begin a session. ``device`` names the browser or address from which the PIN comes.

        Raises Refusal ``wrong-pin`` or, before a delay is over, ``too-many-tries``.
        """
        with self._store.transaction() as tx:
            officer = tables.find_officer(tx, name) if model.name_is_good(name) else None
            subjects = (_officer_subject(officer, name), f"device:{_digest(device)}")
            self._require_patience(tx, subjects)
            for subject in subjects:
                tables.add_wrong_pin(tx, subject, self._clock.bootid, self._clock.uptime_s())
        if not self._is_right(officer, pin) or officer is None:
            raise Refusal("wrong-pin")
        session = Session(f"{self._randomness.getrandbits(TOKEN_BITS):0{TOKEN_BITS // 4}x}", str(officer.id), officer.name)
        with self._store.transaction() as tx:
            for subject in subjects:
                tables.forget_wrong_pins(tx, subject)
            self._end_unused(tx)
            tables.add_session(tx, _digest(session.token), officer.id, _digest(device), *self._moment())
        return session

    def session(self, token: str) -> Session | None:
        """Return the session of this token, or None when there is none or it was unused for 12 hours."""
        digest = _digest(token)
        known = self._used_s.get(digest)
        if known is not None and self._clock.monotonic_s() - known[1] < USE_WRITTEN_EVERY_S:
            return known[0]
        with self._store.reader() as db:
            kept = tables.find_session(db, digest)
        if kept is None:
            return None
        with self._store.transaction() as tx:
            if self._idle_s(kept) >= model.SESSION_IDLE_S:
                tables.end_session(tx, digest)
                self._used_s.pop(digest, None)
                return None
            if not tables.session_used(tx, digest, *self._moment()):
                return None
            # Inside the act: who signs out afterwards finds it here and takes it away.
            session = Session(token, str(kept.officer), kept.name)
            self._used_s[digest] = (session, self._clock.monotonic_s())
        return session

    def sign_out(self, token: str) -> None:
        """End the session; ending it twice is harmless."""
        digest = _digest(token)
        with self._store.transaction() as tx:
            tables.end_session(tx, digest)
        self._used_s.pop(digest, None)

    def _end_unused(self, tx: Transaction) -> None:
        """End the sessions that nobody came back to: a browser that was closed signs out nobody."""
        for digest, kept in tables.sessions(tx):
            if self._idle_s(kept) >= model.SESSION_IDLE_S:
                tables.end_session(tx, digest)
                self._used_s.pop(digest, None)

    def _require_patience(self, tx: Transaction, subjects: tuple[str, str]) -> None:
        left_s = max(self._delay_left_s(tables.wrong_pins(tx, subject)) for subject in subjects)
        if left_s > 0:
            raise Refusal("too-many-tries", wait_s=int(left_s) + 1)

    def _delay_left_s(self, wrong: tables.WrongPins | None) -> float:
        if wrong is None:
            return 0.0
        # After a restart nobody knows how long the hall was dark: the delay begins anew with the machine.
        since_s = wrong.uptime_s if wrong.bootid == self._clock.bootid else 0.0
        return model.delay_s(wrong.failures) - (self._clock.uptime_s() - since_s)

    def _idle_s(self, kept: tables.KeptSession) -> float:
        if kept.bootid == self._clock.bootid:
            return self._clock.uptime_s() - kept.uptime_s
        by_wall_s = (self._clock.now() - datetime.fromisoformat(kept.used_at)).total_seconds()
        return max(self._clock.uptime_s(), by_wall_s if self._clock.state() is ClockState.TRUSTED else 0.0)

    def _is_right(self, officer: tables.Officer | None, pin: str) -> bool:
        """Compare at the same cost whether or not the officer exists."""
        if not self._nobody:
            self._nobody = self._hash("nobody has this PIN")
        with self._one_at_a_time:
            try:
                return self._hasher.verify(
                    officer.pin if officer else self._nobody, pin[: 2 * model.LONGEST_PIN].encode(errors="replace")
                )
            except VerificationError:
                return False

    def _hash(self, pin: str) -> str:
        with self._one_at_a_time:
            return self._hasher.hash(pin)

    def _moment(self) -> tuple[str, str, float]:
        return self._clock.now().astimezone(UTC).isoformat(timespec="seconds"), self._clock.bootid, self._clock.uptime_s()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()


def _officer_subject(officer: tables.Officer | None, name: str) -> str:
    if officer is not None:
        return f"officer:{officer.id}"
    return f"unknown:{zlib.crc32(name.casefold().encode(errors='replace')) % UNKNOWN_NAMES}"
