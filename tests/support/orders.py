"""Orders as a test wants them, and the key of a centre that nobody else has."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.relay.orders import Order
from gateway.relay.signing import spell_key
from provisioning.centre.orders import OrderRow, instant
from tests.support.arrivals import HALL
from tests.support.clock import MORNING

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PINNED = spell_key(KEY.public_key())
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(32))
CENTRE = "00112233aabbccdd"


def order(
    number: int = 1,
    kind: str = "ping",
    *,
    subject: str = "",
    rev: int | None = None,
    lasts: timedelta = timedelta(days=1),
    asked_at: datetime = MORNING,
    version: int = 1,
    **data: Any,
) -> Order:
    """Return an order; its number is its revision too unless another is given."""
    id_ = f"{CENTRE}-{number:016x}"
    return Order(id_, kind, subject or kind.partition(".")[0], rev or number, asked_at, asked_at + lasts, data, version)


def order_row(number: int = 1, hall: str = HALL, kind: str = "ping", **choices: Any) -> OrderRow:
    """Return an order as a centre keeps it."""
    one = order(number, kind, **choices)
    return OrderRow(one.id, hall, kind, one.subject, one.rev, instant(one.time), instant(one.notafter), json.dumps(one.data))
