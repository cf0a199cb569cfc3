"""What happens as a file that phones take (iCalendar, RFC 5545): an hour where one is known, else the whole day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta, tzinfo

from icalendar import Calendar, Event

from gateway.bulletin.model import Announcement

USUAL_HOURS = 2
"""So long an event is entered: nobody announces its end."""


def calendar_of(
    announcements: Iterable[Announcement], *, title: str, language: str, hall: str, zone: tzinfo, made_at: datetime
) -> bytes:
    """Return the file. ``hall`` is the ten-digit code."""
    whole = Calendar()
    whole.add("prodid", "-//Balai Gateway//ID")
    whole.add("version", "2.0")
    whole.add("method", "PUBLISH")
    whole.add("x-wr-calname", title)
    for one in announcements:
        if one.held_on is None:
            continue
        event = Event()
        event.add("uid", f"acara-{one.id}@{hall}.balai")
        event.add("dtstamp", made_at.astimezone(UTC).replace(microsecond=0))
        if one.held_at:
            begins = datetime.combine(one.held_on, time.fromisoformat(one.held_at), zone).astimezone(UTC)
            event.add("dtstart", begins)
            event.add("dtend", begins + timedelta(hours=USUAL_HOURS))
        else:
            event.add("dtstart", one.held_on)
        event.add("summary", one.text(language) or title)
        if one.place:
            event.add("location", one.place)
        whole.add_component(event)
    return bytes(whole.to_ical())
