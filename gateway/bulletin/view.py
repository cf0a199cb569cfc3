"""The announcements as boards read them: kept in memory, looked at again after a change, never at each request."""

from __future__ import annotations

import threading
from datetime import date, tzinfo

from gateway.bulletin import model, tables
from gateway.bulletin.choices import BoardChoices
from gateway.bulletin.model import Announcement
from gateway.choices.desk import Choices
from gateway.clock import Clock, ClockState
from gateway.portal.i18n import Words, words
from gateway.portal.news import News, Slide
from gateway.store.database import Store


class BulletinView:
    """Holds what is to be shown. ``news`` and ``stale`` are safe from any thread."""

    def __init__(self, store: Store, choices: Choices, clock: Clock, zone: tzinfo) -> None:
        self._store = store
        self._choices = choices
        self._clock = clock
        self._zone = zone
        self._lock = threading.Lock()
        self._stale = True
        self._announcements: list[Announcement] = []
        self._chosen = BoardChoices()

    def stale(self) -> None:
        """Note that something in the hall has changed; for whoever watches the store. Quick, never raises."""
        self._stale = True

    def today(self) -> date | None:
        """Return the hall's date, None while its clock is certainly wrong."""
        if self._clock.state() is ClockState.UNSET:
            return None
        return self._clock.now().astimezone(self._zone).date()

    def news(self, language: str) -> News:
        """Return what the board shows today to readers of ``language``."""
        due = self.due()
        chosen = self._chosen
        return News(
            texts=tuple(_told(one, language) for one in due if one.text(language)),
            slides=tuple(
                Slide(f"/papan/gambar/{one.blob}", "video" if one.media == "video" else "image", one.text(language))
                for one in due
                if one.blob
            ),
            slide_s=chosen.slide_s,
            text_s=chosen.text_s,
            quiet_s=chosen.quiet_s,
            lines=chosen.lines,
        )

    def due(self) -> list[Announcement]:
        """Return what is shown today, the important first."""
        self._look()
        today = self.today()
        return [one for one in self._announcements if one.is_due(today)]

    def media_of(self, blob: str) -> str:
        """Return whether an announcement shows this blob, as ``image`` or ``video``; empty when none does."""
        self._look()
        return next((one.media for one in self._announcements if one.blob == blob), "")

    def _look(self) -> None:
        with self._lock:
            if not self._stale:
                return
            # Noted before looking: a change that comes meanwhile is looked at again.
            self._stale = False
            try:
                with self._store.reader() as db:
                    self._announcements = model.in_order(tables.every(db))
                    self._chosen = self._choices.read(db, BoardChoices)
            except BaseException:
                self._stale = True
                raise


def when(announcement: Announcement, speak: Words) -> str:
    """Return day, hour and place of what happens, as one reads it; empty for what is no event."""
    if announcement.held_on is None:
        return ""
    parts = [speak.day(announcement.held_on), announcement.held_at.replace(":", speak.time_mark), announcement.place]
    return ", ".join(part for part in parts if part)


def _told(announcement: Announcement, language: str) -> str:
    """Return its text, and when and where it happens; the regency's says whose it is."""
    speak = words(language)
    text = announcement.text(language)
    if text and announcement.held_on:
        text = f"{text} ({when(announcement, speak)})"
    return speak("Dari kabupaten: {text}", text=text) if announcement.regency else text
