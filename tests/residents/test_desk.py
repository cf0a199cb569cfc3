"""The list of residents in a real store: seen whole or not at all, looked up by a mark that the card alone does not tell."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.errors import Refusal
from gateway.privacy import tables as vault_tables
from gateway.privacy.tables import CENTRE, RECOVERY
from gateway.privacy.vault import Vault
from gateway.residents import tables
from gateway.residents.desk import AT_ONCE, KIND, ResidentsDesk
from gateway.residents.person import Resident
from gateway.store.database import Transaction
from tests.privacy.test_vault import HALL_CODE, Office
from tests.support.store import open_test_store
from tests.support.tickets import WIB

SITI, BUDI = Resident("3510014107900001", "Siti Aminah", hamlet="Krajan"), Resident("3510010107880002", "Budi Santoso")


class Village(Office):
    """An office with a list of residents."""

    def __init__(self, folder: Path, seed: int = 1) -> None:
        super().__init__(folder, seed=seed)
        self.vault = Vault(
            self.store, self.clock, WIB, HALL_CODE, self.key, lambda _db: self.readers, self.random.randbytes, at_home=(KIND,)
        )
        self.desk = ResidentsDesk(self.store, self.vault, self.clock, WIB)

    def names(self, typed: str) -> list[str]:
        """Return the names of whom a search finds."""
        return [one.name for one in self.desk.find(typed, "Siti")]


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    """Open one."""
    made = Village(tmp_path / "hall")
    yield made
    made.store.close()


def test_a_person_is_found_by_nik_and_by_parts_of_the_name(village: Village) -> None:
    """However it is written; the counter gets what letters ask for; every look is on record, what was looked for is not."""
    village.desk.bring([SITI, BUDI], "Kades")
    assert [village.names(typed) for typed in ("3510 0141 0790 0001", "aminah SITI", "san", "3510014107900002", "xyz")] == [
        ["Siti Aminah"], ["Siti Aminah"], ["Budi Santoso"], [], [],
    ]  # fmt: skip
    with pytest.raises(Refusal, match="terlalu pendek"):
        village.names("a b")
    assert (village.desk.answers(SITI.nik, "Budi")["nama"], village.desk.answers("1" * 16, "Budi")) == ("Siti Aminah", {})
    with village.store.reader() as db:
        log = [entry for entry, _ in vault_tables.log(db)]
        village.vault.audited(db)
    assert [entry.act for entry in log] == ["seal", "import", *["search"] * 5, "open"]
    assert [word for word in ("Aminah", "aminah", SITI.nik) if any(word in repr(entry) for entry in log)] == []


def test_a_new_list_takes_the_place_of_the_former_and_erases_it(village: Village) -> None:
    """Who is not in it is found no more, and nobody opens the former records, nor has the centre ever been given a key."""
    village.desk.bring([SITI, BUDI], "Kades")
    with village.store.reader() as db:
        former = list(tables.current(db))
    village.desk.bring([BUDI], "Kades")
    kept = village.desk.kept()
    assert kept is not None
    assert (village.names("siti"), village.names("budi"), kept.people) == ([], ["Budi Santoso"], 1)
    with village.store.reader() as db:
        assert [vault_tables.is_open(db, KIND, record) for record in former] == [False, False]
        readers = {
            row[0]
            for row in db.execute("SELECT whose FROM sealed_key JOIN sealed_record r ON r.id = sealed WHERE kind = ?", (KIND,))
        }
    assert readers == {"hall", RECOVERY} - {CENTRE}
    village.desk.dismiss("Kades", "diminta warga")
    assert (village.desk.kept(), village.names("budi")) == (None, [])


def test_a_list_that_was_cut_off_is_never_seen_and_goes(village: Village) -> None:
    """The plug is pulled after half of it: the former list stays, the half is erased by the next look."""
    village.desk.bring([SITI], "Kades")
    many = [Resident(f"35100141079{number:05}", f"Warga {number}") for number in range(AT_ONCE + 1)]
    kept = village.desk._keep
    calls = []

    def pulled(belongs_to: int, residents: list[Resident], key: bytes) -> None:
        calls.append(1)
        if len(calls) > 1:
            raise OSError("cut")
        kept(belongs_to, residents, key)

    village.desk._keep = pulled  # type: ignore[method-assign, assignment]
    with pytest.raises(OSError, match="cut"):
        village.desk.bring(many, "Kades")
    again = ResidentsDesk(village.store, village.vault, village.clock, WIB)
    with village.store.reader() as db:
        assert db.execute("SELECT count(*) FROM resident").fetchone() == (AT_ONCE + 1,)
    again.tidy()
    with village.store.reader() as db:
        assert db.execute("SELECT count(*) FROM resident").fetchone() == (1,)
        assert vault_tables.counts(db)[KIND][0] == 1
    assert village.names("siti") == ["Siti Aminah"]


def test_a_correction_leaves_nothing_of_what_was(village: Village) -> None:
    """Found by the new NIK, not by the old one; another's NIK is refused; erasing takes the person out of the list."""
    village.desk.bring([SITI, BUDI], "Kades")
    [found] = village.desk.find(SITI.nik, "Siti")
    village.desk.correct(found.record, Resident("3510014107900009", "Siti Aminah"), "Siti")
    assert [village.names(nik) for nik in (SITI.nik, "3510014107900009")] == [[], ["Siti Aminah"]]
    with pytest.raises(Refusal, match="sudah dipakai orang lain"):
        village.desk.correct(found.record, Resident(BUDI.nik, "Siti"), "Siti")
    with village.store.reader() as db, pytest.raises(Refusal, match="sudah dihapus"):
        village.vault.read(db, KIND, found.record, 1)

    def erase(tx: Transaction) -> None:
        village.vault.erase(tx, KIND, found.record, who="Kades", why="diminta")
        village.desk.erased(tx, found.record)

    with village.store.transaction() as tx:
        erase(tx)
    assert (village.names("siti"), village.names("budi")) == ([], ["Budi Santoso"])
    with pytest.raises(Refusal, match="tidak ada"):
        village.desk.show(found.record, "Siti")


def test_a_mark_is_no_hash_of_the_nik_alone(village: Village) -> None:
    """Who has the database and tries every NIK finds nothing: the key of the marks is itself sealed, and no two halls have the same."""
    village.desk.bring([SITI], "Kades")
    with village.store.reader() as db:
        [mark] = [row[0] for row in db.execute("SELECT mark FROM resident")]
    tried = [hashlib.sha256(text).digest()[:16] for text in (SITI.nik.encode(), b"nik\0" + SITI.nik.encode())]
    assert mark not in tried
    other = Village(village.folder.parent / "other")
    other.random.seed(99)
    other.desk.bring([SITI], "Kades")
    with other.store.reader() as db:
        assert [row[0] for row in db.execute("SELECT mark FROM resident")] != [mark]
    other.store.close()


def test_on_another_pi_a_new_list_can_be_brought(village: Village) -> None:
    """The old one is locked there, and without a paper for good; whoever brings a new list is not kept from it."""
    village.desk.bring([SITI], "Kades")
    village.store.close()
    (village.folder / "device.key").unlink()
    other = Village(village.folder, seed=2)
    with pytest.raises(Refusal, match="perangkat lain"):
        other.names(SITI.nik)
    other.desk.bring([BUDI], "Kades")
    assert (other.names("siti"), other.names(BUDI.nik)) == ([], ["Budi Santoso"])
    with other.store.reader() as db:
        assert other.vault.locked(db) == 0
    other.store.close()
    village.store = open_test_store(village.folder)


def test_two_lists_at_once_are_refused(village: Village) -> None:
    """The second one is told to wait."""
    assert village.desk._bringing.acquire(blocking=False)
    with pytest.raises(Refusal, match="Daftar lain sedang"):
        village.desk.bring([SITI], "Kades")
    village.desk._bringing.release()
