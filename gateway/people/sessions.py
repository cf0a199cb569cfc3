"""Sessions as they are kept: by the hash of their token, with their age, ended when unused or too old.

Promises: the use of a session costs the card a write every quarter of an hour at most; setting the wall clock back makes
no session younger; what has ended is found nowhere, also not in memory.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from gateway.clock import Clock, ClockState
from gateway.people import model, tables
from gateway.store.database import Store, Transaction

USE_WRITTEN_EVERY_S = 900.0
"""A page view is not worth a write to the card."""


class Sessions:
    """The sessions of one hall. Safe from any thread."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._used_s: dict[str, tuple[tables.KeptSession, float]] = {}
        """Sessions found good, with the monotonic time at which their use was last written."""

    def begin(self, tx: Transaction, digest: str, officer: int) -> None:
        """Write a new session, and end those that nobody came back to: a browser that was closed signs out nobody."""
        ended = [one for one, kept in tables.sessions(tx) if self._is_over(kept)]
        for one in ended:
            tables.end_session(tx, one)
        self.forget(ended)
        tables.add_session(tx, digest, officer, *self._moment())

    def find(self, digest: str) -> tables.KeptSession | None:
        """Return the session and record its use, or None when there is none (any more)."""
        known = self._used_s.get(digest)
        if known is not None and self._clock.monotonic_s() - known[1] < USE_WRITTEN_EVERY_S:
            return known[0]
        with self._store.reader() as db:
            kept = tables.find_session(db, digest)
        if kept is None:
            return None
        with self._store.transaction() as tx:
            if self._is_over(kept):
                tables.end_session(tx, digest)
                self._used_s.pop(digest, None)
                return None
            if not tables.session_used(tx, digest, kept.age_s + self._idle_s(kept), *self._moment()):
                return None
            # Inside the act: who signs out afterwards finds it here and takes it away.
            self._used_s[digest] = (kept, self._clock.monotonic_s())
        return kept

    def end(self, digest: str) -> None:
        """End a session; ending it twice is harmless."""
        with self._store.transaction() as tx:
            tables.end_session(tx, digest)
        self.forget((digest,))

    def forget(self, digests: Iterable[str]) -> None:
        """Know sessions no more that have ended in the database."""
        for digest in digests:
            self._used_s.pop(digest, None)

    def _is_over(self, kept: tables.KeptSession) -> bool:
        idle_s = self._idle_s(kept)
        return idle_s >= model.SESSION_IDLE_S or kept.age_s + idle_s >= model.SESSION_LONGEST_S

    def _idle_s(self, kept: tables.KeptSession) -> float:
        if kept.bootid == self._clock.bootid:
            return self._clock.uptime_s() - kept.uptime_s
        by_wall_s = (self._clock.now() - datetime.fromisoformat(kept.used_at)).total_seconds()
        return max(self._clock.uptime_s(), by_wall_s if self._clock.state() is ClockState.TRUSTED else 0.0)

    def _moment(self) -> tuple[str, str, float]:
        return self._clock.now().astimezone(UTC).isoformat(timespec="seconds"), self._clock.bootid, self._clock.uptime_s()
