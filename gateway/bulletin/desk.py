"""Publishing and withdrawing announcements.

Promises: an announcement asked for twice under one key is one; a picture is durable before the announcement that shows
it; what no announcement shows any more is deleted from the card.
"""

from __future__ import annotations

import json
import threading
from datetime import tzinfo
from pathlib import Path

from gateway.bulletin import model, pictures, tables, wire
from gateway.bulletin.model import Announcement, Draft
from gateway.clock import Clock
from gateway.errors import Refusal
from gateway.store import answers, epochs, outbox
from gateway.store.blobs import Blobs
from gateway.store.database import Store
from gateway.store.room import require_room
from gateway.store.stamp import Stamp


class BulletinDesk:
    """Where announcements are made. Safe from any thread."""

    def __init__(self, store: Store, clock: Clock, zone: tzinfo) -> None:
        self._store = store
        self._clock = clock
        self._zone = zone
        self._turn = threading.Lock()
        """Nobody deletes a picture that another act is about to show."""
        self.blobs = Blobs(store.directory)
        self.arrivals = store.directory / "arrivals"
        """Where a file lies while it comes."""

    def sweep(self) -> None:
        """Make the place for files that come, and delete what a power cut has left there; before anybody sends one."""
        self.arrivals.mkdir(exist_ok=True)
        for left in self.arrivals.iterdir():
            left.unlink(missing_ok=True)

    def require_room(self, coming_bytes: int) -> None:
        """Refuse a file that the card could not take: while it comes and once it is kept. Raises Refusal ``storage-full``."""
        require_room(self._store.directory, 2 * coming_bytes)

    def every(self) -> list[Announcement]:
        """Return all announcements, in the order in which they are shown."""
        with self._store.reader() as db:
            return model.in_order(tables.every(db))

    def publish(self, draft: Draft, *, key: str, file: Path | None = None) -> int:
        """Publish ``draft`` with the picture or film in ``file``, if there is one; return the announcement's id.

        Raises Refusal ``announcement-empty``, ``announcement-dates``, ``announcements-full``, ``picture-unreadable``,
        ``field-invalid``, ``key-reused`` and those of the store.
        """
        media: model.Media = pictures.kind_of(file) if file else ""
        # Judged before anything is written; the picture's name is not known yet.
        draft = _checked(Draft(draft.texts, draft.starts_on, draft.ends_on, draft.important, media, "?" if file else ""))
        require_room(self._store.directory)
        with self._turn:
            blob = self._keep(file, media) if file else ""
            try:
                return self._publish(Draft(draft.texts, draft.starts_on, draft.ends_on, draft.important, media, blob), key)
            finally:
                self._sweep(blob)

    def withdraw(self, announcement: int) -> None:
        """Take an announcement back; nothing happens when it is gone already."""
        with self._turn:
            with self._store.transaction() as tx:
                gone = tables.remove(tx, announcement)
                if gone is not None:
                    outbox.append(tx, Stamp.of(self._clock, self._zone), wire.withdrawn(gone, epochs.current(tx)))
            if gone is not None:
                self._sweep(gone.blob)

    def _publish(self, draft: Draft, key: str) -> int:
        wish = json.dumps(
            ["announcement", dict(draft.texts), str(draft.starts_on), str(draft.ends_on), draft.important, draft.blob]
        )
        with self._store.transaction() as tx:
            kept = answers.replay(tx, key, wish)
            if kept is None:
                if tables.number(tx) >= model.ANNOUNCEMENTS_LIMIT:
                    raise Refusal("announcements-full", limit=model.ANNOUNCEMENTS_LIMIT)
                stamp = Stamp.of(self._clock, self._zone)
                announcement = tables.add(tx, draft, stamp.time)
                outbox.append(tx, stamp, wire.published(announcement, epochs.current(tx)))
                kept = {"announcement": announcement.id}
                answers.keep(tx, key, wish, kept, self._clock.now())
        return int(kept["announcement"])

    def _keep(self, file: Path, media: model.Media) -> str:
        if media == "video":
            return self.blobs.put(pictures.pieces(file))
        return self.blobs.put([pictures.drawn_anew(file)])

    def _sweep(self, blob: str) -> None:
        """Delete a blob unless an announcement shows it."""
        if not blob:
            return
        with self._store.reader() as db:
            if tables.mentions(db, blob):
                return
        self.blobs.delete(blob)


def _checked(draft: Draft) -> Draft:
    """Return ``draft`` tidied: spaces joined, empty texts left out.

    Raises Refusal ``announcement-empty``, ``announcement-dates`` or ``field-invalid``.
    """
    texts = {language: " ".join(text.split()) for language, text in draft.texts.items()}
    texts = {language: text for language, text in texts.items() if text}
    if any(len(text) > model.TEXT_LIMIT for text in texts.values()):
        raise Refusal("field-invalid", field="teks")
    if not texts and not draft.blob:
        raise Refusal("announcement-empty")
    if draft.starts_on and draft.ends_on and draft.ends_on < draft.starts_on:
        raise Refusal("announcement-dates")
    return Draft(texts, draft.starts_on, draft.ends_on, draft.important, draft.media, draft.blob)
