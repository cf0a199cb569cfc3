"""Promises of the way in: one holder, never silently empty or older, evidence kept, migrations whole."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC
from pathlib import Path
from random import Random

import pytest
from sqlite_utils import Database

from gateway.errors import Refusal
from gateway.store import epochs, outbox, snapshots
from gateway.store.database import Store
from gateway.store.life import Life, read_life, write_life
from gateway.store.opening import open_store
from gateway.store.outbox import Event
from gateway.store.schema import MIGRATIONS, Migration
from gateway.store.stamp import Stamp
from tests.support.clock import FakeClock
from tests.support.store import open_test_store


def create_later(db: Database) -> None:
    """Make the table that only a later version knows."""
    db.execute("CREATE TABLE later (x)")


LATER: Migration = ("9999-later", create_later)


def note(store: Store, word: str = "fakta") -> None:
    """Append one event."""
    with store.transaction() as tx:
        outbox.append(tx, Stamp.of(FakeClock(), UTC), Event("record", "id.balai.test.v1", "test/1", {"word": word}))


def words(store: Store) -> list[str]:
    """Return the data of all test events of all epochs, oldest first."""
    with store.reader() as db:
        found = db.execute("SELECT data ->> 'word' FROM outbox WHERE type = 'id.balai.test.v1' ORDER BY position")
        return [str(row[0]) for row in found]


def epochs_of(store: Store) -> list[tuple[str, str]]:
    """Return (state, reason) of each epoch, oldest first."""
    with store.reader() as db:
        return [tuple(row) for row in db.execute("SELECT state, reason FROM epoch ORDER BY number")]


def meta(store: Store, key: str) -> str | None:
    """Return one fact about the file, or None."""
    with store.reader() as db:
        row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def pull_the_plug(store: Store) -> dict[str, bytes]:
    """Return the folder's files as a cut would leave them, without closing anything."""
    return {path.name: path.read_bytes() for path in store.directory.iterdir() if path.is_file()}


def lay_out(directory: Path, files: dict[str, bytes]) -> None:
    """Write files into a new folder."""
    directory.mkdir()
    for name, content in files.items():
        (directory / name).write_bytes(content)


def spoil(path: Path) -> None:
    """Overwrite the middle of a file, as a bad block does."""
    content = bytearray(path.read_bytes())
    content[4096 : len(content) - 4096] = b"\xa5" * (len(content) - 8192)
    path.write_bytes(bytes(content))


def test_a_new_hall_has_one_open_epoch(tmp_path: Path) -> None:
    """A hall that never was is made, with an epoch of its own and nothing to send."""
    store = open_test_store(tmp_path)
    assert (epochs_of(store), words(store), store.recovery) == ([("open", "made")], [], "")
    store.close()


def test_a_hall_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """After an orderly stop the same epoch goes on."""
    store = open_test_store(tmp_path)
    note(store, "satu")
    store.close()
    store = open_test_store(tmp_path, seed=2)
    note(store, "dua")
    assert (words(store), epochs_of(store), store.recovery) == (["satu", "dua"], [("open", "made")], "")
    store.close()


def test_a_hall_goes_on_after_a_cut(tmp_path: Path) -> None:
    """After a power cut everything accepted is there, the same epoch goes on, and nobody is alarmed."""
    store = open_test_store(tmp_path / "hall")
    note(store, "satu")
    files = pull_the_plug(store)
    store.close()
    lay_out(tmp_path / "after", files)
    store = open_test_store(tmp_path / "after")
    assert (words(store), epochs_of(store), store.recovery) == (["satu"], [("open", "made")], "")
    store.close()


def test_a_folder_has_one_holder(tmp_path: Path) -> None:
    """A second hall on the same folder is refused; after the first has stopped it is not."""
    store = open_test_store(tmp_path)
    with pytest.raises(Refusal) as told:
        open_test_store(tmp_path)
    store.close()
    open_test_store(tmp_path).close()
    assert told.value.code == "hall-running"


def test_a_file_in_the_folders_place_is_told(tmp_path: Path) -> None:
    """A folder that cannot be is refused with the system's reason."""
    (tmp_path / "hall").write_text("not a folder")
    with pytest.raises(Refusal) as told:
        open_test_store(tmp_path / "hall")
    assert told.value.code == "folder-unwritable"


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    """An older program refuses with the migration it does not know, and the newer one opens it again."""
    newer = (*MIGRATIONS, LATER)
    open_store(tmp_path, lambda: None, FakeClock(), migrations=newer).close()
    with pytest.raises(Refusal) as told:
        open_test_store(tmp_path)
    assert (told.value.code, told.value.facts) == ("database-newer", {"migration": "9999-later"})
    store = open_store(tmp_path, lambda: None, FakeClock(), migrations=newer)
    assert (epochs_of(store), store.recovery) == ([("open", "made")], "")
    store.close()


def test_a_migration_is_made_after_a_snapshot(tmp_path: Path) -> None:
    """Before the first step there is a copy of what was."""
    open_test_store(tmp_path).close()
    newer = (*MIGRATIONS, LATER)
    store = open_store(tmp_path, lambda: None, FakeClock(), migrations=newer)
    [snapshot] = snapshots.newest_first(tmp_path)
    with closing(sqlite3.connect(snapshot)) as copy:
        tables = [row[0] for row in copy.execute("SELECT name FROM sqlite_master")]
    store.close()
    assert "later" not in tables


def test_a_failing_migration_leaves_the_former_state(tmp_path: Path) -> None:
    """A step that fails half-way is undone whole; the former program opens the folder as before."""
    store = open_test_store(tmp_path)
    note(store, "satu")
    store.close()

    def half(db: Database) -> None:
        db.execute("CREATE TABLE later (x)")
        raise OSError(5, "cut")

    with pytest.raises(Refusal):
        open_store(tmp_path, lambda: None, FakeClock(), migrations=(*MIGRATIONS, ("9999-later", half)))
    store = open_test_store(tmp_path)
    with store.reader() as db:
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE name = 'later'")]
    assert (words(store), tables) == (["satu"], [])
    store.close()


def with_snapshot(directory: Path) -> None:
    """Leave a hall with the fact ``satu`` in its snapshot and ``dua`` only in hall.db."""
    store = open_test_store(directory)
    note(store, "satu")
    snapshots.take(store.path)
    note(store, "dua")
    store.close()


def lose(directory: Path) -> None:
    """The database vanishes."""
    (directory / "hall.db").unlink()


def empty(directory: Path) -> None:
    """The database has no byte left."""
    (directory / "hall.db").write_bytes(b"")


def damage(directory: Path) -> None:
    """Pages of the database are wrong."""
    spoil(directory / "hall.db")


def garble(directory: Path) -> None:
    """The file is no database at all."""
    (directory / "hall.db").write_bytes(b"\xff" * 20_000)


@pytest.mark.parametrize("accident", [lose, empty, damage, garble])
def test_a_damaged_hall_comes_back_from_its_snapshot(tmp_path: Path, accident: Callable[[Path], None]) -> None:
    """The newest good snapshot serves under a new epoch, numbers leap, evidence is kept, and it is told."""
    with_snapshot(tmp_path)
    accident(tmp_path)
    store = open_test_store(tmp_path, seed=2)
    assert words(store) == ["satu"]
    assert epochs_of(store) == [("closed", "made"), ("open", "recovered")]
    assert (meta(store, "numbers_jump_pending"), "snapshot-000001.db" in store.recovery) == ("100", True)
    assert ((tmp_path / "evidence-1").is_dir(), (tmp_path / "evidence-1" / "hall.db").exists()) == (True, accident is not lose)
    store.close()


def test_a_recovery_opens_one_epoch_and_is_told_for_days(tmp_path: Path) -> None:
    """The next start goes on in the new epoch and still tells what happened; after two weeks it is silent."""
    with_snapshot(tmp_path)
    damage(tmp_path)
    clock = FakeClock()
    open_test_store(tmp_path, clock, seed=2).close()
    store = open_test_store(tmp_path, clock, seed=3)
    assert (len(epochs_of(store)), store.recovery != "") == (2, True)
    store.close()
    clock.advance(15 * 86_400)
    store = open_test_store(tmp_path, clock, seed=4)
    assert store.recovery == ""
    store.close()


def test_the_first_fact_after_a_recovery_names_what_was_closed(tmp_path: Path) -> None:
    """``epoch.opened`` comes before any other fact and names the closed epoch's last sequences."""
    with_snapshot(tmp_path)
    damage(tmp_path)
    store = open_test_store(tmp_path, seed=2)
    note(store, "tiga")
    with store.reader() as db:
        rows = outbox.claim(db, epochs.current(db), "record", 0, 10)
        former = db.execute("SELECT epoch FROM epoch WHERE state = 'closed'").fetchone()[0]
    store.close()
    assert [row.type for row in rows] == ["id.balai.epoch.opened.v1", "id.balai.test.v1"]
    assert f'"closed":[{{"epoch":"{former}","lanes":{{"urgent":0,"record":1,"parcel":0,"bulk":0}}}}]' in rows[0].data


def test_without_a_snapshot_a_damaged_hall_is_refused_and_never_made_anew(tmp_path: Path) -> None:
    """There is no way in but a backup; the evidence is named, at each start."""
    open_test_store(tmp_path).close()
    damage(tmp_path)
    for _ in range(2):
        with pytest.raises(Refusal) as told:
            open_test_store(tmp_path)
        assert (told.value.code, told.value.facts["evidence"]) == ("database-corrupt", tmp_path / "evidence-1")
    assert not (tmp_path / "hall.db").exists()


def test_a_bad_snapshot_is_passed_over(tmp_path: Path) -> None:
    """When the newest snapshot is damaged too, the one before serves."""
    with_snapshot(tmp_path)
    store = open_test_store(tmp_path)
    snapshots.take(store.path)
    store.close()
    spoil(snapshots.newest_first(tmp_path)[0])
    damage(tmp_path)
    store = open_test_store(tmp_path, seed=2)
    assert (words(store), "snapshot-000001.db" in store.recovery) == (["satu"], True)
    store.close()


def test_a_lost_log_is_noticed(tmp_path: Path) -> None:
    """When the write-ahead log of a hall that was cut off is gone, facts may be missing: a new epoch, and it is told."""
    store = open_test_store(tmp_path / "hall")
    note(store, "satu")
    files = pull_the_plug(store)
    store.close()
    lay_out(tmp_path / "after", {name: content for name, content in files.items() if not name.endswith(("-wal", "-shm"))})
    store = open_test_store(tmp_path / "after", seed=2)
    assert (epochs_of(store), "hall.db-wal" in store.recovery) == ([("closed", "made"), ("open", "recovered")], True)
    store.close()


def test_a_cut_log_is_a_power_cut(tmp_path: Path) -> None:
    """A log torn in its last record is what a cut leaves: what was durable before is there, and nothing is alarmed."""
    store = open_test_store(tmp_path / "hall")
    note(store, "satu")
    durable = len(pull_the_plug(store)["hall.db-wal"])
    note(store, "dua")
    files = pull_the_plug(store)
    store.close()
    files["hall.db-wal"] = files["hall.db-wal"][: durable + 700]
    lay_out(tmp_path / "after", files)
    store = open_test_store(tmp_path / "after", seed=2)
    assert (words(store), store.recovery) == (["satu"], "")
    store.close()


def test_a_database_older_than_its_snapshot_is_noticed(tmp_path: Path) -> None:
    """A hall.db that fell back behind its own snapshot is put aside, and the snapshot serves."""
    store = open_test_store(tmp_path)
    store.close()
    old = (tmp_path / "hall.db").read_bytes()
    with_snapshot(tmp_path)
    (tmp_path / "hall.db").write_bytes(old)
    store = open_test_store(tmp_path, seed=2)
    assert (words(store), (tmp_path / "evidence-1" / "hall.db").read_bytes() == old) == (["satu"], True)
    store.close()


def test_a_copy_put_in_place_by_hand_opens_a_new_epoch(tmp_path: Path) -> None:
    """Whoever copies a snapshot over hall.db: its first opening closes the former epoch."""
    with_snapshot(tmp_path)
    snapshots.newest_first(tmp_path)[0].rename(tmp_path / "hall.db")
    store = open_test_store(tmp_path, seed=2)
    assert epochs_of(store) == [("closed", "made"), ("open", "recovered")]
    store.close()


def test_a_restore_cut_off_is_refused_at_start(tmp_path: Path) -> None:
    """A folder that is half of one hall and half of another is not opened."""
    open_test_store(tmp_path).close()
    write_life(tmp_path, Life.RESTORING)
    with pytest.raises(Refusal) as told:
        open_test_store(tmp_path)
    assert told.value.code == "restore-unfinished"


def test_the_folder_knows_whether_the_hall_stopped_by_itself(tmp_path: Path) -> None:
    """While it runs the mark says so, and after an orderly end it says that."""
    before = read_life(tmp_path)
    store = open_test_store(tmp_path)
    during = read_life(tmp_path)
    store.close()
    assert (before, during, read_life(tmp_path)) == (Life.NEW, Life.RUNNING, Life.STOPPED)


def test_a_leftover_of_a_cut_first_start_is_cleared(tmp_path: Path) -> None:
    """A hall that was cut off while being made is made anew."""
    (tmp_path / "hall.db.part").write_bytes(b"half")
    (tmp_path / "hall.db.part-wal").write_bytes(b"half")
    store = open_test_store(tmp_path)
    assert epochs_of(store) == [("open", "made")]
    store.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["hall.db", "hall.lock", "hall.state"]


def test_a_real_full_disk_refuses_and_comes_back(tmp_path: Path) -> None:
    """With a file size limit in force acts are refused with 503; lifted, the same store works on."""
    script = """
import resource, sys
from pathlib import Path
from gateway.errors import Refusal
from tests.support.store import open_test_store
from tests.store.test_opening import note, words
store = open_test_store(Path(sys.argv[1]))
note(store, "satu")
log = (store.directory / "hall.db-wal").stat().st_size
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (log + 4096, hard))
codes = []
for _ in range(3):
    try:
        note(store, "x" * 9000)
    except Refusal as refusal:
        codes.append(refusal.code)
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
note(store, "dua")
print(codes, words(store))
store.close()
"""
    run = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, timeout=60, check=False)
    assert run.stdout == "['storage-failed', 'storage-failed', 'storage-failed'] ['satu', 'dua']\n", run.stderr


def test_seeds_decide_the_epoch(tmp_path: Path) -> None:
    """The same randomness gives the same epoch, so that a simulated hall repeats."""
    names = []
    for name in ("a", "b"):
        store = open_store(tmp_path / name, lambda: None, FakeClock(), randomness=Random(7))
        with store.reader() as db:
            names.append(epochs.current(db))
        store.close()
    assert names[0] == names[1]
