"""From a command at the regency to the hall and back: real hall, real Mosquitto, real intake, each in its own right."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from gateway.choices.uplink import RelayChoices
from gateway.hall import Hall
from gateway.people.model import Role
from gateway.relay.signing import spell_key
from gateway.settings import Settings
from gateway.store import backup
from provisioning.centre import sealing_key
from provisioning.centre.parcels import ParcelView, parcels_of
from provisioning.centre.signing_key import make_or_load_key, pinned
from provisioning.centre.sqlite_database import open_reader
from provisioning.cli import main
from tests.support.hall_process import HallProcess, write_settings
from tests.support.intake_process import IntakeProcess
from tests.support.mosquitto import Mosquitto
from tests.support.waiting import until

HALL = "3510012001"
SOON_S = 40.0


class Regency:
    """A broker, an intake that signs, and somebody at its command line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "centre.db"
        self.key = folder / "centre.key"
        self.pinned = pinned(make_or_load_key(self.key))
        self.broker = Mosquitto(folder / "broker")
        self.intake = IntakeProcess(self.broker.address, self.database, "--signing-key", str(self.key))

    def settings(self, **relay: float | str) -> Path:
        """Write the settings of a hall that obeys this regency."""
        lines = "".join(f"{key} = {value!r}\n".replace("'", '"') for key, value in {"centre_key": self.pinned, **relay}.items())
        return write_settings(self.folder, broker=self.broker.address, relay=lines)

    def ask(self, *arguments: str, wait_s: int = 40) -> subprocess.CompletedProcess[str]:
        """Run ``provision centre ask``, beside the running intake, and wait for the answer."""
        command = ["ask", *arguments, "--database", f"sqlite:///{self.database}", "--wait", str(wait_s)]
        return subprocess.run(
            [sys.executable, "-m", "provisioning", "centre", *command], capture_output=True, text=True, timeout=90, check=False
        )

    def states(self) -> list[str]:
        """Return what became of every order, the oldest first."""
        with closing(open_reader(self.database)) as reader:
            return [answer.state for order in reader.orders(20) for answer in reader.order_answers(order.id)]

    def whole_parcels(self) -> list[ParcelView]:
        """Return the parcels of which every piece has come."""
        with closing(open_reader(self.database)) as reader:
            return [parcel for parcel in parcels_of(reader) if parcel.is_whole]


@pytest.fixture
def regency(tmp_path: Path) -> Iterator[Regency]:
    """Run one."""
    made = Regency(tmp_path)
    with made.broker, made.intake:
        yield made


def test_an_announcement_of_the_regency_appears_on_the_portal_and_the_board(regency: Regency) -> None:
    """Asked by a command, shown as the regency's on phones and TV, taken back by another; the asker sees each answer."""
    with Hall(Settings.load(regency.settings())) as hall:
        hall.people.add_officer("Siti", "271828", Role.HEAD)  # until somebody has claimed the hall its TV shows how
        put = regency.ask("all", "announcement.put", "--name", "vaksin", "--set", "texts.id=Vaksin Senin.", "--days", "3")
        front, board = (httpx.get(f"{hall.address}{path}").text for path in ("/", "/papan"))
        taken = regency.ask(HALL, "announcement.withdraw", "--name", "vaksin")
        after = httpx.get(f"{hall.address}/").text

    assert (put.returncode, f"{HALL} dilaksanakan" in put.stdout) == (0, True), put
    assert ("Dari kabupaten: Vaksin Senin." in front, "Dari kabupaten: Vaksin Senin." in board) == (True, True)
    assert (taken.returncode, "Vaksin" in after) == (0, False)


def test_a_service_of_the_regency_is_one_file(regency: Regency) -> None:
    """Put by a command with the file itself, seen by villagers; a wrong one comes back with its line; taken back, it is gone."""
    file = (
        'name = "Izin hajatan"\nsummary = "Untuk hajatan."\nline = "administrasi"\npromise_days = 1\nbasis = "Peraturan desa."\n'
        'keep_days = 365\nbring = ["ktp"]\nsteps = ["bawa", "periksa"]\n'
    )
    about = ("--name", "izin-hajatan")
    with Hall(Settings.load(regency.settings())) as hall:
        wrong = regency.ask("all", "catalogue.put", *about, "--set", f"toml={file.replace('365', '0')}")
        put = regency.ask("all", "catalogue.put", *about, "--set", f"toml={file}")
        seen = httpx.get(f"{hall.address}/layanan/izin-hajatan")
        taken = regency.ask(HALL, "catalogue.withdraw", *about)
        after = httpx.get(f"{hall.address}/layanan/izin-hajatan")

    assert "izin-hajatan.toml (kabupaten), baris 6, keep_days: Paling kecil 1." in wrong.stdout, wrong
    assert (put.returncode, seen.status_code, "KTP asli" in seen.text) == (0, 200, True)
    assert (taken.returncode, after.status_code) == (0, 404)


def test_an_order_waits_for_a_hall_that_is_away(regency: Regency) -> None:
    """Asked while nobody is there, it is done at the hall's first hello; the command says that no answer has come."""
    away = regency.ask(HALL, "ping", "--days", "1", wait_s=1)
    with Hall(Settings.load(regency.settings())):
        assert until(lambda: regency.states() == ["applied"], SOON_S)

    assert (away.returncode, "Belum ada jawaban" in away.stdout) == (3, True)


def test_a_hall_without_the_key_obeys_nobody_and_says_so(regency: Regency) -> None:
    """Nothing is shown, and the health page says what is missing."""
    with Hall(Settings.load(write_settings(regency.folder, broker=regency.broker.address))) as hall:
        asked = regency.ask(HALL, "announcement.put", "--name", "vaksin", "--set", "texts.id=Vaksin.", wait_s=3)
        page = httpx.get(f"{hall.address}/kesehatan").text

    assert (asked.returncode, regency.states()) == (3, [])
    assert "kuncinya belum dipasang" in page


def test_settings_that_cut_the_uplink_return_by_themselves(regency: Regency) -> None:
    """The regency sends its hall to a broker that is not there; soon the hall is back, and says what happened."""
    with Hall(Settings.load(regency.settings(trial_s=4.0))) as hall:
        assert regency.ask(HALL, "ping").returncode == 0
        sent = regency.ask(
            HALL, "settings.put", "--data", '{"section": "relay", "choose": {"broker": "mqtt://127.0.0.1:1"}}', wait_s=1
        )
        assert until(lambda: "returned" in regency.states(), SOON_S)
        chosen = hall.choices.current(RelayChoices)

    assert (sent.returncode, chosen) == (3, RelayChoices())
    assert regency.states() == ["applied", "returned"]


def test_settings_that_leave_the_uplink_whole_stay(regency: Regency) -> None:
    """Another way of speaking to the same broker: the trial ends with the receipt that comes over it."""
    with Hall(Settings.load(regency.settings(trial_s=30.0))) as hall:
        asked = regency.ask(HALL, "settings.put", "--data", '{"section": "relay", "choose": {"protocol": "3.1.1"}}')
        assert until(lambda: "sedang dicoba" not in httpx.get(f"{hall.address}/kesehatan").text, SOON_S)
        state = hall.regency.wire.connection.state if hall.regency.wire else None

    assert (asked.returncode, getattr(state, "protocol", "")) == (0, "3.1.1")


def test_a_power_cut_in_a_trial_leaves_a_hall_that_comes_back(regency: Regency) -> None:
    """The plug is pulled while the hall looks for a broker that is not there: started again, it returns all the same."""
    path = regency.settings(trial_s=6.0)
    with HallProcess(path) as hall:
        assert regency.ask(HALL, "ping").returncode == 0
        regency.ask(HALL, "settings.put", "--data", '{"section": "relay", "choose": {"broker": "mqtt://127.0.0.1:1"}}', wait_s=1)
        assert until(
            lambda: any("event=command-answered" in line and "127.0.0.1:1" not in line for line in hall.lines[-8:]), SOON_S
        )
        hall.kill()
    with HallProcess(path):
        assert until(lambda: regency.states() == ["applied", "returned"], SOON_S)


def test_the_regency_fetches_a_backup_that_only_it_can_open(regency: Regency) -> None:
    """The key goes down, the hall comes up sealed and whole, and what is fetched can be restored on another card."""
    sealing, fetched = regency.folder / "sealing.key", regency.folder / "hall.backup"
    public = spell_key(sealing_key.make_or_load_key(sealing).public_key())
    with Hall(Settings.load(regency.settings())) as hall:
        hall.people.add_officer("Siti", "271828", Role.HEAD)
        regency.ask("all", "key.put", "--set", "use=sealing", "--set", f"key={public}")
        asked = regency.ask(HALL, "backup.request")
        assert until(lambda: bool(regency.whole_parcels()), SOON_S)
    [parcel] = regency.whole_parcels()
    where = ("--database", f"sqlite:///{regency.database}", "--sealing-key", str(sealing))
    got = CliRunner().invoke(main, ["centre", "fetch", HALL, parcel.subject, str(fetched), *where])
    backup.restore(fetched, regency.folder / "another card")

    assert (asked.returncode, got.exit_code) == (0, 0), (asked, got.output)
    with closing(sqlite3.connect(regency.folder / "another card" / "hall.db")) as db:
        assert db.execute("SELECT name FROM officer").fetchall() == [("Siti",)]
