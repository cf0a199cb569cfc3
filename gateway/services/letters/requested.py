"""The letters of requests: what a request needs of them, which village.py introduces. The two rooms do not know each other.

Promises: an approved request has its letter from the same transaction; whatever becomes of the request becomes of its letter; a
village that has not set up its letters goes on without them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from gateway.choices.desk import Choices
from gateway.services.document import Service
from gateway.services.letters import tables
from gateway.services.letters.choices import LetterChoices
from gateway.services.letters.clerk_routes import PATH
from gateway.services.letters.desk import Draft, LettersDesk
from gateway.services.letters.tables import COLLECTED, SIGNED, UNSIGNED, VOID, Letter
from gateway.store.database import Store, Transaction

WITHDRAWN: Mapping[str, str] = {"cancel": "permohonan dibatalkan", "reject": "permohonan ditolak"}
"""By act: the reason for which a letter counts no more, as it stands in the book."""
WRITTEN_ANEW = "ditulis lagi"


class Requested(Protocol):
    """A request, as far as its letter needs it."""

    @property
    def number(self) -> int:
        """By which it is registered."""

    @property
    def service(self) -> str:
        """The name of the service."""

    @property
    def version(self) -> int:
        """Of the service."""


class RequestedLetters:
    """What requests ask of letters."""

    def __init__(self, store: Store, desk: LettersDesk, choices: Choices) -> None:
        self._store = store
        self._desk = desk
        self._choices = choices

    def issue(self, tx: Transaction, request: Requested, service: Service, answers: Mapping[str, str], who: str) -> None:
        """Issue the letter of a request that was approved, in place of an earlier one that was not right."""
        del service
        chosen = self._choices.read(tx, LetterChoices)
        if not (chosen.village or chosen.signers):  # what the regency has set, such as where letters are checked, sets up none
            return
        replaces = None
        for former in self._counting(tx, request):
            if former.state == UNSIGNED:  # nobody has it yet
                self._desk.note_in(tx, former.id, VOID, who=who, reason=WRITTEN_ANEW)
            else:
                replaces = former.id
        self._desk.issue_in(
            tx, Draft(request.service, request.version, answers, request=request.number, replaces=replaces), who=who
        )

    def follow(self, tx: Transaction, request: Requested, act: str, who: str) -> None:
        """Let the letters of a request that count follow ``act`` upon it."""
        for letter in self._counting(tx, request):
            if act == "sign" and letter.state == UNSIGNED:
                self._desk.note_in(tx, letter.id, SIGNED, who=who)
            elif act == "collect" and letter.state == SIGNED:
                self._desk.note_in(tx, letter.id, COLLECTED, who=who)
            elif act == "reopen" and letter.state == COLLECTED:
                self._desk.take_back_in(tx, letter.id, who=who)
            elif act in WITHDRAWN:
                self._desk.note_in(tx, letter.id, VOID, who=who, reason=WITHDRAWN[act])

    def of(self, request: int) -> list[tuple[str, str]]:
        """Return the address and the number of a request's letters, the newest first."""
        with self._store.reader() as db:
            return [(f"{PATH}/{letter.id}", letter.number) for letter in tables.of_request(db, request)]

    def _counting(self, tx: Transaction, request: Requested) -> list[Letter]:
        return [letter for letter in tables.of_request(tx, request.number) if letter.counts]
