"""The rows of a run of ordinary events, all accepted: kept in columns, and made one by one only for who asks.

A backlog comes in such runs. What is the same in each row is held once, so that entering one costs little more than its insert.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain, repeat
from typing import Any, overload

from gateway.heads import head_over
from gateway.runs import Run
from provisioning.centre.model import ACCEPTED, EventRow, LaneKey

ROW_SIZE = 100
"""What place, times and identifier of a row take, in characters: about so much, of every row."""


class RunRows(Sequence[EventRow]):
    """A sequence of at least one row, in the order of their numbers, which have no gap; ``received_at`` is the centre's time."""

    def __init__(self, run: Run, received_at: str) -> None:
        self._run = run
        self.received_at = received_at
        self.key = LaneKey(run.hall, run.epoch, run.lane)
        self.first, self.last = run.seq[0], run.seq[-1]

    @cached_property
    def kinds(self) -> list[tuple[str, str]]:
        """Type and clock of each."""
        return list(zip(self._run.type, self._run.clock, strict=True))

    @property
    def columns(self) -> dict[str, Sequence[object]]:
        """What differs from row to row besides, by the names of the table."""
        run = self._run
        return {
            "seq": run.seq, "subject": run.subject, "time": run.time,
            "bootid": run.bootid, "uptime": run.uptime, "data": run.data,
        }  # fmt: skip

    @property
    def size(self) -> int:
        """How much text the rows hold, in characters."""
        run = self._run
        return sum(map(len, chain(run.type, run.subject, run.data))) + ROW_SIZE * len(self)

    def head_after(self, head: str) -> str:
        """Return the running head once these rows follow ``head``."""
        run = self._run
        return head_over(head, self._ids, run.time, run.bootid, run.uptime)

    def of_types(self, beginnings: tuple[str, ...]) -> list[EventRow]:
        """Return the rows whose type begins with one of these words."""
        wanted = {kind for kind in set(self._run.type) if kind.startswith(beginnings)}
        return [row for row in self if row.type in wanted] if wanted else []

    def __len__(self) -> int:
        return len(self._run.seq)

    @overload
    def __getitem__(self, place: int) -> EventRow: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[EventRow, ...]: ...
    def __getitem__(self, place: int | slice) -> EventRow | tuple[EventRow, ...]:
        return self._rows[place]

    def __iter__(self) -> Iterator[EventRow]:
        return iter(self._rows)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(self._rows)

    @cached_property
    def _ids(self) -> list[str]:
        return self._run.ids

    @cached_property
    def _rows(self) -> tuple[EventRow, ...]:
        run, nothing = self._run, repeat("")
        said = (run.type, run.subject, run.time, run.clock, run.bootid, run.uptime, run.data)
        judged = (nothing, repeat(self.received_at), repeat(ACCEPTED), nothing, nothing)
        columns: list[Iterable[Any]] = [*map(repeat, self.key), run.seq, self._ids, nothing, *said, *judged]
        return tuple(map(EventRow, *columns))
