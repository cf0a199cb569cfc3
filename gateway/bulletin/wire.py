"""What the centre learns of announcements: what the hall tells everybody, and when it stops. Each is described in docs/events.md."""

from __future__ import annotations

from gateway.bulletin.model import Announcement
from gateway.store.outbox import Event


def published(announcement: Announcement, epoch: str) -> Event:
    """The hall tells something to everybody; the picture itself stays in the hall."""
    return Event("record", "id.balai.announcement.published.v1", *_told(announcement, epoch))


def changed(announcement: Announcement, epoch: str) -> Event:
    """The hall tells something else instead; what is told here is the whole of it."""
    return Event("record", "id.balai.announcement.changed.v1", *_told(announcement, epoch))


def withdrawn(announcement: Announcement, epoch: str) -> Event:
    """The hall has taken it back."""
    data = {"important": announcement.important}
    return Event("record", "id.balai.announcement.withdrawn.v1", f"announcement/{epoch}/{announcement.id}", data)


def _told(announcement: Announcement, epoch: str) -> tuple[str, dict[str, object]]:
    known = {
        "texts": dict(announcement.texts),
        "starts_on": announcement.starts_on.isoformat() if announcement.starts_on else "",
        "ends_on": announcement.ends_on.isoformat() if announcement.ends_on else "",
        "important": announcement.important,
        "media": announcement.media,
        "category": announcement.category,
        "held_on": announcement.held_on.isoformat() if announcement.held_on else "",
        "held_at": announcement.held_at,
        "place": announcement.place,
    }
    return f"announcement/{epoch}/{announcement.id}", {name: value for name, value in known.items() if value not in ("", {})}
