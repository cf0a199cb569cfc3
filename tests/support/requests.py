"""The requests of a hall in a real store, opened as often as a test likes."""

from __future__ import annotations

from pathlib import Path
from random import Random

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from gateway.choices.desk import Choices
from gateway.privacy import audit
from gateway.privacy import tables as privacy
from gateway.privacy.device_key import DeviceKey
from gateway.privacy.tables import CENTRE
from gateway.privacy.vault import Vault
from gateway.services.desk import ServicesDesk
from gateway.services.requests.desk import RequestsDesk
from gateway.services.requests.drafts import DraftsDesk
from gateway.services.requests.model import Origin
from gateway.services.requests.neighbours import Neighbours
from gateway.services.requests.view import RequestsView
from gateway.store.outbox import Row, claim, lanes
from tests.support.clock import FakeClock
from tests.support.store import open_test_store
from tests.support.tickets import WIB

HALL = "3510012001"
CENTRE_KEY = X25519PrivateKey.from_private_bytes(bytes(range(32)))
NIK = "3510224107900077"
NAME = "Siti Aminah Pujiastuti"
ANSWERS = {
    "nama": NAME, "nik": NIK, "tempat-lahir": "Banyuwangi", "tanggal-lahir": "1 Juli 1990", "jenis-kelamin": "perempuan", "agama": "islam",
    "status-kawin": "kawin", "pekerjaan": "Petani", "alamat": "Dusun Sumberwangi RT 05 RW 02", "keperluan": "Melamar kerja",
}  # fmt: skip
"""Everything that ``skck`` needs, as somebody types it."""
PAPERS = ("pengantar-rt", "ktp", "kk", "akta-lahir")
"""What ``skck`` asks to bring."""


class Office:
    """A hall that takes requests."""

    def __init__(self, folder: Path, clock: FakeClock | None = None, seed: int = 1) -> None:
        self.folder = folder
        self.clock = clock or FakeClock()
        self.neighbours = Neighbours()
        self.begun = 0
        self.open(seed)

    def open(self, seed: int = 1) -> None:
        """Start the hall."""
        self.store = open_test_store(self.folder, self.clock, lambda: self.view.stale() if hasattr(self, "view") else None)
        random = Random(seed)
        services = ServicesDesk(self.store, self.clock, WIB)
        services.furnish()
        key = DeviceKey(self.folder / "device.key", random.randbytes)
        self.vault = Vault(self.store, self.clock, WIB, HALL, key, lambda _db: {CENTRE: CENTRE_KEY.public_key()})
        self.drafts = DraftsDesk(self.store, self.clock)
        self.desk = RequestsDesk(self.store, self.clock, random, WIB, self.vault, self.drafts, self.neighbours)
        self.view = RequestsView(self.store, self.clock, WIB, Choices(self.store, self.clock, WIB))

    def restart(self, seed: int = 2) -> None:
        """Stop the hall, and start it again."""
        self.store.close()
        self.open(seed)

    def begin(self, service: str = "skck", origin: Origin = Origin.PHONE) -> str:
        """Begin a draft and return its token."""
        self.begun += 1
        token = f"token-of-a-draft-{self.begun}"
        self.drafts.begin(token, service, 1, origin=origin, ground="basis", paged=True)
        return token

    def file(self, answers: dict[str, str] | None = None, service: str = "skck", origin: Origin = Origin.PHONE) -> int:
        """Hand in a request and return its number."""
        token = self.begin(service, origin)
        self.drafts.save(token, ANSWERS if answers is None else answers)
        return self.desk.file(token).number

    def amend(self, number: int, key: str = "amend-key-1", **more: str) -> str:
        """Complete a request at the counter with all answers and papers; return how it stands."""
        return self.desk.amend(number, ANSWERS | more, PAPERS, who="7", key=key).state

    def events(self) -> list[Row]:
        """Return what goes up in the lane of records, in order."""
        with self.store.reader() as db:
            return [row for lane in lanes(db) if lane.lane == "record" for row in claim(db, lane.epoch, "record", 0, 10_000)]

    def audited(self) -> list[audit.Entry]:
        """Return the audit log, which is whole."""
        with self.store.reader() as db:
            self.vault.audited(db)
            return [entry for entry, _ in privacy.log(db)]

    def files_with(self, what: bytes) -> list[str]:
        """Return the files of the hall that hold ``what`` as it is."""
        return [file.name for file in sorted(self.folder.rglob("*")) if file.is_file() and what in file.read_bytes()]
