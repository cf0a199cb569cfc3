"""Answers the halls: says only what is durable at the moment of saying it, and not more often than a hall can use.

What is owed to one lane is owed once, however many batches asked for it; the answer is read from the
database when it is sent. An answer that is lost is asked for again by the hall's next hello.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from gateway.clock import Clock
from gateway.mqtt.ports import Message
from gateway.relay.batches import READ_LIMIT
from gateway.relay.receipts import REJECTS_LIMIT, Receipt, Refused, Rejected, encode_receipt, encode_refused
from gateway.relay.topics import Topics
from provisioning.centre.agreeing import agreed_head
from provisioning.centre.database import IntakeDatabase, IntakeTransaction
from provisioning.centre.dues import BatchDue, Due, HelloDue, RefusalDue
from provisioning.centre.model import LaneKey, LaneReport

RATE_PER_S = 10.0
"""Answers to one hall in a second, at the most; as many may go at once after a rest."""

LANE_GAP_S = 0.05
"""A lane's batches are not answered again sooner: while a backlog drains a receipt then says more, and one is left for the last batch."""

WIRE_REST_S = 0.2
"""When the wire takes nothing, look again after so long at the latest."""

REFUSALS_OWED_LIMIT = 64
"""More unreadable payloads of one hall are not answered now: it sends them again."""


class _Allowance:
    """How many answers a hall may have now."""

    def __init__(self, now_s: float) -> None:
        self._tokens = RATE_PER_S
        self._at_s = now_s
        self._answered_at_s: dict[LaneKey, float] = {}
        self._draining: set[LaneKey] = set()
        """Lanes of which the batches that were answered last were full: what ends such a backlog is answered at once."""

    def wait_s(self, now_s: float) -> float:
        """Return how long the next answer must wait."""
        self._tokens = min(RATE_PER_S, self._tokens + (now_s - self._at_s) * RATE_PER_S)
        self._at_s = now_s
        return max(0.0, (1.0 - self._tokens) / RATE_PER_S)

    def is_full(self, now_s: float) -> bool:
        """Return whether a new allowance would be the same."""
        self.wait_s(now_s)
        return self._tokens >= RATE_PER_S

    def gap_s(self, due: Due, now_s: float) -> float:
        """Return how long this answer should wait besides for its lane's former one."""
        if not isinstance(due, BatchDue) or (due.lane in self._draining and not due.more):
            return 0.0
        return self._answered_at_s.get(due.lane, float("-inf")) + LANE_GAP_S - now_s

    def spend(self, due: Due, now_s: float) -> None:
        """Count one answer."""
        self._tokens -= 1.0
        if isinstance(due, BatchDue):
            self._answered_at_s[due.lane] = now_s
            (self._draining.add if due.more else self._draining.discard)(due.lane)


class _Owed:
    """What one hall is owed."""

    def __init__(self) -> None:
        self.refusals: dict[str, RefusalDue] = {}
        self.hellos: dict[LaneKey, HelloDue] = {}
        self.batches: dict[LaneKey, BatchDue] = {}

    def note(self, due: Due) -> None:
        """Owe ``due``, once to each lane and kind."""
        match due:
            case BatchDue(lane, first):
                before = self.batches.get(lane)
                self.batches[lane] = BatchDue(lane, min(first, before.first), more=before.more and due.more) if before else due
            case HelloDue(lane):
                self.hellos[lane] = due
            case RefusalDue(_, sha256) if len(self.refusals) < REFUSALS_OWED_LIMIT:
                self.refusals[sha256] = due

    def all(self) -> list[Due]:
        """Return everything owed, what a hall waits for most first."""
        return [*self.refusals.values(), *self.hellos.values(), *self.batches.values()]

    def settle(self, due: Due) -> None:
        """Strike off what has been answered."""
        match due:
            case BatchDue(lane):
                del self.batches[lane]
            case HelloDue(lane):
                del self.hellos[lane]
            case RefusalDue(_, sha256):
                del self.refusals[sha256]


class Replies:
    """What the centre owes its halls. Used by one thread.

    ``publish`` hands a message to the wire, or returns None when it cannot go now.
    """

    def __init__(self, database: IntakeDatabase, publish: Callable[[Message], int | None], clock: Clock, root: str) -> None:
        self._database = database
        self._publish = publish
        self._clock = clock
        self._root = root
        self._owed: dict[str, _Owed] = {}
        self._allowances: dict[str, _Allowance] = {}

    def owe(self, due: Iterable[Due]) -> None:
        """Take note of answers that are due; the same lane is owed once, and only the newest hello counts."""
        for one in due:
            self._owed.setdefault(_hall(one), _Owed()).note(one)

    def send(self) -> float | None:
        """Send what may go now; return the seconds until more may go, or None when nothing is owed.

        What the wire does not take stays owed.
        """
        waits_s = [wait_s for hall in list(self._owed) if (wait_s := self._send_to(hall)) is not None]
        self._forget_rested()
        return min(waits_s, default=None)

    def _send_to(self, hall: str) -> float | None:
        now_s = self._clock.monotonic_s()
        allowance = self._allowances.setdefault(hall, _Allowance(now_s))
        owed = self._owed[hall]
        gaps_s = []
        for due in owed.all():
            if (gap_s := allowance.gap_s(due, now_s)) > 0:
                gaps_s.append(gap_s)
                continue
            if (wait_s := allowance.wait_s(now_s)) > 0:
                return wait_s
            if self._publish(Message(Topics(hall, self._root).receipt, self.answer(due))) is None:
                return WIRE_REST_S
            allowance.spend(due, now_s)
            owed.settle(due)
        if not gaps_s:
            del self._owed[hall]
        return min(gaps_s, default=None)

    def _forget_rested(self) -> None:
        now_s = self._clock.monotonic_s()
        for hall in [hall for hall, allowance in self._allowances.items() if allowance.is_full(now_s)]:
            del self._allowances[hall]

    def answer(self, due: Due) -> bytes:
        """Write the answer as the database stands now."""
        match due:
            case BatchDue(lane, first):
                with self._database.reading() as tx:
                    standing = tx.standing(lane)
                    after = min(standing.through, first - 1)
                    return encode_receipt(self._receipt(tx, lane, after, (standing.through, standing.head)))
            case HelloDue(lane, report, nonce):
                return self._answer_hello(lane, report, nonce)
            case RefusalDue(_, sha256, reason):
                return encode_refused(self._database.centre, Refused(sha256, reason))

    def _answer_hello(self, lane: LaneKey, report: LaneReport, nonce: str) -> bytes:
        """Answer from what the hall has confirmed; of a closed epoch never beyond its end, and with the head there."""
        with self._database.reading() as tx:
            standing = tx.standing(lane)
            through, head = standing.through, standing.head
            ours = agreed_head(tx, lane, report, standing)
            if report.closed and through > report.last:
                through, head = report.last, head if ours is None else ours
            receipt = self._receipt(tx, lane, report.confirmed, (through, head))
            top = 0 if report.closed else tx.top(lane)
            return encode_receipt(replace(receipt, hello=nonce, agreed=ours is not None, top=top))

    def _receipt(self, tx: IntakeTransaction, lane: LaneKey, after: int, place: tuple[int, str]) -> Receipt:
        """Return a receipt through ``place``, a number and the head there, or through as many rejects as one can list."""
        rejects = tx.rejects(lane, after, place[0], REJECTS_LIMIT + 1)
        if len(rejects) > REJECTS_LIMIT:
            rejects = rejects[:REJECTS_LIMIT]
            place = rejects[-1].seq, rejects[-1].head
        rejected = tuple(Rejected(reject.seq, reject.code, reject.reason) for reject in rejects)
        return Receipt(self._database.centre, lane.epoch, lane.lane, after, *place, rejected=rejected, takes=READ_LIMIT)


def _hall(due: Due) -> str:
    return due.hall if isinstance(due, RefusalDue) else due.lane.hall
