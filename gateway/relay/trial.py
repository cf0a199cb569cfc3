"""Settings that the centre puts are on trial: they stay only if the centre confirms that it still hears the hall.

The answer ``applied`` is written with the settings, in one transaction, while the hall is away from the broker; it can be
sent and confirmed only over a connection that the new settings have made. It is urgent, so that nothing of ours holds it back. Its receipt ends the trial. Without one in
time the former settings come back by themselves, whatever has happened to power and uplink meanwhile.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import tzinfo
from typing import Any, Protocol

from gateway.clock import Clock
from gateway.mqtt.ports import Connection
from gateway.relay import answers
from gateway.store import outbox, trials
from gateway.store.database import Store, Transaction
from gateway.store.inbox import Command
from gateway.store.stamp import Stamp
from gateway.store.trials import Trial

log = logging.getLogger(__name__)

LIMIT_S = 600.0
BOOTS_LIMIT = 3
"""A trial that has seen so many runs of the machine ends: perhaps it is why the machine does not stay up."""
LOOK_S = 60.0


class Settable(Protocol):
    """What the centre may set."""

    def put(self, tx: Transaction, wanted: Mapping[str, Any], /) -> tuple[dict[str, Any], dict[str, Any]]:
        """Set what is ``wanted``; return what was put and what was before. Raises a Refusal when it may not or cannot be."""

    def put_back(self, tx: Transaction, put: Mapping[str, Any], former: Mapping[str, Any], /) -> None:
        """Let what was put, and is still so, be as it was before."""


class TrialRoom:
    """Where one trial at a time runs. ``step`` and ``away`` belong to the downlink's loop.

    ``retune`` lets the connection follow the settings as they are now.
    """

    def __init__(
        self,
        store: Store,
        connection: Connection,
        clock: Clock,
        zone: tzinfo,
        settable: Settable,
        retune: Callable[[], None] = lambda: None,
        limit_s: float = LIMIT_S,
    ) -> None:
        self._store = store
        self._connection = connection
        self._clock = clock
        self._zone = zone
        self._settable = settable
        self._retune = retune
        self._limit_s = limit_s
        self._begun: tuple[dict[str, Any], dict[str, Any]] = ({}, {})

    def is_free(self, db: outbox.Reads) -> bool:
        """Return whether no trial runs: another one must wait."""
        return trials.running(db) is None

    def act(self, tx: Transaction, command: Command) -> None:
        """Put the settings of a command; ``await_receipt`` follows in the same transaction."""
        self._begun = self._settable.put(tx, command.data)

    def await_receipt(self, tx: Transaction, command: Command, place: tuple[str, str, int]) -> None:
        """Begin the trial of what ``act`` has put: it ends with the receipt for the event at ``place``."""
        put, former = self._begun
        due_s = self._clock.uptime_s() + self._limit_s
        trials.begin(tx, Trial(command.id, put, former, *place, self._clock.bootid, due_s, 1))

    @contextmanager
    def away(self) -> Iterator[None]:
        """Be away from the broker while settings change; then come back with those that are chosen by then."""
        with self._connection.away():
            yield
            self._retune()

    def step(self) -> float:
        """End the trial when its receipt is there or its time is over; return how long to rest, in seconds."""
        self._retune()
        with self._store.reader() as db:
            trial = trials.running(db)
            confirmed = trial is not None and self._is_confirmed(db, trial)
        if trial is None:
            return LOOK_S
        if confirmed:
            with self._store.transaction() as tx:
                trials.end(tx)
            log.info("event=settings-confirmed command=%s", trial.command)
            return 0.0
        if trial.bootid != self._clock.bootid and trial.boots < BOOTS_LIMIT:
            with self._store.transaction() as tx:
                trials.begin_anew(tx, self._clock.bootid, self._clock.uptime_s() + self._limit_s)
            return 0.0
        left_s = trial.due_s - self._clock.uptime_s()
        if trial.bootid == self._clock.bootid and left_s > 0:
            return min(LOOK_S, left_s)
        self._take_back(trial)
        return 0.0

    def _is_confirmed(self, db: outbox.Reads, trial: Trial) -> bool:
        return any(
            (lane.epoch, lane.lane) == (trial.epoch, trial.lane) and lane.confirmed >= trial.seq for lane in outbox.lanes(db)
        )

    def _take_back(self, trial: Trial) -> None:
        log.warning("event=settings-returned command=%s", trial.command)
        with self.away(), self._store.transaction() as tx:
            self._settable.put_back(tx, trial.put, trial.former)
            trials.end(tx)
            outbox.append(tx, Stamp.of(self._clock, self._zone), answers.returned(trial))
