"""The document of a letter: made once, sealed, and the same at every reprint; and what a template is tried with.

Promises: the answers, number and date on paper are those sealed when the letter was issued, and every reprint is the same; a broken template of the village falls back to
its former ones, to the shipped one, and to the general one, so that nobody leaves without a letter.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from datetime import date, tzinfo
from functools import lru_cache

import segno
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.choices.desk import Choices
from gateway.clock import Clock
from gateway.errors import Refusal
from gateway.pictures import drawn_anew
from gateway.privacy.vault import Vault
from gateway.proof.proof import Told, check_name, prove
from gateway.services import tables as catalogue
from gateway.services.document import Service
from gateway.services.letters import complete, printing, tables
from gateway.services.letters.choices import LetterChoices, Signer
from gateway.services.letters.desk import DOCUMENT_KIND, KIND, Sealed, ground_of, unsealed
from gateway.services.letters.filling import Given, fill, person_in, trial_answers
from gateway.services.letters.printing import Broken
from gateway.services.letters.shipped import GENERAL, shipped_templates
from gateway.services.letters.tables import Letter
from gateway.store.database import Store
from gateway.store.outbox import Reads
from gateway.store.stamp import Stamp

log = logging.getLogger(__name__)

VILLAGE, SHIPPED = "desa", "bawaan"
"""Whose template made a document; the general one is called by its own name."""
FORMER_LIMIT = 3
"""So many versions of the village are tried before the shipped one."""
ON_THE_HALL = "/verifikasi"
"""The hall's own page that checks letters."""
LOGO_PX = 480
TRIAL_NUMBER = "000/CONTOH"
TRIAL, OTHER_TRIAL = "#contoh", "-lain"
"""What the codes of examples say behind the address."""

Address = Callable[[], str]
"""Where phones find the hall."""


class Documents:
    """Where documents are made and kept. Safe from any thread."""

    def __init__(
        self, store: Store, clock: Clock, zone: tzinfo, hall: str, choices: Choices, vault: Vault, key: Ed25519PrivateKey, address: Address
    ) -> None:  # fmt: skip
        """``hall`` is the ten-digit village code, ``key`` the one with which it signs."""
        self._store = store
        self._clock = clock
        self._zone = zone
        self._hall = hall
        self._choices = choices
        self._vault = vault
        self._key = key
        self._address = address

    def of(self, letter: Letter, *, who: str, signer: int | None = None) -> bytes:
        """Return the PDF of a letter, made now if it has none; note who has opened it.

        ``signer`` says which of those who may sign it is made for; None for the usual one. Raises Refusal ``letter-unmade``, and those of
        the vault.
        """
        if not letter.made_by:
            self._make(letter, who, signer)
        with self._store.transaction() as tx:
            tables.write(tx, letter.id, printed=1)
            return self._vault.open(tx, DOCUMENT_KIND, letter.record, 1, who=who, why="cetak")

    def _make(self, letter: Letter, who: str, chosen: int | None) -> None:
        with self._store.transaction() as tx:
            sealed = unsealed(self._vault.open(tx, KIND, letter.record, 1, who=who, why="surat dibuat"))
            choices, logo = self._choices.read(tx, LetterChoices), tables.logo(tx)
            service = catalogue.version(tx, letter.service, letter.version)
            if service is None:
                raise Refusal("service-unknown")
            candidates = list(self._candidates(tx, service.document, letter.template))
            former = tables.find(tx, letter.replaces) if letter.replaces is not None else None
        signers = choices.who_signs()
        signer = signers[chosen] if chosen is not None and chosen < len(signers) else sealed.signer
        data = fill(
            sealed.given, service, choices, signer, letter.number, letter.on, qr=_drawn(self._proved(letter, sealed, choices)), logo=logo,
            instead_of=(former.number, former.on) if former else None,
        )  # fmt: skip
        document, made_by = _first_good(candidates, data)
        with self._store.transaction() as tx:
            present = tables.find(tx, letter.id)
            if present is not None and not present.made_by:  # else another window was quicker
                self._vault.put(tx, DOCUMENT_KIND, letter.record, document, who=who, why=ground_of(service))
                tables.write(tx, letter.id, made_by=made_by)

    def _candidates(self, db: Reads, name: str, through: int) -> Iterator[tuple[str, str]]:
        """Give the templates that could make a document, the best first, each with whose it is."""
        for version, body in tables.templates(db, name, through, FORMER_LIMIT):
            if not body:
                break
            yield f"{VILLAGE} {version}", body
        shipped = shipped_templates()
        if name in shipped:
            yield SHIPPED, shipped[name]
        yield GENERAL, shipped[GENERAL]

    def current_template(self, name: str) -> str:
        """Return the template with which the next letter of a document is made."""
        with self._store.reader() as db:
            return next(self._candidates(db, name, tables.newest_template(db, name)[0]))[1]

    def change_template(self, name: str, text: str, service: Service) -> None:
        """Let the village write a template, tried before it is kept; an empty one gives back the shipped one. Raises Broken, also for one that lacks what each letter shows."""
        if text.strip():
            with self._store.reader() as db:
                choices, logo = self._choices.read(db, LetterChoices), tables.logo(db)
            trial = self._where(choices) + TRIAL
            complete.judge(text, _example(service, choices, logo, _drawn(trial)), service, _drawn(trial + OTHER_TRIAL))
        with self._store.transaction() as tx:
            if tables.newest_template(tx, name)[1] != text:
                tables.add_template(tx, name, text, Stamp.of(self._clock, self._zone).time)

    def village_template(self, name: str) -> str:
        """Return what the village has written; empty for nothing."""
        with self._store.reader() as db:
            return tables.newest_template(db, name)[1]

    def village_templates(self) -> set[str]:
        """Return the names of the templates that are the village's."""
        with self._store.reader() as db:
            return tables.written_templates(db)

    def put_logo(self, picture: bytes | None) -> None:
        """Put a picture at the head of letters, drawn anew, or none. Raises Refusal ``picture-unreadable``."""
        jpeg = drawn_anew(io.BytesIO(picture), LOGO_PX) if picture else None
        with self._store.transaction() as tx:
            tables.write_logo(tx, jpeg)

    def logo(self) -> bytes | None:
        """Return the picture at the head of letters, a JPEG."""
        with self._store.reader() as db:
            return tables.logo(db)

    def trial(self, template: str, service: Service, form: str = "pdf") -> bytes:
        """Return what a template makes of examples: a PDF, or its first page as a picture. Raises Broken."""
        with self._store.reader() as db:
            choices, logo = self._choices.read(db, LetterChoices), tables.logo(db)
        return _tried(template, service.model_dump_json(), choices, logo, _drawn(self._where(choices) + TRIAL), form)

    def code_of(self, letter: Letter, *, who: str) -> str:
        """Return what the QR code of a letter says: an address, and the proof behind its ``#``."""
        with self._store.transaction() as tx:
            sealed = unsealed(self._vault.open(tx, KIND, letter.record, 1, who=who, why="kode"))
            choices = self._choices.read(tx, LetterChoices)
        return self._proved(letter, sealed, choices)

    def _proved(self, letter: Letter, sealed: Sealed, choices: LetterChoices) -> str:
        told = Told(self._hall, letter.number, letter.on, letter.kind)
        return self._where(choices) + "#" + prove(told, check_name(sealed.given.name, sealed.salt), self._key)

    def _where(self, choices: LetterChoices) -> str:
        return choices.verify_address or self._address() + ON_THE_HALL


@lru_cache(maxsize=8)
def _tried(template: str, service: str, choices: LetterChoices, logo: bytes | None, code: str, form: str) -> bytes:
    data = _example(Service.model_validate_json(service), choices, logo, code)
    return printing.make(template, data, "png" if form == "png" else "pdf")


def _example(service: Service, choices: LetterChoices, logo: bytes | None, code: str) -> dict[str, object]:
    answers = trial_answers(service)
    given = Given("contoh", 1, answers, person_in(service, answers))
    signer = next(iter(choices.who_signs()), Signer("Nama Penandatangan", "Kepala Desa"))
    shown = choices.model_copy(
        update={
            "regency": choices.regency or "Kabupaten ...", "district": choices.district or "...", "village": choices.village or "Desa ...",
        }
    )  # fmt: skip
    return fill(given, service, shown, signer, TRIAL_NUMBER, date(2026, 1, 2), qr=code, logo=logo)


def _drawn(address: str) -> str:
    """Return an address as a QR code, an SVG."""
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", xmldecl=False, svgns=True, border=4)
    return drawn.getvalue().decode()


def _first_good(candidates: list[tuple[str, str]], data: dict[str, object]) -> tuple[bytes, str]:
    for whose, template in candidates:
        try:
            return printing.make(template, data), whose
        except Broken as broken:
            log.warning("event=template-broken whose=%s line=%s", whose, broken.line)
    raise Refusal("letter-unmade")
