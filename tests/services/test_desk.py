"""The catalogue in a real store: layers, versions that stay, and nothing that takes a service away by mistake."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import Refusal
from gateway.services import tables
from gateway.services.desk import WRITTEN_LIMIT, ServicesDesk
from gateway.services.faults import Unfit
from gateway.services.shipped import FOLDER, read_shipped
from gateway.services.view import CatalogueView, Entry
from gateway.store.database import Store
from tests.services.test_reading import WHOLE
from tests.support.clock import FakeClock
from tests.support.store import open_test_store
from tests.support.tickets import WIB


class Village:
    """A hall's catalogue, opened as often as a test likes."""

    def __init__(self, directory: Path, shipped: Path = FOLDER) -> None:
        self.directory = directory
        self.open(shipped)

    def open(self, shipped: Path = FOLDER) -> None:
        """Start the hall with the files in ``shipped``."""
        self.store: Store = open_test_store(
            self.directory, FakeClock(), lambda: self.view.stale() if hasattr(self, "view") else None
        )
        self.desk = ServicesDesk(self.store, FakeClock(), WIB, read_shipped(shipped))
        self.desk.furnish()
        self.view = CatalogueView(self.store)

    def restart(self, shipped: Path = FOLDER) -> None:
        """Stop it, and start it again."""
        self.store.close()
        self.open(shipped)

    def entry(self, service: str = "sku") -> Entry:
        """Return a service as it holds now."""
        return self.view.current.entries[service]

    def regency(self, toml: object, service: str = "sku") -> dict[str, object]:
        """Let the regency put a file."""
        with self.store.transaction() as tx:
            return self.desk.put_for_regency(tx, service, {"toml": toml})

    def withdraw(self, service: str = "sku") -> None:
        """Let the regency take it back."""
        with self.store.transaction() as tx:
            self.desk.withdraw_for_regency(tx, service)

    def told(self) -> list[dict[str, Any]]:
        """Return what the centre was told of the catalogue."""
        with self.store.reader() as db:
            rows = db.execute("SELECT data FROM outbox WHERE type = 'id.balai.catalogue.changed.v1' ORDER BY position").fetchall()
        return [json.loads(row[0]) for row in rows]


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    """Open a hall with the shipped services."""
    made = Village(tmp_path / "hall")
    yield made
    made.store.close()


def test_later_layers_override_earlier_ones(village: Village) -> None:
    """The regency over what is shipped, the village over both; taken back, what lies below holds again."""
    village.regency("fee_rp = 5000\nvalid_days = 30\n")
    village.desk.change("sku", "fee_rp = 2000\n")
    both = village.entry()
    assert (both.service.fee_rp, both.service.valid_days, both.now.layers) == (2000, 30, ("shipped", "regency", "village"))
    village.desk.give_back("sku")
    assert village.entry().service.fee_rp == 5000
    village.withdraw()
    assert (village.entry().service.fee_rp, village.entry().now.layers) == (0, ("shipped",))


def test_an_old_request_is_shown_as_the_service_was(village: Village) -> None:
    """Every version stays, over changes, returns and restarts; the same again makes no new one."""
    village.desk.change("sku", "fee_rp = 2000\n")
    village.desk.change("sku", "fee_rp = 2000\n# sama\n")
    village.desk.give_back("sku")
    village.restart()
    village.regency("offered = false\n")
    assert [village.desk.version("sku", number).fee_rp for number in (1, 2, 3)] == [0, 2000, 0]
    assert (village.entry().now.version, "sku" in village.view.current.offered) == (4, False)
    with pytest.raises(Refusal) as raised:
        village.desk.version("sku", 9)
    assert raised.value.code == "service-unknown"


def test_a_new_service_is_one_file(village: Village, tmp_path: Path) -> None:
    """Shipped in the folder, put by the regency, or written by the village: one TOML file, and nothing else."""
    folder = tmp_path / "shipped"
    shutil.copytree(FOLDER, folder)
    (folder / "izin-hajatan.toml").write_text(WHOLE, encoding="utf-8")
    village.restart(folder)
    assert village.entry("izin-hajatan").service.name == {"id": "Izin hajatan"}
    village.regency(WHOLE, "izin-kabupaten")
    village.desk.change("izin-desa", WHOLE)
    assert [village.entry(name).now.layers for name in ("izin-kabupaten", "izin-desa")] == [("regency",), ("village",)]
    village.desk.give_back("izin-desa")
    village.withdraw("izin-kabupaten")
    village.restart()
    assert {"izin-hajatan", "izin-kabupaten", "izin-desa"} & village.view.current.entries.keys() == set()
    assert village.desk.version("izin-hajatan", 1).name == {"id": "Izin hajatan"}


def test_what_does_not_fit_counts_nowhere(village: Village) -> None:
    """A wrong file of the regency is answered with its line, one of the village is refused; the service stays as it was."""
    before = village.entry()
    with pytest.raises(Refusal) as refused:
        village.regency("\nfee_rp = -1\n")
    assert (refused.value.code, "sku.toml (kabupaten), baris 2, fee_rp: Paling kecil 0." in refused.value.sentence) == (
        "service-unfit",
        True,
    )
    with pytest.raises(Unfit):
        village.desk.change("sku", "fee = 1\n")
    for toml, code in ((7, "field-invalid"), (None, "field-invalid"), (" ", "field-invalid")):
        with pytest.raises(Refusal) as refused:
            village.regency(toml)
        assert refused.value.code == code
    for name in ("baru", "Sku", "../sku", ""):
        with pytest.raises(Refusal) as refused:
            village.desk.change(name, WHOLE)
        assert refused.value.code == "service-name"
    assert (village.entry(), village.told()) == (before, [])


def test_a_layer_that_no_longer_fits_is_left_out_and_shown(village: Village) -> None:
    """The regency takes away a part that the village names: the service stays, without the village's file, until it is mended."""
    village.regency('[[requirement]]\nid = "izin-pasar"\ntext = "Izin pasar"\n')
    village.desk.change("sku", 'bring = ["izin-pasar", "ktp"]\n')
    village.withdraw()
    now = village.entry().now
    trouble = village.desk.trouble("sku")
    assert (now.whole, now.layers, len(village.entry().service.requirement)) == (False, ("shipped", "village"), 5)
    assert trouble is not None
    assert [str(fault.told) for fault in trouble.faults] == [
        "sku.toml (desa), baris 1, bring: Bagian izin-pasar tidak ada. Tulis sendiri di bawah, atau pakai nama dari daftar bersama."
    ]
    village.regency('[[requirement]]\nid = "izin-pasar"\ntext = "Izin pasar"\n')
    assert (village.entry().now.whole, len(village.entry().service.requirement)) == (True, 2)


def test_a_change_without_a_whole_service_is_kept_apart(village: Village) -> None:
    """The village has changed a service that the regency takes away: nobody is offered a part of one, and nothing is lost."""
    village.regency(WHOLE, "izin")
    village.desk.change("izin", "fee_rp = 2000\n")
    village.withdraw("izin")
    catalogue = village.view.current
    assert ("izin" in catalogue.entries, [one.service for one in catalogue.broken]) == (False, ["izin"])
    village.regency(WHOLE, "izin")
    assert village.entry("izin").service.fee_rp == 2000


def test_the_village_confirms_what_it_has_read(village: Village, tmp_path: Path) -> None:
    """A better translation asks nobody to read anew; another fee, whoever sets it, does."""
    assert village.entry().now.confirmed is False
    village.desk.change("sku", "", confirm=True)
    assert village.entry().now.confirmed is True
    folder = tmp_path / "shipped"
    shutil.copytree(FOLDER, folder)
    file = folder / "sku.toml"
    file.write_text(file.read_text("utf-8").replace("Business certificate", "Certificate of a business"), "utf-8")
    village.restart(folder)
    assert (village.entry().now.confirmed, village.entry().now.version) == (True, 2)
    village.regency("fee_rp = 5000\n")
    assert village.entry().now.confirmed is False
    village.desk.change("sku", "", confirm=True)
    village.desk.change("sku", "", confirm=False)
    assert village.entry().now.confirmed is False


def test_the_centre_is_told_what_the_village_asks(village: Village) -> None:
    """A change, a confirmation and a return are events; what changes nothing, and what the regency itself did, are none."""
    village.desk.change("sku", "fee_rp = 2000\n", confirm=True)
    village.desk.change("sku", "fee_rp = 2000\n", confirm=True)
    village.regency("valid_days = 30\n")
    village.desk.give_back("sku")
    first, second = village.told()
    assert first == {
        "service": "sku", "layers": ["shipped", "village"], "confirmed": True, "version": 2, "name": "Surat Keterangan Usaha (SKU)",
        "offered": True, "line": "administrasi", "fee_rp": 2000, "promise_days": 1,
        "requirements": [one.text["id"] for one in village.entry().service.requirement],
    }  # fmt: skip
    assert (second["layers"], second["confirmed"], second["fee_rp"]) == (["shipped", "regency"], False, 0)


def test_a_start_with_the_same_files_writes_nothing(village: Village, tmp_path: Path) -> None:
    """Only other files are taken in; a file that does not fit leaves its service as the others make it, and stops no hall."""

    def revision() -> str:
        with village.store.reader() as db:
            return tables.noted(db, tables.REVISION)

    before = revision()
    village.restart()
    assert revision() == before
    folder = tmp_path / "shipped"
    shutil.copytree(FOLDER, folder)
    (folder / "sku.toml").write_text("name =", "utf-8")
    village.restart(folder)
    assert ("sku" in village.view.current.entries, len(village.view.current.entries)) == (
        False,
        len([*FOLDER.glob("*.toml")]) - 1,
    )


def test_a_catalogue_has_an_end(village: Village) -> None:
    """Nobody fills the card with services; one that is there can still be changed."""
    with village.store.transaction() as tx:
        for number in range(WRITTEN_LIMIT):
            tables.write_layer(tx, f"izin-{number}", "village", WHOLE, "2026-11-23T08:00:00+07:00")
    with pytest.raises(Refusal) as refused:
        village.desk.change("satu-lagi", WHOLE)
    village.desk.change("izin-1", WHOLE + "# lagi\n")
    assert (refused.value.code, "izin-1" in village.view.current.entries) == ("catalogue-full", True)
