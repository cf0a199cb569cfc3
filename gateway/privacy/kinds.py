"""What a feature tells of the personal records it keeps: on which basis, how long, and how one is found. Pure shapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from gateway.store.database import Transaction
from gateway.store.outbox import Reads


@dataclass(frozen=True, slots=True)
class RecordKind:
    """One kind of record in the vault."""

    kind: str
    """For example ``resident``: the kind of the sealed records."""
    title: str
    """Indonesian, a key of the catalogues: ``Data warga``."""
    basis: str
    """The task, law or consent on which it is kept, Indonesian, a key of the catalogues."""
    keep: str
    """How long, Indonesian, a key of the catalogues."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What the fields of its content are called, Indonesian, keys of the catalogues."""
    due: Callable[[Reads, datetime], Sequence[str]] = lambda _db, _now: ()
    """Return records whose time is over, at most some hundred at once; the next call names the next ones."""
    by_code: Callable[[Reads, str], Sequence[str]] = lambda _db, _code: ()
    """Return the records that a code on a person's slip names."""
    erased: Callable[[Transaction, str], None] = lambda _tx, _record: None
    """Take away what else belongs to a record, such as its pictures' names, in the transaction that erases it."""
    where: Callable[[str], str] = lambda _record: ""
    """Return the page on which staff correct a record, or nothing."""
