"""The pieces of a parcel on their way to the wire: the outbox names them, their bytes come from the blob."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable

from gateway.errors import Refusal
from gateway.relay.sealing import PIECE_BYTES
from gateway.store import parcels
from gateway.store.outbox import Row

ReadPart = Callable[[str, int, int], bytes]
"""Returns bytes of a blob: its name, where they start, how many at the most. Raises Refusal when it cannot."""


class PieceMissing(Exception):
    """The bytes of a row are not in the hall (any more)."""

    def __init__(self, row: Row) -> None:
        super().__init__(f"{row.lane} {row.seq}")
        self.row = row


def with_bytes(row: Row, read_part: ReadPart) -> Row:
    """Return ``row``, a piece with its bytes. Raises PieceMissing when they are gone or damaged."""
    if row.type != parcels.PIECE:
        return row
    piece = json.loads(row.data)
    try:
        content = read_part(piece["parcel"], piece["index"] * PIECE_BYTES, PIECE_BYTES)
    except Refusal:
        raise PieceMissing(row) from None
    if hashlib.sha256(content).hexdigest() != piece["sha256"]:
        raise PieceMissing(row)
    data = {**piece, "bytes": base64.b64encode(content).decode()}
    return row._replace(data=json.dumps(data, separators=(",", ":")))
