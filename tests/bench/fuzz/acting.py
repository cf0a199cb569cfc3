"""What is done with what was read: orders that a hall carries out, parcels that the centre opens."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import suppress
from random import Random

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from gateway.errors import Refusal
from gateway.hall import Hall
from gateway.relay.envelope import Unreadable
from gateway.relay.orders import decode_order
from gateway.relay.sealing import PIECE_BYTES, Bond, Unsealable, make_lock, seal, unseal, unwrap
from gateway.sections import SECTIONS
from gateway.store import inbox
from gateway.store.inbox import Command, CommandState
from provisioning.centre.parcels import OPENED, content_of, parcels_of
from provisioning.centre.reader import CentreReader
from tests.bench.fuzz.parser import Parser

HALL = "3510012001"
BOND = Bond(HALL, "backup", "backup/0123456789abcdef-0123456789abcdef")
READER = X25519PrivateKey.from_private_bytes(bytes(range(32)))


class _UndoneError(Exception):
    """Undoes what was carried out: the next order meets the same hall."""


def obeying(hall: Hall, orders: list[bytes]) -> Parser:
    """Return the carrying out of signed orders, up to what the centre is told of it."""
    assert hall.regency.wire is not None, "the hall has a broker"
    downlink = hall.regency.wire.downlink

    def obey(body: bytes) -> None:
        order = decode_order(body)
        effect = downlink._effects.get(order.kind)
        command = Command(order.id, order.type, order.subject, order.rev, order.notafter, dict(order.data))
        with suppress(_UndoneError), hall.store.transaction() as tx:
            downlink._keep(tx, order)
            if effect is not None:
                answer = inbox.apply(tx, command, effect.act, withdraws=effect.withdraws)
                place = downlink._answer(tx, command, answer)
                if effect.on_trial and answer.state is CommandState.APPLIED:
                    downlink._trial.await_receipt(tx, command, place)
            raise _UndoneError

    return Parser("order-obeyed", obey, [*orders, *_choosing(orders)], (Unreadable, Refusal))


def _choosing(orders: list[bytes]) -> Iterator[bytes]:
    """Yield an order for each section of the hall's choices, with every key of it."""
    [one] = [order for order in map(json.loads, orders) if order["type"] == "id.balai.settings.put.v1"]
    for kind in SECTIONS:
        data = {"section": kind.section, "choose": kind().model_dump(mode="json")}
        yield json.dumps(one | {"subject": f"settings/{kind.section}", "data": data}).encode()


class _Told(CentreReader):
    """A centre that has of one parcel what a payload says: the data of its announcement, then those of its pieces."""

    def __init__(self, payload: bytes) -> None:
        self._data: list[str] = []
        with suppress(ValueError, RecursionError):  # what is no JSON never comes so far: the intake has refused it
            told = json.loads(payload)
            self._data = [json.dumps(data) for data in told] if isinstance(told, list) else []

    def parcel_facts(self, type_: str, hall: str = "", subject: str = "") -> list[tuple[str, str, str, str]]:
        """Return them as events that the intake has accepted."""
        told = self._data[:1] if type_ == OPENED else self._data[1:]
        return [(hall or HALL, subject or BOND.subject, "", data) for data in told]

    def parcel_counts(self, type_: str) -> dict[tuple[str, str], int]:
        """Return how many pieces there are."""
        return {(HALL, BOND.subject): len(self._data) - 1}


def opening() -> list[Parser]:
    """Return what the centre does with parcels: listing them, opening one, and each part of the seal alone."""
    lock = make_lock(READER.public_key(), BOND, Random(1).randbytes)
    sealed = [list(seal([bytes(size_bytes)], lock.data_key, BOND)) for size_bytes in (40, PIECE_BYTES + 40)]
    opened = {"kind": BOND.kind, "reader": lock.reader, "wrapped": base64.b64encode(lock.wrapped).decode()}

    def open_all(payload: bytes) -> None:
        reader = _Told(payload)
        for parcel in parcels_of(reader):
            list(content_of(reader, parcel, READER))

    def told(pieces: list[bytes]) -> bytes:
        data = [{"index": index, "bytes": base64.b64encode(piece).decode()} for index, piece in enumerate(pieces)]
        return json.dumps([{**opened, "size_bytes": sum(map(len, pieces)), "pieces": len(pieces)}, *data]).encode()

    def unseal_all(payload: bytes) -> None:
        pieces = (payload[start : start + PIECE_BYTES] for start in range(0, len(payload), PIECE_BYTES))
        list(unseal(pieces, lock.data_key, BOND))

    return [
        Parser("parcel", open_all, [told(pieces) for pieces in sealed], (Unsealable,)),
        Parser("sealed", unseal_all, [b"".join(pieces) for pieces in sealed], (Unsealable,), "text"),
        Parser("wrapped", lambda payload: unwrap(payload, READER, BOND), [lock.wrapped], (Unsealable,), "text"),
    ]
