"""A batch turned on its side: what its events have in common is said once, the rest in one list for each attribute.

Pure, and exact: ``turned`` answers None for events that would not come back as they were; those travel as an array. Events
of one *kind* (type, parent of the subject, clock, boot, names of the data's fields) share their lists; moments are steps in
milliseconds, and an uptime is told by how much more than the clock it moved, which is hardly ever anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import accumulate, repeat
from operator import sub
from typing import Any, NamedTuple

from gateway.relay.envelope import EVENT_LIMIT_BYTES, SEQ_LIMIT, SOURCE, Envelope, Unreadable, is_epoch
from gateway.relay.topics import LANES

_MS = timedelta(milliseconds=1)


class Run(NamedTuple):
    """Events of one lane that follow each other: each attribute a list in their order, named as in an envelope."""

    hall: str
    epoch: str
    lane: str
    seq: range
    type: list[str]
    subject: list[str]
    time: list[str]
    clock: list[str]
    bootid: list[str]
    uptime: list[str]
    data: list[str]

    def envelopes(self) -> list[Envelope]:
        """Return the events one by one."""
        return [Envelope(self.hall, self.epoch, self.lane, *one) for one in zip(*self[3:], strict=True)]


_SIMPLE = frozenset({str, int, float, bool, type(None)})


def turned(events: Sequence[Envelope]) -> dict[str, Any] | None:
    """Return the columns of ``events`` (at least one), or None when they are not one run of a lane in the hall's own form."""
    head = events[0]
    for seq, one in enumerate(events, head.seq):
        if one[:4] != (head.hall, head.epoch, head.lane, seq) or one.was or one.rest:
            return None
    kinds: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    order = []
    try:
        moments_ms, ahead_ms = _moments(events), [_uptime_ms(one.uptime) for one in events]
        every_data = json.loads(f"[{','.join([one.data for one in events])}]")
        for one, data in zip(events, every_data, strict=True):
            cut = one.subject.rfind("/") + 1
            kind = (one.type, one.subject[:cut], one.clock, one.bootid, *data)
            kinds.setdefault(kind, []).append((one.subject[cut:], *data.values()))
            order.append(kind)
    except (ValueError, AttributeError, TypeError):
        return None
    numbers = {kind: number for number, kind in enumerate(kinds)}
    ahead_ms = list(map(sub, ahead_ms, moments_ms))
    return {
        "source": f"{SOURCE}{head.hall}",
        "epoch": head.epoch,
        "lane": head.lane,
        "seq": head.seq,
        "kinds": list(kinds),
        "kind": [numbers[kind] for kind in order],
        "time": [head.time, *_steps(moments_ms)],
        "uptime": [ahead_ms[0], *_steps(ahead_ms)],
        "data": [list(zip(*rows, strict=True)) for rows in kinds.values()],
    }


def turned_back(columns: Mapping[str, Any], limit: int) -> Run:
    """Return the events, at most ``limit``: of the right types, and what each says is not yet judged. Raises Unreadable."""
    try:
        return _run(columns, limit)
    except Unreadable:
        raise
    except (ArithmeticError, AttributeError, LookupError, RuntimeError, StopIteration, TypeError, ValueError):
        raise Unreadable("the columns do not fit together") from None


def _run(columns: Mapping[str, Any], limit: int) -> Run:
    first, kinds, order = columns["seq"], columns["kinds"], columns["kind"]
    _require_bounds(columns, len(order), limit)
    subjects, data = zip(*[_of_kind(kind, lists) for kind, lists in zip(kinds, columns["data"], strict=True)], strict=True)
    began = datetime.fromisoformat(columns["time"][0])
    moments_ms = list(accumulate(columns["time"][1:], initial=0))
    ahead_ms = accumulate(columns["uptime"])
    run = Run(
        columns["source"].removeprefix(SOURCE),
        columns["epoch"],
        columns["lane"],
        range(first, first + len(order)),
        [kinds[number][0] for number in order],
        [next(subjects[number]) for number in order],
        [(began + moment_ms * _MS).isoformat(timespec="milliseconds") for moment_ms in moments_ms],
        [kinds[number][2] for number in order],
        [kinds[number][3] for number in order],
        [_uptime(moment_ms + more_ms) for moment_ms, more_ms in zip(moments_ms, ahead_ms, strict=True)],
        [next(data[number]) for number in order],
    )
    if len(run.time) != len(order):
        raise Unreadable("the columns are not of one length")
    return run


def _require_bounds(columns: Mapping[str, Any], count: int, limit: int) -> None:
    """Refuse a wrong place, and what would grow without end: what is said once is repeated in each event."""
    first = columns["seq"]
    if not 0 < count <= limit:
        raise Unreadable(f"a batch holds 1 to {limit} events")
    if not columns["source"].startswith(SOURCE) or not is_epoch(columns["epoch"]) or columns["lane"] not in LANES:
        raise Unreadable("source, epoch or lane is unknown")
    if type(first) is not int or not 0 < first <= SEQ_LIMIT - count:
        raise Unreadable("seq is not a positive number")
    if any(sum(map(len, kind)) > EVENT_LIMIT_BYTES for kind in columns["kinds"]):
        raise Unreadable("what events have in common is too long")


def _of_kind(kind: Sequence[str], lists: Sequence[Sequence[Any]]) -> tuple[Iterator[str], Iterator[str]]:
    """Return the subjects and the data of the events of one kind."""
    _, parent, _, _, *names = kind
    leaves, *values = lists
    "".join((*kind, *leaves)).encode()  # texts, all of them, and no half of a character
    form = "{" + ",".join(f"{_json(name).replace('%', '%%')}:%s" for name in dict.fromkeys(names)) + "}"
    texts = zip(*map(_texts, values), strict=True) if values else repeat((), len(leaves))
    return iter([parent + leaf for leaf in leaves]), iter([form % of_one for of_one in texts])


def _texts(values: Sequence[Any]) -> list[str]:
    """Return each value as JSON. A line feed never stands in JSON's own texts, so that it can part them."""
    if not isinstance(values, list):
        raise TypeError(values)
    if values and _SIMPLE.issuperset(map(type, values)):  # no values are no text, not an empty one
        return json.dumps(values, ensure_ascii=False, separators=("\n", ":"))[1:-1].split("\n")
    return [_json(value) for value in values]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _moments(events: Sequence[Envelope]) -> list[int]:
    """Return the milliseconds since the first event's time. Raises ValueError for a time that is not written as the hall does."""
    instants = [datetime.fromisoformat(one.time) for one in events]
    began = instants[0]
    for instant, one in zip(instants, events, strict=True):
        if instant.tzinfo != began.tzinfo or instant.isoformat(timespec="milliseconds") != one.time:
            raise ValueError(one.time)
    return [(instant - began) // _MS for instant in instants]


def _uptime_ms(uptime: str) -> int:
    """Return the milliseconds of ``812345.120``. Raises ValueError for an uptime that is not written as the hall does."""
    uptime_ms = int(uptime[:-4]) * 1000 + int(uptime[-3:])
    if _uptime(uptime_ms) != uptime:
        raise ValueError(uptime)
    return uptime_ms


def _uptime(uptime_ms: int) -> str:
    return f"{uptime_ms // 1000}.{uptime_ms % 1000:03}"


def _steps(numbers: Sequence[int]) -> list[int]:
    return list(map(sub, numbers[1:], numbers))
