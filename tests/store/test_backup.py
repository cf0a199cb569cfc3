"""Promises of the backup: one file, whole or not there, checked when made, closed when opened."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.errors import Refusal
from gateway.store import backup
from gateway.store.blobs import Blobs
from gateway.store.database import Store
from tests.store.test_opening import epochs_of, meta, note, words
from tests.support.store import open_test_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A hall with one fact and two attachments."""
    store = open_test_store(tmp_path / "hall")
    note(store, "satu")
    Blobs(store.directory).put([b"foto ", b"surat"])
    Blobs(store.directory).put([b"x" * 100_000])
    yield store
    store.close()


def test_a_restored_hall_has_everything_and_a_new_epoch(store: Store, tmp_path: Path) -> None:
    """Database and attachments are back; the first opening closes the old epoch before any fact, and numbers leap."""
    shares: list[float] = []
    backup.write(store, tmp_path / "cadangan", shares.append)
    note(store, "dua")
    backup.restore(tmp_path / "cadangan", tmp_path / "baru")
    restored = open_test_store(tmp_path / "baru", seed=2)
    assert (words(restored), epochs_of(restored)) == (["satu"], [("closed", "made"), ("open", "restored")])
    assert list(Blobs(restored.directory).names()) == list(Blobs(store.directory).names())
    assert (meta(restored, "numbers_jump_pending"), shares == sorted(shares), shares[-1]) == ("100", True, 1.0)
    restored.close()


def test_recorded_voices_come_back(store: Store, tmp_path: Path) -> None:
    """What people of the village have recorded is in the backup, what can be made again is not; a hall that has newer ones keeps them aside."""
    voice = store.directory / "voice"
    for name in ("jv/angka-2.wav", "cache/0a1b.wav", "jv/half.new"):
        (voice / name).parent.mkdir(parents=True, exist_ok=True)
        (voice / name).write_bytes(name.encode())
    backup.write(store, tmp_path / "cadangan")
    (tmp_path / "baru" / "voice" / "osi").mkdir(parents=True)
    backup.restore(tmp_path / "cadangan", tmp_path / "baru")
    restored = {path.name: path.read_bytes() for path in (tmp_path / "baru" / "voice").rglob("*") if path.is_file()}
    assert restored == {"angka-2.wav": b"jv/angka-2.wav"}
    assert (tmp_path / "baru" / "replaced-1" / "voice" / "osi").exists()


def test_a_backup_without_voices_leaves_those_that_are_there(store: Store, tmp_path: Path) -> None:
    """Recordings are not lost to a backup that is older than they are."""
    backup.write(store, tmp_path / "cadangan")
    (tmp_path / "baru" / "voice" / "jv").mkdir(parents=True)
    (tmp_path / "baru" / "voice" / "jv" / "angka-2.wav").write_bytes(b"dua")
    backup.restore(tmp_path / "cadangan", tmp_path / "baru")
    assert (tmp_path / "baru" / "voice" / "jv" / "angka-2.wav").read_bytes() == b"dua"


def test_a_backup_leaves_nothing_beside_it(store: Store, tmp_path: Path) -> None:
    """A backup is one file, and the hall goes on meanwhile and after."""
    folder = tmp_path / "stick"
    folder.mkdir()
    backup.write(store, folder / "cadangan")
    note(store, "dua")
    assert ([path.name for path in folder.iterdir()], words(store)) == (["cadangan"], ["satu", "dua"])


def test_a_backup_is_never_overwritten(store: Store, tmp_path: Path) -> None:
    """An existing file stays as it is."""
    (tmp_path / "cadangan").write_text("penting")
    with pytest.raises(Refusal) as told:
        backup.write(store, tmp_path / "cadangan")
    assert (told.value.code, (tmp_path / "cadangan").read_text()) == ("backup-exists", "penting")


def test_facts_made_while_copying_are_wholly_in_or_out(store: Store, tmp_path: Path) -> None:
    """The copy is one moment of the hall, though the hall writes on."""
    backup.write(store, tmp_path / "cadangan", lambda _share: note(store, "sambil"))
    backup.check(tmp_path / "cadangan")


@pytest.mark.parametrize("at", [100, 5_000, -200_000, -20_000])
def test_a_spoilt_backup_is_refused(store: Store, tmp_path: Path, at: int) -> None:
    """One wrong byte anywhere is noticed before anything is restored."""
    backup.write(store, tmp_path / "cadangan")
    content = bytearray((tmp_path / "cadangan").read_bytes())
    content[at] ^= 0xFF
    (tmp_path / "cadangan").write_bytes(bytes(content))
    with pytest.raises(Refusal) as told:
        backup.restore(tmp_path / "cadangan", tmp_path / "baru")
    assert (told.value.code, (tmp_path / "baru" / "hall.db").exists()) == ("backup-invalid", False)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9])
def test_a_cut_backup_is_refused(store: Store, tmp_path: Path, share: float) -> None:
    """A file that ends too early is no backup."""
    backup.write(store, tmp_path / "cadangan")
    content = (tmp_path / "cadangan").read_bytes()
    (tmp_path / "cadangan").write_bytes(content[: int(len(content) * share)])
    with pytest.raises(Refusal) as told:
        backup.check(tmp_path / "cadangan")
    assert told.value.code == "backup-invalid"


def test_a_missing_backup_is_told(tmp_path: Path) -> None:
    """A wrong path is a sentence, not a traceback."""
    with pytest.raises(Refusal) as told:
        backup.restore(tmp_path / "tidak-ada", tmp_path / "baru")
    assert told.value.code == "backup-invalid"


def test_an_occupied_folder_is_replaced_only_on_request(store: Store, tmp_path: Path) -> None:
    """The former hall is never lost: it moves aside, with its snapshots."""
    backup.write(store, tmp_path / "cadangan")
    other = open_test_store(tmp_path / "lain", seed=5)
    note(other, "lama")
    other.close()
    with pytest.raises(Refusal) as told:
        backup.restore(tmp_path / "cadangan", tmp_path / "lain")
    backup.restore(tmp_path / "cadangan", tmp_path / "lain", replace=True)
    restored = open_test_store(tmp_path / "lain", seed=6)
    former = sqlite3.connect(tmp_path / "lain" / "replaced-1" / "hall.db")
    kept = json.loads(former.execute("SELECT data FROM outbox").fetchone()[0])
    former.close()
    assert (told.value.code, words(restored), kept) == ("restore-occupied", ["satu"], {"word": "lama"})
    restored.close()


def test_a_running_hall_is_not_restored_over(store: Store, tmp_path: Path) -> None:
    """Whoever holds the folder keeps it."""
    backup.write(store, tmp_path / "cadangan")
    with pytest.raises(Refusal) as told:
        backup.restore(tmp_path / "cadangan", store.directory, replace=True)
    assert told.value.code == "hall-running"


def test_two_restores_of_one_backup_are_two_histories(store: Store, tmp_path: Path) -> None:
    """Each opening of a backup has an epoch of its own, so that neither swallows the other's facts."""
    backup.write(store, tmp_path / "cadangan")
    open_epochs = set()
    for seed, name in enumerate(("a", "b"), start=10):
        backup.restore(tmp_path / "cadangan", tmp_path / name)
        restored = open_test_store(tmp_path / name, seed=seed)
        with restored.reader() as db:
            open_epochs.add(db.execute("SELECT epoch FROM epoch WHERE state = 'open'").fetchone()[0])
        restored.close()
    assert len(open_epochs) == 2
