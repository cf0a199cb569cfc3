"""`provision hall` as a technician types it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gateway.settings import Settings
from provisioning.cli import main
from tests.provisioning.fleet.entries import CODE

WIRING = Path(__file__).parents[3] / "firmware_config" / "wiring" / "gpio-button.toml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an inventory of Banyuwangi with one hall."""
    place = tmp_path / "fleet"
    begun = run("fleet", "init", str(place), "--regency", "Kabupaten Banyuwangi", "--code", "35.10", "--broker", "mqtts://b")
    assert begun.exit_code == 0, begun.output
    assert hall(place, "add", "35.10.01.2001", "--name", "Balai [b]Satu[/b]", "--district", "Pesanggaran").exit_code == 0
    return place


def run(*arguments: str) -> Result:
    """Run one command to its end."""
    return CliRunner(env={"COLUMNS": "200"}).invoke(main, arguments)


def hall(folder: Path, *arguments: str) -> Result:
    """Run a command of `provision hall` on an inventory."""
    return run("hall", *arguments, "--fleet", str(folder))


def shown(folder: Path) -> dict[str, Any]:
    """Return what is known of the hall, as programs get it."""
    known: dict[str, Any] = json.loads(hall(folder, "show", CODE, "--json").output)
    return known


def test_a_hall_is_shown_as_it_was_added(folder: Path) -> None:
    """In words for people, in JSON for programs; brackets in a name are letters."""
    said = hall(folder, "show", CODE).output
    assert [part in said for part in ("35.10.01.2001", "Balai [b]Satu[/b]", "mqtts://b", "Kabupaten Banyuwangi")] == [True] * 4
    known = shown(folder)
    assert (known["code"], known["broker"], known["languages"], known["retired"]) == (CODE, "mqtts://b", ["id"], None)


def test_a_hall_is_edited_option_by_option(folder: Path) -> None:
    """What is not named stays, an empty text takes out, devices come from a wiring and go by name."""
    hall(
        folder,
        "edit",
        CODE,
        "--devices",
        str(WIRING),
        "--model",
        "pi4",
        "--coordinates=-8.5,114.1",
        "--broker",
        "mqtts://c",
        "--language",
        "osi",
    )
    edited = shown(folder)
    assert (edited["district"], edited["model"], edited["coordinates"], edited["broker"]) == (
        "Pesanggaran",
        "pi4",
        [-8.5, 114.1],
        "mqtts://c",
    )
    assert [device["id"] for device in edited["devices"]] == ["tombol-a", "tombol-b", "tombol-c", "tombol-d"]
    hall(
        folder,
        "edit",
        CODE,
        "--district",
        "",
        "--coordinates",
        "",
        "--broker",
        "",
        "--without-device",
        "tombol-a",
        "--devices",
        str(WIRING),
    )
    edited = shown(folder)
    assert (edited["district"], edited["coordinates"], edited["broker"], len(edited["devices"])) == ("", None, "mqtts://b", 3)


def test_the_settings_of_a_hall_load(folder: Path, tmp_path: Path) -> None:
    """What is printed can be put on a card as it is."""
    hall(folder, "edit", CODE, "--devices", str(WIRING))
    path = tmp_path / "hall.toml"
    path.write_text(hall(folder, "settings", CODE).stdout)
    settings = Settings.load(path)
    assert (settings.hall.id, settings.relay.broker, len(settings.devices)) == (CODE, "mqtts://b", 4)


def test_a_retired_hall_is_kept_and_can_come_back(folder: Path) -> None:
    """It is left out of the list and gets no settings, and it is said since when and why."""
    assert hall(folder, "retire", CODE, "--reason", "Digabung", "--on", "2026-11-28").exit_code == 0
    assert (
        json.loads(hall(folder, "list", "--json").output),
        len(json.loads(hall(folder, "list", "--json", "--all").output)),
    ) == ([], 1)
    again, unset = hall(folder, "retire", CODE, "--reason", "x"), hall(folder, "settings", CODE)
    assert (again.exit_code, unset.exit_code, "2026-11-28 (Digabung)" in again.output, "--undo" in unset.output) == (
        1,
        1,
        True,
        True,
    )
    assert (hall(folder, "retire", CODE, "--undo").exit_code, shown(folder)["retired"]) == (0, None)


def test_a_list_is_taken_whole_or_not_at_all(folder: Path, tmp_path: Path) -> None:
    """A look changes nothing, a fault stops all, and the good lines can be taken on their own."""
    path = tmp_path / "list.csv"
    path.write_text("kode;desa;kecamatan\n3510012002;Sarongan;Pesanggaran\n3,51E+09;Kandangan;Pesanggaran\n")
    counts = []
    for options in (("--check",), (), ("--skip-faulty",), ("--skip-faulty", "--json")):
        result = hall(folder, "import", str(path), *options)
        counts.append((result.exit_code, len(list((folder / "halls").iterdir())), "Excel" in result.output))
    assert counts == [(1, 1, True), (1, 1, True), (1, 2, True), (1, 2, True)]
    path.write_text("kode;desa\n3510012002;Sarongan\n")
    again = json.loads(hall(folder, "import", str(path), "--json").output)
    assert again == {"written": True, "added": 0, "changed": 0, "unchanged": 1, "remarks": []}


def test_a_list_names_a_file_that_cannot_be_read(folder: Path) -> None:
    """Programs still get the others on the output, people the fault beside it."""
    (folder / "halls" / "3510012003.toml").write_text("code = \n")
    result = hall(folder, "list", "--json")
    assert (result.exit_code, len(json.loads(result.stdout)), "3510012003.toml" in result.stderr) == (1, 1, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "3510012001", "--name", "Balai"), "sudah ada di daftar"), (("add", "35", "--name", "Balai"), "kode desa sepuluh angka"),
        (("add", "3511012001", "--name", "Balai"), "bermula dengan 35.10"), (("add", "3510012002", "--name", ""), "tidak boleh kosong"),
        (("show", "3510012009"), "tidak ada di daftar"), (("edit", "3510012009"), "tidak ada di daftar"),
        (("edit", CODE, "--without-device", "x"), "Perangkat x tidak ada"), (("edit", CODE, "--devices", "nowhere.toml"), "nowhere.toml"),
        (("edit", CODE, "--devices", "/dev/null"), "wajib diisi"), (("edit", CODE, "--broker", "mqtts://a:b@c"), "kata sandi"),
        (("import", "nowhere.csv"), "nowhere.csv"), (("import", "/dev/null"), "kolom bernama kode"),
    ],
)  # fmt: skip
def test_a_mistake_is_a_sentence_with_its_remedy_and_writes_nothing(folder: Path, arguments: tuple[str, ...], said: str) -> None:
    """Never a traceback."""
    before = {path: path.read_bytes() for path in folder.rglob("*.toml")}
    result = hall(folder, *arguments)
    assert (result.exit_code, said in result.output, {path: path.read_bytes() for path in folder.rglob("*.toml")}) == (
        1,
        True,
        before,
    )


@pytest.mark.parametrize(
    "arguments", [("edit", CODE, "--coordinates", "1"), ("edit", CODE, "--coordinates", "a,b"), ("retire", CODE)]
)
def test_wrong_usage_is_told_as_such(folder: Path, arguments: tuple[str, ...]) -> None:
    """With exit code 2, as every command does."""
    assert hall(folder, *arguments).exit_code == 2


def test_nothing_is_made_where_no_inventory_is(tmp_path: Path) -> None:
    """A mistyped folder begins no second inventory."""
    result = hall(tmp_path / "flet", "add", CODE, "--name", "Balai")
    assert (result.exit_code, "provision fleet init" in result.output, list(tmp_path.iterdir())) == (1, True, [])
