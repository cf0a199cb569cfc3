"""The commands as a technician types them: beside a running hall, without one, and with mistakes."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
from pathlib import Path

import httpx
import pytest

from tests.support.hall_process import HallProcess, gateway, write_settings

PIN = "739164"


def take_number(address: str, key: str) -> str:
    """Take a number for the first line over the API."""
    answer = httpx.post(f"{address}/api/v1/tickets", json={"line": "administrasi"}, headers={"Idempotency-Key": key})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["number"])


def test_backup_beside_a_running_hall_restores_everything_with_a_new_epoch(tmp_path: Path) -> None:
    """What a backup holds is served again after a restore, and the hall's new facts cannot be mistaken for old ones."""
    settings = write_settings(tmp_path)
    backup = tmp_path / "hall.backup"
    with HallProcess(settings) as hall:
        assert take_number(hall.address, "key-number-1") == "A-001"
        written = gateway("backup", "--config", str(settings), str(backup))
        assert (written.returncode, written.stderr) == (0, "")
    refused = gateway("restore", "--config", str(settings), str(backup))
    assert (refused.returncode, "--replace" in refused.stderr) == (1, True)
    restored = gateway("restore", "--config", str(settings), "--replace", str(backup))
    assert restored.returncode == 0, restored.stderr
    with HallProcess(settings) as hall:
        assert int(take_number(hall.address, "key-number-2").removeprefix("A-")) > 2, (
            "slips given out since the backup are jumped over"
        )
        assert take_number(hall.address, "key-number-1") == "A-001"
        hall.terminate()
    with sqlite3.connect(tmp_path / "data" / "hall.db") as database:
        assert database.execute("SELECT state, count(*) FROM epoch GROUP BY state ORDER BY state").fetchall() == [
            ("closed", 1),
            ("open", 1),
        ]
    database.close()


def test_what_the_hall_keeps_is_nobody_elses(tmp_path: Path) -> None:
    """Database and backup hold officers' PIN hashes: no other user may read them, and root leaves the owner's files to the owner."""
    settings = write_settings(tmp_path)
    with HallProcess(settings) as hall:
        assert gateway("backup", "--config", str(settings), str(tmp_path / "hall.backup")).returncode == 0
        hall.terminate()
    kept = [tmp_path / "hall.backup", *(path for path in (tmp_path / "data").rglob("*") if path.is_file())]
    assert [path.name for path in kept if path.stat().st_mode & 0o077] == []
    if os.geteuid() != 0:
        return
    for path in (tmp_path / "data", *(tmp_path / "data").rglob("*")):
        os.chown(path, 65534, 65534)
    added = gateway("officer", "add", "Siti", "--pin-stdin", "--config", str(settings), stdin=PIN)
    assert added.returncode == 0, added.stderr
    assert {path.stat().st_uid for path in (tmp_path / "data").rglob("*")} == {65534}


def test_a_backup_is_never_written_over_a_file(tmp_path: Path) -> None:
    """An existing file is left alone, with or without a running hall."""
    settings = write_settings(tmp_path)
    file = tmp_path / "precious"
    file.write_text("precious")
    gateway("officer", "add", "Siti", "--pin-stdin", "--config", str(settings), stdin="739164")
    refused = gateway("backup", "--config", str(settings), str(file))
    assert (refused.returncode, "sudah ada" in refused.stderr, file.read_text()) == (1, True, "precious")


def test_an_officer_added_beside_the_running_hall_signs_in_at_once(tmp_path: Path) -> None:
    """Staff begin to work without a restart."""
    settings = write_settings(tmp_path)
    with HallProcess(settings) as hall:
        added = gateway("officer", "add", "Siti", "--pin-stdin", "--config", str(settings), stdin=PIN)
        assert added.returncode == 0, added.stderr
        answer = httpx.post(
            f"{hall.address}/api/v1/session", json={"officer": "Siti", "pin": PIN}, headers={"Idempotency-Key": "sign-in-1"}
        )
        assert answer.status_code in {200, 201}
        assert PIN not in "".join(hall.lines)


def test_check_finds_a_well_hall_and_a_broken_one(tmp_path: Path) -> None:
    """Each finding has its name and level; an unreachable broker is told with its remedy."""
    settings = write_settings(tmp_path, broker="mqtt://127.0.0.1:1")
    untouched = gateway("check", "--config", str(settings))
    assert (untouched.returncode, "Belum ada data" in untouched.stdout, (tmp_path / "data").exists()) == (0, True, False)
    with HallProcess(settings) as hall:
        hall.terminate()
    alone = gateway("check", "--config", str(settings), "--json")
    findings = {one["check"]: one for one in map(json.loads, alone.stdout.splitlines())}
    assert {"settings", "clock", "disk", "database", "devices", "broker"} <= findings.keys()
    assert findings["database"]["level"] == 0
    assert findings["broker"]["level"] > 0
    assert findings["broker"]["remedy"]
    with HallProcess(settings):
        beside = gateway("check", "--config", str(settings))
        assert (beside.returncode, "✓ database" in beside.stdout) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "--config", "{folder}/nowhere.toml"), "tidak dapat dibaca"),
        (("run", "--config", "{folder}/unknown-key.toml"), "Mungkin maksudnya: port"),
        (("run", "--config", "{folder}/wrong-type.toml"), "harus bilangan bulat"),
        (("run", "--config", "{folder}/no-name.toml"), "devices.#2.id wajib diisi"),
        (("restore", "--config", "{folder}/hall.toml", "{folder}/nowhere.backup"), "bukan cadangan"),
        (("officer", "list", "--config", "{folder}/hall.toml"), "belum berisi balai"),
        (("backup", "--config", "{folder}/hall.toml", "{folder}/new.backup"), "belum berisi balai"),
        (("export", "--config", "{folder}/hall.toml", "{folder}/nowhere/balai.toml"), "tidak dapat dipakai"),
        (("export", "--config", "{folder}/hall.toml", "{folder}/hall.toml"), "sudah ada"),
        (("import", "--config", "{folder}/hall.toml", "{folder}/not-text.toml"), "tidak dapat dipakai"),
        (("import", "--config", "{folder}/hall.toml", "{folder}/huge.toml"), "terlalu besar"),
        (("demo", "--data", "/proc/nowhere"), "tidak dapat dipakai"),
        (("officer", "add", "Siti", "--pin-stdin", "--config", "{folder}/hall.toml"), "6 angka"),
    ],
)
def test_every_mistake_is_a_sentence(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    """No mistake of a technician ends in a traceback."""
    head = write_settings(tmp_path).read_text()
    (tmp_path / "unknown-key.toml").write_text(head.replace("port =", "prt ="))
    (tmp_path / "wrong-type.toml").write_text(head.replace("port = 0", 'port = "0"'))
    (tmp_path / "no-name.toml").write_text(
        head.replace('id = "papan"\n', 'name = "papan"\n').replace("[portal]", "[portal]\nprt = 1")
    )
    (tmp_path / "not-text.toml").write_bytes(b"\xff\xfe")
    (tmp_path / "huge.toml").write_text("#" * 300_000)
    told = gateway(*(part.format(folder=tmp_path) for part in arguments), stdin="12")
    assert (told.returncode, words in told.stderr, "Traceback" in told.stderr) == (1, True, False), told.stderr


def test_sentences_are_in_the_language_of_the_terminal(tmp_path: Path) -> None:
    """An English terminal gets English, any other Indonesian."""
    told = gateway("run", "--config", str(tmp_path / "nowhere.toml"), language="en_US.UTF-8")
    assert "cannot be read" in told.stderr


def test_a_taken_port_is_told_before_anything_happens(tmp_path: Path) -> None:
    """Two programs on one port: the hall says which port and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        told = gateway("run", "--config", str(write_settings(tmp_path, port=port)))
    assert (told.returncode, f"Port {port}" in told.stderr, "Traceback" in told.stderr) == (1, True, False)


def test_a_second_hall_on_one_folder_is_refused(tmp_path: Path) -> None:
    """One folder has one hall, so that two never write one database."""
    settings = write_settings(tmp_path)
    with HallProcess(settings) as first:
        told = gateway("run", "--config", str(settings))
        assert (told.returncode, "sudah berjalan" in told.stderr) == (1, True)
        assert take_number(first.address, "key-number-1") == "A-001"


@pytest.mark.parametrize(
    "command", [(), ("run",), ("demo",), ("check",), ("backup",), ("restore",), ("officer",), ("officer", "add")]
)
def test_every_command_explains_itself_with_an_example(command: tuple[str, ...]) -> None:
    """Help is there for everything, and shows how it is typed."""
    told = gateway(*command, "--help")
    assert (told.returncode, "Example:" in told.stdout) == (0, True)


def test_a_button_for_a_service_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Its lamp would shine and no number come: the check says so before the hall ever starts again, and beside it too."""
    settings = write_settings(tmp_path, devices=False)
    settings.write_text(settings.read_text() + '\n[[devices]]\nid = "tombol-a"\nkind = "simulated-button"\nline = "surat"\n')
    with HallProcess(settings) as hall:
        beside = gateway("check", "devices", "--config", str(settings))
        hall.terminate()
    alone = gateway("check", "devices", "--config", str(settings))
    assert ["tombol-a dipasang untuk surat" in told.stdout for told in (beside, alone)] == [True, True], (
        beside.stdout + alone.stdout
    )
