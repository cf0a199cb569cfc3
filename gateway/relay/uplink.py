"""Carries the outbox to the centre: looks at the store and at the wire, and sends what is missing there.

A row counts as delivered only on the centre's receipt, never on the broker's acknowledgement (unless the
settings take the broker's word). Nothing here must survive a crash: the next start looks again.
"""

from __future__ import annotations

import hashlib
import logging
import queue
from collections.abc import Mapping, Sequence
from datetime import timedelta
from random import Random, SystemRandom

from gateway.clock import Clock, ClockState
from gateway.errors import Refusal
from gateway.mqtt.ports import Acknowledged, Connected, Connection, Disconnected, Message, Received
from gateway.relay.batches import BATCH_LIMIT, pack
from gateway.relay.envelope import Envelope, Unreadable
from gateway.relay.parcels import PieceMissing, ReadPart, with_bytes
from gateway.relay.progress import Confirm, Decision, Key, Lower, Progress, Prune, Quarantine, Range, Shipment
from gateway.relay.receipts import LaneStand, Receipt, decode_answer, encode_hello
from gateway.relay.topics import LANES, ROOT, Topics
from gateway.store import outbox, parcels
from gateway.store.blobs import Blobs
from gateway.store.database import Store, Transaction

log = logging.getLogger(__name__)

REST_S = 5.0
"""The uplink looks at least so often."""
ANSWERS_LIMIT = 200
"""So many answers share one transaction."""
KEEP_DAYS = 30
PIECES_LIMIT = 4
"""More pieces of a parcel than this never fit one message, so no more are read for it."""


class Uplink:
    """The uplink's one loop. ``step`` belongs to its thread; the rest may be read from any.

    ``hall`` is the ten-digit village code; ``by_puback`` takes the broker's word for the centre's (a weaker
    promise, see docs/relay.md); delivered rows are kept ``keep_days`` besides; a batch holds at most ``batch_limit`` events.
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
        batch_limit: int = BATCH_LIMIT,
    ) -> None:
        self.topics = Topics(hall, root)
        self.progress = Progress(randomness or SystemRandom(), by_puback=by_puback)
        self.broker_refusal = ""
        """Why the broker last refused a batch, in a few words, or empty since it last took one."""
        self._store = store
        self._connection = connection
        self._clock = clock
        self._keep_days = keep_days
        self._batch_limit = batch_limit
        self._read_part: ReadPart = Blobs(store.directory, parcels.FOLDER).read_part
        self._prunes: dict[Key, int] = {}
        self._connection.subscribe([self.topics.receipt])

    def step(self) -> float:
        """Hear what has happened on the wire, then send what is missing; return how long to rest, in seconds."""
        self._connection.start()
        heard = self._hear()
        now_s = self._clock.monotonic_s()
        self.progress.look(now_s)
        if self.progress.online:
            with self._store.reader() as db:
                lanes = outbox.lanes(db)
                self._say_hello(lanes, now_s)
                self._send(db, _stands(lanes), now_s)
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
                    self.progress.connected()
                case Disconnected():
                    self.progress.disconnected()
                case _:
                    answers.append(happening)
        if answers:
            self._weigh(answers)
        return len(answers) == ANSWERS_LIMIT

    def _weigh(self, answers: Sequence[Received | Acknowledged]) -> None:
        if self._need_store(answers):
            try:
                with self._store.transaction() as tx:
                    for answer in answers:
                        for decision in self._decide(answer, _stands(outbox.lanes(tx))):
                            self._carry_out(tx, decision)
            except Refusal:
                # What was decided is not on the card: ask the centre anew, or the hall would wait for what it was told already.
                if self.progress.online:
                    self.progress.connected()
                raise
        else:
            for answer in answers:
                self._decide(answer, {})
        for answer in answers:
            if isinstance(answer, Received):
                self._connection.acknowledge(answer)

    def _need_store(self, answers: Sequence[Received | Acknowledged]) -> bool:
        """Whether any of them can change what is stored: a mere PUBACK costs no commit."""
        return self.progress.by_puback or any(isinstance(one, Received) or one.too_large for one in answers)

    def _decide(self, answer: Received | Acknowledged, stands: Mapping[Key, LaneStand]) -> list[Decision]:
        now_s = self._clock.monotonic_s()
        if isinstance(answer, Acknowledged):
            if not answer.refused:
                self.broker_refusal = ""
                return self.progress.acknowledged(answer.handle, stands, now_s)
            log.warning("event=broker-refused-batch reason=%r", answer.refused)
            self.broker_refusal = answer.refused
            return self.progress.turned_away(answer.handle, answer.refused, too_large=answer.too_large, now_s=now_s)
        if answer.topic != self.topics.receipt:
            return []
        try:
            told = decode_answer(answer.payload)
        except Unreadable as error:
            log.warning("event=answer-unreadable reason=%r", str(error))
            return []
        if isinstance(told, Receipt):
            self._notice_foreign_history(told, stands)
            return self.progress.answered(told, stands, now_s)
        return self.progress.refused(told, now_s)

    def _notice_foreign_history(self, receipt: Receipt, stands: Mapping[Key, LaneStand]) -> None:
        stand = stands.get((receipt.epoch, receipt.lane))
        if stand is not None and receipt.through > stand.last:
            log.warning("event=centre-knows-more lane=%s through=%d last=%d", receipt.lane, receipt.through, stand.last)

    def _carry_out(self, tx: Transaction, decision: Decision) -> None:
        match decision:
            case Confirm(key, through, rejected):
                outbox.confirm(tx, *key, through, [(one.seq, one.code, one.reason) for one in rejected])
                for one in rejected:
                    log.warning("event=rejected lane=%s seq=%d code=%s", key[1], one.seq, one.code)
                if self.progress.by_puback:
                    self._prunes[key] = through
            case Lower(key, confirmed):
                log.warning("event=centre-knows-less lane=%s confirmed=%d", key[1], confirmed)
                outbox.lower(tx, *key, confirmed)
            case Quarantine(key, seq, reason):
                log.warning("event=quarantined lane=%s seq=%d reason=%r", key[1], seq, reason)
                outbox.quarantine(tx, *key, seq, reason)
            case Prune(key, through):
                self._prunes[key] = through

    def _say_hello(self, lanes: Sequence[outbox.LaneState], now_s: float) -> None:
        if not self.progress.wants_hello():
            return
        epochs: dict[tuple[str, str], dict[str, LaneStand]] = {}
        for lane in lanes:
            stands = epochs.setdefault((lane.epoch, lane.state), {})
            if lane.last:
                stands[lane.lane] = LaneStand(lane.last, lane.confirmed, lane.oldest)
        nonce = self.progress.make_nonce()
        payload = encode_hello(nonce, self._clock.bootid, [(*place, stands) for place, stands in epochs.items()])
        if self._connection.publish(Message(self.topics.hello, payload)) is not None:
            self.progress.said_hello(nonce, [(lane.epoch, lane.lane) for lane in lanes if lane.last], now_s)

    def _send(self, db: outbox.Reads, stands: Mapping[Key, LaneStand], now_s: float) -> None:
        while (asked := self.progress.next_range(stands, now_s)) is not None:
            most = PIECES_LIMIT if asked.key[1] == parcels.LANE else self._batch_limit
            limit = min(most, asked.last - asked.first + 1)
            rows = outbox.claim(db, *asked.key, asked.first - 1, limit)
            rows = [row for row in rows if row.seq <= asked.last]
            if not rows:
                self.progress.absent(asked)
            elif not self._send_rows(asked, rows, now_s):
                return

    def _send_rows(self, asked: Range, rows: Sequence[outbox.Row], now_s: float) -> bool:
        try:
            envelopes = [Envelope(self.topics.hall, *with_bytes(row, self._read_part)) for row in rows]
        except PieceMissing as missing:
            self._set_aside(missing.row)
            return False
        batch = pack(envelopes, limit_bytes=asked.limit_bytes, simply=asked.again)
        handle = self._connection.publish(Message(self.topics.up(asked.key[1]), batch.payload))
        if handle is None:
            return False
        sha256 = hashlib.sha256(batch.payload).hexdigest()
        sent = rows[: batch.count]
        size_bytes = len(batch.payload)
        self.progress.sent(asked, Shipment(asked.key, sent[0].seq, sent[-1].seq, batch.count, sha256, size_bytes, handle), now_s)
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
        before = self._clock.now() - timedelta(days=self._keep_days)
        if not self._has_older(key, through):
            return bool(self._prunes)
        with self._store.transaction() as tx:
            if outbox.prune(tx, *key, through, before) >= outbox.PRUNE_LIMIT:
                self._prunes[key] = through
        return bool(self._prunes)

    def _has_older(self, key: Key, through: int) -> bool:
        with self._store.reader() as db:
            return any((lane.epoch, lane.lane) == key and lane.oldest <= through for lane in outbox.lanes(db))


def _stands(lanes: Sequence[outbox.LaneState]) -> dict[Key, LaneStand]:
    """Return where the lanes stand, the most hasty first and within it the oldest epoch."""
    in_haste = sorted(lanes, key=lambda lane: LANES.index(lane.lane))
    return {(lane.epoch, lane.lane): LaneStand(lane.last, lane.confirmed, lane.oldest) for lane in in_haste}
