"""The commands of the centre speak in sentences, show what has arrived, and never a traceback."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from provisioning.centre.commands import centre
from provisioning.centre.ledger import Ledger
from provisioning.centre.sqlite_database import SqliteIntakeDatabase
from provisioning.cli import main
from tests.support.arrivals import RECEIVED_AT, rows


def provision(*arguments: str) -> Result:
    """Run one command to its end."""
    return CliRunner(env={"COLUMNS": "200"}).invoke(main, arguments)


def intake(database: str, broker: str = "mqtt://127.0.0.1:1") -> Result:
    """Run the intake where it must refuse to start."""
    return provision("centre", "intake", "--broker", broker, "--database", database)


@pytest.mark.parametrize("command", [(), ("centre",), *(("centre", name) for name in centre.commands)])
def test_every_command_has_help_with_an_example(command: tuple[str, ...]) -> None:
    """A technician on site sees how a command is used."""
    result = provision(*command, "--help")

    assert (result.exit_code, "Example: provision centre" in " ".join(result.output.split())) == (0, True)


@pytest.mark.parametrize(
    "address", ["centre.db", "sqlite://centre.db", "sqlite:///", "mysql://host/centre", "postgresql://host/centre?colour=red"]
)
def test_a_strange_database_address_is_named(address: str) -> None:
    """The sentence says what to write instead."""
    result = intake(address)

    assert (result.exit_code, "Tulis sqlite:///BERKAS" in result.output) == (1, True)


def test_a_strange_broker_address_is_named(tmp_path: Path) -> None:
    """Nothing is created before the addresses are understood."""
    result = intake(f"sqlite:///{tmp_path}/centre.db", "http://host")

    assert (result.exit_code, "Tulis mqtt://HOST:PORT" in result.output, list(tmp_path.iterdir())) == (1, True, [])


def test_a_second_intake_on_one_file_is_turned_away(tmp_path: Path) -> None:
    """Two processes never write one file; when the first has gone, the next may."""
    first = SqliteIntakeDatabase(tmp_path / "centre.db")
    result = intake(f"sqlite:///{tmp_path}/centre.db")
    first.close()
    SqliteIntakeDatabase(tmp_path / "centre.db").close()

    assert (result.exit_code, "Penerima lain sudah memakai basis data" in result.output) == (1, True)


def test_a_file_that_is_no_database_is_named_and_left_alone(tmp_path: Path) -> None:
    """Somebody's document is not overwritten."""
    path = tmp_path / "letter.txt"
    path.write_text("Kepada Yth. Bapak Camat, " * 100)
    result = intake(f"sqlite:///{path}")

    assert (result.exit_code, "tidak dapat dipakai" in result.output) == (1, True)
    assert path.read_text().startswith("Kepada Yth.")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """The path may have been mistyped: nothing is created elsewhere."""
    result = intake(f"sqlite:///{tmp_path}/nowhere/centre.db")

    assert (result.exit_code, "Periksa folder" in result.output) == (1, True)


def test_a_database_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    """An older intake does not write what it does not understand."""
    path = tmp_path / "centre.db"
    SqliteIntakeDatabase(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    result = intake(f"sqlite:///{path}")

    assert (result.exit_code, "versi yang lebih baru (99)" in result.output) == (1, True)


def test_events_and_lanes_are_shown_beside_a_running_intake(tmp_path: Path) -> None:
    """People see what has arrived and how far each lane has come, without disturbing the intake."""
    database = SqliteIntakeDatabase(tmp_path / "centre.db")
    Ledger(database).enter([rows([1, 2, 3, 5])], RECEIVED_AT)
    events = provision("centre", "events", "--last", "2", "--database", f"sqlite:///{tmp_path}/centre.db")
    lanes = provision("centre", "lanes", "--database", f"sqlite:///{tmp_path}/centre.db")
    database.close()

    assert [line.split()[2] for line in events.output.splitlines()] == ["7f3a90c2-record-3", "7f3a90c2-record-5"]
    [lane] = [line.split() for line in lanes.output.splitlines() if line.strip().startswith("3510012001")]
    assert lane == ["3510012001", "7f3a90c2", "record", "3", "5", "0", "0", RECEIVED_AT[:16]]


def test_looking_at_a_database_that_is_not_there_creates_none(tmp_path: Path) -> None:
    """A look changes nothing."""
    result = provision("centre", "lanes", "--database", f"sqlite:///{tmp_path}/centre.db")

    assert (result.exit_code, list(tmp_path.iterdir())) == (1, [])
