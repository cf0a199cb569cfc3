"""A tiny model of the centre's intake, by the contract's rules and nothing more, on the fake broker.

Each rule can be switched off, so that a test can show that it is needed. ``committed`` is its database:
it survives ``crash``; a ``backup`` can be ``restore``d.
"""

from __future__ import annotations

import hashlib
import json
import queue
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from gateway.heads import head_after, head_over_absence
from gateway.mqtt.ports import Message, Received
from gateway.relay.batches import BATCH_LIMIT, unpack
from gateway.relay.envelope import Envelope, Unreadable
from gateway.relay.receipts import Receipt, Refused, Rejected, encode_receipt, encode_refused
from gateway.relay.topics import Topics, heard, intake_filters
from tests.support.broker import FakeBroker

Key = tuple[str, str]


@dataclass
class LaneBook:
    """What the centre has of one lane."""

    rows: dict[int, str] = field(default_factory=dict)
    """The verdict by sequence: empty for accepted."""
    arrived: list[int] = field(default_factory=list)
    """Every accepted sequence in the order in which it was applied."""
    facts: dict[int, tuple[str, str, str, str]] = field(default_factory=dict)
    """What each sequence is: first id, time, boot and uptime."""
    lost_below: int = 0
    reached: tuple[int, str] = (0, "")

    @property
    def through(self) -> int:
        """Every sequence up to here is present or recorded as lost."""
        return self.place[0]

    @property
    def place(self) -> tuple[int, str]:
        """How far the lane has come, and the head there."""
        seq, head = self.reached
        if seq < self.lost_below:
            seq, head = self.lost_below, head_over_absence(head, seq + 1, self.lost_below)
        while seq + 1 in self.rows:
            seq += 1
            head = head_after(head, *self.facts[seq])
        self.reached = (seq, head)
        return self.reached


class ModelCentre:
    """One intake with its database. ``judge`` returns a reject's code or an empty string."""

    def __init__(
        self,
        broker: FakeBroker,
        hall: str,
        *,
        judge: Callable[[Envelope], str] = lambda _event: "",
        readable: Callable[[Envelope], bool] = lambda _event: True,
        reads: Callable[[bytes], bool] = lambda _payload: True,
        deduplicates: bool = True,
        answers_duplicates: bool = True,
    ) -> None:
        self.committed: dict[Key, LaneBook] = {}
        self.takes = BATCH_LIMIT
        self.said: list[Receipt] = []
        self.hellos: list[dict[str, Any]] = []
        self.connection = broker.connection("intake", session_s=3600)
        self.connection.subscribe(intake_filters())
        self._topics = Topics(hall)
        self._judge = judge
        self._readable = readable
        self._reads = reads
        self._deduplicates = deduplicates
        self._answers_duplicates = answers_duplicates

    def step(self) -> None:
        """Take everything that has arrived, commit it, answer, acknowledge."""
        while True:
            try:
                happening = self.connection.happenings.get_nowait()
            except queue.Empty:
                return
            if isinstance(happening, Received):
                self._take(happening)
                self.connection.acknowledge(happening)

    def backup(self) -> dict[Key, LaneBook]:
        """Return a copy of the database."""
        return deepcopy(self.committed)

    def restore(self, backup: dict[Key, LaneBook]) -> None:
        """Forget everything since ``backup``."""
        self.committed = deepcopy(backup)

    def _take(self, received: Received) -> None:
        place = heard(received.topic)
        if place is None:
            return
        if place.kind == "hello":
            self._answer_hello(received.payload)
            return
        try:
            events = self._read(received.payload)
        except Unreadable as error:
            refused = Refused(hashlib.sha256(received.payload).hexdigest(), str(error))
            self._say(encode_refused("centre", refused))
            return
        new = sum(self._enter(event) for event in events)
        if new or self._answers_duplicates:
            self._answer((events[0].epoch, events[0].lane), events[0].seq - 1)

    def _read(self, payload: bytes) -> list[Envelope]:
        if not self._reads(payload):
            raise Unreadable("the payload is in no form that this centre knows")
        events = unpack(payload)
        if not all(self._readable(event) for event in events):
            raise Unreadable("poison")
        return events

    def _enter(self, event: Envelope) -> bool:
        book = self.committed.setdefault((event.epoch, event.lane), LaneBook())
        if event.seq in book.rows and self._deduplicates:
            return False
        book.rows[event.seq] = book.rows.get(event.seq) or self._judge(event)
        book.facts[event.seq] = (event.was or event.id, event.time, event.bootid, event.uptime)
        if not book.rows[event.seq]:
            book.arrived.append(event.seq)
        return True

    def _answer_hello(self, payload: bytes) -> None:
        hello = json.loads(payload)
        self.hellos.append(hello)
        for epoch in hello["epochs"]:
            for lane, stand in epoch["lanes"].items():
                key = (epoch["epoch"], lane)
                book = self.committed.setdefault(key, LaneBook())
                if book.through < stand["oldest"] - 1:
                    book.lost_below = stand["oldest"] - 1
                self._answer(key, stand["confirmed"], hello["nonce"])

    def _answer(self, key: Key, after: int, nonce: str = "") -> None:
        book = self.committed.setdefault(key, LaneBook())
        through, head = book.place
        after = after if nonce else min(after, through)
        rejected = tuple(Rejected(seq, code, "") for seq, code in sorted(book.rows.items()) if code and after < seq <= through)
        receipt = Receipt("centre", *key, after, through, head, nonce, rejected, takes=self.takes)
        self.said.append(receipt)
        self._say(encode_receipt(receipt))

    def _say(self, payload: bytes) -> None:
        self.connection.publish(Message(self._topics.receipt, payload))
