"""Sends the centre's orders down, and again until a hall has answered or the order is void.

A hall that is away is sent nothing more: it says hello when it comes, and what it is owed goes out then. A hall that is
heard and does not answer is sent it again, ever more rarely. Only what was asked durably is sent.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.clock import Clock
from gateway.errors import Refusal
from gateway.mqtt.ports import Message
from gateway.relay.signing import EVERY_HALL, sign
from gateway.relay.topics import Topics, all_down
from provisioning.centre.database import IntakeDatabase
from provisioning.centre.model import Hello
from provisioning.centre.orders import OrderRow, instant
from provisioning.centre.reading import Arrival, Batch
from provisioning.centre.run_rows import RunRows

log = logging.getLogger(__name__)

LOOK_S = 0.5
"""So often the database is asked for new orders."""
FIRST_WAIT_S = 30.0
"""A hall that is heard has so long to answer before it is sent its orders again; then twice as long each time."""
LONGEST_WAIT_S = 3600.0
GROUP_LIMIT = 20
"""At most so many orders are handed to the wire at one look."""
STORAGE_REST_S = 60.0
"""How long the orders rest after the database has not taken something."""


@dataclass(slots=True)
class _Hall:
    """When a hall may be owed something."""

    epoch: str = ""
    """The epoch it holds open, by its last hello."""
    held: frozenset[str] = frozenset()
    """What it keeps already, by its last hello: a restored card says another one."""
    due: bool = False
    next_at_s: float = 0.0
    wait_s: float = FIRST_WAIT_S


class Dispatch:
    """What goes down. Used by one thread.

    ``publish`` hands a message to the wire, or returns None when it cannot go now; ``keys`` sign, and without any
    nothing is sent.
    """

    def __init__(
        self,
        database: IntakeDatabase,
        publish: Callable[[Message], int | None],
        clock: Clock,
        root: str,
        keys: Sequence[Ed25519PrivateKey],
    ) -> None:
        self._database = database
        self._publish = publish
        self._clock = clock
        self._root = root
        self._keys = keys
        self._halls: dict[str, _Hall] = {}
        self._look_at_s = 0.0

    def heard(self, arrivals: Sequence[Arrival]) -> None:
        """Note who has spoken: a hall that says hello is owed what it lacks, another one when it has waited long enough."""
        now_s = self._clock.monotonic_s()
        for arrival in arrivals:
            match arrival:
                case Hello():
                    opened = [report.epoch for report in arrival.epochs if not report.closed]
                    self._halls[arrival.hall] = _Hall(opened[0] if len(opened) == 1 else "", arrival.held, due=True)
                case Batch(rows) if rows:
                    name = rows.key.hall if isinstance(rows, RunRows) else rows[0].hall
                    hall = self._halls.setdefault(name, _Hall())
                    hall.due = hall.due or now_s >= hall.next_at_s

    def send(self) -> None:
        """Send what is new and what is owed, as far as the wire takes it."""
        now_s = self._clock.monotonic_s()
        if now_s < self._look_at_s:
            return
        self._look_at_s = now_s + LOOK_S
        try:
            self._database.collect_orders()
            if self._keys:
                self._send_new()
        except Refusal as refusal:
            log.warning("event=orders-not-kept reason=%r", refusal.sentence)
            self._look_at_s = now_s + STORAGE_REST_S
            return
        if self._keys:
            for name in [name for name, hall in self._halls.items() if hall.due]:
                self._send_owed(name, self._halls[name], now_s)

    def _send_new(self) -> None:
        with self._database.reading() as tx:
            orders = tx.unsent_orders(self._now(), GROUP_LIMIT)
        sent = [order for order in orders if self._hand_over(order, order.hall)]
        if not sent:
            return
        with self._database.transaction() as tx:
            for order in sent:
                tx.mark_order_sent(order.id, self._now())
        for order in sent:
            log.info("event=order-sent order=%s hall=%s kind=%s", order.id, order.hall, order.kind)
            self._await(order.hall)

    def _await(self, addressee: str) -> None:
        """Be patient anew with whoever was just sent something new."""
        now_s = self._clock.monotonic_s()
        names = list(self._halls) if addressee == EVERY_HALL else [addressee]
        for name in names:
            hall = self._halls.setdefault(name, _Hall())
            hall.next_at_s, hall.wait_s = now_s + FIRST_WAIT_S, FIRST_WAIT_S

    def _send_owed(self, name: str, hall: _Hall, now_s: float) -> None:
        with self._database.reading() as tx:
            owed = tx.orders_owed(name, hall.epoch, self._now(), GROUP_LIMIT + len(hall.held))
        orders = [order for order in owed if order.id not in hall.held][:GROUP_LIMIT]
        if not all(self._hand_over(order, name) for order in orders):
            return  # the wire is full: it stays due
        hall.due = False
        hall.next_at_s = now_s + hall.wait_s
        hall.wait_s = min(LONGEST_WAIT_S, 2 * hall.wait_s)

    def _hand_over(self, order: OrderRow, addressee: str) -> bool:
        topic = all_down(self._root) if addressee == EVERY_HALL else Topics(addressee, self._root).down
        return self._publish(Message(topic, sign(self._keys, addressee, order.wire.encode()))) is not None

    def _now(self) -> str:
        return instant(self._clock.now())
