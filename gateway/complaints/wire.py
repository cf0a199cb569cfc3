"""What the centre learns of complaints: where each stands. The words of an escalated one travel as the vault sends them, under seal."""

from __future__ import annotations

from gateway.complaints.tables import Complaint, text
from gateway.store.outbox import Event


def changed(one: Complaint) -> Event:
    """A complaint stands otherwise than the centre has heard; the first is its receipt."""
    told: dict[str, object] = {"category": one.category, "anonymous": one.anonymous, "state": str(one.state), "late": one.late}
    known = {"handler": one.handler, "why": one.why, "received_on": text(one.received_on), "since_on": text(one.since_on)}
    return Event(
        "record", "id.balai.complaint.changed.v1", subject(one), told | {name: value for name, value in known.items() if value}
    )


def subject(one: Complaint) -> str:
    """Return what the events of a complaint are about."""
    return f"complaint/{one.epoch}/{one.id}"
