"""A sealed content of a hall opens at the centre with the sealing key, whole, or is refused with the reason."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from gateway.relay.sealing import PIECE_BYTES, Bond, make_lock, seal
from gateway.relay.uplink import Uplink
from gateway.store import outbox, parcels
from gateway.store.blobs import Blobs
from gateway.store.stamp import Stamp
from provisioning.centre.intake import Intake
from provisioning.centre.opening import open_database
from provisioning.centre.parcels import OPENED
from provisioning.centre.sealing_key import load_key
from provisioning.cli import main
from tests.support.arrivals import HALL
from tests.support.broker import FakeBroker
from tests.support.clock import FakeClock
from tests.support.postgres import Postgres
from tests.support.store import open_test_store

SUBJECT = "backup/0123456789abcdef-0123456789abcdef"
CONTENT = Random(3).randbytes(5 * PIECE_BYTES)


@dataclass
class Centre:
    """A centre to which a hall has sent one parcel."""

    address: str
    folder: Path

    def run(self, *arguments: str) -> Result:
        """Run a command of the centre on its database."""
        return CliRunner().invoke(main, ["centre", *arguments, "--database", self.address])

    def fetch(self, subject: str = SUBJECT, key: str = "sealing.key") -> Result:
        """Open the parcel into ``content``."""
        return self.run("fetch", HALL, subject, str(self.folder / "content"), "--sealing-key", str(self.folder / key))


@pytest.fixture(params=["sqlite", "postgresql"])
def centre(request: pytest.FixtureRequest, tmp_path: Path) -> Centre:
    """Let a hall send a parcel whole to a centre with either database."""
    address = f"sqlite:///{tmp_path}/centre.db"
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        address = server.database()
    made = CliRunner().invoke(main, ["centre", "key", "--sealing", str(tmp_path / "sealing.key")])
    assert made.exit_code == 0, made.output
    send(tmp_path, address)
    return Centre(address, tmp_path)


def send(folder: Path, address: str, missing: int | None = None, besides: Sequence[outbox.Event] = ()) -> None:
    """Seal the content, and carry it to the centre after ``besides``; the piece ``missing`` has been lost by the hall."""
    clock, broker = FakeClock(), FakeBroker(Random(1))
    store, database = open_test_store(folder / "hall", clock), open_database(address)
    public = load_key(folder / "sealing.key").public_key()
    bond = Bond(HALL, "backup", SUBJECT)
    lock = make_lock(public, bond, Random(2).randbytes)
    blobs = Blobs(store.directory, parcels.FOLDER)
    told = {"reader": lock.reader, "wrapped": base64.b64encode(lock.wrapped).decode()}
    parcel = parcels.keep(blobs, seal([CONTENT], lock.data_key, bond), kind="backup", subject=SUBJECT, seal=told)
    if missing is not None:
        path = blobs.path_of(parcel.blob)
        path.write_bytes(path.read_bytes()[: missing * PIECE_BYTES])
    with store.transaction() as tx:
        stamp = Stamp.of(clock, ZoneInfo("Asia/Jakarta"))
        for event in besides:
            outbox.append(tx, stamp, event)
        parcels.send(tx, stamp, parcel)
    uplink = Uplink(store, broker.connection(HALL), clock, HALL, randomness=Random(1))
    connection = broker.connection("intake", session_s=60)
    intake = Intake(database, connection, clock, "balai/v1")
    connection.start()
    for _ in range(100):
        clock.advance(1)
        uplink.step()
        intake.step(0)
        with store.reader() as db:
            if not outbox.backlog(db).depth:
                break
    store.close()
    database.close()


def test_a_parcel_is_shown_and_opens(centre: Centre) -> None:
    """What the hall has sealed lies in the file, byte for byte, and only its owner reads it."""
    shown, fetched = centre.run("parcels"), centre.fetch()

    assert f"{HALL}  {SUBJECT}" in shown.output
    assert "lengkap" in shown.output
    assert fetched.exit_code == 0, fetched.output
    assert (centre.folder / "content").read_bytes() == CONTENT
    assert (centre.folder / "content").stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_there_is_never_overwritten(centre: Centre) -> None:
    """Fetching twice refuses the second time and leaves the first as it is."""
    centre.fetch()
    again = centre.fetch()
    assert again.exit_code != 0
    assert "sudah ada" in again.stderr
    assert (centre.folder / "content").read_bytes() == CONTENT


def test_another_key_opens_nothing(centre: Centre) -> None:
    """A key it was not sealed for is told so, and no file is left."""
    CliRunner().invoke(main, ["centre", "key", "--sealing", str(centre.folder / "other.key")])
    refused = centre.fetch(key="other.key")
    assert "another key" in refused.stderr
    assert not (centre.folder / "content").exists()


def test_what_was_never_sent_is_unknown(centre: Centre) -> None:
    """A subject that no hall has sent is a clear refusal."""
    assert "belum diterima" in centre.fetch("backup/1").stderr


def test_a_parcel_that_is_not_whole_does_not_open(tmp_path: Path) -> None:
    """Pieces that the hall has lost leave the parcel closed, and the table says how many have come."""
    CliRunner().invoke(main, ["centre", "key", "--sealing", str(tmp_path / "sealing.key")])
    send(tmp_path, f"sqlite:///{tmp_path}/centre.db", missing=2)
    centre = Centre(f"sqlite:///{tmp_path}/centre.db", tmp_path)

    assert "2 dari 6 potong" in centre.run("parcels").output
    assert "missing behind" in centre.fetch().stderr
    assert not list(tmp_path.glob("content*"))


def test_what_announces_no_parcel_hides_none(tmp_path: Path) -> None:
    """A hall that says nonsense in its lane of parcels spoils neither the table nor another parcel of its own."""
    CliRunner().invoke(main, ["centre", "key", "--sealing", str(tmp_path / "sealing.key")])
    strange: tuple[dict[str, object], ...] = ({}, {"kind": 1, "wrapped": "a"}, {"wrapped": [], "pieces": "many"})
    nonsense = [outbox.Event("parcel", OPENED, f"backup/{number}", data) for number, data in enumerate(strange)]
    send(tmp_path, f"sqlite:///{tmp_path}/centre.db", besides=nonsense)
    centre = Centre(f"sqlite:///{tmp_path}/centre.db", tmp_path)

    assert [line.split()[1] for line in centre.run("parcels").output.splitlines()] == [SUBJECT]
    assert centre.fetch().exit_code == 0
