"""The centre asks for a backup and gets the whole hall, sealed for it alone, whatever is cut on the way."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from gateway.errors import Refusal
from gateway.relay.backups import BACKUP, LOOK_S, RETRY_S, Backups
from gateway.relay.parcels import with_bytes
from gateway.relay.sealing import Bond, unseal, unwrap
from gateway.store import backup, centre_keys, jobs, outbox, parcels
from gateway.store.blobs import Blobs
from gateway.store.database import Store
from gateway.store.inbox import Command
from tests.support.clock import FakeClock
from tests.support.orders import PINNED
from tests.support.relay import HALL, ZONE
from tests.support.store import open_test_store

READER = X25519PrivateKey.from_private_bytes(bytes(range(32)))
CLOCK = FakeClock()
COMMAND = Command(
    "0123456789abcdef-0123456789abcdef", "id.balai.backup.request.v1", "backup", 1, CLOCK.now() + timedelta(days=1), {}
)
SUBJECT = f"backup/{COMMAND.id}"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Give a hall that knows the centre's sealing key."""
    store = open_test_store(tmp_path / "hall", CLOCK)
    with store.transaction() as tx:
        key = base64.b64encode(READER.public_key().public_bytes_raw()).decode()
        centre_keys.put(tx, centre_keys.SEALING, key, PINNED, "2026-11-23T09:00:00.000+07:00")
    yield store
    store.close()


def backups(store: Store, pinned: str = PINNED) -> Backups:
    """Return what makes the backups of ``store``."""
    return Backups(store, CLOCK, HALL, ZONE, pinned, Random(5).randbytes)


def ask(store: Store, pinned: str = PINNED) -> None:
    """Let the centre ask."""
    with store.transaction() as tx:
        backups(store, pinned).ask(tx, COMMAND)


def sent(store: Store) -> list[outbox.Row]:
    """Return the events of the lane of parcels as they go up."""
    read_part = Blobs(store.directory, parcels.FOLDER).read_part
    with store.reader() as db:
        [lane] = [lane for lane in outbox.lanes(db) if lane.lane == parcels.LANE]
        return [with_bytes(row, read_part) for row in outbox.claim(db, lane.epoch, lane.lane, 0, 1000)]


def confirm(store: Store) -> None:
    """Let the centre have everything."""
    with store.transaction() as tx:
        for lane in outbox.lanes(tx):
            outbox.confirm(tx, lane.epoch, lane.lane, lane.last)


def opened(rows: list[outbox.Row], path: Path) -> Path:
    """Open what went up, as the centre does, into ``path``."""
    lid, *pieces = [json.loads(row.data) for row in rows]
    bond = Bond(HALL, BACKUP, SUBJECT)
    key = unwrap(base64.b64decode(lid["wrapped"]), READER, bond)
    path.write_bytes(b"".join(unseal((base64.b64decode(piece["bytes"]) for piece in pieces), key, bond)))
    return path


def test_the_centre_gets_the_whole_hall(store: Store, tmp_path: Path) -> None:
    """What goes up opens to a backup that can be checked and restored; nothing of it lies open on the card."""
    ask(store)
    assert backups(store).step() == LOOK_S

    path = opened(sent(store), tmp_path / "arrived.backup")
    backup.check(path)
    backup.restore(path, tmp_path / "restored")
    assert (tmp_path / "restored" / "hall.db").exists()
    assert not list(store.directory.glob(".backup-*"))


def test_a_backup_is_made_once(store: Store) -> None:
    """Further steps make no other, and the blob leaves the card when the centre has it."""
    ask(store)
    backups(store).step()
    count = len(sent(store))
    backups(store).step()
    assert len(sent(store)) == count

    confirm(store)
    backups(store).step()
    assert list(Blobs(store.directory, parcels.FOLDER).names()) == []


def test_a_cut_in_the_making_makes_it_anew(store: Store) -> None:
    """The job stays open until the pieces are in the outbox; what a cut has left over is deleted."""
    ask(store)
    (store.directory / ".backup-cut").mkdir()
    Blobs(store.directory, parcels.FOLDER).put([b"left over by a cut"])

    backups(store).step()

    assert not (store.directory / ".backup-cut").exists()
    with store.reader() as db:
        assert jobs.oldest(db, BACKUP) is None
        assert len(parcels.needed(db, BACKUP)) == 1
    assert len(list(Blobs(store.directory, parcels.FOLDER).names())) == 1


def test_one_goes_at_a_time(store: Store) -> None:
    """While one is made or on its way another is refused, and taken when the first has arrived."""
    ask(store)
    with pytest.raises(Refusal, match="masih dibuat atau dikirim"):
        ask(store)
    backups(store).step()
    with pytest.raises(Refusal, match="masih dibuat atau dikirim"):
        ask(store)
    confirm(store)
    with store.transaction() as tx:
        backups(store).ask(tx, COMMAND)


def test_nothing_is_sent_that_the_centre_alone_could_not_open(store: Store) -> None:
    """Without a sealing key, or with one that came under another pinned key, a backup is refused."""
    with pytest.raises(Refusal, match="belum mengenal kunci segel"):
        ask(store, pinned="another")


def test_a_backup_that_does_not_fit_is_tried_again(store: Store) -> None:
    """A refusal of the card keeps the job; nothing goes up half."""
    ask(store)
    (store.directory / parcels.FOLDER).write_text("in the way of the folder")

    assert backups(store).step() == RETRY_S
    with store.reader() as db:
        assert jobs.oldest(db, BACKUP) is not None
        assert parcels.needed(db) == frozenset()
