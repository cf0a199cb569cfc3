"""A batch turned on its side: what its events have in common is said once, the rest in one list for each attribute.

Pure, and exact: ``turned`` answers None for events that would not come back as they were; those travel as an array. Events
of one *kind* (type, parent of the subject, clock, boot, names of the data's fields) share their lists; moments are steps in
milliseconds, and an uptime is told by how much more than the clock it moved, which is hardly ever anything.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from typing import Any

from gateway.relay.envelope import EVENT_LIMIT_BYTES, Envelope, Unreadable, is_epoch
from gateway.relay.topics import LANES

_MS = timedelta(milliseconds=1)


def turned(events: Sequence[Envelope]) -> dict[str, Any] | None:
    """Return the columns of ``events`` (at least one), or None when they are not one run of a lane in the hall's own form."""
    head = events[0]
    for seq, one in enumerate(events, head.seq):
        if one[:4] != (head.hall, head.epoch, head.lane, seq) or one.was or one.rest:
            return None
    kinds: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    order = []
    try:
        moments_ms, uptimes_ms = _moments(events), [_uptime_ms(one.uptime) for one in events]
        for one in events:
            cut = one.subject.rfind("/") + 1
            data = json.loads(one.data)
            kind = (one.type, one.subject[:cut], one.clock, one.bootid, *data)
            kinds.setdefault(kind, []).append((one.subject[cut:], *data.values()))
            order.append(kind)
    except (ValueError, AttributeError, TypeError):
        return None
    numbers = {kind: number for number, kind in enumerate(kinds)}
    ahead_ms = [uptime_ms - moment_ms for uptime_ms, moment_ms in zip(uptimes_ms, moments_ms, strict=True)]
    return {
        "source": f"/halls/{head.hall}",
        "epoch": head.epoch,
        "lane": head.lane,
        "seq": head.seq,
        "kinds": list(kinds),
        "kind": [numbers[kind] for kind in order],
        "time": [head.time, *_steps(moments_ms)],
        "uptime": [ahead_ms[0], *_steps(ahead_ms)],
        "data": [list(zip(*rows, strict=True)) for rows in kinds.values()],
    }


def turned_back(columns: Mapping[str, Any], limit: int) -> list[dict[str, Any]]:
    """Return the events as an array has them, at most ``limit``; what each says is not yet judged. Raises Unreadable."""
    try:
        return _events(columns, limit)
    except Unreadable:
        raise
    except (ArithmeticError, AttributeError, LookupError, RuntimeError, StopIteration, TypeError, ValueError):
        raise Unreadable("the columns do not fit together") from None


def _events(columns: Mapping[str, Any], limit: int) -> list[dict[str, Any]]:
    epoch, lane, source, first = columns["epoch"], columns["lane"], columns["source"], columns["seq"]
    kinds, order = columns["kinds"], columns["kind"]
    _require_bounds(epoch, lane, kinds, len(order), limit)
    rows = [zip(*lists, strict=True) for lists in columns["data"]]
    began = datetime.fromisoformat(columns["time"][0])
    moments_ms = accumulate(columns["time"][1:], initial=0)
    ahead_ms = accumulate(columns["uptime"])
    events = []
    for seq, number, moment_ms, more_ms in zip(range(first, first + len(order)), order, moments_ms, ahead_ms, strict=True):
        type_, parent, clock, bootid, *names = kinds[number]
        leaf, *values = next(rows[number])
        events.append(
            {
                "specversion": "1.0",
                "id": f"{epoch}-{lane}-{seq}",
                "source": source,
                "type": type_,
                "subject": parent + leaf,
                "time": (began + moment_ms * _MS).isoformat(timespec="milliseconds"),
                "datacontenttype": "application/json",
                "epoch": epoch,
                "lane": lane,
                "seq": seq,
                "clock": clock,
                "bootid": bootid,
                "uptime": _uptime(moment_ms + more_ms),
                "data": dict(zip(names, values, strict=True)),
            }
        )
    return events


def _require_bounds(epoch: object, lane: object, kinds: Sequence[Sequence[str]], count: int, limit: int) -> None:
    """Refuse what would grow without end: what is said once is repeated in each event."""
    if not 0 < count <= limit:
        raise Unreadable(f"a batch holds 1 to {limit} events")
    if not is_epoch(epoch) or lane not in LANES:
        raise Unreadable("epoch or lane is unknown")
    if any(sum(map(len, kind)) > EVENT_LIMIT_BYTES for kind in kinds):
        raise Unreadable("what events have in common is too long")


def _moments(events: Sequence[Envelope]) -> list[int]:
    """Return the milliseconds since the first event's time. Raises ValueError for a time that is not written as the hall does."""
    instants = [datetime.fromisoformat(one.time) for one in events]
    began = instants[0]
    for instant, one in zip(instants, events, strict=True):
        if instant.utcoffset() != began.utcoffset() or instant.isoformat(timespec="milliseconds") != one.time:
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
    return [after - before for before, after in pairwise(numbers)]
