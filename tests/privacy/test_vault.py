"""Sealed records in a real store and a real file: who can open them, who cannot, and what is left on the card."""

from __future__ import annotations

import base64
import json
import sqlite3
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from gateway.errors import Refusal
from gateway.privacy import audit, tables, wire
from gateway.privacy.device_key import DeviceKey
from gateway.privacy.otp import Otp
from gateway.privacy.safes import Safe
from gateway.privacy.sealing import bond_of, open_version
from gateway.privacy.tables import CENTRE, HALL, RECOVERY
from gateway.privacy.vault import Vault
from gateway.relay.sealing import Unsealable, unwrap
from gateway.store import backup, epochs, outbox
from gateway.store.tables import LANES
from tests.support.clock import FakeClock
from tests.support.store import open_test_store
from tests.support.tickets import WIB

HALL_CODE = "3510012001"
NIK = b"3510014107900001"
WHY = "UU 6/2014"
CENTRE_KEY = X25519PrivateKey.from_private_bytes(bytes(range(32)))
PAPER = X25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


class Office:
    """A hall that keeps what is personal."""

    def __init__(self, folder: Path, *, key: Path | None = None, safes: Sequence[Safe] = (), seed: int = 1) -> None:
        self.folder = folder
        self.store = open_test_store(folder)
        self.random = Random(seed)
        self.clock = FakeClock()
        self.key = DeviceKey(key or folder / "device.key", self.random.randbytes, safes)
        self.readers = {CENTRE: CENTRE_KEY.public_key(), RECOVERY: PAPER.public_key()}
        self.vault = Vault(self.store, self.clock, WIB, HALL_CODE, self.key, lambda _db: self.readers, self.random.randbytes)

    def put(self, content: bytes = NIK, record: str = "17") -> int:
        """Keep a version."""
        with self.store.transaction() as tx:
            return self.vault.put(tx, "request", record, content, who="Siti", why=WHY)

    def open(self, version: int = 1, record: str = "17") -> bytes | str:
        """Return a content, or the code with which it is refused."""
        try:
            with self.store.transaction() as tx:
                return self.vault.open(tx, "request", record, version, who="Budi", why=WHY)
        except Refusal as refusal:
            return refusal.code

    def erase(self, record: str = "17") -> None:
        """Erase a record."""
        with self.store.transaction() as tx:
            self.vault.erase(tx, "request", record, who="Siti", why="selesai")

    def elsewhere(self, whose: str, private: X25519PrivateKey, version: int = 1) -> bytes:
        """Open a version as a reader outside of the hall does, with what is in the database and nothing else."""
        bond = bond_of(HALL_CODE, "request", "17", version)
        with self.store.reader() as db:
            kept = tables.find(db, "request", "17", version)
            assert kept is not None
            found = tables.wrapped_for(db, kept.id, whose)
        assert found is not None
        return open_version(kept.ciphertext, unwrap(found[1], private, bond), bond)

    def sent(self) -> list[tuple[str, dict[str, Any]]]:
        """Return lane and data of what goes up."""
        with self.store.reader() as db:
            epoch = epochs.current(db)
            rows = [row for lane in LANES for row in outbox.claim(db, epoch, lane, 0, 100)]
        return [(row.lane, json.loads(row.data)) for row in rows if row.type == wire.SEALED]

    def acts(self) -> list[tuple[str, str]]:
        """Return who did what, by the audit log, which is whole."""
        with self.store.reader() as db:
            self.vault.audited(db)
            return [(entry.who, entry.act) for entry, _ in tables.log(db)]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Open one."""
    made = Office(tmp_path / "hall")
    yield made
    made.store.close()


def test_hall_centre_and_paper_each_open_it_and_nobody_else(office: Office) -> None:
    """Three wrappings of one data key; a stranger's key opens none."""
    assert (office.put(), office.put(b"kedua")) == (1, 2)
    assert [office.open(1), office.open(2)] == [NIK, b"kedua"]
    assert [office.elsewhere(CENTRE, CENTRE_KEY), office.elsewhere(RECOVERY, PAPER)] == [NIK, NIK]
    for whose in (CENTRE, RECOVERY):
        with pytest.raises(Unsealable):
            office.elsewhere(whose, X25519PrivateKey.from_private_bytes(bytes(32)))
    assert [office.open(3), office.open(1, "18")] == ["record-unknown", "record-unknown"]


def test_what_travels_is_the_ciphertext_that_is_kept(office: Office) -> None:
    """In events of its lane, or in pieces behind all else when it is large; once only; never what is to stay here."""
    large = bytes(range(256)) * 200
    with office.store.transaction() as tx:
        office.vault.put(tx, "need", "1", NIK, who="Siti", why=WHY, lane="urgent")
        office.vault.put(tx, "request", "2", large, who="Siti", why=WHY, lane="record")
        office.vault.put(tx, "visitor", "3", NIK, who="Siti", why=WHY)
    office.vault.wrap_for_readers()
    assert [(lane, data["kind"], data["index"], data["pieces"]) for lane, data in office.sent()] == [
        ("urgent", "need", 0, 1), ("parcel", "request", 0, 3), ("parcel", "request", 1, 3), ("parcel", "request", 2, 3),
    ]  # fmt: skip
    pieces = [data for _, data in office.sent() if data["record"] == "2"]
    bond = bond_of(HALL_CODE, "request", "2", 1)
    key = unwrap(base64.b64decode(pieces[0]["wrapped"]), CENTRE_KEY, bond)
    assert open_version(b"".join(base64.b64decode(piece["bytes"]) for piece in pieces), key, bond) == large


def test_what_stayed_goes_up_when_it_is_sent(office: Office) -> None:
    """Once, however often it is sent, and by the day alone where somebody had no name."""
    with office.store.transaction() as tx:
        office.vault.put(tx, "complaint", "1", NIK, who="warga", why=WHY, by_day=True)
        assert office.vault.read(tx, "complaint", "1", 1) == NIK
    assert office.sent() == []
    for _ in range(2):
        with office.store.transaction() as tx:
            office.vault.send(tx, "complaint", "1", 1, "record", by_day=True)
            office.vault.send(tx, "complaint", "2", 1, "record")
    assert [(lane, data["record"]) for lane, data in office.sent()] == [("record", "1")]
    with office.store.reader() as db:
        times = [str(at) for (at,) in db.execute("SELECT sealed_at FROM sealed_record UNION ALL SELECT time FROM outbox")]
        entries = [entry.at for entry, _ in tables.log(db)]
    assert {*times, *entries} == {"2026-11-23T00:00:00.000+07:00"}
    assert office.acts() == [("warga", "seal")]


def test_what_was_sealed_before_the_centre_had_a_key_goes_up_later(office: Office) -> None:
    """Once, when its key is there; what was erased in the meantime never does."""
    office.readers = {}
    with office.store.transaction() as tx:
        office.vault.put(tx, "request", "1", NIK, who="Siti", why=WHY, lane="record")
        office.vault.put(tx, "request", "2", NIK, who="Siti", why=WHY, lane="record")
    office.erase("2")
    office.readers = {CENTRE: CENTRE_KEY.public_key()}
    assert office.sent() == []
    office.vault.wrap_for_readers()
    office.vault.wrap_for_readers()
    assert [(lane, data["record"]) for lane, data in office.sent()] == [("record", "1")]


def test_nothing_is_written_unsealed(office: Office) -> None:
    """In no file of the hall, whether checkpointed or still in the log. The control writes it as it is, and is found."""

    def found(what: bytes) -> list[str]:
        return [file.name for file in office.folder.rglob("*") if file.is_file() and what in file.read_bytes()]

    office.put()
    assert (found(NIK), found(NIK[4:12])) == ([], [])
    with office.store.transaction() as tx:
        tables.add(tx, "control", "1", 1, b"tidak disegel", "")
    assert found(b"tidak disegel") != []


def test_what_is_erased_the_hall_opens_no_more(office: Office) -> None:
    """All its versions, now and after a restart; the wrapped key is overwritten; the centre still has its own; other records stay."""
    office.put()
    office.put(b"kedua")
    office.put(b"lain", "18")
    with office.store.reader() as db:
        wrapped = tables.wrapped_for(db, 1, HALL)
    assert wrapped is not None
    office.erase()
    office.erase()
    office.store.close()
    again = Office(office.folder)
    assert [again.open(1), again.open(2), again.open(1, "18")] == ["record-erased", "record-erased", b"lain"]
    assert again.elsewhere(CENTRE, CENTRE_KEY) == NIK
    again.store.close()
    assert [file.name for file in office.folder.glob("hall.db*") if wrapped[1] in file.read_bytes()] == []
    office.store = open_test_store(office.folder)
    assert office.acts().count(("Siti", "erase")) == 1


def test_a_rotation_makes_an_old_backup_useless(office: Office, tmp_path: Path) -> None:
    """What was erased since comes back by no copy of the database, even on the same device; what is open stays open."""
    office.put()
    office.put(b"lain", "18")
    copy = sqlite3.connect(tmp_path / "copy.db")
    with sqlite3.connect(office.folder / "hall.db") as source:
        source.backup(copy)
    office.erase()
    office.vault.rotate()
    assert (office.open(1), office.open(1, "18"), len(office.key.generations)) == ("record-erased", b"lain", 1)
    [(generation, wrapped)] = copy.execute("SELECT key, wrapped FROM sealed_key WHERE sealed = 1 AND whose = 'hall'").fetchall()
    copy.close()
    source.close()
    with pytest.raises(Unsealable):
        office.key.unwrap(wrapped, generation, bond_of(HALL_CODE, "request", "17", 1))


def test_a_rotation_that_was_cut_off_goes_on(office: Office) -> None:
    """Both generations are there until all is wrapped anew; the next call ends it."""
    office.put()
    former = office.key.current
    office.key.begin_generation()
    office.store.close()
    again = Office(office.folder, seed=5)
    assert (again.open(1), again.key.generations[0]) == (NIK, former)
    again.vault.rotate()
    assert (again.open(1), len(again.key.generations), former in again.key.generations) == (NIK, 1, False)
    again.store.close()
    office.store = open_test_store(office.folder)


def test_a_dead_pi_orphans_no_open_request(office: Office, tmp_path: Path) -> None:
    """Its database on another device is locked, until the paper opens it; what was erased stays erased, another paper opens nothing."""
    office.put()
    office.put(b"dihapus", "18")
    office.erase("18")
    office.store.close()
    other = Office(office.folder, key=tmp_path / "other.key", seed=9)
    assert (other.open(1), other.open(1, "18")) == ("record-locked", "record-erased")
    assert other.vault.recover(X25519PrivateKey.from_private_bytes(bytes(32)), who="Kades", why="Pi rusak") == 0
    assert other.vault.recover(PAPER, who="Kades", why="Pi rusak") == 1
    assert (other.open(1), other.open(1, "18")) == (NIK, "record-erased")
    other.vault.rotate()
    assert other.open(1) == NIK
    other.store.close()
    office.store = open_test_store(office.folder)


def test_a_stolen_card_opens_nothing_where_a_secret_is_outside(tmp_path: Path) -> None:
    """With the secret of the machine the card alone is locked; without one it is an open book, which the mode tells."""
    for safes, mode, read in (((Otp(b"secret of the machine" * 2),), "otp", "record-locked"), ((), "file", NIK)):
        home = Office(tmp_path / mode, safes=safes)
        home.put()
        assert home.key.mode == mode
        home.store.close()
        thief = Office(tmp_path / mode)
        assert thief.open(1) == read
        thief.store.close()


def test_a_reader_who_comes_later_gets_what_is_open(office: Office) -> None:
    """The centre's key came after the first request: it is wrapped then; what was erased is not."""
    office.readers = {}
    office.put()
    office.put(b"dihapus", "18")
    office.erase("18")
    office.readers = {CENTRE: CENTRE_KEY.public_key()}
    office.vault.wrap_for_readers()
    assert office.elsewhere(CENTRE, CENTRE_KEY) == NIK
    with office.store.reader() as db:
        assert tables.wrapped_for(db, 2, CENTRE) is None


def test_every_act_is_on_record_and_the_record_is_not_changed(office: Office) -> None:
    """Who, what and why; the log refuses changes, and one that is forced is noticed."""
    office.put()
    office.open(1)
    office.erase()
    assert office.acts() == [("Siti", "seal"), ("Budi", "open"), ("Siti", "erase")]
    for change in ("UPDATE audit SET who = 'x'", "DELETE FROM audit"):
        with pytest.raises(sqlite3.IntegrityError), office.store.transaction() as tx:
            tx.execute(change)
    with office.store.transaction() as tx:
        tx.execute("DROP TRIGGER audit_is_not_changed")
        tx.execute("UPDATE audit SET who = 'x' WHERE seq = 2")
    with pytest.raises(audit.Broken), office.store.reader() as db:
        office.vault.audited(db)


def test_an_act_that_is_undone_leaves_no_trace(office: Office) -> None:
    """Record, keys and entry are of one transaction."""

    def act_and_fail() -> None:
        with office.store.transaction() as tx:
            office.vault.put(tx, "request", "17", NIK, who="Siti", why=WHY)
            raise Refusal("field-invalid", field="x")

    with pytest.raises(Refusal):
        act_and_fail()
    assert (office.open(1), office.acts()) == ("record-unknown", [])


def test_the_key_is_for_its_owner_and_in_no_backup(office: Office, tmp_path: Path) -> None:
    """The file is readable by the hall's user alone; a backup does not carry it; a file that is none is refused."""
    office.put()
    file = office.folder / "device.key"
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    backup.write(office.store, tmp_path / "copy.balai")
    with tarfile.open(tmp_path / "copy.balai") as copy:
        assert ("hall.db" in copy.getnames(), file.name in copy.getnames()) == (True, False)
    (tmp_path / "odd.key").write_text('{"ab": "00"}')
    with pytest.raises(ValueError, match="no file of device keys"):
        DeviceKey(tmp_path / "odd.key", Random(1).randbytes)
