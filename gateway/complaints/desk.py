"""The acts on complaints: of whoever complains, of the hall, of the regency and of the calendar. Each is one transaction.

Promises: the same form sent twice is one complaint with one code, though nothing is kept that could give that code; what was written is
never in the database but under seal; a clerk who reads is in the audit log, whoever complained and reads is not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gateway.complaints import model, tables
from gateway.complaints.model import Act, Author, State, Why
from gateway.complaints.tables import Complaint
from gateway.complaints.threads import CONTACT, KIND, WHO, WHY, Threads
from gateway.errors import Refusal
from gateway.privacy import codes
from gateway.privacy.tables import is_open
from gateway.privacy.vault import Vault
from gateway.store import epochs
from gateway.store.database import Store, Transaction
from gateway.store.outbox import Reads
from gateway.store.room import require_room

SETTLED_AT_ONCE = 100
UNSEEN = dict.fromkeys((*range(32), 127))
"""Signs that no keyboard has and no page shows."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody tells; with neither name nor phone it is without a name."""

    category: str
    text: str
    place: str = ""
    name: str = ""
    phone: str = ""

    @property
    def anonymous(self) -> bool:
        """Whether nobody said who it is."""
        return not (self.name or self.phone)


@dataclass(frozen=True, slots=True)
class Filed:
    """A complaint that was taken."""

    id: str
    code: str
    """Shown once: the hall does not know it any more."""


class ComplaintsDesk:
    """Where complaints are told, read and answered. Safe from any thread."""

    def __init__(self, store: Store, threads: Threads) -> None:
        self._store = store
        self.threads = threads

    @property
    def _vault(self) -> Vault:
        return self.threads.vault

    def file(self, draft: Draft, *, key: str) -> Filed:
        """Take a complaint; the same form once more is the same complaint.

        Raises Refusal ``report-empty``, ``field-invalid``, ``reports-full`` and those of the store.
        """
        draft = _tidied(draft)
        require_room(self._store.directory)
        code = codes.code_of(key, draft.category, draft.text, draft.place, draft.name, draft.phone)
        filed = Filed(codes.number_of(code), code)
        with self._store.transaction() as tx:
            if draft.category not in self.threads.rules(tx).offered:
                raise Refusal("field-invalid", field="jenis")
            if tables.by_code(tx, codes.digest(code)) is not None:
                return filed
            if tables.waiting(tx) >= model.WAITING_LIMIT:
                raise Refusal("reports-full")
            one = tables.add(
                tx, filed.id, codes.digest(code), epochs.current(tx), draft.category,
                anonymous=draft.anonymous, today=self.threads.today(),
            )  # fmt: skip
            words = {"text": draft.text, "place": draft.place}
            self.threads.write(tx, one, Author.VILLAGER, _packed(words), codes.once(key, "first"), who=WHO)
            if not draft.anonymous:
                self._vault.put(tx, CONTACT, one.id, _packed({"name": draft.name, "phone": draft.phone}), who=WHO, why=WHY)
            self.threads.tell(tx, one, Author.VILLAGER)
        return filed

    def reply(self, code: str, text: str, *, key: str) -> None:
        """Let whoever complained write again. Raises Refusal ``report-unknown``, ``report-empty``, ``report-closed``, ``report-long``."""
        said = _text(text)
        once = codes.once(key, said)
        with self._store.transaction() as tx:
            one = self._by_code(tx, code)
            if not tables.is_written(tx, one.id, once):
                one = self.threads.move(tx, one, Act.REPLY)
                self.threads.write(tx, one, Author.VILLAGER, _packed({"text": said}), once, who=WHO)
                self.threads.tell(tx, one, Author.VILLAGER)

    def add_photo(self, code: str, picture: bytes, *, key: str) -> None:
        """Keep a picture, drawn anew already, with a complaint. Raises as ``reply``."""
        require_room(self._store.directory, 2 * len(picture))
        once = codes.once(key, "photo")
        with self._store.transaction() as tx:
            one = self._by_code(tx, code)
            if one.state is State.CLOSED:
                raise Refusal("report-closed")
            if not tables.is_written(tx, one.id, once):
                self.threads.write(tx, one, Author.VILLAGER, picture, once, who=WHO, photo=True)
                self.threads.tell(tx, self.threads.hold(tx, one), Author.VILLAGER)

    def be_content(self, code: str) -> None:
        """Close what was answered well enough; nothing happens when it is closed. Raises Refusal ``report-unknown``, ``report-not-now``."""
        with self._store.transaction() as tx:
            one = self._by_code(tx, code)
            if one.state is not State.CLOSED:
                self.threads.tell(tx, self.threads.move(tx, one, Act.CONTENT, why=Why.CONTENT), Author.VILLAGER)

    def forward(self, id_: str, handler: str, *, officer: str) -> None:
        """Pass a complaint on within the hall. Raises Refusal ``report-unknown``, ``report-closed``, ``report-not-now``."""
        with self._store.transaction() as tx:
            one = self._find(tx, id_)
            if (one.state, one.handler) != (State.FORWARDED, handler):
                moved = self.threads.move(tx, one, Act.FORWARD, handler=handler)
                self._vault.note(tx, "forward", KIND, id_, 0, who=officer, why=WHY)
                self.threads.tell(tx, moved, Author.HALL)

    def escalate(self, id_: str, *, officer: str) -> None:
        """Hand a complaint to the regency, with its words under seal. They wait for the centre's sealing key. Raises as ``forward``."""
        with self._store.transaction() as tx:
            one = self._find(tx, id_)
            if one.state is not State.WITH_REGENCY:
                moved = self.threads.move(tx, one, Act.ESCALATE)
                self._vault.note(tx, "escalate", KIND, id_, 0, who=officer, why=WHY)
                self.threads.tell(tx, moved, Author.HALL)

    def answer(self, id_: str, text: str, *, officer: str, key: str) -> None:
        """Answer for the hall. Raises as ``forward``, and ``report-empty``, ``report-long``."""
        said = _text(text)
        once = codes.once(key, said)
        with self._store.transaction() as tx:
            one = self._find(tx, id_)
            if tables.is_written(tx, id_, once):
                return
            if one.state is State.CLOSED:
                raise Refusal("report-closed")
            one = self.threads.move(tx, one, Act.ANSWER)
            self.threads.write(tx, one, Author.HALL, _packed({"text": said}), once, who=officer)
            self.threads.tell(tx, one, Author.HALL)

    def close(self, id_: str, why: Why, *, officer: str) -> None:
        """Close a complaint for a reason that is shown to whoever complained. Raises as ``forward``."""
        with self._store.transaction() as tx:
            one = self._find(tx, id_)
            if one.state is not State.CLOSED:
                moved = self.threads.move(tx, one, Act.CLOSE, why=why)
                self._vault.note(tx, "close", KIND, id_, 0, who=officer, why=WHY)
                self.threads.tell(tx, moved, Author.HALL)

    def answer_of_regency(self, tx: Transaction, id_: str, data: Mapping[str, object], command: str) -> dict[str, object]:
        """Keep what the regency answers, inside ``tx``; return what to tell it. ``final`` means that it has nothing more to say.

        Raises Refusal ``report-unknown``, ``report-empty``, ``report-long`` or ``field-invalid``.
        """
        text, final = data.get("text"), data.get("final", True)
        if not isinstance(text, str) or not isinstance(final, bool):
            raise Refusal("field-invalid", field="text, final")
        one, once = self._find(tx, id_), codes.once(command)
        if not tables.is_written(tx, id_, once):
            one = self.threads.move(tx, one, Act.ANSWER if final else Act.NOTE)
            self.threads.write(tx, one, Author.REGENCY, _packed({"text": _text(text)}), once, who="kabupaten")
            one = self.threads.tell(tx, one, Author.REGENCY)
        return {"state": str(one.state)}

    def settle(self) -> None:
        """Do what the calendar asks: close what was silent, mark what is late, tell what was held back to another day."""
        today = self.threads.today()
        if today is None:
            return
        with self._store.reader() as db:
            waiting = [one.id for one in tables.every(db, closed=False)]
            held = [one.id for one in tables.untold(db) if one.changed_on is None or one.changed_on < today]
        for ids, act in ((waiting, self._settle), (held, self._tell_later)):
            for start in range(0, len(ids), SETTLED_AT_ONCE):
                with self._store.transaction() as tx:
                    for id_ in ids[start : start + SETTLED_AT_ONCE]:
                        act(tx, id_, today)

    def due_for_erasure(self, db: Reads, kind: str, now: datetime) -> list[str]:
        """Return the records of a kind that are open in the vault and have been kept for as long as the hall keeps them."""
        before = now.astimezone(self.threads.zone).date() - timedelta(days=self.threads.rules(db).keep_days)
        old = (one for one in tables.every(db, closed=True) if one.since_on is not None and one.since_on < before)
        return [one.id for one in old if is_open(db, kind, one.id)]

    def _settle(self, tx: Transaction, id_: str, today: date) -> None:
        one = tables.find(tx, id_)
        if one is not None and one.state is not State.CLOSED:
            self.threads.silent_or_dated(tx, one, today)

    def _tell_later(self, tx: Transaction, id_: str, _today: date) -> None:
        one = tables.find(tx, id_)
        if one is not None:
            self.threads.tell_later(tx, one)

    def _find(self, db: Reads, id_: str) -> Complaint:
        one = tables.find(db, id_)
        if one is None:
            raise Refusal("report-unknown")
        return one

    def _by_code(self, db: Reads, code: str) -> Complaint:
        one = tables.by_code(db, codes.digest(codes.plain(code)))
        if one is None:
            raise Refusal("report-unknown")
        return one


def _packed(words: Mapping[str, str]) -> bytes:
    return json.dumps(words, ensure_ascii=False, separators=(",", ":")).encode()


def _text(typed: str) -> str:
    lines = (" ".join(line.split()) for line in typed.strip().splitlines())
    text = "\n".join(line.translate(UNSEEN) for line in lines)
    if not text:
        raise Refusal("report-empty")
    if len(text) > model.TEXT_LIMIT:
        raise Refusal("field-invalid", field="cerita")
    return text


def _tidied(draft: Draft) -> Draft:
    """Return what was typed without needless space. Raises Refusal ``report-empty`` or ``field-invalid``."""
    place, name, phone = (" ".join(typed.split()) for typed in (draft.place, draft.name, draft.phone))
    for typed, limit, field in (
        (place, model.PLACE_LIMIT, "tempat"),
        (name, model.NAME_LIMIT, "nama"),
        (phone, model.PHONE_LIMIT, "nomor"),
    ):
        if len(typed) > limit or not (typed.isprintable()):
            raise Refusal("field-invalid", field=field)
    return Draft(draft.category, _text(draft.text), place, name, phone)
