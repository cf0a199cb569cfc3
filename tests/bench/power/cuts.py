"""Where the plug is pulled, and what the card may hold then: four kinds of image for each boundary.

``synced``: only what was certainly durable. ``everything``: all that was written. ``prefix``: of each file's unsynced
changes, and of the names, all up to a random one (that all files stop at the same moment is ``everything`` of an earlier
boundary). ``torn``: of each unsynced write a random choice of its 512-byte sectors, with the names up to a random one.
Seed, boundary and attempt alone decide each choice, so any image can be made again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from tests.bench.power.card import Card, Change, Data, Names, Size

SECTOR_BYTES = 512
KINDS = ("synced", "everything", "prefix", "torn")


@dataclass(frozen=True, slots=True)
class Cut:
    """One image to be made: ``chosen`` of the card's pending changes have reached it."""

    boundary: int
    kind: str
    attempt: int
    chosen: Sequence[Change]


def cuts(card: Card, boundary: int, seed: int, attempts: int) -> Iterator[Cut]:
    """Yield what the card may hold at this moment: one of each certain kind, ``attempts`` of each random kind."""
    pending = card.pending
    yield Cut(boundary, "synced", 0, ())
    if not pending:
        return
    yield Cut(boundary, "everything", 0, tuple(pending))
    for attempt in range(attempts):
        chance = Random(f"{seed}-{boundary}-{attempt}")
        if len(pending) > 1:
            yield Cut(boundary, "prefix", attempt, prefix(pending, chance))
        yield Cut(boundary, "torn", attempt, torn(pending, chance))


def prefix(pending: Sequence[Change], chance: Random) -> list[Change]:
    """Return the unsynced changes that came before a random one of the same file; names count as one file."""
    counts = Counter(map(_order_of, pending))
    left = {order: chance.randint(0, count) for order, count in counts.items()}
    kept = []
    for change in pending:
        left[_order_of(change)] -= 1
        if left[_order_of(change)] >= 0:
            kept.append(change)
    return kept


def _order_of(change: Change) -> int:
    return 0 if isinstance(change, Names) else id(change.inode)


def torn(pending: Sequence[Change], chance: Random) -> list[Change]:
    """Return what is left of the unsynced changes when the power fails while the card is busy with all of them."""
    share = chance.choice((0.1, 0.5, 0.9))
    names_left = chance.randint(0, sum(isinstance(change, Names) for change in pending))
    left: list[Change] = []
    for change in pending:
        if isinstance(change, Names):
            if names_left:
                names_left -= 1
                left.append(change)
        elif isinstance(change, Size):
            if chance.random() < share:
                left.append(change)
        else:
            left.extend(sectors(change, share, chance))
    return left


def sectors(write: Data, share: float, chance: Random) -> Iterator[Data]:
    """Yield the sectors of a write that reached the card, each with the probability ``share``."""
    start, end = write.offset, write.offset + len(write.content)
    while start < end:
        stop = min(end, (start // SECTOR_BYTES + 1) * SECTOR_BYTES)
        if chance.random() < share:
            yield Data(
                write.inode,
                start,
                write.content[start - write.offset : stop - write.offset],
            )
        start = stop
