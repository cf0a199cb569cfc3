"""What has to be told when personal data may be in wrong hands, gathered from the audit log and the hall's epochs. Pure but for its reads.

UU 27/2022, article 46: within 3 x 24 hours, in writing, to the persons concerned and to the supervising body: which data, when and how,
and what is done about it. The hall fills in what it knows; people write the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.privacy import tables
from gateway.privacy.tables import Wanted
from gateway.store.outbox import Reads

ENTRIES_LIMIT = 100_000
READING = ("open", "search", "export", "print")
"""Acts by which somebody has seen what is personal."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the hall knows of a time in which something went wrong."""

    since: str
    until: str
    """ISO 8601."""
    kinds: Mapping[str, tuple[int, int]]
    """By kind, how many records the hall keeps, and how many are erased."""
    seen: Mapping[tuple[str, str], int]
    """By officer and kind, how often something was opened, searched, printed or exported in that time."""
    epochs: Sequence[tuple[str, str, str]]
    """Histories of this hall that began in that time (a restored, moved or copied card): epoch, reason, when."""
    mode: str
    """Where the hall's key is: ``file`` means that the card alone opens everything that is not erased."""
    log_is_whole: bool
    """Whether nobody has changed the audit log."""


def gather(db: Reads, since: str, until: str, *, mode: str, log_is_whole: bool) -> Known:
    """Return what is known of a time."""
    seen: dict[tuple[str, str], int] = {}
    for entry in tables.entries(db, Wanted(since=since, until=until), ENTRIES_LIMIT):
        if entry.act in READING:
            seen[entry.who, entry.kind] = seen.get((entry.who, entry.kind), 0) + 1
    rows = db.execute(
        "SELECT epoch, reason, opened_at FROM epoch WHERE opened_at >= ? AND opened_at < ? ORDER BY number", (since, until)
    )
    epochs = [(str(epoch), str(reason), str(at)) for epoch, reason, at in rows]
    return Known(since, until, tables.counts(db), seen, epochs, mode, log_is_whole)
