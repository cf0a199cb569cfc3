"""Writing down health posts, and opening the queue's lines while they are held.

Promises: a change is told to the centre in the transaction that makes it; a line is opened and closed once for a day, so that a clerk
who does otherwise is not overruled.
"""

from __future__ import annotations

import logging
from datetime import date, timedelta, tzinfo
from typing import Protocol

from gateway.clock import Clock, ClockState
from gateway.errors import Refusal
from gateway.healthposts import model, tables, wire
from gateway.healthposts.model import Draft, Post
from gateway.store import epochs, outbox
from gateway.store.database import Store, Transaction
from gateway.store.stamp import Stamp

log = logging.getLogger(__name__)

NEW = 0
"""In place of an id: a health post that is not there yet."""


class OpenLine(Protocol):
    """Opens a line of the queue for new numbers, or closes it. Raises Refusal ``unknown-line``."""

    def __call__(self, line_id: str, *, is_open: bool) -> object:
        """Open or close."""


class HealthPostDesk:
    """Where health posts are written down. Safe from any thread."""

    def __init__(self, store: Store, clock: Clock, zone: tzinfo) -> None:
        self._store = store
        self._clock = clock
        self._zone = zone

    def today(self) -> date | None:
        """Return the hall's date, None while its clock is certainly wrong."""
        if self._clock.state() is ClockState.UNSET:
            return None
        return self._clock.now().astimezone(self._zone).date()

    def every(self) -> list[Post]:
        """Return all health posts, by name."""
        with self._store.reader() as db:
            return tables.every(db)

    def find(self, post: int) -> Post:
        """Return one. Raises Refusal ``healthpost-unknown``."""
        found = next((one for one in self.every() if one.id == post), None)
        if found is None:
            raise Refusal("healthpost-unknown")
        return found

    def save(self, post: int, draft: Draft) -> int:
        """Write down a new health post, or change one; return its id.

        Raises Refusal ``healthpost-unknown``, ``healthposts-full``, ``healthpost-hours``.
        """
        if draft.ends <= draft.starts:
            raise Refusal("healthpost-hours")
        with self._store.transaction() as tx:
            present = {one.id for one in tables.every(tx)}
            if post == NEW:
                if len(present) >= model.POSTS_LIMIT:
                    raise Refusal("healthposts-full", limit=model.POSTS_LIMIT)
                post = tables.add(tx, draft)
            elif post in present:
                tables.change(tx, post, draft)
            else:
                raise Refusal("healthpost-unknown")
            self._tell(tx, Post(post, draft))
        return post

    def remove(self, post: int) -> None:
        """Take a health post away; nothing happens when it is gone already."""
        with self._store.transaction() as tx:
            if tables.remove(tx, post):
                outbox.append(tx, Stamp.of(self._clock, self._zone), wire.removed(post, epochs.current(tx)))

    def mind_lines(self, open_line: OpenLine) -> None:
        """Open the lines of what is held today, close them afterwards; written as catch-up, for a trusted clock."""
        now = self._clock.now().astimezone(self._zone)
        with self._store.reader() as db:
            posts, done = tables.every(db), tables.last_done(db)
        wanted = model.wanted_open(posts, now.date(), now.time())
        for line, (_, is_open) in done.items():
            if is_open:
                wanted.setdefault(line, False)
        for line, is_open in sorted(wanted.items()):
            opened_on, was_open = done.get(line, (date.min, False))
            if was_open == is_open and (opened_on == now.date() or not is_open):
                continue
            self._turn(open_line, line, now.date(), is_open=is_open)

    def _turn(self, open_line: OpenLine, line: str, today: date, *, is_open: bool) -> None:
        try:
            open_line(line, is_open=is_open)
        except Refusal as refusal:
            log.warning("event=healthpost-line-missing line=%s code=%s", line, refusal.code)
        with self._store.transaction() as tx:
            tables.note_done(tx, line, today, is_open=is_open)

    def _tell(self, tx: Transaction, post: Post) -> None:
        today = self.today()
        ahead = model.days(post.draft, today, today + timedelta(days=model.AHEAD_DAYS)) if today else []
        outbox.append(tx, Stamp.of(self._clock, self._zone), wire.changed(post, ahead, epochs.current(tx)))
