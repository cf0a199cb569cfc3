"""The acts on neighbours in need: of whoever tells, of the village's team, of the regency and of the calendar. Each is one transaction.

Promises: who is in need is never in the database but under seal; what is urgent goes up before everything else; a neighbour without a name
is kept by the day alone; whoever reads, compares or visits is in the audit log.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from gateway.choices.desk import Choices
from gateway.clock import Clock, ClockState
from gateway.errors import Refusal
from gateway.needs import model, tables, wire
from gateway.needs.choices import NeedRules
from gateway.needs.model import Author, Result, State, Why
from gateway.needs.tables import Entry, Need
from gateway.privacy import codes
from gateway.privacy.tables import is_open
from gateway.privacy.vault import Vault
from gateway.store import epochs, outbox
from gateway.store.database import Store, Transaction
from gateway.store.outbox import Reads
from gateway.store.room import require_room
from gateway.store.stamp import Stamp
from gateway.workdays.model import Workdays
from gateway.workdays.national import Calendar

KIND, CONTACT = "need", "need-contact"
"""Of the records in the vault: what was told and seen, version by version; and who told it."""
WHO, REGENCY = "warga", "kabupaten"
UNSEEN = dict.fromkeys((*range(32), 127))
"""Signs that no keyboard has and no page shows."""
WHY = "UU 13/2011"
"""The public task: villages take in who is poor, and tell the regency."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a neighbour tells."""

    category: str
    who: str
    where: str
    seen: str = ""
    now: bool = False
    """Whether the neighbour says that it cannot wait."""
    name: str = ""
    phone: str = ""

    @property
    def anonymous(self) -> bool:
        """Whether the neighbour did not say who it is."""
        return not (self.name or self.phone)


@dataclass(frozen=True, slots=True)
class Filed:
    """A report that was taken."""

    id: str
    code: str
    """Shown once: the hall does not know it any more."""
    urgent: bool


class NeedsDesk:
    """Where neighbours in need are told of and looked after. Safe from any thread."""

    def __init__(self, store: Store, clock: Clock, zone: tzinfo, vault: Vault, choices: Choices, calendar: Calendar) -> None:
        self._store = store
        self._clock = clock
        self._zone = zone
        self.vault = vault
        self._choices = choices
        self._calendar = calendar

    def today(self) -> date | None:
        """Return the hall's date, None while nobody is sure of it."""
        sure = self._clock.state() in {ClockState.TRUSTED, ClockState.STAFF}
        return self._clock.now().astimezone(self._zone).date() if sure else None

    def chosen(self) -> NeedRules:
        """Return what the hall has chosen, as far as it is durable."""
        return self._choices.current(NeedRules)

    def workdays(self) -> Workdays:
        """Return the working days as they are known now."""
        return self._calendar.now()

    def due_on(self, db: Reads, one: Need, workdays: Workdays | None = None) -> date | None:
        """Return the last day on which somebody should be there; whoever asks of many brings the ``workdays``, read once."""
        terms = self._choices.read(db, NeedRules).terms
        return model.due_on(one.state, one.since_on, one.again_on, terms, (workdays or self.workdays()).after, urgent=one.urgent)

    def report(self, told: Report, *, key: str) -> Filed:
        """Take a report; the same form once more is the same report. Raises Refusal ``report-empty``, ``field-invalid``, ``reports-full`` and those of the store."""
        told = _tidied(told)
        require_room(self._store.directory)
        code = codes.code_of(key, "need", told.category, told.who, told.where, told.seen, told.name, told.phone)
        with self._store.transaction() as tx:
            kind = self._choices.read(tx, NeedRules).offered.get(told.category)
            if kind is None:
                raise Refusal("field-invalid", field="jenis")
            filed = Filed(codes.number_of(code), code, told.now or bool(kind.more.get("urgent")))
            if tables.by_code(tx, codes.digest(code)) is None:
                if tables.waiting(tx) >= model.WAITING_LIMIT:
                    raise Refusal("reports-full")
                self._take(tx, told, filed, key)
        return filed

    def visit(self, id_: str, result: Result, note: str, *, again_on: date | None, officer: str, key: str) -> None:
        """Record that the village's team was there. Raises Refusal ``report-unknown``, ``report-closed``, ``report-long``, ``field-invalid``."""
        note = _said(note) if note.strip() else ""
        once = codes.once(key, result, note)
        today = self.today()
        if again_on is not None and today is not None and again_on <= today:
            raise Refusal("field-invalid", field="tanggal")
        with self._store.transaction() as tx:
            one = self.find(tx, id_)
            if tables.is_written(tx, id_, once):
                return
            state = model.after_visit(one.state, result)
            if state is None:
                raise Refusal("report-closed")
            late = one.late or model.is_late(self.due_on(tx, one), today)
            why = Why.VISIT if state is State.CLOSED else one.why
            one = one._replace(
                state=state, since_on=today, again_on=again_on if state in model.OPEN else None, why=why, late=late
            )
            tables.write(tx, one)
            n = self._write(tx, one, Author.HALL, {"text": note}, once, who=officer, result=result)
            outbox.append(tx, self._stamp(), wire.visited(one, Entry(n, Author.HALL, result, today)))

    def join(self, id_: str, other: str, *, officer: str) -> None:
        """Say that a report is about the same person or house as ``other``. Raises Refusal ``report-unknown``, ``report-closed``, ``report-not-now``."""
        with self._store.transaction() as tx:
            one, main = self.find(tx, id_), self.find(tx, other)
            if (one.state, one.joined) == (State.JOINED, main.id):
                return
            if one.state not in model.OPEN:
                raise Refusal("report-closed")
            if main.id == one.id or main.state not in model.OPEN:
                raise Refusal("report-not-now")
            for each in (*tables.joined_to(tx, one.id), one):
                moved = each._replace(state=State.JOINED, joined=main.id, since_on=self.today(), why=Why.TWICE)
                tables.write(tx, moved)
                outbox.append(tx, self._stamp(), wire.changed(moved))
            if one.urgent and not main.urgent:
                main = main._replace(urgent=True)
                tables.write(tx, main)
                outbox.append(tx, self._stamp(), wire.changed(main, wire.lane(main)))
            self.vault.note(tx, "join", KIND, id_, 0, who=officer, why=WHY)

    def close(self, id_: str, why: Why, *, officer: str) -> None:
        """Close a report where nobody goes. Raises Refusal ``report-unknown``, ``report-closed``."""
        with self._store.transaction() as tx:
            one = self.find(tx, id_)
            if (one.state, one.why) == (State.CLOSED, why):
                return
            if one.state not in model.OPEN:
                raise Refusal("report-closed")
            moved = one._replace(state=State.CLOSED, why=why, since_on=self.today(), again_on=None)
            tables.write(tx, moved)
            outbox.append(tx, self._stamp(), wire.changed(moved))
            self.vault.note(tx, "close", KIND, id_, 0, who=officer, why=WHY)

    def answer_of_regency(self, tx: Transaction, id_: str, data: Mapping[str, object], command: str) -> dict[str, object]:
        """Keep what the regency answers, inside ``tx``; return what to tell it. Raises Refusal ``report-unknown``, ``report-empty``, ``field-invalid``."""
        text, programme = data.get("text"), data.get("programme", "")
        if not isinstance(text, str) or not isinstance(programme, str):
            raise Refusal("field-invalid", field="text, programme")
        one, once = self.find(tx, id_), codes.once(command)
        if not tables.is_written(tx, id_, once):
            said = {"text": _said(text), "programme": _line(programme, model.NAME_LIMIT, "programme")}
            self._write(tx, one, Author.REGENCY, said, once, who=REGENCY)
        return {"state": str(one.state)}

    def settle(self) -> None:
        """Do what the calendar asks: give a day to what had none, mark where nobody has been in time."""
        today = self.today()
        if today is None:
            return
        with self._store.reader() as db:
            open_ = [one.id for one in tables.every(db, ended=False)]
        with self._store.transaction() as tx:
            for one in (tables.find(tx, id_) for id_ in open_):
                if one is not None and one.state in model.OPEN:
                    self._settle(tx, one, today)

    def due_for_erasure(self, db: Reads, kind: str, now: datetime) -> list[str]:
        """Return the records of a kind that are open in the vault and have been kept for as long as the hall keeps them."""
        before = now.astimezone(self._zone).date() - timedelta(days=self._choices.read(db, NeedRules).keep_days)
        old = (one for one in tables.every(db, ended=True) if one.since_on is not None and one.since_on < before)
        return [one.id for one in old if is_open(db, kind, one.id)]

    def find(self, db: Reads, id_: str) -> Need:
        """Return one report. Raises Refusal ``report-unknown``."""
        one = tables.find(db, id_)
        if one is None:
            raise Refusal("report-unknown")
        return one

    def _take(self, tx: Transaction, told: Report, filed: Filed, key: str) -> None:
        today = self.today()
        one = Need(
            filed.id, epochs.current(tx), told.category, filed.urgent, told.anonymous, State.REPORTED, "", today, today, None, "", late=False
        )  # fmt: skip
        tables.add(tx, one, codes.digest(filed.code))
        outbox.append(tx, self._stamp(by_day=one.anonymous), wire.reported(one))
        words = {"who": told.who, "where": told.where, "text": told.seen}
        self._write(tx, one, Author.VILLAGER, words, codes.once(key, "first"), who=WHO)
        if not one.anonymous:
            self.vault.put(tx, CONTACT, one.id, _packed({"name": told.name, "phone": told.phone}), who=WHO, why=WHY)

    def _write(
        self, tx: Transaction, one: Need, author: Author, words: Mapping[str, str], once: str, *, who: str, result: str = ""
    ) -> int:  # fmt: skip
        if len(tables.entries(tx, one.id)) >= model.ENTRIES_LIMIT:
            raise Refusal("report-long")
        lane = wire.lane(one) if author is Author.VILLAGER else "record" if wire.travels(author) else ""
        hidden = one.anonymous and author is Author.VILLAGER
        n = self.vault.put(tx, KIND, one.id, _packed({"author": author, **words}), who=who, why=WHY, lane=lane, by_day=hidden)
        tables.add_entry(tx, one.id, n, author, self.today(), once, result)
        return n

    def _settle(self, tx: Transaction, one: Need, today: date) -> None:
        settled = one._replace(reported_on=one.reported_on or today, since_on=one.since_on or today)
        if not settled.late and model.is_late(self.due_on(tx, settled), today):
            settled = settled._replace(late=True)
            outbox.append(tx, self._stamp(), wire.changed(settled))
        if settled != one:
            tables.write(tx, settled)

    def _stamp(self, *, by_day: bool = False) -> Stamp:
        return (Stamp.of_day if by_day else Stamp.of)(self._clock, self._zone)


def _packed(words: Mapping[str, str]) -> bytes:
    return json.dumps(dict(words), ensure_ascii=False, separators=(",", ":")).encode()


def _said(typed: str) -> str:
    lines = (" ".join(line.split()) for line in typed.strip().splitlines())
    text = "\n".join(line.translate(UNSEEN) for line in lines)
    if not text:
        raise Refusal("report-empty")
    if len(text) > model.TEXT_LIMIT:
        raise Refusal("field-invalid", field="cerita")
    return text


def _line(typed: str, limit: int, field: str) -> str:
    line = " ".join(typed.split())
    if len(line) > limit or not line.isprintable():
        raise Refusal("field-invalid", field=field)
    return line


def _tidied(told: Report) -> Report:
    """Return what was typed without needless space. Raises Refusal ``report-empty`` or ``field-invalid``."""
    who, where = _line(told.who, model.WHO_LIMIT, "siapa"), _line(told.where, model.WHERE_LIMIT, "di mana")
    if not where:
        raise Refusal("report-empty")
    name, phone = _line(told.name, model.NAME_LIMIT, "nama"), _line(told.phone, model.PHONE_LIMIT, "nomor")
    seen = _said(told.seen) if told.seen.strip() else ""
    return Report(told.category, who, where, seen, told.now, name, phone)
