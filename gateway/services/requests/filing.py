"""Handing in: a draft gets its number, its tracking code and its place in the vault, in one transaction.

Promises: a registration number is given once and none is left out; handing in twice is handing in once; what was a draft is sealed anew for the hall and
the centre, and its draft is gone.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from random import Random

from gateway.clock import Clock, ClockState
from gateway.errors import Refusal
from gateway.privacy.vault import Vault
from gateway.services.document import Service
from gateway.services.requests import answers, draft_tables, model, slips, tables, wire
from gateway.services.requests.drafts import DraftsDesk, OpenDraft
from gateway.services.requests.model import Origin, State
from gateway.services.requests.neighbours import Neighbours
from gateway.services.requests.tables import Request, Step
from gateway.store import epochs, outbox
from gateway.store.database import Store, Transaction
from gateway.store.room import require_room
from gateway.store.stamp import Stamp

KIND, PHOTO_KIND = "request", "request-photo"
"""What requests and their photographs are in the vault."""
LANE = "record"
"""In which the sealed answers go up; photographs never leave the hall."""
TOKEN_BITS = 100
HOLDER, HALL = "holder", "hall"
"""Who did it, where it was no officer."""


@dataclass(frozen=True, slots=True)
class Filed:
    """The answer to somebody who has handed in."""

    number: int
    token: str


class Filing:
    """Where drafts become requests. Safe from any thread."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        randomness: Random,
        zone: tzinfo,
        vault: Vault,
        drafts: DraftsDesk,
        neighbours: Neighbours,
    ) -> None:
        self._store = store
        self._clock = clock
        self._randomness = randomness
        self._zone = zone
        self._vault = vault
        self._drafts = drafts
        self._neighbours = neighbours

    def file(self, token: str, *, who: str = HOLDER) -> Filed:
        """Hand in the draft that ``token`` opens: it gets its number now. ``who`` is the officer's id where a clerk does it.

        Raises Refusal ``draft-unknown``, ``answers-wrong`` while something is typed that cannot be kept, and those of the store.
        """
        require_room(self._store.directory)
        with self._store.transaction() as tx:
            draft = self._drafts.open_in(tx, token)
            if draft.row.filed:
                already = tables.find(tx, draft.row.filed)
                if already is None:
                    raise Refusal("draft-unknown")
                return Filed(already.number, already.token)
            return self._file(tx, draft, token, who)

    def _file(self, tx: Transaction, draft: OpenDraft, token: str, who: str) -> Filed:
        row, service = draft.row, draft.service
        read = answers.read(service, draft.typed)
        if read.wrong:
            raise Refusal("answers-wrong")
        stamp, epoch = Stamp.of(self._clock, self._zone), epochs.current(tx)
        number, jumped = tables.next_number(tx, epoch)
        shown = dict.fromkeys(draft.photos, model.SHOWN_PHOTO)
        missing = answers.standing_of(service, read.answers, shown)
        own, code = self._new_names(tx)
        state = State.REVIEW if missing.is_whole else State.INCOMPLETE
        complete_on, promised_on = self.promise(state, service)
        why = ground_of(service, row.ground)
        request = Request(
            number, epoch, own, code, row.service, row.version, row.origin, row.ground, state, 1, missing.unanswered, shown, "", "", stamp.time,
            stamp.time, complete_on, promised_on, "", "", service.keep_days, forgotten=False,
        )  # fmt: skip
        version = self._vault.put(tx, KIND, request.record, content_of(request, read.answers), who=who, why=why, lane=LANE)
        for one in draft.photos:
            photo = self._drafts.photo_in(tx, draft, token, one)
            self._vault.put(tx, PHOTO_KIND, f"{request.record}-{one}", photo, who=who, why=why)
        request = request._replace(sealed=version)
        tables.add(tx, request)
        draft_tables.draft_became(tx, row.id, number)
        tables.add_step(tx, number, Step("file", state, who, stamp.time))
        if row.origin != Origin.PHONE:
            slips.want(tx, number, stamp)
        outbox.append(tx, stamp, wire.filed(request, jumped))
        return Filed(number, own)

    def promise(self, state: State, service: Service) -> tuple[str, str]:
        """Return since when a request is whole and by when it is to be ready; nothing while no date can be trusted."""
        if state is not State.REVIEW or self._clock.state() not in {ClockState.TRUSTED, ClockState.STAFF}:
            return "", ""
        today = self._clock.now().astimezone(self._zone).date()
        days = self._neighbours.workdays()
        return today.isoformat(), (days.after(today, service.promise_days) if service.promise_days else today).isoformat()

    def _new_names(self, tx: Transaction) -> tuple[str, str]:
        while True:
            bits = self._randomness.getrandbits(TOKEN_BITS).to_bytes(-(-TOKEN_BITS // 8), "big")
            token = base64.b32encode(bits).decode().rstrip("=").lower()
            code = "".join(self._randomness.choice(model.CODE_LETTERS) for _ in range(model.CODE_LENGTH))
            if not tables.is_taken(tx, token, code):
                return token, code


def ground_of(service: Service, ground: str) -> str:
    """Return by what the data are asked, as the audit log has it."""
    return "persetujuan: " + service.consent["id"] if ground == "consent" else service.basis.get("id", "")


def content_of(request: Request, told: Mapping[str, str], words: str = "") -> bytes:
    """Return what is sealed of a request: everything that a person has answered, and what a clerk has added."""
    content = {
        "service": request.service,
        "version": request.version,
        "answers": dict(told),
        **({"words": words} if words else {}),
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
