"""Answers kept a day under the key of their request: asked twice, an act is done once.

The answer is written in the act's own transaction, so that after a power cut either both are there
or neither.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from gateway.errors import Refusal
from gateway.store.database import Transaction


def replay(tx: Transaction, key: str, fingerprint: str) -> dict[str, Any] | None:
    """Return the answer once given under ``key``, or None.

    Raises Refusal ``key-reused`` when that answer was for another request.
    """
    found = tx.execute("SELECT fingerprint, answer FROM answers WHERE key = ?", (key,)).fetchone()
    if found is None:
        return None
    if found[0] != fingerprint:
        raise Refusal("key-reused")
    answer: dict[str, Any] = json.loads(found[1])
    return answer


def keep(tx: Transaction, key: str, fingerprint: str, answer: dict[str, Any], at: datetime) -> None:
    """Keep ``answer`` for the next request with this key; ``at`` is aware."""
    text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    tx.execute("INSERT INTO answers (key, fingerprint, answer, at) VALUES (?, ?, ?, ?)", (key, fingerprint, text, _utc(at)))


def prune(tx: Transaction, before: datetime) -> int:
    """Forget the answers given before ``before``; return how many."""
    return int(tx.execute("DELETE FROM answers WHERE at < ?", (_utc(before),)).rowcount)


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds")
