"""What a command of the centre has asked for outside the database: one row for each command, done once.

A row is made in the transaction that answers the command, and found open again after a crash.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.store.outbox import Reads


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work; ``command`` is the id of what asked for it."""

    command: str
    kind: str
    data: dict[str, Any]


def make(tx: Reads, job: Job, at: datetime) -> None:
    """Keep a job; the same command makes one only."""
    sql = "INSERT INTO job (command, kind, data, made_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
    tx.execute(sql, (job.command, job.kind, _text(job.data), at.isoformat(timespec="milliseconds")))


def oldest(db: Reads, kind: str) -> Job | None:
    """Return the oldest job of a kind that is not done."""
    row = db.execute(
        "SELECT command, kind, data FROM job WHERE kind = ? AND done = 0 ORDER BY made_at, command LIMIT 1", (kind,)
    ).fetchone()
    return Job(row[0], row[1], json.loads(row[2])) if row else None


def go_on(tx: Reads, command: str, data: Mapping[str, Any]) -> None:
    """Record how far a job has come."""
    tx.execute("UPDATE job SET data = ? WHERE command = ?", (_text(data), command))


def finish(tx: Reads, command: str) -> None:
    """Record that a job is done."""
    tx.execute("UPDATE job SET done = 1 WHERE command = ?", (command,))


def _text(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
