"""The guest book: written once, sealed, read with a trace, erased in time; and its pages on a whole hall."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from gateway.choices.desk import Choices
from gateway.clock import ClockState
from gateway.errors import Refusal
from gateway.guestbook.choices import GuestBookChoices
from gateway.guestbook.desk import KIND, GuestBookDesk
from gateway.guestbook.model import Guest
from gateway.hall import Hall
from gateway.people.model import Role
from gateway.privacy.retention import Retention
from gateway.settings import Settings
from tests.support.clock import MORNING, FakeClock
from tests.support.hall_process import write_settings
from tests.support.portal import PIN
from tests.support.setting_up import send, sign_in, wrong
from tests.support.store import open_test_store
from tests.support.tickets import WIB
from tests.support.vaults import acts_of, open_test_vault

PAK_HASAN = Guest("Hasan Basri Wicaksono", "Dinas Kesehatan", "office", "Bertemu kepala desa")
TODAY = date(2026, 11, 23)


class Book:
    """A guest book in a test's own folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.store = open_test_store(folder, self.clock)
        self.choices = Choices(self.store, self.clock, WIB)
        self.vault = open_test_vault(self.store, self.clock)
        self.desk = GuestBookDesk(self.store, self.vault, self.clock, WIB, self.choices)

    def forget(self) -> None:
        """Let the calendar erase what is over."""
        Retention(self.store, self.vault, self.clock, [self.desk.records()]).step()


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    """Open one."""
    one = Book(tmp_path)
    yield one
    one.store.close()


def test_a_guest_is_written_once_and_sealed(book: Book) -> None:
    """The same form twice is one entry, another with its key is refused, and the name is in no file of the hall."""
    first = book.desk.sign(PAK_HASAN, key="guest-0001")
    assert book.desk.sign(PAK_HASAN, key="guest-0001") == first
    with pytest.raises(Refusal, match="Idempotency-Key"):
        book.desk.sign(Guest("Lain", "", "other", ""), key="guest-0001")
    files = [path.read_bytes() for path in book.folder.rglob("*") if path.is_file()]
    assert [word for word in (b"Wicaksono", b"Dinas Kesehatan", b"kepala desa") if any(word in file for file in files)] == []
    assert (book.desk.days(), book.desk.months()) == ([(TODAY, 1)], [("2026-11", {"office": 1})])


def test_who_reads_is_noted(book: Book) -> None:
    """Counting opens nothing; reading a day opens each of its names, and the audit log says by whom."""
    book.desk.sign(PAK_HASAN, key="guest-0001")
    book.desk.days()
    assert acts_of(book.store, KIND) == [(KIND, "seal")]
    [entry] = book.desk.read(TODAY, "Siti")
    assert (entry.guest, f"{entry.at:%H:%M}", book.desk.read(TODAY - timedelta(days=1), "Siti")) == (PAK_HASAN, "08:00", [])
    assert acts_of(book.store, KIND)[1:] == [("Siti", "open")]


def test_names_go_and_counts_stay(book: Book) -> None:
    """After the days that the hall has chosen, to the day; an older backup's entry is told as closed, not as missing."""
    book.desk.sign(PAK_HASAN, key="guest-0001")
    book.choices.change(GuestBookChoices(keep_days=7))
    book.clock.advance(7 * 86_400)
    book.forget()
    assert book.desk.days() == [(TODAY, 1)]
    with book.store.transaction() as tx:
        book.vault.erase(tx, KIND, "1", who="Siti", why="diminta")
    assert [entry.guest for entry in book.desk.read(TODAY, "Siti")] == [None]
    book.clock.advance(86_400)
    book.desk.sign(PAK_HASAN, key="guest-0002")
    book.forget()
    assert (book.desk.days(), book.desk.months()) == (
        [(date(2026, 12, 1), 1)],
        [("2026-12", {"office": 1}), ("2026-11", {"office": 1})],
    )


def test_a_day_that_nobody_knows_is_given_later(book: Book) -> None:
    """While the clock is certainly wrong a guest is written down, neither counted for 1970 nor erased for it; the right day comes later."""
    book.clock.set_wall(datetime(1970, 1, 1, tzinfo=UTC), ClockState.UNSET)
    book.desk.sign(PAK_HASAN, key="guest-0001")
    book.clock.set_wall(MORNING, ClockState.TRUSTED)
    book.forget()
    assert (book.desk.days(), book.desk.months()) == ([], [])
    for _ in range(2):
        book.desk.date_undated()
    assert (book.desk.days(), book.desk.months()) == ([(TODAY, 1)], [("2026-11", {"office": 1})])


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """Run a hall with a head and a clerk."""
    with Hall(Settings.load(write_settings(tmp_path_factory.mktemp("hall"), devices=False))) as running:
        running.people.add_officer("Siti", PIN, Role.HEAD)
        running.people.add_officer("Budi", PIN, Role.CLERK)
        yield running


def test_from_the_door_to_the_officer(hall: Hall) -> None:
    """A form with a fault, then without; the clerk sees counts, opens a day by a form, and is named; the head sets the days."""
    with httpx.Client(base_url=hall.address, timeout=20, trust_env=False) as guest:
        page = guest.get("/buku-tamu").text
        form = {
            "key": re.findall(r'name="key" value="([^"]*)"', page)[0],
            "name": "<i>Hasan</i>",
            "purpose": "office",
            "institution": "Dinkes",
        }
        refused = guest.post("/buku-tamu", data=form)
        assert (refused.status_code, "&lt;i&gt;Hasan" in refused.text, 'id="agree-wrong"' in refused.text) == (422, True, True)
        answers = [guest.post("/buku-tamu", data=form | {"agree": "1"}, follow_redirects=True).text for _ in range(2)]
        assert ["Anda sudah tercatat" in one for one in answers] == [True, True]
        assert guest.post("/petugas/buku-tamu", data={"day": "2026-11-23"}).headers["location"].startswith("/masuk")
    with httpx.Client(base_url=hall.address, timeout=20, trust_env=False) as clerk:
        sign_in(clerk, "Budi")
        assert 'href="/petugas/buku-tamu"' in clerk.get("/petugas").text
        page = clerk.get("/petugas/buku-tamu").text
        assert ("Hasan" in page, "1 tamu" in page) == (False, True)
        csrf, day = re.findall(r'name="csrf" value="([^"]*)"><input type="hidden" name="day" value="([^"]*)"', page)[0]
        assert "&lt;i&gt;Hasan&lt;/i&gt;" in clerk.post("/petugas/buku-tamu", data={"csrf": csrf, "day": day}).text
        assert clerk.post("/petugas/buku-tamu", data={"csrf": csrf, "day": "kemarin"}).status_code == 422
        assert acts_of(hall.store, KIND) == [(KIND, "seal"), ("Budi", "open")]
        assert clerk.get("/atur/buku-tamu").status_code == 403
    with httpx.Client(base_url=hall.address, timeout=20, trust_env=False) as head:
        sign_in(head)
        assert set(wrong(send(head, "/atur/buku-tamu", keep_days="400").text)) == {"keep_days"}
        assert send(head, "/atur/buku-tamu", keep_days="14").status_code == 303
        assert "dihapus setelah 14 hari" in head.get("/buku-tamu").text
