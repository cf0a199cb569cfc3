"""The rules of sending: what goes up next, when it is said again, and what an answer means.

Pure: it looks at where the lanes stand in the store, is told what happened on the wire, and answers
with decisions for the store. It remembers only what is under way; all of it may be forgotten at any
moment (a crash, a lost connection) and costs nothing but repetition, because only ``confirmed`` counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from random import Random

from gateway.relay.allowance import Allowance
from gateway.relay.batches import BATCH_LIMIT, WIRE_LIMIT_BYTES
from gateway.relay.cursors import AGES_S, Cursor
from gateway.relay.decisions import Confirm, Decision, Diverge, Key, Lower, Prune, Quarantine, Range, Shipment
from gateway.relay.greeting import Greeting
from gateway.relay.pace import LEAST_BYTES, Pace
from gateway.relay.patience import Patience
from gateway.relay.receipts import LaneStand, Receipt, Refused

WINDOW = 16
"""Messages that wait for a receipt, at the most."""
KEPT_FOR_URGENT = 2
"""Of these, only the urgent lane may use so many."""
DIVERGE_GAP_S = 300.0
"""Doubled each time, at least so long lies between two epochs begun for the centre's sake: no centre that errs can fill the card."""
DIVERGE_GAP_LIMIT_S = 86_400.0


class Progress:
    """What is under way. Times are seconds on the monotonic clock; ``stands`` are in the order of haste."""

    def __init__(
        self,
        randomness: Random,
        *,
        by_puback: bool = False,
        allowance: Allowance | None = None,
        ages_s: Mapping[str, float] = AGES_S,
    ) -> None:
        """Begin with nothing under way. ``by_puback``: the broker's word is taken for the centre's."""
        self.allowance = allowance or Allowance()
        self.by_puback = by_puback
        self.online = False
        self.pace = Pace()
        self.greeting = Greeting(randomness)
        self.takes = BATCH_LIMIT
        """So many events of one batch the centre reads, by its latest receipt on this connection."""
        self._ages_s = ages_s
        self._patience = Patience(randomness)
        self._window = WINDOW
        self._shipments: list[Shipment] = []
        self._cursors: dict[Key, Cursor] = {}
        self._set_aside: set[tuple[Key, int]] = set()
        self._diverge_gap_s = DIVERGE_GAP_S
        self._diverge_from_s = float("-inf")

    def connected(self) -> None:
        """Begin anew on a new connection: with a hello."""
        self._forget()
        self._patience.reset()
        self.online = True
        self._window = WINDOW
        self.takes = BATCH_LIMIT
        self.greeting.begin()

    def disconnected(self) -> None:
        """Forget what was under way: the broker may or may not have it."""
        self._forget()
        self.online = False

    def look(self, now_s: float) -> None:
        """Notice that nothing has come back for too long: then say hello and send again from what is confirmed."""
        if not self.online:
            return
        if self._patience.is_over(now_s):
            self._forget()
            self._window = 1
            self.greeting.due = True
            self._patience.double(now_s)
        self.greeting.look(now_s)

    def wants_hello(self) -> bool:
        """Whether the hall should say where it stands."""
        return self.online and self.greeting.due and not self.by_puback

    def said_hello(self, nonce: str, keys: Iterable[Key], now_s: float, handle: int = 0) -> None:
        """Remember a hello that was sent; an answer is awaited for each of ``keys``."""
        self.greeting.said(nonce, keys, now_s, handle, idle=not self._shipments)
        if self.greeting.unanswered:
            self._patience.begin(now_s)

    def next_range(self, stands: Mapping[Key, LaneStand], now_s: float) -> Range | None:
        """Return what should be sent now, or None while the windows are full or an answer is awaited."""
        room_bytes = self.pace.room_bytes()
        if not self.online or self.greeting.holds(now_s) or room_bytes <= 0:
            return None
        limit_bytes = min(WIRE_LIMIT_BYTES, max(LEAST_BYTES, room_bytes))
        for key, stand in stands.items():
            most_bytes = self.allowance.most_bytes(key[1], now_s)
            if len(self._shipments) >= self._limit(key) or not most_bytes:
                continue
            limit_bytes = int(min(limit_bytes, most_bytes))
            cursor = self._cursors.setdefault(key, Cursor(stand.confirmed + 1))
            cursor.follow(stand.confirmed)
            if cursor.again:
                return Range(key, *cursor.again[0], limit_bytes, again=True)
            if cursor.is_ripe(stand.last, self._ages_s.get(key[1], 0.0), now_s):
                quickly = self.pace.is_fast and self.allowance.is_free(key[1])
                return Range(key, cursor.following, stand.last, limit_bytes, quickly=quickly)
        return None

    def sent(self, asked: Range, shipment: Shipment, now_s: float) -> None:
        """Remember a batch that was sent for ``asked``."""
        self._shipments.append(shipment)
        self.pace.sent(shipment.size_bytes, now_s)
        self.allowance.spend(shipment.size_bytes, now_s, shipment.key[1])
        self._cursors[asked.key].advance(asked, shipment.last)
        if not self.by_puback:
            self._patience.begin(now_s)

    def absent(self, asked: Range) -> None:
        """Learn that nothing of ``asked`` is kept any more; the hello says so by its ``oldest``."""
        self._cursors[asked.key].advance(asked, asked.last)

    def unheard(self, handle: int, now_s: float) -> list[Decision]:
        """Learn that the broker has nobody to give a message to: it is gone, and so will be whatever is sent before somebody listens."""
        if self.by_puback:
            return self.turned_away(handle, "", too_large=False, now_s=now_s)
        if self.greeting.is_said_by(handle) or self._with_handle(handle) is not None:
            self._forget()
            self._window = 1
            self.greeting.unheard(now_s)
        return []

    def acknowledged(self, handle: int, stands: Mapping[Key, LaneStand], now_s: float) -> list[Decision]:
        """Learn that the broker has a batch: that frees the wire, and confirms nothing unless ``by_puback``."""
        shipment = self._with_handle(handle)
        if shipment is None or shipment.acknowledged:
            return []
        self.pace.acknowledged(shipment.size_bytes, now_s)
        shipment.acknowledged = True
        if not self.by_puback:
            return []
        stand = stands[shipment.key]
        through = stand.confirmed
        for one in sorted(self._of(shipment.key), key=lambda one: one.first):
            if not one.acknowledged or one.first > max(through + 1, stand.oldest):
                break
            through = max(through, one.last)
        return [self._confirm(Confirm(shipment.key, through), now_s)] if through > stand.confirmed else []

    def turned_away(self, handle: int, reason: str, *, too_large: bool, now_s: float) -> list[Decision]:
        """Learn that the broker would not take a batch: a smaller one now, or the same one after a while."""
        shipment = self._with_handle(handle)
        if shipment is None:
            return []
        if too_large:
            return self._split(shipment, reason)
        self._drop(shipment)
        self._window = 1
        self._patience.begin(now_s)
        return []

    def answered(
        self, receipt: Receipt, stands: Mapping[Key, LaneStand], now_s: float, head: str | None = None
    ) -> list[Decision]:
        """Learn what the centre has committed; ``head`` is our own at ``through``, None when it cannot be reckoned.

        Only the answer to the latest hello may lower what is confirmed, or show that the centre knows another history.
        """
        key = (receipt.epoch, receipt.lane)
        stand = stands.get(key)
        if stand is None or self.by_puback:
            return []
        if receipt.through and not receipt.head:
            return []  # whoever does not say which history it has is believed nothing
        self.takes = receipt.takes
        told = bool(receipt.hello) and receipt.hello == self.greeting.nonce and key in self.greeting.unanswered
        held = receipt.through if stand.closed else max(receipt.through, receipt.top)
        ours = held <= stand.last and head in (None, receipt.head)
        if not told and (receipt.after > stand.confirmed or not ours):
            # Of a closed lane that has arrived there is nothing to ask, whatever a second card of this hall goes on to send.
            settled = stand.closed and stand.confirmed == stand.last
            if not settled:
                self.greeting.ask_for_missing(now_s)
            return []
        if told and not ours:
            return self._diverge(key, stand, now_s, agreed=receipt.agreed)
        if told and receipt.through < stand.oldest - 1:
            return []
        return self._believe(key, stand, receipt, now_s, told=told)

    def refused(self, refused: Refused, now_s: float) -> list[Decision]:
        """Learn that the centre could not read a payload: it is halved, and one event alone is set aside."""
        shipment = next((one for one in self._shipments if one.sha256 == refused.sha256), None)
        if shipment is None:
            return []
        self._patience.renew(now_s)
        return self._split(shipment, refused.reason)

    def _believe(self, key: Key, stand: LaneStand, receipt: Receipt, now_s: float, *, told: bool) -> list[Decision]:
        through = receipt.through
        rejected = tuple(one for one in receipt.rejected if receipt.after < one.seq <= through)
        decisions: list[Decision] = []
        if through > stand.confirmed or (rejected and through == stand.confirmed):
            decisions.append(self._confirm(Confirm(key, through, rejected, receipt.head), now_s))
        if told:
            # An answer that other receipts have overtaken tells of no loss: it is not below what the hello itself told.
            if through < min(stand.confirmed, receipt.after):
                decisions.append(Lower(key, through, receipt.head))
                self._cursors[key] = Cursor(through + 1)
            decisions.append(Prune(key, through))
            self._hear_out(key)
        return decisions

    def _diverge(self, key: Key, stand: LaneStand, now_s: float, *, agreed: bool) -> list[Decision]:
        """Leave this history to others. Only what both sides agree on need not be issued again."""
        above = stand.confirmed if agreed else stand.oldest - 1
        self._hear_out(key)
        if stand.closed:
            return [Diverge(key, above)] if above < stand.last else []
        if now_s < self._diverge_from_s:
            return []
        self._diverge_gap_s = min(DIVERGE_GAP_LIMIT_S, self._diverge_gap_s * 2)
        self._diverge_from_s = now_s + self._diverge_gap_s
        return [Diverge(key, above)]

    def rest_s(self, now_s: float, most_s: float) -> float:
        """Return how long nothing will be due by time alone, at most ``most_s``."""
        dues_s = [now_s + most_s, self.allowance.due_s(now_s)]
        if self.online and not self.by_puback:
            dues_s += self.greeting.dues_s(now_s)
            if self._patience.until_s is not None:
                dues_s.append(self._patience.until_s)
        ripe_s = [
            one.since_s + self._ages_s.get(lane, 0.0) for (_, lane), one in self._cursors.items() if one.since_s is not None
        ]
        dues_s += [due_s for due_s in ripe_s if due_s > now_s]
        return max(0.0, min(dues_s) - now_s)

    def _limit(self, key: Key) -> int:
        if key[1] == "urgent":
            return WINDOW
        return min(self._window, WINDOW - KEPT_FOR_URGENT)

    def _of(self, key: Key) -> list[Shipment]:
        return [one for one in self._shipments if one.key == key]

    def _with_handle(self, handle: int) -> Shipment | None:
        return next((one for one in self._shipments if one.handle == handle), None)

    def _confirm(self, confirm: Confirm, now_s: float) -> Confirm:
        for one in self._of(confirm.key):
            if one.last <= confirm.through:
                self._drop(one)
        self._window = min(WINDOW, self._window * 2)
        self._patience.reset()
        if self._shipments or self.greeting.unanswered:
            self._patience.begin(now_s)
        return confirm

    def _hear_out(self, key: Key) -> None:
        if self.greeting.answered(key) and not self._shipments:
            self._patience.rest()

    def _split(self, shipment: Shipment, reason: str) -> list[Decision]:
        self._drop(shipment)
        set_aside = (shipment.key, shipment.first)
        if shipment.count == 1 and set_aside in self._set_aside:
            return []
        self._cursors[shipment.key].halve(shipment.first, shipment.last)
        if shipment.count > 1:
            return []
        self._set_aside.add(set_aside)
        return [Quarantine(shipment.key, shipment.first, reason)]

    def _drop(self, shipment: Shipment) -> None:
        self._shipments.remove(shipment)
        if not shipment.acknowledged:
            self.pace.on_wire_bytes = max(0, self.pace.on_wire_bytes - shipment.size_bytes)

    def _forget(self) -> None:
        self._shipments.clear()
        self._cursors.clear()
        self.greeting.forget()
        self.pace.cut()
