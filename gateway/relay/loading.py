"""What of the outbox goes into the next batch: ordinary events in columns, as fast as can be, everything else row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.relay.batches import BATCH_LIMIT
from gateway.relay.decisions import Range
from gateway.relay.envelope import Envelope
from gateway.relay.histories import Identities
from gateway.relay.parcels import ReadPart, with_bytes
from gateway.runs import Run
from gateway.store import outbox, parcels
from gateway.store.runs import claim_run

PIECES_LIMIT = 4
"""More pieces of a parcel than this never fit one message, so no more are read for it."""


@dataclass(frozen=True, slots=True)
class Load:
    """Events that follow each other in a lane, at least one, with their numbers."""

    events: Run | Sequence[Envelope]
    seqs: Sequence[int]
    _identities: Identities

    def identities(self, count: int) -> Identities:
        """Return what the first ``count`` of them are."""
        firsts, times, bootids, uptimes = self._identities
        return firsts[:count], times[:count], bootids[:count], uptimes[:count]


def load(db: outbox.Reads, hall: str, asked: Range, limit: int, read_part: ReadPart) -> Load | None:
    """Return the first of what is asked for, at most ``limit`` events, or None when nothing of it is kept any more.

    Raises PieceMissing for a piece of a parcel whose bytes are gone.
    """
    is_parcel = asked.key[1] == parcels.LANE
    limit = min(limit, BATCH_LIMIT) if asked.again else limit  # whoever has refused it may be a reader of another version
    place = (*asked.key, asked.first - 1, min(PIECES_LIMIT if is_parcel else limit, asked.last - asked.first + 1))
    run = None if is_parcel else claim_run(db, hall, *place)
    if run is not None and run.seq[-1] <= asked.last:
        return Load(run, run.seq, (run.ids, run.time, run.bootid, run.uptime))
    rows = [row for row in outbox.claim(db, *place) if row.seq <= asked.last]
    if not rows:
        return None
    events = [Envelope(hall, *with_bytes(row, read_part)) for row in rows]
    firsts, times, bootids, uptimes = zip(*[row.identity for row in rows], strict=True)
    return Load(events, [row.seq for row in rows], (firsts, times, bootids, uptimes))
