"""Sends events again that the centre has asked for, confirmed or not: one batch at a time, beside all others.

Nothing is lowered or confirmed by it: the centre enters what it lacks and ignores the rest. A batch that the broker lost
is asked for again.
"""

from __future__ import annotations

from gateway.mqtt.ports import Connection, Message
from gateway.relay.batches import BATCH_LIMIT, pack
from gateway.relay.effects import RESEND
from gateway.relay.envelope import Envelope
from gateway.relay.topics import Topics
from gateway.store import jobs, outbox
from gateway.store.database import Store

PAUSE_S = 1.0
"""Between two batches: the present comes before the past."""
LOOK_S = 60.0


class Resending:
    """One hall's resending. ``step`` belongs to the downlink's loop."""

    def __init__(self, store: Store, connection: Connection, topics: Topics) -> None:
        self._store = store
        self._connection = connection
        self._topics = topics

    def step(self) -> float:
        """Send the next batch that was asked for; return how long to rest, in seconds."""
        with self._store.reader() as db:
            job = jobs.oldest(db, RESEND)
            if job is None:
                return LOOK_S
            place, last = (job.data["epoch"], job.data["lane"]), job.data["last"]
            rows = [row for row in outbox.claim(db, *place, job.data["next"] - 1, BATCH_LIMIT) if row.seq <= last]
        following = last + 1
        if rows:
            batch = pack([Envelope(self._topics.hall, *row) for row in rows])
            if self._connection.publish(Message(self._topics.up(place[1]), batch.payload)) is None:
                return PAUSE_S
            following = rows[batch.count - 1].seq + 1
        with self._store.transaction() as tx:
            if following > last:
                jobs.finish(tx, job.command)
            else:
                jobs.go_on(tx, job.command, job.data | {"next": following})
        return PAUSE_S
