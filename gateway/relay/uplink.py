"""Carries the outbox to the centre: looks at the store and at the wire, and sends what is missing there.

A row counts as delivered only on the centre's receipt, never on the broker's acknowledgement (unless the
settings take the broker's word). Nothing here must survive a crash: the next start looks again.
"""

from __future__ import annotations

import hashlib
import logging
import queue
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, timedelta, tzinfo
from random import Random, SystemRandom

from gateway.clock import Clock, ClockState
from gateway.errors import Refusal
from gateway.mqtt.ports import Acknowledged, Connected, Connection, Disconnected, Message, Received
from gateway.relay.batches import READ_LIMIT, pack
from gateway.relay.collecting import uncollected
from gateway.relay.decisions import Confirm, Decision, Diverge, Key, Lower, Prune, Quarantine, Range, Shipment
from gateway.relay.hearing import Told, can_be_asked_again, told_by
from gateway.relay.histories import Histories, stand_of, stands_of
from gateway.relay.loading import Load, load
from gateway.relay.meter import Meter
from gateway.relay.parcels import PieceMissing, ReadPart
from gateway.relay.progress import Progress
from gateway.relay.receipts import LaneStand, Receipt, Refused, encode_hello
from gateway.relay.topics import ROOT, Topics
from gateway.store import epochs, inbox, outbox, parcels
from gateway.store.blobs import Blobs
from gateway.store.database import Store, Transaction
from gateway.store.stamp import Stamp

log = logging.getLogger(__name__)

REST_S = 5.0
"""The uplink looks at least so often."""
ANSWERS_LIMIT = 200
"""So many answers share one transaction."""
KEEP_DAYS = 30
EVENT_BYTES = 10.0
"""What an event takes among many in a batch, before the first batch of a lane has told."""
FILLED = 0.95
"""How much of a message the events should fill by the size of former ones: a little more, and it would be packed twice."""
EPOCHS_TOLD = 100
"""A hello tells of so many epochs, the newest: a longer one would not be believed."""


class Uplink:
    """The uplink's one loop. ``step`` belongs to its thread; the rest may be read from any.

    ``hall`` is the ten-digit village code; ``by_puback`` takes the broker's word for the centre's (a weaker
    promise, see docs/relay.md); delivered rows are kept ``keep_days`` besides; a batch holds at most ``batch_limit`` events, and as many as the centre takes;
    ``meter`` says what the link may cost.
    """

    def __init__(
        self,
        store: Store,
        connection: Connection,
        clock: Clock,
        hall: str,
        root: str = ROOT,
        randomness: Random | None = None,
        *,
        by_puback: bool = False,
        keep_days: int = KEEP_DAYS,
        batch_limit: int = READ_LIMIT,
        meter: Meter | None = None,
        zone: tzinfo = UTC,
        introduce: Callable[[str], None] = lambda _epoch: None,
        audit: Callable[[outbox.Reads], str] = lambda _db: "",
    ) -> None:
        self.topics = Topics(hall, root)
        self._randomness = randomness or SystemRandom()
        self._meter = meter or Meter(store, clock)
        self.progress = Progress(self._randomness, by_puback=by_puback, allowance=self._meter.allowance)
        self.broker_refusal = ""
        """Why the broker last refused a batch, in a few words, or empty since it last took one."""
        self._store = store
        self._connection = connection
        self._clock = clock
        self.keep_days = keep_days
        """May be changed at any time."""
        self.pass_on: Callable[[Received], None] = connection.acknowledge
        """Takes every message that is no receipt, and acknowledges it."""
        self._batch_limit = batch_limit
        self._read_part: ReadPart = Blobs(store.directory, parcels.FOLDER).read_part
        self._zone, self._introduce, self._audit = zone, introduce, audit
        self._histories = Histories()
        self._sizes_bytes: dict[str, float] = {}
        self._known_as = ""
        self._prunes: dict[Key, int] = {}
        self._connection.subscribe([self.topics.receipt])

    def step(self) -> float:
        """Hear what has happened on the wire, then send what is missing; return how long to rest, in seconds."""
        self._connection.start()
        heard, now_s = self._hear(), self._clock.monotonic_s()
        self.progress.look(now_s)
        self._meter.look()
        if self.progress.online:
            with self._store.reader() as db:
                lanes = outbox.lanes(db)
                self._be_known(lanes)
                self._say_hello(db, lanes, now_s)
                self._send(db, stands_of(lanes), now_s)
        self._meter.keep()
        pruned = self._prune()
        return 0.0 if heard or pruned else self.progress.rest_s(now_s, REST_S)

    def _hear(self) -> bool:
        """Take what has happened, at most so much; return whether there may be more."""
        answers: list[Received | Acknowledged] = []
        while len(answers) < ANSWERS_LIMIT:
            try:
                happening = self._connection.happenings.get_nowait()
            except queue.Empty:
                break
            match happening:
                case Connected():
                    answers.clear()
                    # What an earlier hello allowed to be deleted, only a new one may: the centre may be another by now.
                    self._prunes.clear()
                    self._histories.forget()
                    self.progress.connected()
                case Disconnected():
                    self.progress.disconnected()
                case Received(topic) if topic != self.topics.receipt:
                    self.pass_on(happening)
                case _:
                    answers.append(happening)
        if answers:
            self._weigh(answers)
        return len(answers) == ANSWERS_LIMIT

    def _weigh(self, answers: Sequence[Received | Acknowledged]) -> None:
        told, received = [told_by(answer) for answer in answers], [one for one in answers if isinstance(one, Received)]
        for answer in received:
            self._meter.allowance.spend(len(answer.topic) + len(answer.payload), self._clock.monotonic_s())
        if self._need_store(answers):
            with self._store.reader() as db:  # a long walk holds up nobody who writes
                self._histories.walk(db, told, stands_of(outbox.lanes(db)))
            durable = not all(can_be_asked_again(one, by_puback=self.progress.by_puback) for one in told)
            try:
                with self._store.transaction(durable=durable) as tx:
                    for one in told:
                        for decision in self._decide(one, stands_of(outbox.lanes(tx)), tx):
                            self._carry_out(tx, decision)
                    self._meter.keep(tx)
            except Refusal:
                # What was decided is not on the card: ask the centre anew, or the hall would wait for what it was told already.
                if self.progress.online:
                    self.progress.connected()
                raise
        else:
            for one in told:
                self._decide(one, {}, None)
        for answer in received:
            self._connection.acknowledge(answer)

    def _need_store(self, answers: Sequence[Received | Acknowledged]) -> bool:
        """Whether any of them can change what is stored: a mere PUBACK costs no commit."""
        return self.progress.by_puback or any(isinstance(one, Received) or one.too_large for one in answers)

    def _decide(self, told: Told, stands: Mapping[Key, LaneStand], tx: Transaction | None) -> list[Decision]:
        now_s = self._clock.monotonic_s()
        match told:
            case Acknowledged(handle, unheard=True):
                log.warning("event=nobody-subscribes-yet")
                return self.progress.unheard(handle, now_s)
            case Acknowledged(handle, refused=""):
                self.broker_refusal = ""
                return self.progress.acknowledged(handle, stands, now_s)
            case Acknowledged(handle, refused, too_large):
                log.warning("event=broker-refused-batch reason=%r", refused)
                self.broker_refusal = refused
                return self.progress.turned_away(handle, refused, too_large=too_large, now_s=now_s)
            case Receipt():
                ours = None if tx is None else self._histories.head_told(tx, told, stands)
                return self.progress.answered(told, stands, now_s, ours)
            case Refused():
                return self.progress.refused(told, now_s)
            case None:
                return []

    def _carry_out(self, tx: Transaction, decision: Decision) -> None:
        match decision:
            case Confirm(key, through, rejected, head):
                outbox.confirm(tx, *key, through, [(one.seq, one.code, one.reason) for one in rejected], head)
                for one in rejected:
                    log.warning("event=rejected lane=%s seq=%d code=%s", key[1], one.seq, one.code)
                if self.progress.by_puback:
                    self._prunes[key] = through
            case Lower(key, confirmed, head):
                log.warning("event=centre-knows-less lane=%s confirmed=%d", key[1], confirmed)
                outbox.lower(tx, *key, confirmed, head)
            case Diverge(key, above):
                self._leave_history(tx, key, above)
            case Quarantine(key, seq, reason):
                log.warning("event=quarantined lane=%s seq=%d reason=%r", key[1], seq, reason)
                outbox.quarantine(tx, *key, seq, reason)
            case Prune(key, through):
                self._prunes[key] = through

    def _be_known(self, lanes: Sequence[outbox.LaneState]) -> None:
        """Let the broker know this hall by its open epoch: under a name that a clone shares, it would hear our commands."""
        epoch = next(lane.epoch for lane in lanes if lane.state == "open")
        if epoch != self._known_as:
            self._known_as = epoch
            self._introduce(epoch)

    def _leave_history(self, tx: Transaction, key: Key, above: int) -> None:
        """Issue again, in an epoch that nobody else knows, what the centre may not have."""
        log.warning("event=centre-knows-another-history epoch=%s lane=%s above=%d", *key, above)
        if key[0] == epochs.current(tx):
            epochs.leave(tx, Stamp.of(self._clock, self._zone), self._randomness, "diverged", {key[1]: above})
        else:
            epochs.reissue(tx, *key, above)
        self._histories.forget()
        self._prunes.clear()
        self.progress.connected()

    def _say_hello(self, db: outbox.Reads, lanes: Sequence[outbox.LaneState], now_s: float) -> None:
        if not self.progress.wants_hello():
            return
        told: dict[tuple[str, str], dict[str, LaneStand]] = {}
        for lane in lanes:
            stands = told.setdefault((lane.epoch, lane.state), {})
            if lane.last or lane.state == "closed":  # a closed lane may have become empty, and the centre waits for what it had
                stands[lane.lane] = stand_of(lane)
        nonce = self.progress.greeting.make_nonce()
        stands_by_epoch = [(*place, stands) for place, stands in told.items()][-EPOCHS_TOLD:]
        uptime_ms, held = int(self._clock.uptime_s() * 1000), inbox.held(db)
        payload = encode_hello(nonce, self._clock.bootid, stands_by_epoch, uptime_ms=uptime_ms, held=held, audit=self._audit(db))
        handle = self._connection.publish(Message(self.topics.hello, payload))
        if handle is not None:
            self._meter.allowance.spend(len(self.topics.hello) + len(payload), now_s)
            self.progress.said_hello(nonce, [(lane.epoch, lane.lane) for lane in lanes if lane.last], now_s, handle)

    def _send(self, db: outbox.Reads, stands: Mapping[Key, LaneStand], now_s: float) -> None:
        while (asked := self.progress.next_range(stands, now_s)) is not None:
            with uncollected():
                if not self._send_range(db, asked, stands[asked.key], now_s):
                    return

    def _send_range(self, db: outbox.Reads, asked: Range, stand: LaneStand, now_s: float) -> bool:
        """Send the first of what is asked for; return whether to go on."""
        try:
            loaded = load(db, self.topics.hall, asked, self._most_events(asked), self._read_part)
        except PieceMissing as missing:
            self._set_aside(missing.row)
            return False
        if loaded is None:
            self.progress.absent(asked)
            return True
        return self._send_load(asked, loaded, stand, now_s)

    def _most_events(self, asked: Range) -> int:
        """Return how many events are worth reading: what would not fit into the message would be packed in vain."""
        fitting = int(FILLED * asked.limit_bytes / self._sizes_bytes.get(asked.key[1], EVENT_BYTES))
        return max(1, min(self._batch_limit, self.progress.takes, fitting))

    def _send_load(self, asked: Range, loaded: Load, stand: LaneStand, now_s: float) -> bool:
        batch = pack(loaded.events, len(loaded.seqs), limit_bytes=asked.limit_bytes, simply=asked.again, quickly=asked.quickly)
        handle = self._connection.publish(Message(self.topics.up(asked.key[1]), batch.payload))
        if handle is None:
            return False
        sha256 = hashlib.sha256(batch.payload).hexdigest()
        self._sizes_bytes[asked.key[1]] = len(batch.payload) / batch.count
        first, last = loaded.seqs[0], loaded.seqs[batch.count - 1]
        self._histories.sent(asked.key, stand, first, loaded.identities(batch.count))
        self.progress.sent(asked, Shipment(asked.key, first, last, batch.count, sha256, len(batch.payload), handle), now_s)
        return True

    def _set_aside(self, row: outbox.Row) -> None:
        """Let a tombstone go up in the place of a piece whose bytes are gone; the next step sees it, and the lane goes on."""
        log.warning("event=piece-missing lane=%s seq=%d", row.lane, row.seq)
        with self._store.transaction() as tx:
            outbox.quarantine(tx, row.epoch, row.lane, row.seq, "the bytes of this piece are not in the hall")

    def _prune(self) -> bool:
        """Delete what is confirmed, asked for and old; return whether there may be more. Never by a clock not trusted."""
        if not self._prunes or self._clock.state() is not ClockState.TRUSTED:
            return False
        key, through = self._prunes.popitem()
        before = self._clock.now() - timedelta(days=self.keep_days)
        if not self._has_older(key, through):
            return bool(self._prunes)
        with self._store.transaction(durable=False) as tx:
            if outbox.prune(tx, *key, through, before) >= outbox.PRUNE_LIMIT:
                self._prunes[key] = through
        return bool(self._prunes)

    def _has_older(self, key: Key, through: int) -> bool:
        with self._store.reader() as db:
            return any((lane.epoch, lane.lane) == key and lane.oldest <= through for lane in outbox.lanes(db))
