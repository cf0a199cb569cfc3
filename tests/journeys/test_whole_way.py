"""The whole way: from a press to the board, the slip and the centre's database, with nothing simulated but the hardware."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from gateway.hall import Hall
from gateway.settings import Settings
from tests.support.certificates import Authority
from tests.support.hall_process import gateway, write_settings
from tests.support.intake_process import IntakeProcess
from tests.support.mosquitto import Mosquitto, Tls

SOON_S = 40.0


def eventually(true: Callable[[], bool]) -> bool:
    """Look until something is true, for as long as a resend may take; return whether it became so."""
    pause = threading.Event()
    looks = int(SOON_S / 0.1)
    return any(true() or pause.wait(0.1) for _ in range(looks))


def arrived(database: Path) -> list[tuple[str, str]]:
    """Return kind and subject of every event at the centre, in the order of their lane."""
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as centre:
        rows = centre.execute("SELECT type, subject FROM events WHERE lane = 'record' ORDER BY epoch, seq").fetchall()
    return [(type.removeprefix("id.balai.").removesuffix(".v1"), subject.rpartition("/")[2]) for type, subject in rows]


@contextmanager
def centre_of(tmp_path: Path, broker: Mosquitto) -> Iterator[Path]:
    """Run an intake beside the broker and give its database."""
    database = tmp_path / "centre.db"
    with IntakeProcess(broker.address, database):
        yield database


def test_a_press_reaches_board_slip_and_centre(tmp_path: Path) -> None:
    """One press is one number: durable, shown, printed, and once in the centre's database; a call is shown and told too."""
    with Mosquitto(tmp_path / "broker") as broker, centre_of(tmp_path, broker) as database:
        settings = Settings.load(write_settings(tmp_path, broker=broker.address))
        with Hall(settings) as hall:
            (button,) = hall.devices.of_kind("simulated-button")
            (board,) = hall.devices.of_kind("simulated-board")
            (printer,) = hall.devices.of_kind("simulated-printer")
            assert button.press()
            assert eventually(lambda: board.face.newest == "A-001")
            assert eventually(lambda: len(printer.roll) == 1)
            assert hall.tickets.call_next("1").number == "A-001"
            assert eventually(lambda: (board.face.number, board.face.counter) == ("A-001", "1"))
            assert eventually(lambda: len(arrived(database)) == 3)
            told = [("ticket.issued", "A-001"), ("ticket.called", "A-001")]
            assert arrived(database)[1:] == told
            assert httpx.get(f"{hall.address}/healthz").status_code == 200


def test_what_the_uplink_missed_follows_in_order(tmp_path: Path) -> None:
    """With the broker dead everything local works, and the centre gets every event once when it comes back."""
    with Mosquitto(tmp_path / "broker") as broker, centre_of(tmp_path, broker) as database:
        settings = Settings.load(write_settings(tmp_path, broker=broker.address))
        broker.kill()
        with Hall(settings) as hall:
            numbers = [hall.tickets.issue("administrasi", origin="phone").number for _ in range(5)]
            assert httpx.get(f"{hall.address}/kesehatan").status_code == 200
            broker.start()
            assert eventually(lambda: len(arrived(database)) == 6)
            assert arrived(database)[1:] == [("ticket.issued", number) for number in numbers]


def test_the_way_is_the_same_on_an_older_broker(tmp_path: Path) -> None:
    """A broker of MQTT 3.1.1 carries everything just as well."""
    with Mosquitto(tmp_path / "broker") as broker, centre_of(tmp_path, broker) as database:
        settings = Settings.load(write_settings(tmp_path, broker=broker.address, relay='protocol = "3.1.1"'))
        with Hall(settings) as hall:
            assert hall.tickets.issue("administrasi", origin="phone").number == "A-001"
            assert eventually(lambda: arrived(database)[1:] == [("ticket.issued", "A-001")])


def test_the_way_is_the_same_under_tls_and_the_shipped_rights(tmp_path: Path) -> None:
    """Hall and intake show certificates, the broker lets each do only its own, and every event arrives."""
    authority = Authority(tmp_path / "ca")
    village, intake = authority.sign("3510012001"), authority.sign("intake")
    database = tmp_path / "centre.db"
    trust = ["--ca-file", authority.certificate, "--certificate-file", intake.certificate, "--key-file", intake.key]
    with Mosquitto(tmp_path / "broker", tls=Tls(authority)) as broker, IntakeProcess(broker.address, database, *map(str, trust)):
        files = {"ca_file": authority.certificate, "certificate_file": village.certificate, "key_file": village.key}
        relay = "\n".join(f'{key} = "{file}"' for key, file in files.items())
        with Hall(Settings.load(write_settings(tmp_path, broker=broker.address, relay=relay))) as hall:
            assert hall.tickets.issue("administrasi", origin="phone").number == "A-001"
            assert eventually(lambda: arrived(database)[1:] == [("ticket.issued", "A-001")])


@pytest.mark.parametrize("fault", ["frozen", "deaf"])
def test_a_broker_that_does_not_answer_costs_the_hall_nothing(tmp_path: Path, fault: str) -> None:
    """A broker that accepts and falls silent, or an intake that is away, delays only the centre."""
    with Mosquitto(tmp_path / "broker") as broker:
        settings = Settings.load(write_settings(tmp_path, broker=broker.address))
        if fault == "frozen":
            broker.freeze()
        with Hall(settings) as hall:
            assert hall.tickets.issue("administrasi", origin="phone").number == "A-001"
            assert hall.tickets.call_next("1").number == "A-001"
            assert httpx.get(f"{hall.address}/healthz").status_code == 200
        if fault == "frozen":
            broker.thaw()


def test_a_slip_that_the_crash_prevented_is_printed_at_start(tmp_path: Path) -> None:
    """The paper ran out and then the power: the slip comes when both are back, and only one number was given."""
    settings = Settings.load(write_settings(tmp_path))
    with Hall(settings) as hall:
        (printer,) = hall.devices.of_kind("simulated-printer")
        printer.take_paper()
        (button,) = hall.devices.of_kind("simulated-button")
        assert button.press()
        assert eventually(lambda: len(hall.view.current.tickets) == 1)
        assert len(printer.roll) == 0
    with Hall(settings) as hall:
        (printer,) = hall.devices.of_kind("simulated-printer")
        assert eventually(lambda: len(printer.roll) == 1)
        assert [ticket.number for ticket in hall.view.current.tickets.values()] == ["A-001"]


def test_a_restored_hall_and_the_centre_keep_both_histories(tmp_path: Path) -> None:
    """After a restore the centre has every fact of before and after exactly once, and no number is given to two people."""
    with Mosquitto(tmp_path / "broker") as broker, centre_of(tmp_path, broker) as database:
        path = write_settings(tmp_path, broker=broker.address)
        settings = Settings.load(path)
        backup = tmp_path / "hall.backup"
        with Hall(settings) as hall:
            hall.tickets.issue("administrasi", origin="phone")
            assert gateway("backup", "--config", str(path), str(backup)).returncode == 0
            hall.tickets.issue("administrasi", origin="phone")
            assert eventually(lambda: len(arrived(database)) == 3)
        assert gateway("restore", "--config", str(path), "--replace", str(backup)).returncode == 0
        with Hall(settings) as hall:
            number = hall.tickets.issue("administrasi", origin="phone").number
            assert eventually(lambda: ("ticket.issued", number) in arrived(database))
        told = arrived(database)
        issued = [subject for kind, subject in told if kind == "ticket.issued"]
        assert sorted(issued) == ["A-001", "A-002", number]
        assert int(number.removeprefix("A-")) > 100
        assert [kind for kind, _ in told].count("epoch.opened") == 1
