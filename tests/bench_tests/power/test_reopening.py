"""The examination of an image finds what it is there to find."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from random import Random

import pytest

from gateway.store import backup
from gateway.store.opening import open_store
from gateway.tickets.desk import TicketsDesk
from gateway.tickets.furnishing import COUNTERS, LINES
from tests.bench.power.facts import Fact
from tests.bench.power.reopening import DATA, ZONE, examine
from tests.support.clock import FakeClock


@pytest.fixture
def morning(tmp_path: Path) -> dict[Fact, int]:
    """Leave a hall after two tickets, a call, a recall and a backup in ``tmp_path``; return what was told."""
    clock = FakeClock()
    store = open_store(tmp_path / DATA, lambda: None, clock, zone=ZONE, randomness=Random(1))
    desk = TicketsDesk(store, clock, Random(1), ZONE)
    desk.furnish(LINES, COUNTERS)
    first = desk.issue("administrasi", origin="phone", key="key-0001")
    second = desk.issue("administrasi", origin="button")
    desk.call_next("1")
    desk.recall("1")
    (tmp_path / "backups").mkdir()
    backup.write(store, tmp_path / "backups" / "0.backup")
    store.close()
    facts = [
        Fact("ticket", (first.number, first.token)),
        Fact("newest", (second.number,)),
        Fact("call-next", (first.number, "1")),
        Fact("board", (first.number, "1")),
        Fact("recall", (first.number, "1")),
        Fact("backup", ("backups/0.backup",)),
    ]
    return dict.fromkeys(facts, 1)


def change(folder: Path, *statements: str) -> None:
    """Do to the resting database what no act of the product does."""
    database = sqlite3.connect(folder / DATA / "hall.db")
    with database:
        for statement in statements:
            database.execute(statement)
    database.close()


def kinds(folder: Path, facts: dict[Fact, int]) -> set[str]:
    """Return what kinds of violation are found."""
    return {sentence.split(":", 1)[0] for sentence in examine(folder, facts)}


def test_whole_hall_has_no_violation(tmp_path: Path, morning: dict[Fact, int]) -> None:
    """What was left in order is found in order."""
    assert examine(tmp_path, morning) == []


def test_new_hall_has_no_violation(tmp_path: Path) -> None:
    """A cut before anything was told may leave nothing at all."""
    assert examine(tmp_path, {}) == []


@pytest.mark.parametrize(
    "fact",
    [
        Fact("ticket", ("A-003", "token")),
        Fact("ticket", ("A-001", "another token")),
        Fact("paper", ("A-002",)),
        Fact("call-next", ("A-002", "1")),
        Fact("complete", ("A-001", "1")),
        Fact("session", ("token",)),
        Fact("officer", ("Siti",)),
        Fact("backup", ("backups/1.backup",)),
        Fact("published", ("0000000a", "record", 1, "type", "subject", "time")),
    ],
)
def test_lost_fact_is_found(tmp_path: Path, morning: dict[Fact, int], fact: Fact) -> None:
    """Anything told that is not so is a loss."""
    assert kinds(tmp_path, morning | {fact: 1}) == {"lost"}


def test_recall_told_twice_and_kept_once_is_lost(tmp_path: Path, morning: dict[Fact, int]) -> None:
    """The second of two recalls is not covered by the first."""
    assert kinds(tmp_path, morning | {Fact("recall", ("A-001", "1")): 2}) == {"lost"}


def test_broken_backup_is_found(tmp_path: Path, morning: dict[Fact, int]) -> None:
    """A backup that was promised must also be whole."""
    path = tmp_path / "backups" / "0.backup"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert kinds(tmp_path, morning) == {"lost"}


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("DELETE FROM outbox WHERE position = (SELECT max(position) FROM outbox)", {"half-done", "hole"}),
        ("DELETE FROM slip", {"half-done"}),
        ("DELETE FROM call WHERE count = 2", {"half-done", "lost"}),
        ("DELETE FROM answers", {"half-done"}),
        ("UPDATE numbering SET last = last + 1", {"hole", "twice"}),
        ("UPDATE lane SET confirmed = last", {"lost"}),
    ],
)
def test_half_an_act_is_found(tmp_path: Path, morning: dict[Fact, int], statement: str, found: set[str]) -> None:
    """A part of an act without its other part is noticed, whatever part it is."""
    change(tmp_path, statement)
    assert kinds(tmp_path, morning) == found


def test_garbage_does_not_pass(tmp_path: Path, morning: dict[Fact, int]) -> None:
    """A database that cannot be read is a hall that does not start, never an empty one."""
    (tmp_path / DATA / "hall.db").write_bytes(bytes(8192))
    assert kinds(tmp_path, morning) == {"does-not-start", "lost"}
