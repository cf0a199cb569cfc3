"""Drafts: what somebody has begun and not handed in yet.

Promises: what was sent is on the card when the method returns, and survives reload and power cut; it is sealed under the token of its link, which
the hall does not keep, so that nobody opens it without the link; beginning twice with one token is beginning once; a draft that
nobody has touched for ``KEPT`` is forgotten.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, timedelta

from gateway.clock import Clock
from gateway.errors import Refusal
from gateway.privacy.bearer import Closed, address_of, open_for_bearer, seal_for_bearer
from gateway.privacy.sealing import RandomBytes
from gateway.services import tables as catalogue
from gateway.services.document import Service
from gateway.services.requests import draft_tables as tables
from gateway.services.requests.answers import TYPED_LIMIT, requirement_of
from gateway.services.requests.draft_tables import Draft
from gateway.services.requests.model import Origin
from gateway.store.database import Store, Transaction
from gateway.store.outbox import Reads
from gateway.store.room import require_room

KEPT = timedelta(days=3)
"""So long a draft waits for its owner to come back to it."""
DRAFTS_LIMIT = 2000
"""So many drafts are open at once; a script that begins them without end fills no card."""
PHOTOS_LIMIT_BYTES = 200 * 1024**2
"""All photographs of all drafts together."""
DRAFT, PHOTO = "request-draft", "request-photo/{}"
"""What is bound into the seal."""


@dataclass(frozen=True, slots=True)
class OpenDraft:
    """A draft, opened by its link."""

    row: Draft
    service: Service
    typed: Mapping[str, str] = field(default_factory=dict)
    """As it was typed, by the ids of the questions."""
    photos: tuple[str, ...] = ()
    """The requirements of which there is a photograph."""


class DraftsDesk:
    """Where drafts are kept. Safe from any thread."""

    def __init__(self, store: Store, clock: Clock, random_bytes: RandomBytes = secrets.token_bytes) -> None:
        self._store = store
        self._clock = clock
        self._random = random_bytes

    def begin(self, token: str, service: str, version: int, *, origin: Origin, ground: str, paged: bool) -> None:
        """Begin a draft that ``token`` alone opens; ``ground`` is ``basis``, or ``consent`` which the person has given.

        Raises Refusal ``service-unknown``, ``drafts-full`` and those of the store.
        """
        require_room(self._store.directory)
        with self._store.transaction() as tx:
            if catalogue.version(tx, service, version) is None:
                raise Refusal("service-unknown")
            address = address_of(token)
            if tables.find_draft(tx, address) is not None:
                return
            if tables.drafts(tx) >= DRAFTS_LIMIT:
                raise Refusal("drafts-full")
            tables.add_draft(
                tx, address, Draft(0, service, version, origin.value, ground, paged, self._sealed({}, token), 0), self._now()
            )

    def open(self, token: str) -> OpenDraft:
        """Return a draft. Raises Refusal ``draft-unknown``."""
        with self._store.reader() as db:
            return self.open_in(db, token)

    def open_in(self, db: Reads, token: str) -> OpenDraft:
        """Return a draft, inside a transaction. Raises Refusal ``draft-unknown``."""
        row = tables.find_draft(db, address_of(token))
        service = catalogue.version(db, row.service, row.version) if row else None
        if row is None or service is None:
            raise Refusal("draft-unknown")
        if row.filed:
            return OpenDraft(row, service)
        try:
            typed = json.loads(open_for_bearer(row.body, token, DRAFT))
        except Closed as error:
            raise Refusal("draft-unknown") from error
        return OpenDraft(row, service, typed, tuple(tables.draft_photos(db, row.id)))

    def save(self, token: str, typed: Mapping[str, str], *, paged: bool | None = None) -> OpenDraft:
        """Keep what was typed, beside what the draft has already; ``paged`` changes how it is asked. Raises as ``open`` does.

        Nothing is changed once it is handed in.
        """
        with self._store.transaction() as tx:
            draft = self.open_in(tx, token)
            if draft.row.filed:
                return draft
            known = {one.id for one in draft.service.field}
            told = dict(draft.typed) | {name: text[:TYPED_LIMIT] for name, text in typed.items() if name in known}
            shown = draft.row.paged if paged is None else paged
            tables.write_draft(tx, draft.row.id, self._sealed(told, token), paged=shown, at=self._now())
            return self.open_in(tx, token)

    def add_photo(self, token: str, requirement: str, jpeg: bytes) -> None:
        """Keep a photograph, drawn anew already, of a requirement. Raises Refusal ``draft-unknown``, ``field-invalid``, ``drafts-full``."""
        require_room(self._store.directory)
        sealed = seal_for_bearer(jpeg, token, PHOTO.format(requirement), self._random)
        with self._store.transaction() as tx:
            draft = self._open_for_photo(tx, token, requirement)
            if tables.draft_photo_bytes(tx) + len(sealed) > PHOTOS_LIMIT_BYTES:
                raise Refusal("drafts-full")
            tables.write_draft_photo(tx, draft.row.id, requirement, sealed)
            self._touch(tx, draft, token)

    def remove_photo(self, token: str, requirement: str) -> None:
        """Forget a photograph; nothing happens when there is none. Raises Refusal ``draft-unknown``, ``field-invalid``."""
        with self._store.transaction() as tx:
            draft = self._open_for_photo(tx, token, requirement)
            tables.remove_draft_photo(tx, draft.row.id, requirement)
            self._touch(tx, draft, token)

    def photo(self, token: str, requirement: str) -> bytes:
        """Return a photograph of a draft. Raises Refusal ``draft-unknown``, ``not-found``."""
        with self._store.reader() as db:
            return self.photo_in(db, self.open_in(db, token), token, requirement)

    def photo_in(self, db: Reads, draft: OpenDraft, token: str, requirement: str) -> bytes:
        """Return a photograph of an open draft. Raises Refusal ``not-found``."""
        sealed = tables.draft_photo(db, draft.row.id, requirement)
        if sealed is None:
            raise Refusal("not-found")
        try:
            return open_for_bearer(sealed, token, PHOTO.format(requirement))
        except Closed as error:
            raise Refusal("not-found") from error

    def sweep(self) -> int:
        """Forget what nobody has touched for ``KEPT``; return how many. For a calendar job: the clock must be trusted."""
        with self._store.transaction() as tx:
            before = (self._clock.now() - KEPT).astimezone(UTC).isoformat(timespec="seconds")
            return tables.forget_drafts(tx, before)

    def _open_for_photo(self, tx: Transaction, token: str, requirement: str) -> OpenDraft:
        draft = self.open_in(tx, token)
        wanted = requirement_of(draft.service, requirement)
        if draft.row.filed or wanted is None or not wanted.photo:
            raise Refusal("field-invalid", field="foto")
        return draft

    def _touch(self, tx: Transaction, draft: OpenDraft, token: str) -> None:
        tables.write_draft(tx, draft.row.id, self._sealed(draft.typed, token), paged=draft.row.paged, at=self._now())

    def _sealed(self, typed: Mapping[str, str], token: str) -> bytes:
        return seal_for_bearer(json.dumps(dict(typed)).encode(), token, DRAFT, self._random)

    def _now(self) -> str:
        return self._clock.now().astimezone(UTC).isoformat(timespec="seconds")
