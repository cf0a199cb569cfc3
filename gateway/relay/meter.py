"""Keeps in the hall what its link has carried today, so that a restart gives no second budget."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, tzinfo

from gateway.clock import Clock, ClockState
from gateway.relay.allowance import Allowance
from gateway.store import use
from gateway.store.database import Store, Transaction

KEPT_BYTES = 64 * 1024
"""What was used is kept with every receipt, and at the latest after so many bytes more."""


class Meter:
    """An allowance over restarts. Used by the uplink's thread; ``allowance`` may be read from any.

    ``daily_bytes`` and ``caps_bytes_per_s`` (by lane) are what the link may cost, 0 for no limit.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        zone: tzinfo = UTC,
        *,
        daily_bytes: int = 0,
        caps_bytes_per_s: Mapping[str, float] | None = None,
    ) -> None:
        with store.reader() as db:
            self._kept = use.kept(db)
        day, used_bytes = self._kept
        self.allowance = Allowance(daily_bytes, caps_bytes_per_s, day=day, used_bytes=used_bytes)
        self._store = store
        self._clock = clock
        self._zone = zone

    def look(self) -> None:
        """Notice a new day, by a clock that can be trusted."""
        trusted = self._clock.state() is ClockState.TRUSTED
        day = self._clock.now().astimezone(self._zone).date().isoformat() if trusted else ""
        self.allowance.see_day(day, self._clock.monotonic_s())

    def keep(self, tx: Transaction | None = None) -> None:
        """Keep what was used: in a transaction that is made anyway, or in one of its own when it is a new day or much."""
        now = (self.allowance.day, self.allowance.used_bytes)
        if not self.allowance.daily_bytes or now == self._kept:
            return
        if tx is not None:
            use.keep(tx, *now)
            self._kept = now
        elif now[0] != self._kept[0] or now[1] - self._kept[1] >= KEPT_BYTES:
            with self._store.transaction() as own:
                self.keep(own)
