"""Neighbours in need as they are read: by the village's team, by whoever told, and by everybody as counts without persons.

Promises: a list names nobody; a clerk who opens or compares reports is in the audit log for each of them; whoever told is told that somebody
looks after it, and nothing about who is in need.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from gateway.errors import Refusal
from gateway.needs import model, tables
from gateway.needs.desk import CONTACT, KIND, WHY, NeedsDesk
from gateway.needs.likeness import Told, likeness
from gateway.needs.model import State
from gateway.needs.tables import Entry, Need
from gateway.privacy import codes, counts
from gateway.store.database import Store, Transaction
from gateway.store.outbox import Reads
from gateway.workdays.model import Workdays

ENDED_SHOWN = 50
COMPARED_LIMIT = 300
"""More open reports than a village has; each one compared is an entry of the audit log."""


@dataclass(frozen=True, slots=True)
class Line:
    """One report on the team's list."""

    one: Need
    due: date | None
    late: bool


@dataclass(frozen=True, slots=True)
class Said:
    """One entry, unsealed for this reader alone."""

    by: Entry
    who: str = ""
    where: str = ""
    text: str = ""
    programme: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """One report with what was told and seen, that of the reports joined to it included."""

    line: Line
    said: tuple[Said, ...]
    joined: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alike:
    """Another report that may be about the same person or house."""

    one: Need
    who: str
    where: str


@dataclass(frozen=True, slots=True)
class Figures:
    """The reports of a year, without persons."""

    year: int
    categories: dict[str, int] | None
    whole: int
    helped: int
    in_time: int


class NeedsView:
    """Where reports are read. Safe from any thread."""

    def __init__(self, store: Store, desk: NeedsDesk) -> None:
        self._store = store
        self._desk = desk

    def by_code(self, typed: str) -> State:
        """Return how a report stands to whoever has its code. Raises Refusal ``report-unknown``."""
        with self._store.reader() as db:
            one = tables.by_code(db, codes.digest(codes.plain(typed)))
        if one is None:
            raise Refusal("report-unknown")
        return one.state

    def open(self, id_: str, officer: str) -> Opened:
        """Return a report to a clerk, and note who has read it. Raises Refusal ``report-unknown``."""
        with self._store.transaction() as tx:
            one = self._desk.find(tx, id_)
            joined = tables.joined_to(tx, id_)
            said = [self._said(tx, each.id, entry, officer) for each in (one, *joined) for entry in tables.entries(tx, each.id)]
            said.sort(key=lambda each: each.by.on_day or date.min)
            return Opened(self._line(tx, one), tuple(said), tuple(each.id for each in joined))

    def contact(self, id_: str, officer: str) -> tuple[str, str]:
        """Return name and phone of whoever told, and note who has asked. Raises Refusal ``report-unknown`` or ``record-unknown``."""
        with self._store.transaction() as tx:
            self._desk.find(tx, id_)
            words = json.loads(self._desk.vault.open(tx, CONTACT, id_, 1, who=officer, why=WHY))
        return str(words["name"]), str(words["phone"])

    def alike(self, id_: str, officer: str) -> list[Alike]:
        """Return open reports that may be about the same, the likeliest first; each that was compared is noted. Nothing of it is kept."""
        with self._store.reader() as db:
            mine = self._told(db, self._desk.find(db, id_))
            others = [other for other in tables.every(db, ended=False) if other.id != id_][:COMPARED_LIMIT]
            told = [self._told(db, other) for other in others]
        with self._store.transaction() as tx:  # on record before anybody sees it
            for read in (id_, *(other.id for other in others)):
                self._desk.vault.note(tx, "compare", KIND, read, 1, who=officer, why=WHY)
        found = [(likeness(mine, each), other, each) for other, each in zip(others, told, strict=True)]
        found.sort(key=lambda each: (-each[0], each[1].id))
        return [Alike(other, each.who, each.where) for score, other, each in found if score > 0]

    def listed(self) -> tuple[list[Line], list[Line]]:
        """Return where somebody goes, the most pressing first, and the latest where nobody does any more."""
        workdays = self._desk.workdays()
        with self._store.reader() as db:
            open_ = [self._line(db, one, workdays) for one in tables.every(db, ended=False)]
            ended = [self._line(db, one, workdays) for one in tables.every(db, ended=True)]
        open_.sort(
            key=lambda line: (not (line.one.urgent and line.one.state is State.REPORTED), line.due or date.max, line.one.id)
        )
        ended.sort(key=lambda line: (line.one.since_on or date.min, line.one.id), reverse=True)
        return open_, ended[:ENDED_SHOWN]

    def late(self) -> int:
        """Return where somebody should have been by now."""
        workdays = self._desk.workdays()
        with self._store.reader() as db:
            return sum(self._line(db, one, workdays).late for one in tables.every(db, ended=False))

    def figures(self) -> Figures | None:
        """Return the counts of this year, None while nobody knows which it is."""
        today = self._desk.today()
        if today is None:
            return None
        with self._store.reader() as db:
            by_category, helped, late = tables.counts(db, today.year)
        whole = sum(by_category.values())
        return Figures(today.year, counts.merged(by_category), whole, helped, whole - late)

    def _line(self, db: Reads, one: Need, workdays: Workdays | None = None) -> Line:
        due = self._desk.due_on(db, one, workdays)
        return Line(one, due, model.is_late(due, self._desk.today()))

    def _said(self, tx: Transaction, id_: str, entry: Entry, officer: str) -> Said:
        try:
            words = json.loads(self._desk.vault.open(tx, KIND, id_, entry.n, who=officer, why=WHY))
        except Refusal as refusal:
            if refusal.code != "record-erased":
                raise
            return Said(entry)
        return Said(entry, *(str(words.get(name, "")) for name in ("who", "where", "text", "programme")))

    def _told(self, db: Reads, one: Need) -> Told:
        """Return what a neighbour told of who and where; nothing of it once it is erased."""
        try:
            words = json.loads(self._desk.vault.read(db, KIND, one.id, 1))
        except Refusal as refusal:
            if refusal.code != "record-erased":
                raise
            return Told("", "")
        return Told(str(words.get("who", "")), str(words.get("where", "")))
