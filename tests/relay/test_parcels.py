"""A parcel arrives whole and opens for its reader, whatever the wire does, and no piece goes up twice without need."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from gateway.relay.envelope import Envelope
from gateway.relay.sealing import PIECE_BYTES, Bond, make_lock, seal, unseal, unwrap
from gateway.store import outbox, parcels
from gateway.store.blobs import Blobs
from gateway.store.stamp import Stamp
from tests.support.broker import Faults
from tests.support.relay import HALL, ZONE, RelayWorld

World = Callable[..., RelayWorld]


class Witness:
    """Sees each event that reaches the centre, and each that it keeps."""

    def __init__(self) -> None:
        self.seen: list[Envelope] = []
        self.kept: list[Envelope] = []

    def readable(self, event: Envelope) -> bool:
        """Look at an event that has come."""
        self.seen.append(event)
        return True

    def judge(self, event: Envelope) -> str:
        """Accept an event that is new."""
        self.kept.append(event)
        return ""

    @property
    def arrived(self) -> list[Envelope]:
        """The lane of parcels as the centre has it, in order."""
        return sorted((event for event in self.kept if event.lane == parcels.LANE), key=lambda event: event.seq)


@pytest.fixture
def witness() -> Witness:
    """Give a witness."""
    return Witness()


@pytest.fixture
def here(world: World, witness: Witness) -> RelayWorld:
    """Give a hall whose centre is watched."""
    return world(judge=witness.judge, readable=witness.readable)


READER = X25519PrivateKey.from_private_bytes(bytes(range(32)))
BOND = Bond(HALL, "backup", "backup/1")
CONTENT = Random(7).randbytes(10 * PIECE_BYTES + 99)


def blobs_of(here: RelayWorld) -> Blobs:
    """Return where the hall keeps what it sends in pieces."""
    return Blobs(here.store.directory, parcels.FOLDER)


def send(here: RelayWorld, content: bytes = CONTENT) -> parcels.Parcel:
    """Seal ``content`` and let it go up."""
    lock = make_lock(READER.public_key(), BOND, Random(1).randbytes)
    told = {"reader": lock.reader, "wrapped": base64.b64encode(lock.wrapped).decode()}
    parcel = parcels.keep(blobs_of(here), seal([content], lock.data_key, BOND), kind=BOND.kind, subject=BOND.subject, seal=told)
    with here.store.transaction() as tx:
        parcels.send(tx, Stamp.of(here.clock, ZONE), parcel)
    return parcel


def opened(events: list[Envelope]) -> bytes:
    """Return what the parcel of ``events`` holds, as its reader reads it."""
    told = [json.loads(event.data) for event in events]
    [lid] = [data for event, data in zip(events, told, strict=True) if event.type == parcels.OPENED]
    pieces = [base64.b64decode(data["bytes"]) for data in told if "bytes" in data]
    assert len(pieces) == lid["pieces"]
    return b"".join(unseal(pieces, unwrap(base64.b64decode(lid["wrapped"]), READER, BOND), BOND))


def test_a_parcel_arrives_whole_over_a_bad_wire(world: World, witness: Witness) -> None:
    """Loss, repetition and disorder cost repetition, not a byte; afterwards the hall needs the blob no more."""
    here = world(held=True, faults=Faults(loss=0.1, duplication=0.1, reordering=0.1), judge=witness.judge)
    parcel = send(here)
    with here.store.reader() as db:
        assert parcels.needed(db) == {parcel.blob}

    here.settle()

    assert opened(witness.arrived) == CONTENT
    with here.store.reader() as db:
        assert parcels.needed(db) == frozenset()


def test_after_a_cut_only_what_is_not_confirmed_goes_up_again(world: World, witness: Witness) -> None:
    """A restart in the middle resumes at the piece behind the last receipt."""
    here = world(held=True, judge=witness.judge, readable=witness.readable)
    send(here)
    while not (confirmed := _confirmed(here)):
        here.step(deliveries=1)
    witness.seen.clear()
    here.restart_hall()
    here.settle()

    assert min(event.seq for event in witness.seen) > confirmed
    assert opened(witness.arrived) == CONTENT


def test_the_same_content_is_not_sent_twice(here: RelayWorld, witness: Witness) -> None:
    """A parcel whose pieces have gone up in this epoch is announced again, and nothing more."""
    parcel = send(here)
    here.settle()
    with here.store.transaction() as tx:
        parcels.send(tx, Stamp.of(here.clock, ZONE), parcel)
    here.settle()

    types = [event.type for event in witness.arrived]
    assert types.count(parcels.OPENED) == 2
    assert types.count(parcels.PIECE) == len(parcel.pieces)


def test_a_piece_that_is_gone_leaves_a_tombstone_and_the_lane_goes_on(here: RelayWorld, witness: Witness) -> None:
    """A damaged card costs the parcel, not what comes behind it."""
    parcel = send(here)
    path = blobs_of(here).path_of(parcel.blob)
    path.write_bytes(path.read_bytes()[: 2 * PIECE_BYTES + 1])

    here.append("parcel", 1)
    here.settle()

    types = [event.type for event in witness.arrived]
    assert types.count(outbox.TOMBSTONE_TYPE) == len(parcel.pieces) - 2
    assert types[-1] == "id.balai.ticket.called.v1"


def test_the_outbox_never_holds_the_bytes(here: RelayWorld) -> None:
    """The card takes a parcel once: its events only name the pieces."""
    send(here)
    with here.store.reader() as db:
        [lane] = [lane for lane in outbox.lanes(db) if lane.lane == parcels.LANE]
        rows = outbox.claim(db, lane.epoch, parcels.LANE, 0, 500)
    assert sum(len(row.data) for row in rows) < len(CONTENT) / 50


def _confirmed(here: RelayWorld) -> int:
    stands: Mapping[Any, outbox.LaneState] = here.stands()
    return max((lane.confirmed for (_, name), lane in stands.items() if name == parcels.LANE), default=0)
