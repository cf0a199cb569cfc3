"""Makes what halls send, as rows and as the bytes of the wire, with as little said as a test needs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gateway.relay.batches import pack
from gateway.relay.envelope import Envelope
from gateway.relay.receipts import LaneStand, encode_hello
from gateway.relay.topics import Topics
from provisioning.centre.reading import Arrival, read

HALL = "3510012001"
EPOCH = "7f3a90c2"
RECEIVED_AT = "2026-11-23T02:00:00.000+00:00"


def envelope(seq: int, **changes: object) -> Envelope:
    """Return one event of the hall; ``changes`` replace its attributes."""
    whole: dict[str, Any] = {
        "hall": HALL,
        "epoch": EPOCH,
        "lane": "record",
        "seq": seq,
        "type": "id.balai.ticket.issued.v1",
        "subject": f"ticket/{EPOCH}/1/A-{seq:03}",
        "time": "2026-11-23T09:14:03.120+07:00",
        "clock": "trusted",
        "bootid": "b0010001",
        "uptime": f"{seq}.120",
        "data": '{"line":"A"}',
        **changes,
    }
    return Envelope(**whole)


def batch(seqs: Iterable[int], **changes: object) -> bytes:
    """Return the payload of a batch of these numbers, in the order given."""
    return pack([envelope(seq, **changes) for seq in seqs]).payload


def plain(*events: Mapping[str, Any]) -> bytes:
    """Return the payload of events given as JSON objects, however wrong they are."""
    return json.dumps(list(events)).encode()


def loose(number: int, **changes: object) -> dict[str, Any]:
    """Return one event as a JSON object whose attributes ``changes`` replaces, to be made wrong."""
    event: dict[str, Any] = json.loads(envelope(number).encode())
    return event | changes


def arrived(payload: bytes, lane: str = "record", hall: str = HALL) -> Arrival:
    """Return what the centre reads in a payload on a lane's topic."""
    arrival = read(Topics(hall).up(lane), payload, "balai/v1", RECEIVED_AT)
    assert arrival is not None
    return arrival


def rows(seqs: Iterable[int], **changes: object) -> Arrival:
    """Return a readable batch of these numbers."""
    return arrived(batch(seqs, **changes), str(changes.get("lane", "record")), str(changes.get("hall", HALL)))


def hello(
    nonce: str = "n1",
    *,
    state: str = "open",
    epoch: str = EPOCH,
    uptime_ms: int = 0,
    held: Sequence[str] = (),
    **lanes: tuple[int, int, int],
) -> bytes:
    """Return a hello; each lane is (last, confirmed, oldest). Beside a closed epoch it tells of the open one, which is empty."""
    stands = {lane: LaneStand(*numbers) for lane, numbers in lanes.items()}
    following: list[tuple[str, str, dict[str, LaneStand]]] = [("0000abcd", "open", {})] if state == "closed" else []
    return encode_hello(nonce, "b0010001", [(epoch, state, stands), *following], uptime_ms=uptime_ms, held=held)


def said(payload: bytes, hall: str = HALL) -> Arrival:
    """Return what the centre reads in a hello."""
    arrival = read(Topics(hall).hello, payload, "balai/v1", RECEIVED_AT)
    assert arrival is not None
    return arrival
