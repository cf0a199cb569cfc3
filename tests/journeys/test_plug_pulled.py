"""A hall that is killed, asked to end, or started on what is left of one."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import httpx
import pytest

from gateway.devices import catalog
from gateway.devices.ports import BoardFace
from gateway.devices.simulated_board import SimulatedBoard
from gateway.hall import Hall
from gateway.settings import DeviceSettings, Settings
from tests.support.hall_process import HallProcess, gateway, write_settings


def take_number(address: str, key: str) -> dict[str, object]:
    """Take a number for the first line over the API."""
    answer = httpx.post(f"{address}/api/v1/tickets", json={"line": "administrasi"}, headers={"Idempotency-Key": key})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_killed_at_any_moment_nothing_is_missing_or_doubled(tmp_path: Path) -> None:
    """After kill -9 the numbers go on where they stopped, and a repeated request gets its first answer."""
    settings = write_settings(tmp_path)
    given: list[dict[str, object]] = []
    for life in range(3):
        with HallProcess(settings) as hall:
            if given:
                assert take_number(hall.address, f"number-{life - 1}-1") == given[-1]
            given += [take_number(hall.address, f"number-{life}-{number}") for number in (0, 1)]
            hall.kill()
    assert [ticket["number"] for ticket in given] == [f"A-{number:03}" for number in range(1, 7)]


def test_sigterm_ends_a_hall_with_streams_open(tmp_path: Path) -> None:
    """A hall with live pages open ends in order, and waits for none of them."""
    with (
        HallProcess(write_settings(tmp_path)) as hall,
        httpx.stream("GET", f"{hall.address}/api/v1/events", timeout=10) as stream,
    ):
        next(stream.iter_bytes())
        assert hall.terminate() == 0


def test_a_newer_database_is_left_alone(tmp_path: Path) -> None:
    """An older gateway refuses a newer hall.db instead of harming it."""
    settings = write_settings(tmp_path)
    with HallProcess(settings) as hall:
        hall.terminate()
    with sqlite3.connect(tmp_path / "data" / "hall.db") as database:
        database.execute("INSERT INTO migration (name, applied_at) VALUES ('9999-tomorrow', '2030-01-01')")
    database.close()
    told = gateway("run", "--config", str(settings))
    assert (told.returncode, "9999-tomorrow" in told.stderr) == (1, True), told.stderr


def test_a_corrupt_database_is_never_served_as_an_empty_one(tmp_path: Path) -> None:
    """The evidence is kept, the snapshot is restored, and the health page says so."""
    settings = write_settings(tmp_path)
    with HallProcess(settings) as hall:
        take_number(hall.address, "key-number-1")
        hall.terminate()
    database = tmp_path / "data" / "hall.db"
    content = bytearray(database.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    database.write_bytes(content)
    answer = ""
    try:
        with HallProcess(settings) as hall:
            answer = httpx.get(f"{hall.address}/kesehatan").text
    except AssertionError as refused:
        answer = str(refused)
    assert "rusak" in answer
    assert list((tmp_path / "data").glob("evidence-*"))


def test_a_file_where_the_folder_should_be_is_told(tmp_path: Path) -> None:
    """A folder that cannot be written is a sentence with its reason."""
    settings = write_settings(tmp_path)
    (tmp_path / "data").write_text("not a folder")
    told = gateway("run", "--config", str(settings))
    assert (told.returncode, "tidak dapat ditulisi" in told.stderr, "Traceback" in told.stderr) == (1, True, False), told.stderr


class HangingBoard(SimulatedBoard):
    """A board whose cable swallows everything: showing never ends."""

    kind = "hanging-board"

    def show(self, face: BoardFace) -> None:
        """Hang for as long as the test lives."""
        del face
        threading.Event().wait()


def test_a_hall_ends_in_time_however_many_parts_hang(tmp_path: Path) -> None:
    """Twelve boards that swallow everything cost the end no more than one: the whole has a limit, not each part alone."""
    with pytest.MonkeyPatch.context() as catalogue:
        catalogue.setitem(catalog.KINDS, HangingBoard.kind, lambda id, _options, _clock: HangingBoard(id))
        settings = Settings.load(write_settings(tmp_path, devices=False))
        boards = tuple(DeviceSettings(id=f"papan-{number}", kind=HangingBoard.kind) for number in range(12))
        hall = Hall(settings.model_copy(update={"devices": boards}))
        hall.start()
        ending = threading.Thread(target=hall.stop)
        ending.start()
        ending.join(30)
        assert not ending.is_alive()
