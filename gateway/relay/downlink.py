"""Obeys the centre, and nobody else: what it has signed for this hall is kept, acknowledged, carried out once and answered.

The order is the promise: commit to the inbox, then acknowledge to the broker; count the try, then carry out and mark and
answer in one transaction. A crash anywhere repeats nothing that was done, and a command that crashes the hall is given up.
"""

from __future__ import annotations

import logging
import queue
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from gateway.clock import Clock, ClockState
from gateway.mqtt.ports import Connection, Received
from gateway.relay import answers
from gateway.relay.effects import Effect, Effects
from gateway.relay.envelope import Unreadable
from gateway.relay.orders import Order, decode_order, kind_of, type_of
from gateway.relay.signing import EVERY_HALL, verified
from gateway.relay.topics import ROOT, Topics
from gateway.relay.trial import TrialRoom
from gateway.store import centre_keys, epochs, inbox, outbox
from gateway.store.database import Store, Transaction
from gateway.store.inbox import Answer, Command, CommandState
from gateway.store.stamp import Stamp

log = logging.getLogger(__name__)

ARRIVALS_LIMIT = 50
"""So many messages share one commit."""
RETRY_S = 5.0
"""So long a command rests after a try that failed."""
KEPT = timedelta(days=30)
"""Answered commands are remembered so long past their ``notafter``."""


class Downlink:
    """The downlink's one loop. ``step`` belongs to its thread; ``hand_over`` may be called from any.

    ``pinned`` is the centre's public key from the settings: without it nothing is subscribed to and nothing obeyed.
    ``chores`` are looked at with each step and return how long they may rest, in seconds.
    """

    def __init__(
        self,
        store: Store,
        connection: Connection,
        clock: Clock,
        hall: str,
        root: str = ROOT,
        *,
        zone: tzinfo,
        pinned: str,
        effects: Effects,
        trial: TrialRoom,
        chores: Sequence[Callable[[], float]] = (),
    ) -> None:
        self.refused = 0
        """How many messages were not the centre's since the start."""
        self._store = store
        self._connection = connection
        self._clock = clock
        self._zone = zone
        self._pinned = pinned
        self._effects = effects
        self._types = {type_of(kind): kind for kind in effects}
        self._trial = trial
        self._chores = chores
        topics = Topics(hall, root)
        self._addressees = {topics.down: hall, topics.all_down: EVERY_HALL}
        self._arrivals: queue.SimpleQueue[Received] = queue.SimpleQueue()
        self._arrived: list[Received] = []
        self._wakes: list[Callable[[], None]] = []
        if pinned:
            connection.subscribe(list(self._addressees))

    def watch(self, wake: Callable[[], None]) -> None:
        """Call ``wake`` whenever something was handed over: it must be quick and never raise."""
        self._wakes.append(wake)

    def hand_over(self, received: Received) -> None:
        """Take a message that is not the uplink's. Never blocks; it is acknowledged when it is safe, or nothing."""
        self._arrivals.put(received)
        for wake in self._wakes:
            wake()

    def step(self) -> float:
        """Keep what has arrived, carry out what waits, end a trial; return how long to rest, in seconds."""
        self._take_in()
        rests_s = [RETRY_S] if self._obey() else []
        if not self._arrivals.empty():
            rests_s.append(0.0)
        return min([*rests_s, self._trial.step(), *(chore() for chore in self._chores)])

    def _take_in(self) -> None:
        while len(self._arrived) < ARRIVALS_LIMIT and not self._arrivals.empty():
            self._arrived.append(self._arrivals.get())
        if not self._arrived:
            return
        with self._store.reader() as db:
            key = centre_keys.current(db, centre_keys.COMMANDS, self._pinned)
        orders = [order for order in (self._read(one, key) for one in self._arrived) if order is not None]
        if orders:
            with self._store.transaction() as tx:
                for order in orders:
                    self._keep(tx, order)
        for one in self._arrived:
            self._connection.acknowledge(one)
        self._arrived.clear()

    def _read(self, received: Received, key: str) -> Order | None:
        """Return the centre's order, or None for anything else: that is counted, and told without its content."""
        addressee = self._addressees.get(received.topic)
        if addressee is None or not key:
            return None
        try:
            return decode_order(verified(received.payload, addressee, key))
        except Unreadable as error:
            self.refused += 1
            log.warning("event=order-refused count=%d reason=%r", self.refused, str(error))
            return None

    def _keep(self, tx: Transaction, order: Order) -> None:
        command = Command(order.id, order.type, order.subject, order.rev, order.notafter, dict(order.data))
        if inbox.receive(tx, command, self._clock.now()):
            inbox.note_centre_time(tx, order.time)
            log.info("event=command-received command=%s kind=%s", command.id, order.kind)
        elif told := inbox.answered_by(tx, command.id):
            self._answer_again(tx, command, told)

    def _answer_again(self, tx: Transaction, command: Command, told: str) -> None:
        """Tell once more what became of a command, if the event that told it cannot reach the centre any more."""
        epoch, lane, seq = told.split("-")
        held = next((one for one in outbox.lanes(tx) if (one.epoch, one.lane) == (epoch, lane)), None)
        if held is None or held.state != "open" or int(seq) < held.oldest:
            self._answer(tx, command, inbox.answer_of(tx, command.id))

    def _obey(self) -> bool:
        """Carry out what waits; return whether something has failed and is to be tried again."""
        now, failed = self._now(), False
        with self._store.reader() as db:
            commands, free = inbox.due(db, self._types, now), self._trial.is_free(db)
        for command in commands:
            effect = self._effects.get(self._types.get(command.type, ""))
            if effect is not None and effect.on_trial and not free and now <= command.notafter:
                continue
            try:
                self._try(command, effect, now)
            except Exception:
                failed = True
                log.exception("event=command-failed command=%s", command.id)
            free = free and not (effect is not None and effect.on_trial)
        return failed

    def _try(self, command: Command, effect: Effect | None, now: datetime) -> None:
        with self._store.transaction() as tx:
            answer = inbox.begin_try(tx, command.id, now)
            if answer is None and effect is None:
                answer = inbox.set_aside(tx, command, kind_of(command.type))
            if answer is not None:
                self._answer(tx, command, answer)
                return
        assert effect is not None  # noqa: S101 - an invariant, not a check of input
        if effect.on_trial:
            with self._trial.away():
                self._carry_out(command, effect)
        else:
            self._carry_out(command, effect)

    def _carry_out(self, command: Command, effect: Effect) -> None:
        with self._store.transaction() as tx:
            answer = inbox.apply(tx, command, effect.act, withdraws=effect.withdraws)
            place = self._answer(tx, command, answer, on_trial=effect.on_trial)
            if effect.on_trial and answer.state is CommandState.APPLIED:
                self._trial.await_receipt(tx, command, place)

    def _answer(self, tx: Transaction, command: Command, answer: Answer, *, on_trial: bool = False) -> tuple[str, str, int]:
        """Tell the centre, in the transaction that marks the command; return the place of the event."""
        event, epoch = answers.answered(command, answer, on_trial=on_trial), epochs.current(tx)
        seq = outbox.append(tx, Stamp.of(self._clock, self._zone), event)
        inbox.note_answer(tx, command.id, f"{epoch}-{event.lane}-{seq}")
        log.info("event=command-answered command=%s state=%s code=%s", command.id, answer.state, answer.code)
        return epoch, event.lane, seq

    def _now(self) -> datetime:
        """Return the time by which commands expire: by a clock that cannot be trusted, not before what the centre has signed."""
        now = self._clock.now()
        if self._clock.state() in {ClockState.TRUSTED, ClockState.STAFF}:
            return now
        with self._store.reader() as db:
            return max(now, inbox.centre_time(db) or now)

    def forget(self) -> None:
        """Forget answered commands long past their time; for the calendar."""
        with self._store.transaction() as tx:
            inbox.prune(tx, self._clock.now().astimezone(UTC) - KEPT)
