"""One act for one idempotency key: asked twice, it is done once and answered alike."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, ClassVar, Protocol, TypeVar

from gateway.store import answers
from gateway.store.database import Transaction


class _Dataclass(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Any]]


Answer = TypeVar("Answer", bound=_Dataclass)


def once(
    tx: Transaction,
    kind: type[Answer],
    key: str | None,
    request: Sequence[str],
    at: datetime,
    act: Callable[[Transaction], Answer],
) -> Answer:
    """Return the answer that ``key`` was given before, or do the act and keep its answer in the same transaction.

    Raises Refusal ``key-reused`` when the key was used for another ``request``.
    """
    fingerprint = json.dumps(request)
    kept = answers.replay(tx, key, fingerprint) if key is not None else None
    if kept is not None:
        return kind(**kept)
    answer = act(tx)
    if key is not None:
        answers.keep(tx, key, fingerprint, asdict(answer), at)
    return answer
