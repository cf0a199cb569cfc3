"""What waits for the regency, as the health page and ``gateway check`` tell it: of a running hall, and of one at rest."""

from __future__ import annotations

from datetime import datetime

from gateway.checks.finding import Finding
from gateway.checks.outbox import check_outbox
from gateway.store import outbox


def outbox_finding(db: outbox.Reads, now: datetime, *, broker: bool, held_mb: int = 0) -> Finding:
    """Look at the outbox; ``held_mb`` is the day's budget when it is used up, else 0."""
    backlog, troubles = outbox.backlog(db), outbox.troubles(db)
    oldest_at = datetime.fromisoformat(backlog.oldest_time) if backlog.oldest_time else None
    reason = troubles[0].reason if troubles else ""
    return check_outbox(backlog.depth, oldest_at, now, len(troubles), reason, held_mb, broker=broker)
