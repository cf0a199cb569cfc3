"""Halls that were revoked: nobody telephones them, and nobody waits for their answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.clock import SystemClock
from provisioning.centre.model import EpochReport, Hello
from provisioning.centre.sqlite_database import SqliteIntakeDatabase
from provisioning.cli import main
from provisioning.identity.authority import new_key
from provisioning.identity.folder import CentreFolder
from provisioning.identity.founding import Founding
from provisioning.identity.registrar import Registrar

GOOD, REVOKED = "3510012001", "3510012002"
AT = "2026-11-23T02:00:00.000+00:00"


@pytest.fixture
def folder(tmp_path: Path) -> CentreFolder:
    """A centre of two halls, of which one was revoked."""
    folder, now = CentreFolder(tmp_path / "centre"), SystemClock().now()
    Founding(folder, now).found({})
    registrar = Registrar(folder)
    for hall in (GOOD, REVOKED):
        registrar.issue(hall, new_key().public_key(), now)
    registrar.revoke(REVOKED, now)
    return folder


@pytest.fixture(params=["beside", "elsewhere"])
def asked(request: pytest.FixtureRequest, folder: CentreFolder, tmp_path: Path) -> Iterator[tuple[str, ...]]:
    """Return the options that name the database, in the centre's folder or elsewhere; both halls have been heard in it."""
    beside = request.param == "beside"
    path = (folder.path if beside else tmp_path) / "centre.db"
    database = SqliteIntakeDatabase(path)
    with database.transaction() as tx:
        for hall in (GOOD, REVOKED):
            tx.keep_hello(Hello(hall, "n1", "b0010001", (EpochReport("7f3a90c2", closed=False, lanes={}),)), AT)
    yield ("--database", f"sqlite:///{path}", *(() if beside else ("--directory", str(folder.path))))
    database.close()


def said(*arguments: str) -> str:
    """Return what a command of the centre says."""
    return CliRunner(env={"COLUMNS": "220"}).invoke(main, ("centre", *arguments)).output


def test_a_revoked_hall_is_only_counted(asked: tuple[str, ...]) -> None:
    """The table of halls shows whom somebody can help, and says how many it leaves out."""
    shown = said("watch", "--once", *asked)

    assert ("1 balai, 1 dicabut" in shown, GOOD in shown, REVOKED in shown) == (True, True, False)


def test_nobody_waits_for_a_revoked_hall(asked: tuple[str, ...]) -> None:
    """An order to all is waited for by those that can answer."""
    assert "Belum ada jawaban dari 1 balai" in said("ask", "all", "ping", "--wait", "1", *asked)


def test_who_names_no_folder_sees_every_hall(asked: tuple[str, ...], tmp_path: Path) -> None:
    """A database in a folder that is no centre's tells of all; a folder that is named and is none is refused."""
    if "--directory" in asked:
        assert "2 balai," in said("watch", "--once", *asked[:2])
        assert "2 balai," not in said("watch", "--once", *asked[:2], "--directory", str(tmp_path))
