"""The words of what the centre asks of its halls: an order, a hall's answer to it, and which answer counts.

Pure values and rules; nothing here knows a database or a broker.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from gateway.errors import Refusal
from gateway.relay.envelope import EVENT_LIMIT_BYTES
from gateway.relay.orders import Order, is_subject
from gateway.relay.signing import EVERY_HALL
from gateway.relay.topics import Topics
from provisioning.centre.hellos import cleaned
from provisioning.centre.model import EventRow

HOUR_DAYS = 1 / 24
DAYS = {"ping": HOUR_DAYS, "settings.put": 7.0, "resend.request": 7.0, "backup.request": 7.0, "key.put": 90.0}
"""So long an order of a kind is worth carrying out, in days, unless who asks says otherwise."""
DAYS_OTHERWISE = 30.0
DAYS_LIMIT = 366.0

APPLIED, RETURNED, REJECTED, KEPT = "applied", "returned", "rejected", "kept"
"""What a hall may answer. ``returned``: a trial of settings that ended by itself; ``kept``: its version cannot do it yet."""
RANKS = {KEPT: 0, REJECTED: 1, APPLIED: 2, RETURNED: 3}
"""The greater one counts, whichever came first."""
NOT_HERE = "not-here"
"""The code of a hall that keeps an order until an update teaches it the kind."""
ANSWERS = {"id.balai.command.applied.": APPLIED, "id.balai.command.rejected.": REJECTED, "id.balai.settings.returned.": RETURNED}
_ANSWERS = tuple(ANSWERS)
"""By how the type of the answering event begins: of every version."""


class OrderRow(NamedTuple):
    """One order as it is kept, in the order of the table's columns. Instants are ISO 8601 in UTC, to the millisecond."""

    id: str
    hall: str
    """The ten-digit village code, or ``all``."""
    kind: str
    subject: str
    rev: int
    asked_at: str
    notafter: str
    data: str
    """JSON text."""

    @property
    def wire(self) -> Order:
        """The order as it travels."""
        asked_at, notafter = datetime.fromisoformat(self.asked_at), datetime.fromisoformat(self.notafter)
        return Order(self.id, self.kind, self.subject, self.rev, asked_at, notafter, json.loads(self.data))


class OrderAnswer(NamedTuple):
    """What became of an order in one hall, in the order of the table's columns."""

    order: str
    hall: str
    state: str
    code: str
    reason: str
    said: str
    """What the hall told besides, as JSON, or empty."""
    epoch: str
    """The epoch in which the hall last answered."""
    answered_at: str


def compose(
    centre: str, hall: str, kind: str, data: Mapping[str, Any], *, name: str = "", days: float | None = None, now: datetime
) -> OrderRow:
    """Return the order that somebody asks for now.

    Raises Refusal ``order-hall``, ``order-name``, ``order-data`` or ``order-days``.
    """
    if hall != EVERY_HALL:
        try:
            Topics(hall)
        except ValueError:
            raise Refusal("order-hall", hall=hall) from None
    lasts = DAYS.get(kind, DAYS_OTHERWISE) if days is None else days
    if not 0 < lasts <= DAYS_LIMIT:
        raise Refusal("order-days", limit=int(DAYS_LIMIT))
    subject = subject_of(kind, data, name)
    if not is_subject(subject):
        raise Refusal("order-name", kind=kind)
    row = OrderRow(
        *(f"{centre}-{secrets.token_hex(8)}", hall, kind, subject, int(now.timestamp() * 1000)),
        *(instant(now), instant(now + timedelta(days=lasts)), json.dumps(data, ensure_ascii=False, separators=(",", ":"))),
    )
    try:
        row.wire.encode()
    except ValueError as error:
        raise Refusal(
            "order-data", reason=f"lebih dari {EVENT_LIMIT_BYTES // 1024} KiB, atau ada angka yang tidak dikenal JSON"
        ) from error
    return row


def subject_of(kind: str, data: Mapping[str, Any], name: str) -> str:
    """Return what an order is about: its revisions supersede each other there. Not yet judged."""
    match kind:
        case "ping" | "release.offer" | "backup.request":
            return kind.partition(".")[0]
        case "settings.put":
            return f"settings/{data.get('section', '')}"
        case "key.put":
            return f"key/{data.get('use', '')}"
        case "resend.request":
            return f"resend/{data.get('epoch', '')}/{data.get('lane', '')}"
        case _ if name:
            return f"{kind.partition('.')[0]}/{name}"
        case _:
            return ""


def instant(moment: datetime) -> str:
    """Return an aware instant as the tables keep it: texts in the order of time."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def read_answer(row: EventRow) -> OrderAnswer | None:
    """Return the answer that an event of a hall is, or None."""
    if not row.type.startswith(_ANSWERS):
        return None
    state = next((state for beginning, state in ANSWERS.items() if row.type.startswith(beginning)), None)
    told = json.loads(row.data) if state else None
    if state is None or not isinstance(told, dict) or not isinstance(told.get("causation"), str):
        return None
    code = cleaned(told.get("code"))
    said = json.dumps(told["said"], separators=(",", ":")) if isinstance(told.get("said"), dict) else ""
    return OrderAnswer(
        *(cleaned(told["causation"]), row.hall, KEPT if code == NOT_HERE else state, code, cleaned(told.get("reason"))),
        *(said, row.epoch, row.received_at),
    )


def weigh(known: OrderAnswer | None, told: OrderAnswer) -> OrderAnswer:
    """Return the answer that counts: the one of the greater rank, in the epoch in which the hall has last answered."""
    if known is None or RANKS[told.state] > RANKS[known.state]:
        return told
    return known._replace(epoch=told.epoch)
