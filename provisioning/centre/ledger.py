"""Enters what has arrived into the centre's database: one transaction for all that waits together.

Whatever order, repetition or crash there was, each number of a lane is entered once, the first verdict
stays, ``through`` moves only over contiguous numbers, and what will never come is recorded as absent.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter

from gateway.relay.batches import READ_LIMIT
from gateway.relay.envelope import SEQ_LIMIT
from provisioning.centre.database import IntakeDatabase, IntakeTransaction
from provisioning.centre.dues import BatchDue, Due, HelloDue, RefusalDue
from provisioning.centre.hellos import closed_epochs, read_correction
from provisioning.centre.model import ACCEPTED, LATE, REPEATED, Absence, EventRow, Hello, LaneKey, LaneReport, Link, Presence
from provisioning.centre.orders import ANSWERS, read_answer, weigh
from provisioning.centre.reading import Arrival, Batch, Unread
from provisioning.centre.run_rows import RunRows
from provisioning.centre.sequence import advance, closing, is_absent, missing, outside, pass_over

log = logging.getLogger(__name__)

EPOCH_OPENED, CLOCK_CORRECTED = "id.balai.epoch.opened.", "id.balai.clock.corrected."
UNDERSTOOD = (EPOCH_OPENED, CLOCK_CORRECTED, *ANSWERS)
"""How the types of event begin that the centre itself understands, in every version."""

TWO_LIVE_EPOCHS = "two-live-epochs"
"""The alarm about a hall of which two cards are alive."""
AUDIT_NOT_CONTINUED = "audit-not-continued"
"""The alarm about a hall whose audit log does not go on from where it was."""

MISSING_RANGES_LIMIT = 10_000
"""At most so many ranges are recorded as absent in one transaction; the next look goes on."""


class Ledger:
    """The one who writes into the centre's database."""

    def __init__(self, database: IntakeDatabase) -> None:
        self._database = database

    def enter(self, arrivals: Sequence[Arrival], received_at: str) -> list[Due]:
        """Make ``arrivals`` durable together and return the answers that are due now.

        Raises Refusal ``centre-storage`` when the database does not take them: then nothing is entered,
        nothing may be answered, and the same arrivals can be entered again.
        """
        due: list[Due] = []
        parts: dict[LaneKey, list[Sequence[EventRow]]] = defaultdict(list)
        with self._database.transaction() as tx:
            for arrival in arrivals:
                match arrival:
                    case Batch():
                        due += _collect(arrival, parts)
                    case Hello():
                        due += _answers(arrival)
                    case Unread(hall, _, sha256, reason):
                        tx.keep_refusal(arrival, received_at)
                        due.append(RefusalDue(hall, sha256, reason))
                    case Presence():
                        tx.keep_presence(arrival)
            fresh = {lane: _add(tx, lane, arrived) for lane, arrived in parts.items()}
            told_us = [row for arrived in parts.values() for part in arrived for row in _for_the_centre(part)]
            _take_answers(tx, told_us)
            _take_corrections(tx, told_us)
            closed = _closings(told_us)
            for lane, last in closed:
                _close(tx, lane, last)
            hellos = [arrival for arrival in arrivals if isinstance(arrival, Hello)]
            for hello in hellos:
                _hear(tx, hello, received_at)
            told = (lane for hello in hellos for lane, _ in _told(hello))
            for lane in dict.fromkeys([*parts, *(lane for lane, _ in closed), *told]):
                _move(tx, lane, received_at, fresh.get(lane, ()))
        return due


def _for_the_centre(part: Sequence[EventRow]) -> list[EventRow]:
    """Return the accepted rows that the centre itself understands."""
    if isinstance(part, RunRows):
        return part.of_types(UNDERSTOOD)
    return [row for row in part if row.verdict == ACCEPTED and row.type.startswith(UNDERSTOOD)]


def _take_answers(tx: IntakeTransaction, arrived: Iterable[EventRow]) -> None:
    """Keep what halls have answered to orders, each to its own; an answer that is told again changes nothing."""
    for row in arrived:
        told = read_answer(row)
        if told is not None and tx.order_is_for(told.order, told.hall):
            tx.keep_order_answer(weigh(tx.order_answer(told.order, told.hall), told))


def _take_corrections(tx: IntakeTransaction, arrived: Iterable[EventRow]) -> None:
    for row in arrived:
        if row.type.startswith(CLOCK_CORRECTED) and (told := read_correction(row)):
            tx.keep_correction(row.hall, *told)


def _collect(batch: Batch, parts: dict[LaneKey, list[Sequence[EventRow]]]) -> list[Due]:
    if isinstance(batch.rows, RunRows):
        parts[batch.rows.key].append(batch.rows)
        return [BatchDue(batch.rows.key, batch.rows.first, more=len(batch.rows) >= READ_LIMIT)]
    firsts: dict[LaneKey, int] = {}
    for _, run in groupby(batch.rows, attrgetter("epoch")):
        of_one = list(run)
        lane = of_one[0].key
        parts[lane].append(of_one)
        firsts[lane] = min(firsts.get(lane, SEQ_LIMIT), *(row.seq for row in of_one))
    return [BatchDue(lane, first) for lane, first in firsts.items()]


def _told(hello: Hello) -> Iterator[tuple[LaneKey, LaneReport]]:
    """Yield every lane of which a hello tells."""
    for report in hello.epochs:
        for lane, stand in report.lanes.items():
            yield LaneKey(hello.hall, report.epoch, lane), stand


def _answers(hello: Hello) -> list[Due]:
    """Return an answer to each lane; of a closed one that has become empty there is nothing to say."""
    return [HelloDue(lane, stand, hello.nonce) for lane, stand in _told(hello) if stand.last or not stand.closed]


def _add(tx: IntakeTransaction, lane: LaneKey, parts: Sequence[Sequence[EventRow]]) -> Sequence[Sequence[EventRow]]:
    """Add the rows with their flags, keep as evidence those whose number another fact holds; return them in order if all were new."""
    closed_last, absences = tx.standing(lane).closed_last, tx.absences(lane)
    runs = [part for part in parts if isinstance(part, RunRows)]
    if len(runs) == len(parts) and not absences and closed_last is None and not tx.has_reissues(lane.hall):
        added, whole = sum(map(tx.add_run, runs)), sum(map(len, runs))
        if added == whole:
            return sorted(runs, key=attrgetter("first"))
        _keep_conflicts(tx, lane, [row for run in runs for row in run])
        return ()
    return _add_rows(tx, lane, [row for part in parts for row in part], absences, closed_last)


def _add_rows(
    tx: IntakeTransaction, lane: LaneKey, rows: list[EventRow], absences: Sequence[Absence], closed_last: int | None
) -> Sequence[Sequence[EventRow]]:
    if absences or closed_last is not None:
        rows = [
            _flagged(row, LATE) if is_absent(row.seq, absences) or (closed_last is not None and row.seq > closed_last) else row
            for row in rows
        ]
    if tx.has_reissues(lane.hall) or any(row.was for row in rows):
        added = sum(_add_reissue(tx, row) for row in rows)
    else:
        added = tx.add(rows)
    if added < len(rows):
        _keep_conflicts(tx, lane, rows)
        return ()
    return [sorted(rows, key=attrgetter("seq"))]


def _add_reissue(tx: IntakeTransaction, row: EventRow) -> int:
    """Add one row of a hall that has issued facts again: its fact may be here under another number."""
    accepted = row.verdict == ACCEPTED
    added = tx.add([_flagged(row, REPEATED) if accepted and tx.fact_is_known(row) else row])
    if added and accepted and row.was:
        tx.keep_reissue(row)
    return added


def _keep_conflicts(tx: IntakeTransaction, lane: LaneKey, rows: list[EventRow]) -> None:
    numbers = [row.seq for row in rows]
    here = {link.seq: link for link in tx.links(lane, min(numbers) - 1, max(numbers))}
    for row in rows:
        link = here[row.seq]
        if (link.first, link.time, link.bootid, link.uptime) != (row.first, *row.stamp):
            tx.keep_conflict(row)


def _flagged(row: EventRow, flag: str) -> EventRow:
    return row._replace(flags=f"{row.flags} {flag}".strip())


def _closings(told_us: Iterable[EventRow]) -> list[tuple[LaneKey, int]]:
    """Return the ends of epochs that ``epoch.opened`` events of these rows tell."""
    return [
        (LaneKey(row.hall, epoch, lane), last)
        for row in told_us
        if row.type.startswith(EPOCH_OPENED)
        for epoch, ends in closed_epochs(row).items()
        if epoch != row.epoch
        for lane, last in ends.items()
    ]


def _close(tx: IntakeTransaction, lane: LaneKey, last: int) -> None:
    standing = tx.standing(lane)
    closed_last = closing(standing.closed_last, last)
    if closed_last != standing.closed_last:
        tx.keep_standing(lane, replace(standing, closed_last=closed_last), ())


def _hear(tx: IntakeTransaction, hello: Hello, received_at: str) -> None:
    _hold_audit(tx, hello, received_at)
    if _is_superseded(tx, hello):
        log.warning("event=two-live-epochs hall=%s epoch=%s", hello.hall, hello.open_epoch)
        tx.raise_alarm(hello.hall, TWO_LIVE_EPOCHS, hello.open_epoch, received_at)
    tx.keep_hello(hello, received_at)
    for report in hello.epochs:
        for name, stand in report.lanes.items():
            lane = LaneKey(hello.hall, report.epoch, name)
            if report.closed:
                _close(tx, lane, stand.last)
            _record_lost(tx, lane, stand, received_at)


def _hold_audit(tx: IntakeTransaction, hello: Hello, received_at: str) -> None:
    """Raise an alarm when a hall's audit log does not go on from where it was: somebody has cut it off, rewritten it, or restored a backup.

    A log that was rewritten and made longer than before is not noticed: that needs its entries. A late hello is held against nothing.
    """
    if hello.audit is None or any(
        bootid == hello.bootid and hello.uptime_ms <= uptime_ms for _, bootid, uptime_ms in tx.epochs_heard(hello.hall)
    ):
        return
    seq, head = hello.audit
    former = tx.audit_heard(hello.hall)
    if former is not None and (seq < former[0] or (seq == former[0] and head != former[1])):
        log.warning("event=audit-not-continued hall=%s was=%d is=%d", hello.hall, former[0], seq)
        tx.raise_alarm(hello.hall, AUDIT_NOT_CONTINUED, hello.open_epoch, received_at)
    if former != hello.audit:
        tx.keep_audit(hello.hall, seq, head, received_at)


def _is_superseded(tx: IntakeTransaction, hello: Hello) -> bool:
    """Tell whether the hall speaks in an epoch that it had left for another: a second card of it is alive.

    A hello that the broker brings again, or late, is none: its machine had said a later one, or has gone on to the newer epoch.
    """
    heard = tx.epochs_heard(hello.hall)
    if hello.open_epoch not in [epoch for epoch, _, _ in heard[:-1]]:
        return False
    return not any(bootid == hello.bootid and hello.uptime_ms <= uptime_ms for _, bootid, uptime_ms in heard)


def _record_lost(tx: IntakeTransaction, lane: LaneKey, stand: LaneReport, received_at: str) -> None:
    """Record what the hall no longer holds and the centre does not have: nothing will ever bring it."""
    through = tx.standing(lane).through
    oldest = min(stand.oldest, stand.last + 1)
    if through + 1 < oldest:
        _record_missing(tx, lane, through + 1, oldest - 1, "lost", received_at)


def _record_missing(tx: IntakeTransaction, lane: LaneKey, first: int, last: int, kind: str, recorded_at: str) -> None:
    known = tx.absences(lane)
    present = (link.seq for link in tx.links(lane, first - 1, last))
    found = [
        Absence(start, end, kind)
        for gap_first, gap_last in missing(present, first, last)
        for start, end in outside(known, gap_first, gap_last)
    ]
    tx.record_absences(lane, found[:MISSING_RANGES_LIMIT], recorded_at)


def _following(tx: IntakeTransaction, lane: LaneKey, through: int, fresh: Sequence[EventRow]) -> Iterator[EventRow | Link]:
    """Yield the rows above ``through``, those of a run that was just added without reading them back."""
    if fresh and fresh[0].seq == through + 1 and fresh[-1].seq == through + len(fresh):
        yield from fresh
        through = fresh[-1].seq
    yield from tx.links(lane, through)


def _move(tx: IntakeTransaction, lane: LaneKey, at: str, fresh: Sequence[Sequence[EventRow]]) -> None:
    """Move ``through`` over what is contiguous now (``fresh``: what was just added, all of it new), and note a gap that stays."""
    standing = tx.standing(lane)
    top = tx.top(lane)
    if standing.closed_last is not None and top > max(standing.closed_last, standing.through):
        _record_missing(tx, lane, max(standing.closed_last, standing.through) + 1, top, "hole", at)
    passed = pass_over(standing, [part for part in fresh if isinstance(part, RunRows)])
    rows = next((part for part in fresh if not isinstance(part, RunRows)), ())
    from_there = replace(standing, through=passed.through, head=passed.head)
    reached = advance(from_there, _following(tx, lane, passed.through, rows), tx.absences(lane))
    gap_at = (standing.gap_at or at) if top > reached.through else ""
    moved = replace(standing, through=reached.through, head=reached.head, gap_at=gap_at)
    if moved != standing:
        tx.keep_standing(lane, moved, [*passed.heads, *reached.heads])
