"""What a hall says about where it stands, and the small words of which such messages are made.

Pure; raises Unreadable for whatever is not the contract's form.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, TypeGuard

from gateway.relay.envelope import SEQ_LIMIT, Unreadable, is_epoch
from gateway.relay.topics import LANES
from provisioning.centre.model import EpochReport, EventRow, Hello, LaneReport

HELLO_LIMIT_BYTES = 64 * 1024
EPOCHS_LIMIT = 200
"""A hall that holds more epochs than this is not believed."""
HELD_LIMIT = 100
"""So many orders that a hall keeps are believed."""
AUDIT = re.compile("([1-9][0-9]{0,15})-([0-9a-f]{64})")
WORD_LIMIT = 80
"""Characters of a nonce or a boot's name, at the most."""
OFFSET_LIMIT_MS = 100 * 366 * 86_400_000
"""A clock that was wrong by more than a century is not corrected: the calendars of databases end."""


def read_hello(hall: str, payload: bytes) -> Hello:
    """Read a hello. Raises Unreadable with the reason."""
    if len(payload) > HELLO_LIMIT_BYTES:
        raise Unreadable(f"the hello is over {HELLO_LIMIT_BYTES} bytes")
    try:
        hello = json.loads(payload.decode("utf-8"))
    except ValueError:
        raise Unreadable("the hello is not JSON") from None
    if not isinstance(hello, dict):
        raise Unreadable("the hello is not an object")
    epochs = hello.get("epochs")
    if not isinstance(epochs, list) or len(epochs) > EPOCHS_LIMIT:
        raise Unreadable(f"epochs is not a list of at most {EPOCHS_LIMIT}")
    uptime_ms = hello.get("uptime_ms", 0)
    if not is_count(uptime_ms):
        raise Unreadable("uptime_ms is not a number")
    reports = tuple(_epoch(report) for report in epochs)
    if [report.closed for report in reports].count(False) != 1:
        raise Unreadable("not one epoch of the hello is open")
    return Hello(
        hall,
        _word(hello, "nonce"),
        _word(hello, "bootid"),
        reports,
        uptime_ms,
        _held(hello.get("inbox")),
        _audit(hello.get("audit")),
    )


def closed_epochs(row: EventRow) -> dict[str, dict[str, int]]:
    """Return the end of each lane of the epochs that an ``epoch.opened`` event closes; what is malformed is left out."""
    told = json.loads(row.data)
    epochs = told.get("closed") if isinstance(told, dict) else None
    ends: dict[str, dict[str, int]] = {}
    for one in epochs if isinstance(epochs, list) else []:
        if not isinstance(one, dict) or not isinstance(one.get("lanes"), dict) or not is_epoch(one.get("epoch")):
            continue
        ends[one["epoch"]] = {lane: last for lane, last in one["lanes"].items() if lane in LANES and is_count(last)}
    return ends


def read_correction(row: EventRow) -> tuple[str, int] | None:
    """Return the run of a machine and by how many milliseconds its clock was wrong; None when it is malformed or absurd."""
    told = json.loads(row.data)
    bootid, offset_ms = told.get("bootid"), told.get("offset_ms")
    if not isinstance(bootid, str) or not 0 < len(bootid) <= WORD_LIMIT or bootid != cleaned(bootid):
        return None
    if not isinstance(offset_ms, int) or isinstance(offset_ms, bool) or abs(offset_ms) > OFFSET_LIMIT_MS:
        return None
    return bootid, offset_ms


def _held(inbox: object) -> frozenset[str]:
    """Return the orders that a hall says it keeps; whatever is malformed there is none: the order is only sent once more."""
    told = inbox.get("held") if isinstance(inbox, dict) else None
    names = told[:HELD_LIMIT] if isinstance(told, list) else []
    return frozenset(name for name in names if isinstance(name, str) and len(name) <= WORD_LIMIT and name == cleaned(name))


def _audit(told: object) -> tuple[int, str] | None:
    """Return how far the audit log of a hall has come; whatever is malformed is none: the hello is worth more than that."""
    found = AUDIT.fullmatch(told) if isinstance(told, str) else None
    return (int(found[1]), found[2]) if found else None


def _epoch(report: object) -> EpochReport:
    if not isinstance(report, dict) or not is_epoch(report.get("epoch")):
        raise Unreadable("an epoch of the hello is not 8 hexadecimal digits")
    lanes = report.get("lanes")
    if not isinstance(lanes, dict) or not lanes.keys() <= set(LANES):
        raise Unreadable("lanes of the hello are unknown")
    if report.get("state") not in ("open", "closed"):
        raise Unreadable("state is neither open nor closed")
    closed = report["state"] == "closed"
    return EpochReport(report["epoch"], closed, {lane: _lane(stand, closed=closed) for lane, stand in lanes.items()})


def _lane(stand: object, *, closed: bool) -> LaneReport:
    if not isinstance(stand, dict) or not all(is_count(stand.get(name)) for name in ("last", "confirmed", "oldest")):
        raise Unreadable("last, confirmed and oldest are not numbers")
    return LaneReport(stand["last"], stand["confirmed"], stand["oldest"], _word(stand, "head"), closed)


def _word(message: Mapping[str, Any], name: str) -> str:
    value = message.get(name, "")
    if not isinstance(value, str) or len(value) > WORD_LIMIT or value != cleaned(value):
        raise Unreadable(f"{name} is not a short text")
    return value


def is_count(value: object) -> TypeGuard[int]:
    """Return whether ``value`` is a whole number that every JSON reader keeps exact."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < SEQ_LIMIT


def cleaned(value: object) -> str:
    """Return ``value`` as a text that any database takes, or empty when it is none."""
    return value.encode("utf-8", "replace").decode().replace("\0", "?")[:200] if isinstance(value, str) else ""
