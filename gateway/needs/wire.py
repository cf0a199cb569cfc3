"""What the centre learns of neighbours in need: that somebody is, what was found, how it stands. Who it is travels under seal. See docs/events.md."""

from __future__ import annotations

from gateway.needs.model import Author, State
from gateway.needs.tables import Entry, Need, text
from gateway.store.outbox import Event


def lane(one: Need) -> str:
    """Return the lane in which a report goes up: what is urgent overtakes a month of everything else."""
    return "urgent" if one.urgent else "record"


def reported(one: Need) -> Event:
    """Somebody tells of a neighbour in need; who and where follows under seal, in the same lane."""
    told: dict[str, object] = {"category": one.category, "urgent": one.urgent}
    return Event(lane(one), "id.balai.need.reported.v1", subject(one), told | _days(one))


def visited(one: Need, entry: Entry) -> Event:
    """The village's team was there; what it has seen follows under seal."""
    told: dict[str, object] = {"n": entry.n, "result": entry.result, "state": str(one.state)}
    return Event("record", "id.balai.need.visited.v1", subject(one), told | _days(one))


def changed(one: Need, lane: str = "record") -> Event:
    """A report stands otherwise without a visit: closed, joined to another, late, or, in the lane ``urgent``, urgent from now on."""
    told: dict[str, object] = {"state": str(one.state), "late": one.late, "urgent": one.urgent}
    told |= {"joined": one.joined} if one.state is State.JOINED else {}
    told |= {"why": one.why} if one.why else {}
    return Event(lane, "id.balai.need.changed.v1", subject(one), told)


def subject(one: Need) -> str:
    """Return what the events of a report are about."""
    return f"need/{one.epoch}/{one.id}"


def travels(author: Author) -> bool:
    """Return whether what somebody wrote goes up: what the regency wrote it has."""
    return author is not Author.REGENCY


def _days(one: Need) -> dict[str, str]:
    known = {"reported_on": text(one.reported_on), "again_on": text(one.again_on)}
    return {name: on for name, on in known.items() if on}
