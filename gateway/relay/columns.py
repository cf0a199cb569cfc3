"""A batch turned on its side: what its events have in common is said once, the rest in one list for each attribute.

Pure, and exact: ``turned`` answers None for events that would not come back as they were; those travel as an array. Events
of one *kind* (type, parent of the subject, clock, boot, names of the data's fields) share their lists; moments are steps in
milliseconds, and an uptime is told by how much more than the clock it moved, which is hardly ever anything.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, count, repeat
from json.encoder import encode_basestring
from operator import sub
from typing import Any

from gateway.relay.envelope import EVENT_LIMIT_BYTES, SEQ_LIMIT, SOURCE, Envelope, Unreadable, is_epoch
from gateway.relay.moments import read_times, read_uptimes, write_times, write_uptimes
from gateway.relay.topics import LANES
from gateway.runs import Run

COMMON_LIMIT = 1024 * 1024
"""Characters that all events of a batch have from what is said once for many, at the most: as much as an array may hold."""
_SIMPLE = frozenset({str, int, float, bool, type(None)})
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_encode_in_lines = json.JSONEncoder(ensure_ascii=False, separators=("\n", ":")).encode


def envelopes(run: Run) -> list[Envelope]:
    """Return the events of a run one by one."""
    return [Envelope(run.hall, run.epoch, run.lane, *one) for one in zip(*run[3:], strict=True)]


def turned(events: Run | Sequence[Envelope]) -> dict[str, Any] | None:
    """Return the columns of ``events`` (at least one), or None when they are not one run of a lane in the hall's own form."""
    run = events if isinstance(events, Run) else _run_of(events)
    if run is None:
        return None
    try:
        moments_ms, uptimes_ms = read_times(run.time), read_uptimes(run.uptime)
        kinds, order, data = _kinds(run)
    except (ValueError, LookupError, AttributeError, TypeError):
        return None
    ahead_ms = list(map(sub, uptimes_ms, moments_ms))
    return {
        "source": f"{SOURCE}{run.hall}",
        "epoch": run.epoch,
        "lane": run.lane,
        "seq": run.seq[0],
        "kinds": kinds,
        "kind": order,
        "time": [run.time[0], *_steps(moments_ms)],
        "uptime": [ahead_ms[0], *_steps(ahead_ms)],
        "data": data,
    }


def common(columns: Mapping[str, Any]) -> int:
    """Return how many characters the events of ``columns`` have from what is said once: a reader takes ``COMMON_LIMIT``."""
    lengths = [sum(map(len, kind)) for kind in columns["kinds"]]
    return sum(map(lengths.__getitem__, columns["kind"]))


def _run_of(events: Sequence[Envelope]) -> Run | None:
    """Return ``events`` (at least one) as a run, or None when they are none, or say more than a run can."""
    head = events[0]
    for seq, one in enumerate(events, head.seq):
        if one[:4] != (head.hall, head.epoch, head.lane, seq) or one.was or one.rest:
            return None
    columns = [list(column) for column in list(zip(*events, strict=True))[4:11]]
    return Run(*head[:3], range(head.seq, head.seq + len(events)), *columns)


def _kinds(run: Run) -> tuple[list[tuple[str, ...]], list[int], list[list[list[Any]]]]:
    """Return the kinds of a run's events, which event is of which, and what those of one kind hold, in columns."""
    parents, slashes, leaves = zip(*[subject.rpartition("/") for subject in run.subject], strict=True)
    every_data = json.loads(f"[{','.join(run.data)}]")
    numbers: defaultdict[tuple[Any, ...], int] = defaultdict(count().__next__)
    kind_of_each = zip(run.type, parents, slashes, run.clock, run.bootid, map(tuple, map(dict.keys, every_data)), strict=True)
    order = [numbers[kind] for kind in kind_of_each]
    members: list[list[int]] = [[] for _ in numbers]
    for place, number in enumerate(order):
        members[number].append(place)
    kinds, columns = [], []
    for (type_, parent, slash, clock, bootid, names), places in zip(numbers, members, strict=True):
        kinds.append((type_, parent + slash, clock, bootid, *names))
        data = [every_data[place] for place in places]
        columns.append([[leaves[place] for place in places], *([one[name] for one in data] for name in names)])
    return kinds, order, columns


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
    moments_ms = list(accumulate(columns["time"][1:], initial=0))
    ahead_ms = accumulate(columns["uptime"])
    run = Run(
        columns["source"].removeprefix(SOURCE),
        columns["epoch"],
        columns["lane"],
        range(first, first + len(order)),
        [kinds[number][0] for number in order],
        [next(subjects[number]) for number in order],
        write_times(columns["time"][0], moments_ms),
        [kinds[number][2] for number in order],
        [kinds[number][3] for number in order],
        write_uptimes([moment_ms + more_ms for moment_ms, more_ms in zip(moments_ms, ahead_ms, strict=True)]),
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
    longest = max(sum(map(len, kind)) for kind in columns["kinds"])
    if longest > EVENT_LIMIT_BYTES or common(columns) > COMMON_LIMIT:
        raise Unreadable("what events have in common is too long")


def _of_kind(kind: Sequence[str], lists: Sequence[Sequence[Any]]) -> tuple[Iterator[str], Iterator[str]]:
    """Return the subjects and the data of the events of one kind."""
    _, parent, _, _, *names = kind
    leaves, *values = lists
    "".join((*kind, *leaves)).encode()  # texts, all of them, and no half of a character
    beginnings = [f"{',' if place else '{'}{encode_basestring(name)}:" for place, name in enumerate(dict.fromkeys(names))]
    parts = [
        part for name, column in zip(beginnings, values, strict=True) for part in (repeat(name, len(leaves)), _texts(column))
    ]
    texts = map("".join, zip(*parts, repeat("}", len(leaves)), strict=True)) if parts else repeat("{}", len(leaves))
    return iter([parent + leaf for leaf in leaves]), texts


def _texts(values: Sequence[Any]) -> list[str]:
    """Return each value as JSON. A line feed never stands in JSON's own texts, so that it can part them."""
    if not isinstance(values, list):
        raise TypeError(values)
    types = set(map(type, values))
    if types == {str}:
        return list(map(encode_basestring, values))
    if types and types <= _SIMPLE:  # no values are no text, not an empty one
        return _encode_in_lines(values)[1:-1].split("\n")
    return list(map(_encode, values))


def _steps(numbers: Sequence[int]) -> list[int]:
    return list(map(sub, numbers[1:], numbers))
