"""Which history the hall has sent: the running heads at the ends of batches, to be held against those of receipts.

Reckoned from the rows while they are sent, so that a receipt costs no reading; what is not remembered is walked
in the store. All of it may be forgotten at any moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gateway.heads import head_over
from gateway.relay.receipts import LaneStand, Receipt
from gateway.relay.topics import LANES
from gateway.store import outbox

Key = tuple[str, str]
"""An epoch and a lane."""
Identities = tuple[Sequence[str], Sequence[str], Sequence[str], Sequence[str]]
"""What rows that follow each other are, in columns: their first ids, times, boots and uptimes."""


class Histories:
    """The heads of what is under way. Used by one thread."""

    def __init__(self) -> None:
        self._heads: dict[Key, dict[int, str]] = {}

    def sent(self, key: Key, stand: LaneStand, first: int, identities: Identities) -> None:
        """Reckon the head at the end of a batch that begins with ``first``, when the head before it is known."""
        heads = self._heads.setdefault(key, {})
        before = first - 1
        head = stand.head if before == stand.confirmed else heads.get(before)
        if head is not None:
            heads[before + len(identities[0])] = head_over(head, *identities)

    def head_at(self, db: outbox.Reads, key: Key, seq: int, stand: LaneStand) -> str | None:
        """Return our own head at ``seq``, or None when it cannot be reckoned; what lies below is forgotten.

        What was walked is remembered: the facts up to a number never become others.
        """
        heads = self._heads.setdefault(key, {})
        head = heads.get(seq)
        for passed in [one for one in heads if one < min(seq, stand.confirmed)]:
            del heads[passed]
        if head is None:
            head = outbox.head_at(db, *key, seq)
        if head is not None:
            heads[seq] = head
        return head

    def head_told(self, db: outbox.Reads, receipt: Receipt, stands: Mapping[Key, LaneStand]) -> str | None:
        """Return our head where the receipt tells its own; None also for what can change nothing, which is not worth a walk."""
        key = (receipt.epoch, receipt.lane)
        stand = stands.get(key)
        if stand is None or receipt.through > stand.last or (receipt.through < stand.confirmed and not receipt.hello):
            return None
        return self.head_at(db, key, receipt.through, stand)

    def walk(self, db: outbox.Reads, told: Iterable[object], stands: Mapping[Key, LaneStand]) -> None:
        """Reckon beforehand what the answers to a hello among ``told`` will ask for: after a restart that walks a whole backlog."""
        for one in told:
            if isinstance(one, Receipt) and one.hello:
                self.head_told(db, one, stands)

    def forget(self) -> None:
        """Begin anew: what was sent may have gone astray, or belongs to an epoch that was left."""
        self._heads.clear()


def stands_of(lanes: Sequence[outbox.LaneState]) -> dict[Key, LaneStand]:
    """Return where the lanes stand, the most hasty first and within it the oldest epoch."""
    in_haste = sorted(lanes, key=lambda lane: LANES.index(lane.lane))
    return {(lane.epoch, lane.lane): stand_of(lane) for lane in in_haste}


def stand_of(lane: outbox.LaneState) -> LaneStand:
    """Return where one lane stands, as a hello tells it."""
    return LaneStand(lane.last, lane.confirmed, lane.oldest, lane.head, lane.state == "closed")
