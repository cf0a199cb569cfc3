"""The rules of a lane's sequence: how far it is contiguous, what is absent, and its running head.

Pure. ``through`` moves only over numbers that are here or recorded as absent, and never back; the head
says which history that was, so that a rewritten card or a clone cannot pass for the one that is here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from gateway.heads import head_after, head_over_absence
from provisioning.centre.model import ACCEPTED, Absence, EventRow, LaneReport, Link, Standing
from provisioning.centre.run_rows import RunRows

HEAD_EVERY = 1000
"""About so often the head at a row is kept, and at each reject."""


@dataclass(slots=True)
class Advance:
    """Where a lane has come to, and the heads on the way that are kept: at rejects, and now and then."""

    through: int
    head: str
    heads: list[tuple[int, str]] = field(default_factory=list)


def advance(standing: Standing, links: Iterable[Link | EventRow], absences: Iterable[Absence]) -> Advance:
    """Move over what follows ``through`` without a gap.

    ``links`` are the rows above ``through`` in order, read only as far as needed; ``absences`` are the
    lane's, in order. A row that came in spite of an absence counts as the row.
    """
    reached = Advance(standing.through, standing.head)
    skips = [absence for absence in absences if absence.last > standing.through]
    for link in links:
        if link.seq != reached.through + 1:
            _skip(reached, skips, before=link.seq)
        if link.seq != reached.through + 1:
            return reached
        reached.through = link.seq
        reached.head = head_after(reached.head, *link.identity)
        if link.verdict != ACCEPTED or link.seq % HEAD_EVERY == 0:
            reached.heads.append((link.seq, reached.head))
    _skip(reached, skips, before=None)
    return reached


def pass_over(standing: Standing, runs: Iterable[RunRows]) -> Advance:
    """Move over the runs, in their order, that follow ``through`` without a gap, in one go each."""
    reached = Advance(standing.through, standing.head)
    for run in runs:
        if run.first != reached.through + 1:
            break
        reached.head = run.head_after(reached.head)
        if reached.through // HEAD_EVERY != run.last // HEAD_EVERY:
            reached.heads.append((run.last, reached.head))
        reached.through = run.last
    return reached


def retrace(report: LaneReport, standing: Standing, links: Sequence[Link], absences: Sequence[Absence]) -> str | None:
    """Go from where a hall says it stands to where the centre stands, and return the head passed at the hall's ``last``.

    ``links`` are the rows above ``report.confirmed`` up to ``standing.through``, in order. Returns None when one does not
    arrive at the centre's own head: then the hall's history is another one, or it cannot be shown to be the same.
    """
    if report.confirmed > standing.through:
        return None
    last = min(report.last, standing.through)
    below = [absence for absence in absences if absence.first <= last]
    at_last = advance(Standing(report.confirmed, report.head), [link for link in links if link.seq <= last], below)
    here = Standing(at_last.through, at_last.head)
    arrived = advance(here, [link for link in links if link.seq > here.through], absences)
    if at_last.through != last or (arrived.through, arrived.head) != (standing.through, standing.head):
        return None
    return at_last.head


def _skip(reached: Advance, skips: list[Absence], before: int | None) -> None:
    for absence in skips:
        following = reached.through + 1
        if not absence.first <= following <= absence.last:
            continue
        last = absence.last if before is None else min(absence.last, before - 1)
        if last < following:
            return
        reached.head = head_over_absence(reached.head, following, last)
        reached.through = last


def missing(present: Iterable[int], first: int, last: int) -> Iterator[tuple[int, int]]:
    """Yield the ranges of ``first`` to ``last`` that are not among the ascending numbers ``present``."""
    following = first
    for seq in present:
        if seq > last:
            break
        if seq > following:
            yield following, seq - 1
        following = max(following, seq + 1)
    if following <= last:
        yield following, last


def outside(known: Sequence[Absence], first: int, last: int) -> Iterator[tuple[int, int]]:
    """Yield the parts of ``first`` to ``last`` that no known absence covers."""
    following = first
    for absence in known:
        if absence.last < following or absence.first > last:
            continue
        if absence.first > following:
            yield following, absence.first - 1
        following = absence.last + 1
    if following <= last:
        yield following, last


def is_absent(seq: int, absences: Sequence[Absence]) -> bool:
    """Return whether a number was recorded as lost or as a hole."""
    return any(absence.first <= seq <= absence.last for absence in absences)


def closing(known: int | None, told: int) -> int:
    """Return the end of a closed epoch when it is told (again): what the oldest backup knows is what will still come."""
    return told if known is None else min(known, told)
