"""A village that gives out letters: a real store, a real vault, a real press, and a date that the test says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from random import Random

from gateway.choices.desk import Choices
from gateway.privacy.device_key import DeviceKey
from gateway.privacy.vault import Vault
from gateway.services.desk import ServicesDesk
from gateway.services.document import Service
from gateway.services.letters import key, tables
from gateway.services.letters.choices import LetterChoices
from gateway.services.letters.desk import Draft, Issued, LettersDesk
from gateway.services.letters.documents import Documents
from gateway.services.letters.filling import trial_answers
from gateway.services.letters.tables import Letter
from gateway.services.shipped import FOLDER, read_shipped
from gateway.store.database import Store
from tests.support.clock import FakeClock
from tests.support.store import open_test_store
from tests.support.tickets import WIB

HALL = "3510012001"
HEAD = "Ahmad Fauzi | Kepala Desa Genteng Kulon | 196801011990031001"
CHOSEN = LetterChoices(
    village_code="429.510", regency="Kabupaten Banyuwangi", district="Genteng", village="Desa Genteng Kulon",
    address="Jalan Raya Genteng 1, Kode Pos 68465", signers=(HEAD,), verify_address="https://surat.banyuwangi.example/periksa",
)  # fmt: skip
TODAY = date(2026, 11, 23)


class LetterOffice:
    """One village's letters, opened as often as a test likes."""

    def __init__(
        self, folder: Path, *, chosen: LetterChoices | None = CHOSEN, begun: bool = True, shipped: Path = FOLDER, seed: int = 1
    ) -> None:
        self.folder = folder
        self.today: date | None = TODAY
        self.store: Store = open_test_store(folder, seed=seed)
        self.choices = Choices(self.store, FakeClock(), WIB)
        self.services = ServicesDesk(self.store, FakeClock(), WIB, read_shipped(shipped))
        self.services.furnish()
        device = DeviceKey(folder / "device.key", Random(seed).randbytes)
        self.vault = Vault(self.store, FakeClock(), WIB, HALL, device, lambda _db: {})
        self.key = key.make_or_load(folder / "identity")
        self.desk = LettersDesk(
            self.store, FakeClock(), WIB, self.choices, self.vault, self.key.public_key(), lambda: self.today
        )  # fmt: skip
        self.documents = Documents(
            self.store, FakeClock(), WIB, HALL, self.choices, self.vault, self.key, lambda: "http://balai.lan"
        )
        if chosen is not None and self.choices.current(LetterChoices) != chosen:
            self.choices.change(chosen)
            if begun:
                self.desk.say_last("470", 0, who="1")

    def issue(
        self,
        service: str = "sku",
        *,
        replaces: int | None = None,
        request: int | None = None,
        also: Mapping[str, str] | None = None,
        **answers: str,
    ) -> Issued:
        """Issue a letter with examples, and ``answers`` instead of some."""
        told = trial_answers(self.service(service)) | answers | dict(also or {})
        return self.desk.issue(Draft(service, 1, told, request=request, replaces=replaces), who="1")

    def service(self, name: str) -> Service:
        """Return a service as it is shipped."""
        return self.services.version(name, 1)

    def pdf(self, letter: int) -> bytes:
        """Open its document."""
        return self.documents.of(self.desk.find(letter), who="1")

    def book(self) -> list[Letter]:
        """Return every number, in order."""
        with self.store.reader() as db:
            return sorted(
                tables.listed(db, ("unsigned", "signed", "collected", "void", "replaced", "outside"), {}, 1 << 40, 9999),
                key=lambda one: one.running,
            )

    def close(self) -> None:
        """Stop it."""
        self.store.close()
