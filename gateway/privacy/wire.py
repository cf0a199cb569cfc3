"""What is personal on its way to the centre: the ciphertext that is kept, and its data key wrapped for the centre. Pure."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from gateway.privacy.tables import Kept
from gateway.relay.sealing import PIECE_BYTES
from gateway.store.outbox import Event

SEALED = "id.balai.record.sealed.v1"
REWRAPPED = "id.balai.record.rewrapped.v1"
KEYS_AT_ONCE = 100
"""So many keys fit into one event."""
PARCEL = "parcel"


def sealed(lane: str, kept: Kept, wrapped: tuple[str, bytes], epoch: str) -> list[Event]:
    """Return the events that carry one version: one for each sealed piece. What needs several goes where it delays nothing else."""
    cut = [kept.ciphertext[at : at + PIECE_BYTES] for at in range(0, len(kept.ciphertext), PIECE_BYTES)]
    reader, key = wrapped
    told = {
        "kind": kept.kind, "record": kept.record, "version": kept.version, "pieces": len(cut),
        "reader": reader, "wrapped": base64.b64encode(key).decode(),
    }  # fmt: skip
    return [
        Event(
            lane if len(cut) == 1 else PARCEL,
            SEALED,
            f"{kept.kind}/{epoch}/{kept.record}",
            told | {"index": index, "bytes": base64.b64encode(piece).decode()},
        )
        for index, piece in enumerate(cut)
    ]


def rewrapped(reader: str, keys: Sequence[tuple[Kept, bytes]], epoch: str) -> list[Event]:
    """Return the events that carry keys of versions that went up before, wrapped for another key of the centre."""
    told = [
        {"kind": kept.kind, "record": kept.record, "version": kept.version, "wrapped": base64.b64encode(key).decode()}
        for kept, key in keys
    ]
    cut = [told[at : at + KEYS_AT_ONCE] for at in range(0, len(told), KEYS_AT_ONCE)]
    return [Event("record", REWRAPPED, f"key/{epoch}/{reader}", {"reader": reader, "keys": part}) for part in cut]
