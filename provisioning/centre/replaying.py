"""Reads again what an earlier version could not take: payloads it refused, events it rejected.

Nothing that a receipt has said is unsaid. The verdict of a number stays, its row stays, ``through`` and the head
stay. What can be read now becomes a fact beside them: a row of the lane ``replayed``, which has no sequence, whose
``seq`` is the arrival of the row that holds the number, and which ``facts`` shows with the flag ``replayed``. A number
that nobody has taken is entered as if the broker had brought its payload once more. Doing it again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.relay.topics import Topics
from provisioning.centre.database import IntakeDatabase, IntakeTransaction
from provisioning.centre.ledger import Ledger
from provisioning.centre.model import ACCEPTED, REPEATED, REPLAYED, EventRow, Hello, Letter
from provisioning.centre.reading import Batch, read

PAGE = 100
"""So many letters or rows are looked at in one transaction."""

TOMBSTONE = "id.balai.event.quarantined."
"""What a hall sends in the place of an event that no centre could read, in every version."""


@dataclass(slots=True)
class Outcome:
    """What became of the dead letters, in events."""

    entered: int = 0
    """Entered under their own number, which was free."""
    replayed: int = 0
    """Now facts beside the row that holds their number."""
    known: int = 0
    """Here already."""
    dead: int = 0
    """Payloads and rows that this version cannot take either."""


class Replay:
    """One look through the dead letters of a database. ``at`` is the centre's time, ISO 8601."""

    def __init__(self, database: IntakeDatabase, root: str, at: str) -> None:
        self._database = database
        self._root = root
        self._at = at
        self.outcome = Outcome()

    def run(self) -> Outcome:
        """Read everything again, page by page. Raises Refusal ``centre-storage``; what was done until then stays."""
        after = ("", "")
        while letters := self._letters(after):
            for letter in letters:
                self._open(letter)
            after = (letters[-1].hall, letters[-1].sha256)
        arrival = 0
        while rejected := self._rejected(arrival):
            with self._database.transaction() as tx:
                for _, row in rejected:
                    self._stand_beside(tx, self._read_again(row))
            arrival = rejected[-1][0]
        return self.outcome

    def _letters(self, after: tuple[str, str]) -> list[Letter]:
        with self._database.reading() as tx:
            return tx.letters(after, PAGE)

    def _rejected(self, after: int) -> list[tuple[int, EventRow]]:
        with self._database.reading() as tx:
            return tx.rejected(after, PAGE)

    def _open(self, letter: Letter) -> None:
        """Enter what is readable in a payload; an old hello is let go: the hall has said others since."""
        arrival = read(letter.topic, letter.payload, self._root, letter.received_at)
        if not isinstance(arrival, Batch | Hello):
            self.outcome.dead += 1
            return
        rows = arrival.rows if isinstance(arrival, Batch) else ()
        free = self._free(rows)
        if free:
            Ledger(self._database).enter([Batch(tuple(free))], self._at)
            self.outcome.entered += len(free)
        with self._database.transaction() as tx:
            self._stand_beside(tx, [row for row in rows if row not in free])
            tx.settle_letter(letter, self._at)

    def _free(self, rows: Iterable[EventRow]) -> list[EventRow]:
        with self._database.reading() as tx:
            return [row for row in rows if tx.occupant(row) is None]

    def _read_again(self, row: EventRow) -> tuple[EventRow, ...]:
        """Return what this version reads in a rejected row, which has kept the whole event."""
        topic = Topics(row.hall, self._root).up(row.lane)
        arrival = read(topic, f"[{row.rest}]".encode(), self._root, row.received_at)
        if isinstance(arrival, Batch) and arrival.rows[0].verdict == ACCEPTED:
            return tuple(arrival.rows)
        self.outcome.dead += 1
        return ()

    def _stand_beside(self, tx: IntakeTransaction, rows: Iterable[EventRow]) -> None:
        """Make facts of rows whose number a reject or a tombstone holds."""
        for row in rows:
            arrival, verdict, kind = tx.occupant(row) or (0, ACCEPTED, "")
            if verdict == ACCEPTED and not kind.startswith(TOMBSTONE):
                self.outcome.known += 1
                continue
            if row.verdict != ACCEPTED:
                self.outcome.dead += 1
                continue
            beside = row._replace(lane=REPLAYED, seq=arrival, received_at=self._at, flags=REPLAYED)
            if tx.fact_is_known(beside):
                beside = beside._replace(flags=f"{REPLAYED} {REPEATED}")
            self.outcome.replayed += tx.add([beside])
            tx.keep_reissue(beside)
