"""Complaints as they are read: by whoever complained, by a clerk, and by everybody as counts without persons.

Promises: a list shows no word that somebody wrote; a clerk who opens one is in the audit log, for the words and for who complained apart;
whoever complained reads with a code and leaves no trace.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from gateway.complaints import model, tables
from gateway.complaints.model import State
from gateway.complaints.tables import Complaint, Message
from gateway.complaints.threads import CONTACT, KIND, WHY, Threads
from gateway.errors import Refusal
from gateway.privacy import codes, counts
from gateway.store.database import Store
from gateway.store.outbox import Reads
from gateway.workdays.model import Workdays

CLOSED_SHOWN = 50
"""So many closed ones stand on the clerk's list, the latest."""


@dataclass(frozen=True, slots=True)
class Line:
    """One complaint on the clerk's list."""

    one: Complaint
    due: date | None
    late: bool


@dataclass(frozen=True, slots=True)
class Said:
    """One message, unsealed for this reader alone."""

    by: Message
    text: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """One complaint with what was written; no words once they are erased."""

    line: Line
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """The complaints of a year, without persons."""

    year: int
    categories: dict[str, int] | None
    """The greatest first; few ones stand together as ``counts.OTHERS``; None when all are few."""
    whole: int
    closed: int
    in_time: int


class ComplaintsView:
    """Where complaints are read. Safe from any thread."""

    def __init__(self, store: Store, threads: Threads) -> None:
        self._store = store
        self._threads = threads

    def by_code(self, typed: str) -> Opened:
        """Return a complaint to whoever has its code. Raises Refusal ``report-unknown``."""
        with self._store.reader() as db:
            one = tables.by_code(db, codes.digest(codes.plain(typed)))
            if one is None:
                raise Refusal("report-unknown")
            return self._opened(db, one, lambda n: self._threads.vault.read(db, KIND, one.id, n))

    def open(self, id_: str, officer: str) -> Opened:
        """Return a complaint to a clerk, and note who has read it. Raises Refusal ``report-unknown``."""
        with self._store.transaction() as tx:
            one = self._found(tx, id_)
            return self._opened(tx, one, lambda n: self._threads.vault.open(tx, KIND, id_, n, who=officer, why=WHY))

    def contact(self, id_: str, officer: str) -> tuple[str, str]:
        """Return name and phone of whoever complained, and note who has asked. Raises Refusal ``report-unknown`` or ``record-unknown``."""
        with self._store.transaction() as tx:
            self._found(tx, id_)
            words = json.loads(self._threads.vault.open(tx, CONTACT, id_, 1, who=officer, why=WHY))
        return str(words["name"]), str(words["phone"])

    def photo(self, id_: str, n: int, officer: str) -> bytes:
        """Return a picture to a clerk, and note who has seen it. Raises Refusal ``report-unknown`` or ``not-found``."""
        with self._store.transaction() as tx:
            self._found(tx, id_)
            if not any(each.n == n and each.photo for each in tables.messages(tx, id_)):
                raise Refusal("not-found")
            return self._threads.vault.open(tx, KIND, id_, n, who=officer, why=WHY)

    def listed(self) -> tuple[list[Line], list[Line]]:
        """Return the open complaints, the most pressing first, and the latest closed ones."""
        workdays = self._threads.workdays()
        with self._store.reader() as db:
            open_ = [self._line(db, one, workdays) for one in tables.every(db, closed=False)]
            closed = [self._line(db, one, workdays) for one in tables.every(db, closed=True)]
        last = date.max
        open_.sort(key=lambda line: (line.one.state is State.ANSWERED, line.due or last, line.one.id))
        closed.sort(key=lambda line: (line.one.since_on or date.min, line.one.id), reverse=True)
        return open_, closed[:CLOSED_SHOWN]

    def late(self) -> int:
        """Return how many people wait for longer than was promised."""
        workdays = self._threads.workdays()
        with self._store.reader() as db:
            return sum(self._line(db, one, workdays).late for one in tables.every(db, closed=False))

    def figures(self) -> Figures | None:
        """Return the counts of this year, None while nobody knows which it is."""
        today = self._threads.today()
        if today is None:
            return None
        with self._store.reader() as db:
            by_category, closed, late = tables.counts(db, today.year)
        whole = sum(by_category.values())
        return Figures(today.year, counts.merged(by_category), whole, closed, whole - late)

    def _opened(self, db: Reads, one: Complaint, read: Callable[[int], bytes]) -> Opened:
        return Opened(self._line(db, one), tuple(_said(each, read) for each in tables.messages(db, one.id)))

    def _line(self, db: Reads, one: Complaint, workdays: Workdays | None = None) -> Line:
        due = self._threads.due_on(db, one, workdays)
        return Line(one, due, model.is_late(one.state, due, self._threads.today()))

    def _found(self, db: Reads, id_: str) -> Complaint:
        one = tables.find(db, id_)
        if one is None:
            raise Refusal("report-unknown")
        return one


def _said(each: Message, read: Callable[[int], bytes]) -> Said:
    if each.photo:
        return Said(each, "")
    try:
        words = json.loads(read(each.n))
    except Refusal as refusal:
        if refusal.code != "record-erased":
            raise
        return Said(each, "")
    return Said(each, str(words.get("text", "")), str(words.get("place", "")))
