"""The acts of people with letters: each public method is what one person does.

Promises: a letter gets its number, its entry in the book and its event in one transaction; what it says is sealed in the same one; its
document is made outside of any, from what was sealed, and a template that is broken keeps nobody waiting: an earlier one is taken,
and that is told; every opening is on record.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway.choices.desk import Choices
from gateway.clock import Clock
from gateway.errors import Refusal
from gateway.privacy.vault import Vault
from gateway.proof.proof import SALT_BYTES, key_name
from gateway.services import tables as catalogue
from gateway.services.document import INDONESIAN, Service
from gateway.services.letters import register, tables, wire
from gateway.services.letters.choices import LetterChoices, Signer
from gateway.services.letters.filling import Given, person_in
from gateway.services.letters.tables import COLLECTED, REPLACED, SIGNED, UNSIGNED, VOID, Letter
from gateway.store import epochs, outbox
from gateway.store.database import Store, Transaction
from gateway.store.once import once
from gateway.store.outbox import Reads
from gateway.store.stamp import Stamp

log = logging.getLogger(__name__)

KIND, DOCUMENT_KIND = "letter", "letter-document"
"""What letters and their documents are in the vault. Neither leaves the hall."""
REASON_LIMIT = 120
LEGAL = {SIGNED: (UNSIGNED,), COLLECTED: (SIGNED,), VOID: (UNSIGNED, SIGNED, COLLECTED)}
"""By the state that an act makes: those in which it may be done."""

RequestFollows = Callable[[Transaction, int, bool, str], None]
"""Lets a request follow its letter, inside the transaction: its number, whether another letter counts now, the officer's id."""
Today = Callable[[], date | None]
"""The date that somebody or the network has confirmed, else None."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter before it has a number."""

    service: str
    version: int
    answers: Mapping[str, str]
    """By question, each in the one spelling of ``values.read_value``."""
    request: int | None = None
    replaces: int | None = None
    """The id of the letter whose place it takes."""


@dataclass(frozen=True, slots=True)
class Issued:
    """The answer to who has issued a letter."""

    letter: int
    number: str


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a letter says, as it was sealed."""

    given: Given
    signer: Signer
    """Who usually signs, as it was when the letter was issued; who prints it may choose another."""
    salt: bytes


class LettersDesk:
    """Where letters are issued, and what becomes of them is noted. Safe from any thread."""

    def __init__(
        self, store: Store, clock: Clock, zone: tzinfo, choices: Choices, vault: Vault, key: Ed25519PublicKey, today: Today
    ) -> None:
        self._store = store
        self._clock = clock
        self._zone = zone
        self._choices = choices
        self._vault = vault
        self._key = key
        self._today = today
        self.request_follows: RequestFollows = lambda _tx, _request, _counts, _who: None
        """village.py introduces the requests; only what a clerk does with a letter itself reaches them by it."""

    def issue(self, draft: Draft, *, who: str, key: str | None = None) -> Issued:
        """Issue a letter, once for each ``key``; ``who`` is the officer's id.

        Raises Refusal ``letter-date-unknown``, ``letter-settings``, ``letter-closed``, ``service-unknown`` and those of ``register.take``.
        """
        asked = [draft.service, str(draft.version), str(draft.request), str(draft.replaces)]
        with self._store.transaction() as tx:
            return once(
                tx,
                Issued,
                f"letter-{key}" if key else None,
                asked,
                self._clock.now(),
                lambda tx: self._issue(tx, draft, who),
            )

    def issue_in(self, tx: Transaction, draft: Draft, *, who: str) -> Issued:
        """Issue a letter inside ``tx``. Raises as ``issue`` does."""
        service = self._service(tx, draft.service, draft.version)
        choices = self._choices.read(tx, LetterChoices)
        lacking, on = choices.lacking(), self._today()
        if lacking:
            raise Refusal("letter-settings")
        if on is None:
            raise Refusal("letter-date-unknown")
        replaced = self._to_replace(tx, draft.replaces)
        book, number = register.take(tx, choices.rule, choices.code_of(draft.service), on)
        stamp = self._stamp()
        template, written = tables.newest_template(tx, service.document)
        letter = tables.add(
            tx,
            Letter(
                0, epochs.current(tx), book.book, book.year, book.last, number, on, UNSIGNED, draft.service, draft.version, service.name[INDONESIAN],
                draft.request, draft.replaces, issued_at=stamp.time, issued_by=who, template=template if written else 0,
                keep_until=(on + timedelta(days=service.keep_days)).isoformat(),
            ),
        )  # fmt: skip
        given = Given(draft.service, draft.version, draft.answers, person_in(service, draft.answers))
        self._vault.put(tx, KIND, letter.record, _sealed(given, choices.who_signs()[0]), who=who, why=ground_of(service))
        if replaced is not None:
            tables.write(tx, replaced.id, state=REPLACED)
        self._tell_key(tx, stamp, choices.village)
        outbox.append(tx, stamp, wire.issued(letter, replaced))
        return Issued(letter.id, number)

    def sign(self, letter: int, *, who: str) -> None:
        """Note that a letter is signed and ready. Raises Refusal ``letter-unknown``, ``letter-closed``."""
        with self._store.transaction() as tx:
            self.note_in(tx, letter, SIGNED, who=who)

    def collect(self, letter: int, *, who: str) -> None:
        """Note that a letter was handed over. Raises as ``sign`` does."""
        with self._store.transaction() as tx:
            self.note_in(tx, letter, COLLECTED, who=who)

    def void(self, letter: int, reason: str, *, who: str) -> None:
        """Let a letter count no more; its number is never used again. Raises as ``sign`` does, and ``void-reason``."""
        if not reason.strip():
            raise Refusal("void-reason")
        with self._store.transaction() as tx:
            counted = self._require(tx, letter)
            self.note_in(tx, letter, VOID, who=who, reason=" ".join(reason.split())[:REASON_LIMIT])
            if counted.counts and counted.request is not None:
                self.request_follows(tx, counted.request, False, who)  # noqa: FBT003 - the hook's shape

    def note_in(self, tx: Transaction, id_: int, state: str, *, who: str, reason: str = "") -> None:
        """Note inside ``tx`` that a letter stands in ``state``; nothing happens when it does already."""
        letter = self._require(tx, id_)
        if letter.state == state:
            return
        if letter.state not in LEGAL[state]:
            raise Refusal("letter-closed", number=letter.number)
        tables.write(tx, id_, state=state, reason=reason)
        self._vault.note(tx, state, KIND, letter.record, 1, who=who, why=reason)
        if state == VOID:
            outbox.append(tx, self._stamp(), wire.voided(letter))

    def take_back_in(self, tx: Transaction, id_: int, *, who: str) -> None:
        """Note inside ``tx`` that a letter was not handed over after all: it is ready again."""
        letter = self._require(tx, id_)
        if letter.state == COLLECTED:
            tables.write(tx, id_, state=SIGNED)
            self._vault.note(tx, "reopen", KIND, letter.record, 1, who=who, why="")

    def find(self, letter: int) -> Letter:
        """Return a letter without what it says. Raises Refusal ``letter-unknown``."""
        with self._store.reader() as db:
            return self._require(db, letter)

    def follower(self, letter: int) -> Letter | None:
        """Return the letter that took a letter's place."""
        with self._store.reader() as db:
            return tables.follower(db, letter)

    def open(self, letter: int, *, who: str, why: str) -> Sealed:
        """Return what a letter says, and note who has read it. Raises Refusal ``letter-unknown``, and those of the vault."""
        with self._store.transaction() as tx:
            return unsealed(self._vault.open(tx, KIND, self._require(tx, letter).record, 1, who=who, why=why))

    def service_of(self, letter: Letter) -> Service:
        """Return the service by which a letter was made, as it was then."""
        with self._store.reader() as db:
            return self._service(db, letter.service, letter.version)

    def say_last(self, code: str, last: int, *, who: str) -> None:
        """Record that ``last`` was the last number used in this year's book of a code. Raises Refusal ``letter-date-unknown``, and those of ``register.say_last``."""
        on = self._today()
        if on is None:
            raise Refusal("letter-date-unknown")
        with self._store.transaction() as tx:
            stamp, rule = self._stamp(), self._choices.read(tx, LetterChoices).rule
            entered = register.say_last(tx, rule, code, on, last, who, stamp.time)
            if entered:
                outbox.append(tx, stamp, wire.used_outside(entered))
        log.info("event=last-number-said code=%s year=%s last=%s officer=%s", code, on.year, last, who)

    def signers(self) -> list[Signer]:
        """Return who may sign, the usual one first."""
        return self._choices.current(LetterChoices).who_signs()

    def today(self) -> date | None:
        """Return the date that the next letter bears; None while nobody knows it."""
        return self._today()

    def forget(self, tx: Transaction, letter: Letter, *, who: str, why: str) -> None:
        """Let the hall never open a letter again, inside ``tx``; its number and what became of it stay."""
        for kind in (KIND, DOCUMENT_KIND):
            self._vault.erase(tx, kind, letter.record, who=who, why=why)
        tables.write(tx, letter.id, forgotten=1)

    def _issue(self, tx: Transaction, draft: Draft, who: str) -> Issued:
        issued = self.issue_in(tx, draft, who=who)
        if draft.replaces is not None and draft.request is not None:
            self.request_follows(tx, draft.request, True, who)  # noqa: FBT003 - the hook's shape
        return issued

    def _tell_key(self, tx: Transaction, stamp: Stamp, village: str) -> None:
        """Tell the centre with which key this hall signs, before the first letter that it proves; again when the village is called otherwise."""
        name, public = key_name(self._key), self._key.public_bytes_raw()
        if tables.tell_key(tx, name, public, village, stamp.time):
            outbox.append(tx, stamp, wire.key(name, public, village, epochs.current(tx)))

    def _to_replace(self, tx: Transaction, id_: int | None) -> Letter | None:
        if id_ is None:
            return None
        letter = self._require(tx, id_)
        if not letter.counts:
            raise Refusal("letter-closed", number=letter.number)
        return letter

    def _require(self, db: Reads, id_: int) -> Letter:
        letter = tables.find(db, id_)
        if letter is None or not letter.service:
            raise Refusal("letter-unknown")
        return letter

    def _service(self, db: Reads, name: str, version: int) -> Service:
        service = catalogue.version(db, name, version)
        if service is None or not service.document:
            raise Refusal("service-unknown")
        return service

    def _stamp(self) -> Stamp:
        return Stamp.of(self._clock, self._zone)


def ground_of(service: Service) -> str:
    """Return by what the data of a letter are kept, as the audit log has it."""
    return service.basis.get(INDONESIAN) or "persetujuan: " + service.consent.get(INDONESIAN, "")


def _sealed(given: Given, signer: Signer) -> bytes:
    told = {
        "service": given.service, "version": given.version, "answers": dict(given.answers), "name": given.name,
        "signer": [signer.name, signer.office, signer.number], "salt": secrets.token_bytes(SALT_BYTES).hex(),
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def unsealed(content: bytes) -> Sealed:
    """Return what was sealed of a letter."""
    told = json.loads(content)
    given = Given(told["service"], told["version"], told["answers"], told["name"])
    return Sealed(given, Signer(*told["signer"]), bytes.fromhex(told["salt"]))
