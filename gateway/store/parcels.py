"""What is too large for one event: it lies in a blob and goes up in numbered pieces of the lane ``parcel``.

The outbox only names the pieces, so a card is not written twice; their bytes join them on the way to the wire. The
lane's sequence makes a parcel resumable: after a cut only what the centre has not confirmed goes up again, and a
content that has gone up before in this history is not sent again at all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gateway.store import epochs, outbox
from gateway.store.blobs import Blobs
from gateway.store.database import Transaction
from gateway.store.stamp import Stamp

LANE = "parcel"
OPENED = "id.balai.parcel.opened.v1"
PIECE = "id.balai.parcel.piece.v1"
FOLDER = "parcels"
"""Where the sealed contents lie until the centre has them; a backup does not hold them."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A sealed content in the blob ``blob``."""

    kind: str
    """For example ``backup``."""
    subject: str
    """What it is a content of, for ever; it is bound into the seal."""
    blob: str
    size_bytes: int
    pieces: tuple[str, ...]
    """The SHA-256 of each piece, in hex, in order."""
    seal: Mapping[str, str]
    """``reader`` and ``wrapped``: for whom, and the data key that only they can unwrap."""


def keep(blobs: Blobs, pieces: Iterable[bytes], *, kind: str, subject: str, seal: Mapping[str, str]) -> Parcel:
    """Put the sealed ``pieces`` into a blob and return the parcel; nothing is sent yet.

    Raises Refusal ``storage-full`` or ``storage-failed``; nothing is then kept.
    """
    digests: list[str] = []
    size_bytes = 0

    def counted() -> Iterable[bytes]:
        nonlocal size_bytes
        for piece in pieces:
            digests.append(hashlib.sha256(piece).hexdigest())
            size_bytes += len(piece)
            yield piece

    blob = blobs.put(counted())
    return Parcel(kind, subject, blob, size_bytes, tuple(digests), seal)


def send(tx: Transaction, stamp: Stamp, parcel: Parcel) -> None:
    """Let ``parcel`` go up. Its pieces go only if they have not in this epoch."""
    opened = {
        "parcel": parcel.blob,
        "kind": parcel.kind,
        "size_bytes": parcel.size_bytes,
        "pieces": len(parcel.pieces),
        **parcel.seal,
    }
    last = outbox.append(tx, stamp, outbox.Event(LANE, OPENED, parcel.subject, opened))
    epoch = epochs.current(tx)
    if tx.execute("SELECT 1 FROM parcel WHERE blob = ? AND epoch = ?", (parcel.blob, epoch)).fetchone():
        return
    for index, sha256 in enumerate(parcel.pieces):
        piece = {"parcel": parcel.blob, "index": index, "sha256": sha256}
        last = outbox.append(tx, stamp, outbox.Event(LANE, PIECE, parcel.subject, piece))
    tx.execute("INSERT INTO parcel VALUES (?, ?, ?, ?)", (parcel.blob, epoch, parcel.kind, last))


def needed(db: outbox.Reads, kind: str | None = None) -> frozenset[str]:
    """Return the blobs (of ``kind``) that the centre has not confirmed: any other in the folder may be deleted."""
    found = db.execute(
        "SELECT parcel.blob FROM parcel JOIN epoch USING (epoch) JOIN lane ON lane.number = epoch.number AND lane.lane = ?1"
        " WHERE lane.confirmed < parcel.last AND coalesce(?2, parcel.kind) = parcel.kind",
        (LANE, kind),
    )
    return frozenset(blob for (blob,) in found)
