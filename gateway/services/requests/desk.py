"""The acts of people with requests: each public method is what one person does, in one transaction.

Promises: when a method returns, the fact is on the card, its event is in the outbox and its entry in the audit log with it; when it refuses, nothing
has happened; handing in twice is handing in once, and the same key is the same act; answers, photographs and the words of a
rejection are written sealed and nowhere else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

from gateway.clock import Clock
from gateway.errors import Refusal
from gateway.privacy.vault import Vault
from gateway.services import tables as catalogue
from gateway.services.document import Service
from gateway.services.requests import answers, model, slips, tables, wire
from gateway.services.requests.drafts import DraftsDesk
from gateway.services.requests.filing import HALL, HOLDER, KIND, LANE, PHOTO_KIND, Filing, content_of, ground_of
from gateway.services.requests.model import Act, State
from gateway.services.requests.neighbours import Neighbours
from gateway.services.requests.tables import Request, Step
from gateway.store import outbox
from gateway.store.database import Store, Transaction
from gateway.store.once import once
from gateway.store.outbox import Reads
from gateway.store.stamp import Stamp

FORGET_AT_ONCE = 200
WORDS_LIMIT = 500
"""Letters of what a clerk adds to a rejection."""


@dataclass(frozen=True, slots=True)
class Changed:
    """The answer to any other act."""

    number: int
    token: str
    state: str


@dataclass(frozen=True, slots=True)
class PickUp:
    """The answer to somebody who collects: the ticket with which the counter calls."""

    ticket: str
    """The token of its page."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A request with what is personal, for the clerk who has opened it."""

    request: Request
    service: Service
    answers: Mapping[str, str]
    words: str
    """What a clerk has added to the rejection."""
    steps: Sequence[Step]
    photos: Sequence[str] = ()
    """The requirements of which there is a photograph."""


class RequestsDesk:
    """Where requests are handed in, judged, given out and taken back. Safe from any thread."""

    def __init__(
        self, store: Store, clock: Clock, randomness: Random, zone: ZoneInfo, vault: Vault, drafts: DraftsDesk,
        neighbours: Neighbours | None = None,
    ) -> None:  # fmt: skip
        self._store = store
        self._clock = clock
        self._zone = zone
        self._vault = vault
        self.neighbours = neighbours or Neighbours()
        self._filing = Filing(store, clock, randomness, zone, vault, drafts, self.neighbours)
        self.file = self._filing.file

    def look(self, number: int, *, who: str) -> Opened:
        """Open a request for a clerk, which is an entry of the audit log. Raises Refusal ``request-unknown``, ``record-erased``."""
        with self._store.transaction() as tx:
            request = self._require(tx, number)
            return self._open(tx, request, who, why="petugas membuka permohonan")

    def photo(self, number: int, requirement: str, *, who: str) -> bytes:
        """Return a photograph of a requirement for a clerk, which is an entry of the audit log. Raises as ``look`` does."""
        with self._store.transaction() as tx:
            request = self._require(tx, number)
            if request.shown.get(requirement) not in model.WITH_PHOTO:
                raise Refusal("not-found")
            record = f"{request.record}-{requirement}"
            return self._vault.open(tx, PHOTO_KIND, record, 1, who=who, why="petugas melihat foto syarat")

    def amend(self, number: int, typed: Mapping[str, str], seen: Sequence[str], *, who: str, key: str) -> Changed:
        """Complete a request at the counter: what was answered, and which requirements a clerk has seen.

        What was missing and is there now makes it whole; what changes nothing makes no version. Raises Refusal ``request-unknown``, ``act-too-late``, ``answers-wrong``.
        """

        def change(tx: Transaction) -> Changed:
            request = self._require(tx, number)
            if request.state not in model.EDITABLE:
                raise Refusal("act-too-late", number=model.label(number))
            service = self._service(tx, request)
            read = answers.read(service, typed)
            if read.wrong:
                raise Refusal("answers-wrong")
            shown = model.shown_after(request.shown, [one.id for one in service.requirement if one.id in seen])
            missing = answers.standing_of(service, read.answers, shown)
            state = State.REVIEW if missing.is_whole else request.state
            content, why = content_of(request, read.answers), ground_of(service, request.ground)
            before = self._vault.read(tx, KIND, request.record, request.sealed)
            if (state, shown, content) == (request.state, request.shown, before):
                return Changed(number, request.token, state.value)
            version = self._vault.put(tx, KIND, request.record, content, who=who, why=why, lane=LANE)
            changes: dict[str, object] = {"sealed": version, "shown": shown, "unanswered": missing.unanswered}
            return self._change(tx, request, state, "amend", who, changes)

        return self._once(["amend", str(number), json.dumps(dict(typed)), *seen], key, change)

    def act(self, number: int, act: Act, *, who: str, key: str, expected: str = "", reason: str = "", words: str = "") -> Changed:
        """Let a clerk do ``act``; ``expected`` is the state that the page showed. ``reason`` and ``words`` are of a rejection.

        Raises Refusal ``request-unknown``, ``act-too-late``, ``answers-missing``, ``reason-needed``, and what making the letter refuses.
        """

        def change(tx: Transaction) -> Changed:
            request = self._require(tx, number)
            service = self._service(tx, request)
            signs = any(step.signs for step in service.step)
            after = model.state_after(request.state, act, signs=signs)
            if after is None or (expected and expected != request.state):
                raise Refusal("act-too-late", number=model.label(number))
            if act is Act.APPROVE and request.unanswered:
                raise Refusal("answers-missing", missing=answers.labels(service, request.unanswered))
            changes: dict[str, object] = {"reason": ""}
            if act is Act.REJECT:
                if reason not in model.REASONS:
                    raise Refusal("reason-needed")
                opened = self._open(tx, request, who, why="alasan penolakan")
                content = content_of(request, opened.answers, words[:WORDS_LIMIT])
                sealed = self._vault.put(tx, KIND, request.record, content, who=who, why="alasan penolakan", lane=LANE)
                changes = {"reason": reason, "sealed": sealed}
            if act is Act.APPROVE and self.neighbours.letter is not None and service.document:
                opened = self._open(tx, request, who, why="surat dibuat")
                self.neighbours.letter(tx, request, service, opened.answers, who)
            self.neighbours.letter_follows(tx, request, act, who)
            return self._change(tx, request, after, act, who, changes)

        return self._once(["act", str(number), act, expected, reason, words], key, change)

    def follow_letter(self, tx: Transaction, number: int, counts: bool, who: str) -> None:  # noqa: FBT001 - a hook of letters
        """Let a request follow its letter, inside ``tx``: into review when the letter ``counts`` no more, to its signature when another took its place.

        Only what waits to be signed or collected moves: what is in review is judged again anyhow, and what is closed stays closed.
        """
        request = tables.find(tx, number)
        if request is None or request.state not in {State.SIGNATURE, State.READY}:
            return
        signs = any(step.signs for step in self._service(tx, request).step)
        again = model.state_after(State.REVIEW, Act.APPROVE, signs=signs)
        if counts and (again is None or again is request.state):
            return
        self._change(tx, request, State.REVIEW, Act.REWORK, who, {})
        if counts and again is not None:
            self._change(tx, self._require(tx, number), again, Act.APPROVE, who, {})

    def cancel(self, token: str, *, key: str) -> Changed:
        """Let whoever brought a request take it back. Raises Refusal ``request-unknown``, ``act-too-late``."""

        def change(tx: Transaction) -> Changed:
            request = self._require_by(tx, token)
            if request.state not in model.HOLDER_CANCELS:
                raise Refusal("act-too-late", number=model.label(request.number))
            return self._change(tx, request, State.CANCELLED, Act.CANCEL, HOLDER, {})

        return self._once(["cancel", token], key, change)

    def pick_up(self, token: str) -> PickUp:
        """Give a number that goes ahead to whoever collects: one, as long as it is of use. Raises Refusal ``act-too-late``, and the queue's."""
        with self._store.transaction() as tx:
            request = self._require_by(tx, token)
            tickets = self.neighbours.tickets
            if request.state is not State.READY or tickets is None:
                raise Refusal("act-too-late", number=model.label(request.number))
            if request.pickup and tickets.lives(tx, request.pickup):
                return PickUp(request.pickup)
            ticket, revision = tickets.give(tx, self._service(tx, request).line)
            tables.write(tx, request.number, {"pickup": ticket})
        tickets.seen(revision)
        return PickUp(ticket)

    def print_again(self, number: int) -> None:
        """Print the slip of a request once more. Raises Refusal ``request-unknown``."""
        with self._store.transaction() as tx:
            slips.want(tx, self._require(tx, number).number, self._stamp())

    def due(self, db: Reads, now: datetime) -> list[Request]:
        """Return the closed requests whose time of keeping is over at the instant ``now``, the oldest first, at most ``FORGET_AT_ONCE``."""
        return tables.to_forget(db, now.astimezone(self._zone).date().isoformat(), FORGET_AT_ONCE)

    def forget(self, tx: Transaction, request: Request, *, who: str, why: str) -> None:
        """Let the hall never open a request and its photographs again, inside ``tx``; its number and what became of it stay."""
        self._vault.erase(tx, KIND, request.record, who=who, why=why)
        for one in request.shown:
            self._vault.erase(tx, PHOTO_KIND, f"{request.record}-{one}", who=who, why=why)
        tables.write(tx, request.number, {"forgotten": True})

    def _change(
        self, tx: Transaction, request: Request, state: State, act: str, who: str, changes: Mapping[str, object]
    ) -> Changed:
        stamp, service = self._stamp(), self._service(tx, request)
        told: dict[str, object] = {**changes, "state": state.value, "changed_at": stamp.time}
        if state is not request.state:
            told["closed_at"] = stamp.time if state in model.CLOSED else ""
            told["ready_at"] = stamp.time if state is State.READY else request.ready_at if state in model.CLOSED else ""
            if state is State.REVIEW and not request.complete_on:
                told["complete_on"], told["promised_on"] = self._filing.promise(state, service)
        tables.write(tx, request.number, told)
        after = self._require(tx, request.number)
        tables.add_step(tx, request.number, Step(act, state, who, stamp.time))
        by = who if who in {HOLDER, HALL} else "staff"
        outbox.append(tx, stamp, wire.changed(after, act, by))
        self._vault.note(tx, act, KIND, request.record, after.sealed, who=who, why=after.reason)
        return Changed(request.number, request.token, state.value)

    def _open(self, tx: Transaction, request: Request, who: str, *, why: str) -> Opened:
        content = json.loads(self._vault.open(tx, KIND, request.record, request.sealed, who=who, why=why))
        photos = [one for one, how in request.shown.items() if how in model.WITH_PHOTO]
        service = self._service(tx, request)
        return Opened(request, service, content["answers"], content.get("words", ""), tables.steps(tx, request.number), photos)

    def _service(self, tx: Transaction, request: Request) -> Service:
        service = catalogue.version(tx, request.service, request.version)
        if service is None:
            raise Refusal("service-unknown")
        return service

    def _require(self, tx: Transaction, number: int) -> Request:
        request = tables.find(tx, number)
        if request is None:
            raise Refusal("request-unknown")
        return request

    def _require_by(self, tx: Transaction, token: str) -> Request:
        request = tables.find_by_token(tx, token) if token.isprintable() else None
        if request is None:
            raise Refusal("request-unknown")
        return request

    def _once(self, asked: Sequence[str], key: str, change: Callable[[Transaction], Changed]) -> Changed:
        with self._store.transaction() as tx:
            # What was typed is personal: only a digest of it is kept with the key.
            return once(tx, Changed, f"request-{key}", [_digest(asked)], self._clock.now(), change)

    def _stamp(self) -> Stamp:
        return Stamp.of(self._clock, self._zone)


def _digest(asked: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(list(asked)).encode()).hexdigest()
