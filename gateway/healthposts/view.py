"""Health posts as pages and boards read them: kept in memory, looked at again after a change, never at each request."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import date, timedelta

from gateway.healthposts import model
from gateway.healthposts.desk import HealthPostDesk
from gateway.healthposts.model import Post, Session
from gateway.portal.i18n import Words, words


class HealthPostView:
    """Holds the health posts. Safe from any thread."""

    def __init__(self, desk: HealthPostDesk) -> None:
        self._desk = desk
        self._lock = threading.Lock()
        self._stale = True
        self._posts: list[Post] = []

    def stale(self) -> None:
        """Note that something in the hall has changed; for whoever watches the store. Quick, never raises."""
        self._stale = True

    def today(self) -> date | None:
        """Return the hall's date, None while its clock is certainly wrong."""
        return self._desk.today()

    def posts(self) -> Sequence[Post]:
        """Return all health posts, by name."""
        with self._lock:
            if self._stale:
                # Noted before looking: a change that comes meanwhile is looked at again.
                self._stale = False
                try:
                    self._posts = self._desk.every()
                except BaseException:
                    self._stale = True
                    raise
            return self._posts

    def ahead(self, days: int) -> list[Session]:
        """Return what is held from today for so many days; nothing while the day is not known."""
        today = self.today()
        return model.sessions(self.posts(), today, today + timedelta(days=days)) if today else []

    def reminders(self, language: str) -> tuple[str, ...]:
        """Return what the front page and the board say of today and tomorrow."""
        speak, today = words(language), self.today()
        return tuple(_reminder(one, speak, is_today=one.on == today) for one in self.ahead(1))


def hours(session: Session, speak: Words) -> str:
    """Return from when to when it is held: ``08.00-11.00``."""
    draft = session.post.draft
    return "\N{EN DASH}".join(one.strftime(f"%H{speak.time_mark}%M") for one in (draft.starts, draft.ends))


def _reminder(session: Session, speak: Words, *, is_today: bool) -> str:
    draft = session.post.draft
    facts = {"name": draft.name, "hours": hours(session, speak), "place": draft.place}
    said = (
        speak("Hari ini: {name}, {hours}, di {place}.", **facts)
        if is_today
        else speak("Besok: {name}, {hours}, di {place}.", **facts)
    )
    return f"{said} {speak('Bawa: {bring}.', bring=draft.bring.rstrip('.'))}" if draft.bring else said
