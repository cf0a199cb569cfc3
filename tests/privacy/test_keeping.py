"""What looks after the vault: erasure in time, rotation after it, and the keys of those outside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from gateway.privacy import breach, tables
from gateway.privacy.audit import verify
from gateway.privacy.keeping import REWRAP, Keeping
from gateway.privacy.kinds import RecordKind
from gateway.privacy.retention import Retention
from gateway.privacy.tables import CENTRE, RECOVERY, Wanted
from gateway.store import jobs
from gateway.store.database import Transaction
from gateway.store.jobs import Job
from gateway.store.outbox import Reads
from tests.privacy.test_vault import CENTRE_KEY, NIK, PAPER, Office


class Letters:
    """A feature with letters that are over once their time has come."""

    def __init__(self) -> None:
        self.over: dict[str, datetime] = {}
        self.cleared: list[str] = []

    def due(self, _db: Reads, now: datetime) -> Sequence[str]:
        """Return what is over and not erased."""
        return [record for record, at in self.over.items() if at <= now and record not in self.cleared]

    def clear(self, _tx: Transaction, record: str) -> None:
        """Take away what belongs to it."""
        self.cleared.append(record)

    def kind(self) -> RecordKind:
        """Return what the vault is told of them."""
        return RecordKind("request", "Permohonan", "Tugas desa", "30 hari", due=self.due, erased=self.clear)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Open a hall that has a paper."""
    made = Office(tmp_path / "hall")
    made.vault.keep_paper(PAPER.public_key(), who="Kades")
    yield made
    made.store.close()


def acts(office: Office) -> list[str]:
    """Return what was done, the oldest first."""
    return [act for _, act in office.acts()]


def test_what_is_over_is_erased_and_then_the_key_is_rotated_once_a_day(office: Office) -> None:
    """Late or twice, the end is the same; the snapshots from before are useless, so one is made at once."""
    letters, copies, clock = Letters(), [1], office.clock
    for record in ("17", "18", "19"):
        office.put(record=record)
    retention = Retention(office.store, office.vault, clock, [letters.kind()], lambda: copies.append(1))
    letters.over = {"17": clock.now(), "18": clock.now() + timedelta(hours=2)}
    former = office.key.current
    for _ in range(2):
        retention.step()
    assert ([office.open(record=record) for record in ("17", "18", "19")], letters.cleared) == (
        ["record-erased", NIK, NIK],
        ["17"],
    )
    assert (office.key.current != former, office.key.generations, len(copies)) == (True, (office.key.current,), 2)
    clock.advance(3 * 3600)
    retention.step()
    assert (office.open(record="18"), acts(office).count("rotate")) == ("record-erased", 1)
    clock.advance(22 * 3600)
    retention.step()
    assert (office.open(record="19"), acts(office).count("rotate")) == (NIK, 2)


def test_a_feature_that_goes_on_naming_what_is_erased_stops_nobody(office: Office) -> None:
    """Each is erased once, and the round ends."""
    names = [str(number) for number in range(120)]
    for record in names:
        office.put(record=record)
    kind = RecordKind("request", "Permohonan", "Tugas desa", "30 hari", due=lambda _db, _now: names)
    Retention(office.store, office.vault, office.clock, [kind]).step()
    assert (office.open(record="119"), acts(office).count("erase")) == ("record-erased", 120)


def test_without_a_paper_nothing_is_rotated(tmp_path: Path) -> None:
    """A snapshot of yesterday would be locked for good, open requests with it; erasing itself does not wait."""
    bare, letters = Office(tmp_path / "bare"), Letters()
    bare.put()
    letters.over = {"17": bare.clock.now()}
    Retention(bare.store, bare.vault, bare.clock, [letters.kind()]).step()
    assert (bare.open(), "rotate" in acts(bare)) == ("record-erased", False)
    bare.store.close()


def test_what_was_erased_no_paper_opens(office: Office) -> None:
    """Its wrapping for the paper is gone too, and without a centre's key the ciphertext itself."""
    office.readers = {RECOVERY: PAPER.public_key()}
    office.put()
    office.erase()
    with office.store.reader() as db:
        kept = tables.find(db, "request", "17", 1)
        assert kept is not None
        assert (kept.ciphertext, tables.wrapped_for(db, kept.id, RECOVERY)) == (b"", None)


def test_a_new_key_outside_gets_what_is_open(office: Office) -> None:
    """By itself when another key is known, and once more when the centre asks; a kind at home is wrapped for no centre."""
    office.readers = {}
    office.put()
    keeping = Keeping(office.store, office.vault, lambda _db: office.readers)
    keeping.step()
    office.readers = {CENTRE: CENTRE_KEY.public_key()}
    keeping.step()
    assert office.elsewhere(CENTRE, CENTRE_KEY) == NIK
    other = X25519PrivateKey.from_private_bytes(bytes(range(2, 34)))
    office.readers = {CENTRE: other.public_key()}
    with office.store.transaction() as tx:
        jobs.make(tx, Job("c-1", REWRAP, {}), office.clock.now())
        own = office.vault.own_key(tx, "lookup")
    keeping.step()
    with office.store.reader() as db:
        assert (office.elsewhere(CENTRE, other), jobs.oldest(db, REWRAP)) == (NIK, None)
        assert [
            row[0]
            for row in db.execute(
                "SELECT r.kind FROM sealed_record r JOIN sealed_key k ON k.sealed = r.id WHERE k.whose = 'centre'"
            )
        ] == ["request"]
    with office.store.transaction() as tx:
        assert office.vault.own_key(tx, "lookup") == own


def test_the_log_is_found_by_who_what_and_when(office: Office) -> None:
    """The newest first, a page at a time; the notice of a breach counts what was seen."""
    office.put()
    office.clock.advance(60)
    office.open()
    with office.store.reader() as db:
        everything = tables.entries(db, Wanted(), 10)
        assert [entry.act for entry in everything] == ["open", "seal", "paper"]
        assert [entry.act for entry in tables.entries(db, Wanted(before=everything[0].seq), 1)] == ["seal"]
        assert [entry.who for entry in tables.entries(db, Wanted(act="open", kind="request"), 9)] == ["Budi"]
        assert tables.entries(db, Wanted(until=everything[0].at, act="open"), 9) == []
        known = breach.gather(db, "2000", "2999", mode="file", log_is_whole=True)
        assert office.vault.head(db) == f"3-{verify(tables.log(db))}"
    assert (known.seen, known.kinds) == ({("Budi", "request"): 1}, {"request": (1, 0)})


def test_whoever_the_log_has_by_name_and_by_number_is_counted_once(office: Office) -> None:
    """The caller names officers; whom it does not know stays as the log has them."""
    office.put()
    office.open()
    with office.store.transaction() as tx:
        for who in ("7", "7", "9"):
            office.vault.note(tx, "search", "request", "", 0, who=who, why="layanan")
    with office.store.reader() as db:
        known = breach.gather(db, "2000", "2999", mode="file", log_is_whole=True, named=lambda who: {"7": "Budi"}.get(who, who))
    assert known.seen == {("Budi", "request"): 3, ("9", "request"): 1}
