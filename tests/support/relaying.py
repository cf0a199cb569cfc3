"""A hall's store and uplink on a real connection, stepped by whoever waits for something to happen."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from gateway.clock import Clock, SystemClock
from gateway.mqtt.ports import Message
from gateway.relay.connecting import connection_to
from gateway.relay.uplink import Uplink
from gateway.settings import RelaySettings
from gateway.store import epochs, outbox
from gateway.store.stamp import Stamp
from tests.support.store import open_test_store
from tests.support.tickets import WIB

HALL = "3510012001"
LOOK_S = 0.02
"""So often whoever waits looks again, besides after every happening on the wire."""


class Relaying:
    """The relay of one hall without the rest of it. Use as a context manager; ``choices`` are the uplink's."""

    def __init__(self, folder: Path, broker: str, clock: Clock | None = None, *, seed: int = 1, **choices: Any) -> None:
        self.clock = clock or SystemClock()
        self.store = open_test_store(folder, self.clock, seed=seed)
        with self.store.reader() as db:
            self.epoch = epochs.current(db)
        settings = RelaySettings(broker=broker)
        # With a will its session is kept, as the hall's own is.
        made = connection_to(settings, HALL, self.epoch, will=Message(f"balai/v1/{HALL}/presence", b"{}"))
        assert made is not None
        self.connection = made
        self._woken = threading.Event()
        self.connection.watch(self._woken.set)
        self.uplink = Uplink(self.store, self.connection, self.clock, HALL, **choices)

    def append(self, event: outbox.Event) -> int:
        """Write one fact and return its sequence."""
        with self.store.transaction() as tx:
            return outbox.append(tx, Stamp.of(self.clock, WIB), event)

    def until(self, happened: Callable[[], bool], limit_s: float) -> float:
        """Step until it has happened; return how long that took in seconds. Raises TimeoutError."""
        began_s = time.monotonic()
        while not happened():
            if time.monotonic() - began_s > limit_s:
                raise TimeoutError(f"not after {limit_s:g} s: {self.stands()}")
            self._woken.clear()
            self._woken.wait(min(self.uplink.step(), LOOK_S))
        return time.monotonic() - began_s

    def confirmed(self, lane: str = "record") -> int:
        """Return how far a lane of the open epoch is confirmed."""
        return next(state.confirmed for state in self.stands() if state.lane == lane and state.epoch == self.epoch)

    def drained(self) -> bool:
        """Return whether the centre has everything, by its own receipts."""
        return all(state.confirmed == state.last for state in self.stands())

    def stands(self) -> list[outbox.LaneState]:
        """Return where every lane stands."""
        with self.store.reader() as db:
            return outbox.lanes(db)

    def close(self) -> None:
        """Say goodbye and close the store. May be repeated."""
        self.connection.stop()
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
