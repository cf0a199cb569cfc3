"""A health post's calendar as a file that phones take (iCalendar, RFC 5545): one event for each day of the coming year.

Days stand one by one and in UTC, so that a phone needs neither the rule nor the zone; each keeps its name, so that the file taken
again changes nothing and doubles nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo

from icalendar import Alarm, Calendar, Event

from gateway.healthposts.model import Session


def calendar_of(sessions: Iterable[Session], *, title: str, bring: str, hall: str, zone: tzinfo, made_at: datetime) -> bytes:
    """Return the file. ``bring`` is the sentence before what to bring; ``hall`` is the ten-digit code."""
    whole = Calendar()
    whole.add("prodid", "-//Balai Gateway//ID")
    whole.add("version", "2.0")
    whole.add("method", "PUBLISH")
    whole.add("x-wr-calname", title)
    for one in sessions:
        draft, event = one.post.draft, Event()
        event.add("uid", f"posyandu-{one.post.id}-{one.on.isoformat()}@{hall}.balai")
        event.add("dtstamp", made_at.astimezone(UTC).replace(microsecond=0))
        event.add("dtstart", datetime.combine(one.on, draft.starts, zone).astimezone(UTC))
        event.add("dtend", datetime.combine(one.on, draft.ends, zone).astimezone(UTC))
        event.add("summary", draft.name)
        event.add("location", draft.place)
        if draft.bring:
            event.add("description", f"{bring} {draft.bring}")
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", draft.name)
        alarm.add("trigger", timedelta(hours=-15))
        event.add_component(alarm)
        whole.add_component(event)
    return bytes(whole.to_ical())
