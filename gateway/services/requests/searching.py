"""Finding a request at the counter: by number, tracking code, day, or the name of a person.

Names are sealed. A search by name opens the newest ``NAMES_LIMIT`` requests that are kept, for the clerk who is signed in and for this one
answer; that is one entry of the audit log, and the name that was looked for stands nowhere.
"""

from __future__ import annotations

import json
import logging
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gateway import values
from gateway.errors import Refusal
from gateway.privacy.vault import Vault
from gateway.services import tables as catalogue
from gateway.services.document import Question
from gateway.services.requests import model, tables
from gateway.services.requests.filing import KIND
from gateway.services.requests.view import RequestsView, Shown
from gateway.store.database import Store

log = logging.getLogger(__name__)

NAMES_LIMIT = 500
"""So many requests are opened for one search by name: a month of a busy village."""
LEAST_LETTERS = 3
WANTED_LIMIT = 80
APOSTROPHES = "'`\N{RIGHT SINGLE QUOTATION MARK}"
"""Part of a name, and written in as many ways."""
WHY = "petugas mencari nama"
_DAY = Question.model_construct(kind="date")


@dataclass(frozen=True, slots=True)
class Found:
    """What a search has found."""

    by: str
    """``number``, ``code``, ``date`` or ``name``; empty where too little was typed."""
    requests: Sequence[Shown] = ()
    looked: int = 0
    """How many requests were opened for it."""


class Search:
    """Finds requests. Safe from any thread."""

    def __init__(self, store: Store, vault: Vault, view: RequestsView) -> None:
        self._store = store
        self._vault = vault
        self._view = view

    def find(self, typed: str, *, who: str) -> Found:
        """Return what ``typed`` means; ``who`` is the officer's id. No writer waits while names are opened."""
        wanted = " ".join(typed[:WANTED_LIMIT].split())
        number, code = model.number_in(wanted), model.plain_code(wanted)
        if number is not None:
            one = self._view.numbered(number)
            return Found("number", [one] if one else [])
        if model.is_code(code) and (one := self._view.coded(code)) is not None:
            return Found("code", [one])
        on = _day_in(wanted)
        if on is not None:
            return Found("date", self._view.filed_on(on))
        terms = folded(wanted).split()
        if sum(map(len, terms)) < LEAST_LETTERS:
            return Found("")
        return self._by_name(terms, who)

    def _by_name(self, terms: Sequence[str], who: str) -> Found:
        with self._store.reader() as db:
            newest = tables.newest(db, NAMES_LIMIT)
        with self._store.transaction() as tx:  # on record before anything is opened
            self._vault.note(tx, "search", KIND, "", len(newest), who=who, why=WHY)
        found = []
        with self._store.reader() as db:
            names: dict[tuple[str, int], list[str]] = {}
            for one in newest:
                described = names.get((one.service, one.version))
                if described is None:
                    service = catalogue.version(db, one.service, one.version)
                    described = [question.id for question in service.field if question.kind == "name"] if service else []
                    names[one.service, one.version] = described
                try:
                    answers = json.loads(self._vault.read(db, KIND, one.record, one.sealed))["answers"]
                except Refusal as refusal:
                    log.info("event=search-skips number=%d reason=%s", one.number, refusal.code)
                    continue
                said = " ".join(folded(answers[id_]) for id_ in described if id_ in answers)
                if all(term in said for term in terms):
                    found.append(one.number)
        shown = [self._view.numbered(number) for number in found]
        return Found("name", [one for one in shown if one is not None], len(newest))


def folded(text: str) -> str:
    """Return a name as it is compared: small letters without accents or marks, single spaces."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(
        sign if sign.isalnum() else " " for sign in plain if not unicodedata.combining(sign) and sign not in APOSTROPHES
    )
    return " ".join(kept.split())


def _day_in(wanted: str) -> date | None:
    try:
        return date.fromisoformat(values.read_value(_DAY, wanted)) if any(sign.isdigit() for sign in wanted) else None
    except values.Wrong:
        return None
