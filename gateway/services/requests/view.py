"""Requests as pages and the board read them: without what is personal, and never in the way of the queue."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from gateway.choices.desk import Choices
from gateway.clock import Clock, trusted_now
from gateway.errors import Refusal
from gateway.services import tables as catalogue
from gateway.services.document import Service
from gateway.services.requests import model, tables
from gateway.services.requests.choices import RequestRules
from gateway.services.requests.model import State
from gateway.services.requests.tables import Request
from gateway.store.database import Store
from gateway.store.outbox import Reads

LIST_LIMIT = 200
"""So many requests stand in one list; the rest is found by number, code, date or name."""
READY_LIMIT = 6
"""So many numbers stand in the board's text: more nobody reads in its time."""
CODE_KEPT = timedelta(days=30)
"""So long after it is closed a request is found by its tracking code."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A request as anybody may see it who has its link, and the service as it was when it was made."""

    request: Request
    service: Service
    promised: date | None
    is_late: bool
    """Whether it should be ready by now."""
    age_days: int | None
    """Whole days since it was handed in; None while nobody knows what day it is."""


class RequestsView:
    """Reads requests. Safe from any thread."""

    def __init__(self, store: Store, clock: Clock, zone: ZoneInfo, choices: Choices) -> None:
        self._store = store
        self._choices = choices
        self._clock = clock
        self._zone = zone
        self._lock = threading.Lock()
        self._stale = True
        self._ready: tuple[tuple[int, datetime], ...] = ()
        self._board_min = 0

    def stale(self) -> None:
        """Note that something in the hall has changed. Quick, never raises."""
        self._stale = True

    def shown(self, token: str) -> Shown:
        """Return the request of a link. Raises Refusal ``request-unknown``."""
        with self._store.reader() as db:
            request = tables.find_by_token(db, token[:80]) if token.isprintable() else None
            if request is None:
                raise Refusal("request-unknown")
            return self._shown(db, request)

    def token_of(self, code: str) -> str:
        """Return the token of the page that a tracking code leads to; empty for none, or for what was closed long ago."""
        with self._store.reader() as db:
            request = tables.find_by_code(db, code)
        if request is None:
            return ""
        now = trusted_now(self._clock, self._zone)
        over = request.closed_at and now is not None and now - datetime.fromisoformat(request.closed_at) > CODE_KEPT
        return "" if over else request.token

    def listed(self, states: Collection[State], service: str = "") -> list[Shown]:
        """Return the requests of a list, at most ``LIST_LIMIT``."""
        with self._store.reader() as db:
            return [self._shown(db, one) for one in tables.listed(db, states, LIST_LIMIT, service)]

    def filed_on(self, on: date) -> list[Shown]:
        """Return the requests that were handed in on a date, at most ``LIST_LIMIT``."""
        with self._store.reader() as db:
            return [self._shown(db, one) for one in tables.filed_on(db, on.isoformat(), LIST_LIMIT)]

    def numbered(self, number: int) -> Shown | None:
        """Return a request by its number."""
        with self._store.reader() as db:
            request = tables.find(db, number)
            return self._shown(db, request) if request else None

    def coded(self, code: str) -> Shown | None:
        """Return a request by its tracking code, however long it has been closed: for clerks."""
        with self._store.reader() as db:
            request = tables.find_by_code(db, code)
            return self._shown(db, request) if request else None

    def counts(self) -> Mapping[State, int]:
        """Return how many requests are in each state that has any."""
        with self._store.reader() as db:
            return tables.counts(db)

    def late(self) -> int:
        """Return how many requests should be ready by now."""
        now = trusted_now(self._clock, self._zone)
        if now is None:
            return 0
        with self._store.reader() as db:
            return tables.late(db, now.date().isoformat())

    def ready(self) -> Sequence[str]:
        """Return the numbers, as people read them, of what became ready just now: for the board. Reads only after a change.

        The newest come first, at most ``READY_LIMIT``; so long as the hall has chosen.
        """
        now = self._clock.now()
        with self._lock:
            if self._stale:
                self._stale = False
                with self._store.reader() as db:
                    rows = tables.lately_ready(db, READY_LIMIT)
                    self._board_min = self._choices.read(db, RequestRules).board_min
                self._ready = tuple((number, datetime.fromisoformat(at)) for number, at in rows)
            found, longest = self._ready, timedelta(minutes=self._board_min)
        return [model.label(number) for number, at in found if timedelta() <= now - at <= longest]

    def _shown(self, db: Reads, request: Request) -> Shown:
        service = catalogue.version(db, request.service, request.version)
        if service is None:
            raise Refusal("service-unknown")
        now = trusted_now(self._clock, self._zone)
        promised = date.fromisoformat(request.promised_on) if request.promised_on else None
        waits = request.state in {State.REVIEW, State.SIGNATURE}
        age = (now.date() - datetime.fromisoformat(request.filed_at).astimezone(self._zone).date()).days if now else None
        return Shown(request, service, promised, bool(waits and promised and now and now.date() > promised), age)
