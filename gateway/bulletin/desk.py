"""Publishing, changing and withdrawing announcements.

Promises: an announcement or a change asked for twice under one key is one; a picture is durable before the announcement that shows
it; what no announcement shows any more is deleted from the card.
"""

from __future__ import annotations

import io
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, tzinfo
from pathlib import Path

from gateway.bulletin import model, pictures, tables, wire
from gateway.bulletin.model import Announcement, Draft
from gateway.clock import Clock
from gateway.errors import Refusal
from gateway.store import answers, epochs, outbox
from gateway.store.album import Album
from gateway.store.database import Store, Transaction
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
        self.album = Album(store, "arrivals", tables.mentions)

    def every(self) -> list[Announcement]:
        """Return all announcements, in the order in which they are shown."""
        with self._store.reader() as db:
            return model.in_order(tables.every(db))

    def find(self, announcement: int) -> Announcement:
        """Return one announcement of the hall's own. Raises Refusal ``announcement-unknown`` or ``announcement-of-regency``."""
        found = next((one for one in self.every() if one.id == announcement), None)
        if found is None:
            raise Refusal("announcement-unknown")
        if found.regency:
            raise Refusal("announcement-of-regency")
        return found

    def publish(self, draft: Draft, *, key: str, file: Path | None = None) -> int:
        """Publish ``draft`` with the picture or film in ``file``, if there is one; return the announcement's id.

        Raises Refusal ``announcement-empty``, ``announcement-dates``, ``announcements-full``, ``picture-unreadable``,
        ``field-invalid``, ``key-reused`` and those of the store.
        """
        with self._turn, self._kept(draft, file) as whole:
            return self._once(key, ["announcement"], whole, self._add)

    def change(self, announcement: int, draft: Draft, *, key: str, file: Path | None = None, keep_picture: bool = True) -> None:
        """Let an announcement say what ``draft`` says, and show ``file``, else what it shows unless that is not kept.

        Raises those of ``find`` and of ``publish``.
        """
        with self._turn:
            before = self.find(announcement)
            if file is None and keep_picture:
                draft = replace(draft, media=before.media, blob=before.blob)
            with self._kept(draft, file) as whole:
                self._once(
                    key, ["change", announcement], whole, lambda tx, whole, stamp: self._change(tx, announcement, whole, stamp)
                )
            self.album.release(before.blob)

    def withdraw(self, announcement: int) -> None:
        """Take an announcement back; nothing happens when it is gone already. Raises Refusal ``announcement-of-regency``."""
        with self._turn:
            with self._store.transaction() as tx:
                if tables.is_regency(tx, announcement):
                    raise Refusal("announcement-of-regency")
                gone = tables.remove(tx, announcement)
                if gone is not None:
                    outbox.append(tx, Stamp.of(self._clock, self._zone), wire.withdrawn(gone, epochs.current(tx)))
            if gone is not None:
                self.album.release(gone.blob)

    def put_for_regency(self, tx: Transaction, name: str, data: Mapping[str, object]) -> None:
        """Publish what the regency announces as ``name``, in place of what it announced so before, inside ``tx``.

        Nothing is told to the centre: its command is answered. Raises the refusals of ``publish`` that concern texts and dates.
        """
        draft = _checked(_wanted(data))
        tables.remove_regency(tx, name)
        if tables.number(tx, regency=True) >= model.ANNOUNCEMENTS_LIMIT:
            raise Refusal("announcements-full", limit=model.ANNOUNCEMENTS_LIMIT)
        tables.add(tx, draft, Stamp.of(self._clock, self._zone).time, name)

    def withdraw_for_regency(self, tx: Transaction, name: str) -> None:
        """Take back what the regency has announced as ``name``, inside ``tx``; nothing happens when it is not there."""
        tables.remove_regency(tx, name)

    @contextmanager
    def _kept(self, draft: Draft, file: Path | None) -> Iterator[Draft]:
        """Give ``draft`` tidied, with what is in ``file`` kept; afterwards what no announcement shows is gone again."""
        # Judged before anything is written; the picture's name is not known yet.
        draft = _checked(replace(draft, media=pictures.kind_of(file), blob="?") if file else draft)
        require_room(self._store.directory)
        blob = self._keep(file, draft.media) if file else draft.blob
        try:
            yield replace(draft, blob=blob)
        finally:
            self.album.release(blob)

    def _once(self, key: str, wish: list[object], draft: Draft, act: Callable[[Transaction, Draft, Stamp], int]) -> int:
        asked = json.dumps(
            [
                *wish,
                dict(draft.texts),
                str(draft.starts_on),
                str(draft.ends_on),
                draft.important,
                draft.blob,
                draft.category,
                str(draft.held_on),
                draft.held_at,
                draft.place,
            ]
        )
        with self._store.transaction() as tx:
            kept = answers.replay(tx, key, asked)
            if kept is None:
                kept = {"announcement": act(tx, draft, Stamp.of(self._clock, self._zone))}
                answers.keep(tx, key, asked, kept, self._clock.now())
        return int(kept["announcement"])

    def _add(self, tx: Transaction, draft: Draft, stamp: Stamp) -> int:
        if tables.number(tx, regency=False) >= model.ANNOUNCEMENTS_LIMIT:
            raise Refusal("announcements-full", limit=model.ANNOUNCEMENTS_LIMIT)
        announcement = tables.add(tx, draft, stamp.time)
        outbox.append(tx, stamp, wire.published(announcement, epochs.current(tx)))
        return announcement.id

    def _change(self, tx: Transaction, announcement: int, draft: Draft, stamp: Stamp) -> int:
        outbox.append(tx, stamp, wire.changed(tables.change(tx, announcement, draft), epochs.current(tx)))
        return announcement

    def _keep(self, file: Path, media: model.Media) -> str:
        with file.open("rb") if media == "video" else io.BytesIO(pictures.drawn_anew(file)) as content:
            return self.album.keep(content)


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
    place = " ".join(draft.place.split())
    if draft.category not in model.CATEGORIES:
        raise Refusal("field-invalid", field="jenis")
    if len(place) > model.PLACE_LIMIT or not place.isprintable():
        raise Refusal("field-invalid", field="tempat")
    if draft.held_at and not re.fullmatch("([01][0-9]|2[0-3]):[0-5][0-9]", draft.held_at):
        raise Refusal("field-invalid", field="jam")
    if draft.held_on is None:
        return replace(draft, texts=texts, held_at="", place="")
    return replace(draft, texts=texts, place=place)


def _wanted(data: Mapping[str, object]) -> Draft:
    """Return the announcement that the regency asks for. Raises Refusal ``field-invalid``."""
    texts = data.get("texts")
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        raise Refusal("field-invalid", field="texts")
    if not isinstance(data.get("important", False), bool):
        raise Refusal("field-invalid", field="important")
    category, held_at, place = (str(data.get(name, "")) for name in ("category", "held_at", "place"))
    return Draft(
        texts, _day(data, "starts_on"), _day(data, "ends_on"), important=bool(data.get("important")), category=category,
        held_on=_day(data, "held_on"), held_at=held_at, place=place,
    )  # fmt: skip


def _day(data: Mapping[str, object], name: str) -> date | None:
    try:
        return date.fromisoformat(str(data[name])) if data.get(name) else None
    except ValueError as error:
        raise Refusal("field-invalid", field=name) from error
