"""What a message of a hall says: a batch of rows with their verdicts, a hello, or something unreadable.

Pure, and total: whatever bytes arrive, the answer is one of the three. An event whose place is clear but
whose form is not becomes a rejected row, so that its lane goes on; an event without a clear place makes
the whole payload unreadable, and the hall splits the batch until it has found the culprit.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from gateway.clock import ClockState
from gateway.relay.batches import read_events
from gateway.relay.columns import envelopes
from gateway.relay.envelope import EVENT_LIMIT_BYTES, SOURCE, Envelope, Unreadable, decode, is_epoch
from gateway.relay.topics import LANES, Heard, heard
from gateway.runs import Run
from provisioning.centre.hellos import cleaned, is_count, read_hello
from provisioning.centre.model import ACCEPTED, EventRow, Hello, Presence
from provisioning.centre.run_rows import ROW_SIZE, RunRows

OFFSET_LIMIT = timedelta(hours=15)
"""No place on earth is further from UTC."""

REJECTED_LIMIT = 256 * 1024
"""Characters kept of all events of one batch that break the form, at the most: a batch with more is refused, and comes in halves."""

SCHEMA = "schema"
"""The verdict of an event that breaks the contract's form."""

_TYPE = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*\.v[1-9][0-9]*", re.ASCII)
_WAS = re.compile(rf"[0-9a-f]{{8}}-({'|'.join(LANES)})-[1-9][0-9]{{0,15}}", re.ASCII)
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII)
_UPTIME = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?", re.ASCII)
_TEXT_LIMITS = {"type": 100, "subject": 200, "time": 40, "bootid": 64}
_TEXTS = ("type", "subject", "time", "clock", "bootid", "uptime")
UPTIME_LIMIT = len("999999999999.999")
_CLOCK_STATES = frozenset(state.value for state in ClockState)


@dataclass(frozen=True, slots=True)
class Batch:
    """A readable batch of one lane of one hall."""

    rows: Sequence[EventRow]
    """A tuple, or ``RunRows``."""

    @property
    def size(self) -> int:
        """How much text the rows hold, in characters: a thousand times what came on the wire, at times."""
        if isinstance(self.rows, RunRows):
            return self.rows.size
        return sum(len(row.type) + len(row.subject) + len(row.data) + len(row.rest) + ROW_SIZE for row in self.rows)


@dataclass(frozen=True, slots=True)
class Unread:
    """A payload that cannot be read."""

    hall: str
    topic: str
    sha256: str
    reason: str
    payload: bytes = field(default=b"", compare=False, repr=False)


Arrival = Batch | Hello | Unread | Presence


def read(topic: str, payload: bytes, root: str, received_at: str) -> Arrival | None:
    """Return what a message says, or None when no hall may write to its topic."""
    place = heard(topic, root)
    if place is None or place.kind not in {"up", "hello"}:
        return None
    try:
        if place.kind == "hello":
            return read_hello(place.hall, payload)
        return Batch(_rows(read_events(payload), place, received_at))
    except Unreadable as error:
        return unread(place.hall, topic, payload, str(error))
    except RecursionError:
        return unread(place.hall, topic, payload, "the payload is nested too deep")


def unread(hall: str, topic: str, payload: bytes, reason: str) -> Unread:
    """Return what is recorded of a payload that cannot be taken."""
    return Unread(hall, topic, hashlib.sha256(payload).hexdigest(), reason, payload)


def _rows(events: Run | list[object], place: Heard, received_at: str) -> Sequence[EventRow]:
    if isinstance(events, Run) and (events.hall, events.lane) == (place.hall, place.lane) and _is_well(events):
        return RunRows(events, received_at)
    rows: list[EventRow] = []
    kept = 0
    for event in envelopes(events) if isinstance(events, Run) else events:
        row = _row(event, place, received_at)
        kept += len(row.rest) if row.verdict != ACCEPTED else 0
        if kept > REJECTED_LIMIT:
            raise Unreadable("what breaks the form is too long to be kept")
        rows.append(row)
    return tuple(rows)


def _is_well(run: Run) -> bool:
    """Return whether every event of a run is surely of the contract's form; if in doubt, each is judged for itself.

    Times and uptimes were written anew from numbers, all in one way: they can only be too long, negative, or of a wrong offset.
    """
    texts, data, uptimes = "".join((*run.subject, *set(run.bootid))), "".join(run.data), "".join(run.uptime)
    return (
        all(map(_is_type, set(run.type)))
        and _CLOCK_STATES.issuperset(run.clock)
        and all(0 < len(bootid) <= _TEXT_LIMITS["bootid"] for bootid in set(run.bootid))
        and "-" not in uptimes
        and max(map(len, run.uptime)) <= UPTIME_LIMIT
        and all(run.subject)
        and max(map(len, run.subject)) <= _TEXT_LIMITS["subject"]
        and _is_instant(run.time[0])
        and max(map(len, run.data)) * 4 <= EVENT_LIMIT_BYTES
        and "\0" not in texts
        and "NaN" not in data
        and "Infinity" not in data
        and data.isascii()
    )


def _row(event: object, place: Heard, received_at: str) -> EventRow:
    epoch, seq = _identify(event, place)
    try:
        envelope = event if isinstance(event, Envelope) else decode(event)
        rest = json.dumps(envelope.rest, separators=(",", ":")) if envelope.rest else ""
        _judge(envelope, rest)
    except Unreadable as error:
        whole = json.loads(event.encode()) if isinstance(event, Envelope) else event
        return _rejected(whole, place, epoch, seq, received_at, str(error))
    return EventRow(
        *(place.hall, epoch, place.lane, seq, envelope.id, envelope.was, envelope.type, envelope.subject, envelope.time),
        *(envelope.clock, envelope.bootid, envelope.uptime, envelope.data, rest, received_at, ACCEPTED, "", ""),
    )


def _identify(event: object, place: Heard) -> tuple[str, int]:
    """Return epoch and seq of an event whose place is clear. Raises Unreadable when it is not."""
    source: object
    lane: object
    epoch: object
    seq: object
    if isinstance(event, Envelope):
        source, lane, epoch, seq = f"{SOURCE}{event.hall}", event.lane, event.epoch, event.seq
    elif isinstance(event, dict):
        source, lane, epoch, seq = (event.get(name) for name in ("source", "lane", "epoch", "seq"))
    else:
        raise Unreadable("an event is not an object")
    if source != f"{SOURCE}{place.hall}":
        raise Unreadable("source is not the hall of the topic")
    if lane != place.lane:
        raise Unreadable("lane is not the lane of the topic")
    if not is_epoch(epoch):
        raise Unreadable("epoch is not 8 hexadecimal digits")
    if not is_count(seq) or seq == 0:
        raise Unreadable("seq is not a positive number")
    return epoch, seq


def _judge(envelope: Envelope, rest: str) -> None:
    """Raise Unreadable when a well-placed event breaks the contract's form."""
    for name, limit in _TEXT_LIMITS.items():
        text = getattr(envelope, name)
        if not 0 < len(text) <= limit or "\0" in text:
            raise Unreadable(f"{name} is not 1 to {limit} characters")
    if not _is_type(envelope.type):
        raise Unreadable("type does not end in a version")
    if envelope.clock not in _CLOCK_STATES:
        raise Unreadable("clock is not a known state")
    if not _UPTIME.fullmatch(envelope.uptime):
        raise Unreadable("uptime is not seconds")
    if envelope.was and not _WAS.fullmatch(envelope.was):
        raise Unreadable("was is not an id")
    if not _is_instant(envelope.time):
        raise Unreadable("time is not an instant with its offset")
    if not envelope.data.startswith("{"):
        raise Unreadable("data is not an object")
    _judge_data(envelope.data + rest)


@lru_cache(maxsize=1024)
def _is_type(text: str) -> bool:
    """Return whether a text names a type: the same few again and again."""
    return len(text) <= _TEXT_LIMITS["type"] and _TYPE.fullmatch(text) is not None


def _judge_data(text: str) -> None:
    try:
        size_bytes = len(text.encode())
    except UnicodeEncodeError:
        raise Unreadable("data holds half a character") from None
    if size_bytes > EVENT_LIMIT_BYTES:
        raise Unreadable(f"the event is over {EVENT_LIMIT_BYTES} bytes")
    if ("NaN" in text or "Infinity" in text) and not _is_strict(text):
        raise Unreadable("data holds a number that JSON does not know")


def _is_strict(text: str) -> bool:
    without_texts = re.sub(r'"(?:[^"\\]|\\.)*"', '""', text)
    return "NaN" not in without_texts and "Infinity" not in without_texts


def _is_instant(time: str) -> bool:
    """Return whether every database reads it: the contract's form, a date that exists, an offset that some place has."""
    try:
        offset = datetime.fromisoformat(time).utcoffset()
    except ValueError:
        return False
    return offset is not None and abs(offset) <= OFFSET_LIMIT and _INSTANT.fullmatch(time) is not None


def _rejected(event: Any, place: Heard, epoch: str, seq: int, received_at: str, reason: str) -> EventRow:  # noqa: ANN401 - what JSON gave
    kind, subject, time, clock, bootid, uptime = (cleaned(event.get(name)) for name in _TEXTS)
    identifier, whole = f"{epoch}-{place.lane}-{seq}", json.dumps(event, separators=(",", ":"))
    was = cleaned(event.get("was"))
    return EventRow(
        *(place.hall, epoch, place.lane, seq, identifier, was if _WAS.fullmatch(was) else "", kind, subject, time),
        *(clock, bootid, uptime, "{}", whole, received_at, SCHEMA, reason, ""),
    )
