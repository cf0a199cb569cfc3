"""What the centre learns of devices, in lane ``bulk``: how they are, and what each did in a day. Nothing personal: counts and words of machines."""

from __future__ import annotations

import re

from gateway.devices.ledger import Tally
from gateway.equipment.model import Note
from gateway.store.outbox import Event

LANE = "bulk"
KIND = re.compile(r"[a-z0-9-]{1,32}")
UNKNOWN = "unknown"
"""For a kind as nobody can spell one: a slip in hall.toml, which is told as the reason."""


def changed(epoch: str, device: str, kind: str, what: Note, *, reason: str = "", skipped: int = 0) -> Event:
    """A device is in another state, or was replaced, paired or let go; ``skipped`` changes before it were too many to tell."""
    known = {"reason": str(reason), "skipped": skipped}
    data = {"kind": _kind(kind), "state": str(what), **{name: value for name, value in known.items() if value}}
    return Event(LANE, "id.balai.device.changed.v1", f"device/{epoch}/{device}", data)


def counted(epoch: str, device: str, kind: str, *, ordinal: int, date: str, tally: Tally) -> Event:
    """What a device did in a hall-day that is over."""
    data: dict[str, object] = {
        "kind": _kind(kind),
        "day": ordinal,
        "date": date,
        "presses": tally.presses,
        "dropped": tally.dropped,
    }
    data |= {"slips": tally.slips, "reprints": tally.reprints, "calls": tally.calls, "faults": tally.faults}
    data |= {"missing_s": round(tally.missing_s), "faulty_s": round(tally.faulty_s)}
    return Event(LANE, "id.balai.device.counted.v1", f"device/{epoch}/{device}", data)


def _kind(kind: str) -> str:
    return kind if KIND.fullmatch(kind) else UNKNOWN
