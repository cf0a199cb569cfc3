"""Whether a hall and the centre know the same history: held against heads that are kept now and then, so that a hello costs little however far it lies behind."""

from __future__ import annotations

from collections.abc import Sequence

from provisioning.centre.database import IntakeTransaction
from provisioning.centre.model import Absence, LaneKey, LaneReport, Standing
from provisioning.centre.sequence import advance, retrace

RETRACED_LIMIT = 200_000
"""Where no heads are kept (rows of an earlier version), a hall that stands further behind is not shown to agree: it issues again what it has, and
each fact still counts once."""


def agreed_head(tx: IntakeTransaction, lane: LaneKey, report: LaneReport, standing: Standing) -> str | None:
    """Return the head passed at the hall's ``last`` (at ``through``, when that is lower) if the hall's head at ``confirmed`` is ours.

    None when it is not, or cannot be shown to be.
    """
    if not report.confirmed <= min(report.last, standing.through):
        return None
    absences = tx.absences(lane)
    ours = _head_at(tx, lane, report.confirmed, standing, absences)
    at_last = _head_at(tx, lane, min(report.last, standing.through), standing, absences)
    if ours is not None and at_last is not None:
        return at_last if ours == report.head else None
    if standing.through - report.confirmed > RETRACED_LIMIT:
        return None
    return retrace(report, standing, list(tx.links(lane, report.confirmed, standing.through)), absences)


def _head_at(tx: IntakeTransaction, lane: LaneKey, seq: int, standing: Standing, absences: Sequence[Absence]) -> str | None:
    """Return our head at a number that ``through`` has passed; None where none is kept near below, or the number is absent."""
    if seq == standing.through:
        return standing.head
    near = tx.head_below(lane, seq)
    if near is None:
        return None
    reached = advance(Standing(*near), tx.links(lane, near[0], seq), absences)
    return reached.head if reached.through == seq else None
