"""Announcements: published once, kept with their picture, shown on their days, taken back whole."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from datetime import date, timedelta
from pathlib import Path
from typing import cast

import pytest
from PIL import Image

from gateway.bulletin import model
from gateway.bulletin.choices import BoardChoices
from gateway.bulletin.desk import BulletinDesk
from gateway.bulletin.model import Draft
from gateway.bulletin.view import BulletinView
from gateway.choices.desk import Choices
from gateway.clock import ClockState
from gateway.errors import Refusal
from gateway.portal.news import News, Slide
from gateway.store.database import Store, Transaction
from tests.support.clock import FakeClock
from tests.support.store import open_test_store
from tests.support.tickets import WIB

TODAY = date(2026, 11, 23)
POSYANDU = Draft({"id": "Posyandu Kamis pagi.", "en": "Health post on Thursday."})


class Bulletin:
    """A hall's announcements in a test's own folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.store: Store = open_test_store(folder, self.clock, lambda: self.view.stale() if hasattr(self, "view") else None)
        self.choices = Choices(self.store, self.clock, WIB)
        self.desk = BulletinDesk(self.store, self.clock, WIB)
        self.view = BulletinView(self.store, self.choices, self.clock, WIB)

    def picture(self, name: str = "a.jpg", colour: str = "#1f7a4d") -> Path:
        """Put a picture with a place in its EXIF into the folder, as a phone would."""
        path, exif = self.folder / name, Image.Exif()
        exif[0x010E] = "Rumah Pak RT"
        exif[0x0112] = 6
        Image.new("RGB", (300, 200), colour).save(path, exif=exif)
        return path

    def events(self) -> list[tuple[str, str]]:
        """Return the type and the subject's end of every event about announcements."""
        with self.store.reader() as db:
            rows = db.execute("SELECT type, subject FROM outbox WHERE type LIKE 'id.balai.announcement.%' ORDER BY position")
            return [(kind.removeprefix("id.balai.announcement."), subject.rpartition("/")[2]) for kind, subject in rows]


@pytest.fixture
def bulletin(tmp_path: Path) -> Iterator[Bulletin]:
    """Open one."""
    one = Bulletin(tmp_path)
    yield one
    one.store.close()


def test_the_same_wish_is_one_announcement(bulletin: Bulletin) -> None:
    """A form sent twice announces once; its key for something else is refused."""
    first = bulletin.desk.publish(POSYANDU, key="wish-0001")
    assert bulletin.desk.publish(POSYANDU, key="wish-0001") == first
    with pytest.raises(Refusal, match="Idempotency-Key"):
        bulletin.desk.publish(Draft({"id": "Lain"}), key="wish-0001")
    assert bulletin.events() == [("published.v1", "1")]


def test_readers_get_their_language_else_indonesian(bulletin: Bulletin) -> None:
    """An announcement in two languages is shown in the reader's, the important one first."""
    bulletin.desk.publish(POSYANDU, key="wish-0001")
    bulletin.desk.publish(Draft({"id": "Kantor tutup besok."}, important=True), key="wish-0002")
    bulletin.desk.publish(Draft({"id": "Air mati."}), key="wish-0003")
    assert bulletin.view.news("en").texts == ("Kantor tutup besok.", "Air mati.", "Health post on Thursday.")
    assert bulletin.view.news("jv").texts[-1] == "Posyandu Kamis pagi."


def test_an_announcement_is_shown_on_its_days(bulletin: Bulletin) -> None:
    """From its first day to its last, both included; while the clock is certainly wrong everything is shown."""
    tomorrow = TODAY + timedelta(days=1)
    bulletin.desk.publish(Draft({"id": "Besok saja"}, tomorrow, tomorrow), key="wish-0001")
    shown = []
    for _ in range(3):
        shown.append(bulletin.view.news("id").texts)
        bulletin.clock.advance(24 * 3600)
    assert shown == [(), ("Besok saja",), ()]
    bulletin.clock._state = ClockState.UNSET
    assert bulletin.view.news("id").texts == ("Besok saja",)


def test_a_picture_is_drawn_anew_without_what_the_phone_knew(bulletin: Bulletin) -> None:
    """Upright, without EXIF, named by its content, served while it is shown."""
    bulletin.desk.publish(POSYANDU, key="wish-0001", file=bulletin.picture())
    [blob] = bulletin.desk.album.blobs.names()
    with Image.open(io.BytesIO(bulletin.desk.album.blobs.read(blob))) as kept:
        assert (kept.format, kept.size, dict(kept.getexif())) == ("JPEG", (200, 300), {})
    assert bulletin.view.news("en").slides == (Slide(f"/papan/gambar/{blob}", "image", "Health post on Thursday."),)
    assert bulletin.view.media_of(blob) == "image"


def test_what_is_withdrawn_leaves_nothing(bulletin: Bulletin) -> None:
    """The picture goes with the last announcement that shows it; the centre learns of both."""
    picture = bulletin.picture()
    first = bulletin.desk.publish(POSYANDU, key="wish-0001", file=picture)
    second = bulletin.desk.publish(Draft({}), key="wish-0002", file=picture)
    bulletin.desk.withdraw(first)
    assert len([*bulletin.desk.album.blobs.names()]) == 1
    bulletin.desk.withdraw(second)
    bulletin.desk.withdraw(second)
    assert [*bulletin.desk.album.blobs.names()] == []
    assert bulletin.view.news("id") == News()
    assert bulletin.events() == [("published.v1", "1"), ("published.v1", "2"), ("withdrawn.v1", "1"), ("withdrawn.v1", "2")]


def test_a_change_keeps_the_picture_unless_another_comes(bulletin: Bulletin) -> None:
    """Words are changed alone, then the picture, then it is taken away; nothing that is not shown stays, and the centre learns of each."""
    one = bulletin.desk.publish(POSYANDU, key="wish-0001", file=bulletin.picture())
    [first] = bulletin.desk.album.blobs.names()
    for _ in range(2):
        bulletin.desk.change(one, Draft({"id": "Posyandu Jumat."}, important=True), key="wish-0002")
    assert (bulletin.view.news("id").texts, [*bulletin.desk.album.blobs.names()]) == (("Posyandu Jumat.",), [first])
    bulletin.desk.change(one, POSYANDU, key="wish-0003", file=bulletin.picture("b.jpg", "#b3261e"))
    [second] = bulletin.desk.album.blobs.names()
    bulletin.desk.change(one, POSYANDU, key="wish-0004", keep_picture=False)
    assert (second != first, [*bulletin.desk.album.blobs.names()], [*bulletin.desk.album.arrivals.iterdir()]) == (True, [], [])
    assert bulletin.events() == [("published.v1", "1"), *[("changed.v1", "1")] * 3]


def test_a_change_that_makes_no_sense_changes_nothing(bulletin: Bulletin) -> None:
    """Neither words nor picture left, or an announcement that is gone."""
    one = bulletin.desk.publish(Draft({}), key="wish-0001", file=bulletin.picture())
    before = bulletin.desk.every()
    bulletin.desk.change(one, Draft({}), key="wish-0002")
    codes = []
    for announcement, keep in ((one, False), (77, True)):
        with pytest.raises(Refusal) as refused:
            bulletin.desk.change(announcement, Draft({}), key="wish-0003", keep_picture=keep)
        codes.append(refused.value.code)
    assert (codes, bulletin.desk.every()) == (["announcement-empty", "announcement-unknown"], before)


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (Draft({"id": "  \n "}), "announcement-empty"),
        (Draft({"id": "Terbalik"}, TODAY, TODAY - timedelta(days=1)), "announcement-dates"),
        (Draft({"id": "x" * (model.TEXT_LIMIT + 1)}), "field-invalid"),
    ],
)
def test_what_makes_no_sense_is_refused(bulletin: Bulletin, draft: Draft, code: str) -> None:
    """Empty, backwards or too long: nothing is kept."""
    with pytest.raises(Refusal) as refused:
        bulletin.desk.publish(draft, key="wish-0001")
    assert (refused.value.code, bulletin.desk.every(), bulletin.events()) == (code, [], [])


@pytest.mark.parametrize("content", [b"", b"<svg onload='alert(1)'/>", b"\xff\xd8\xff\xe0nonsense", b"GIF89a" + bytes(100)])
def test_a_file_that_is_no_picture_is_refused(bulletin: Bulletin, content: bytes) -> None:
    """Whatever its name says; nothing of it stays on the card."""
    file = bulletin.folder / "gambar.jpg"
    file.write_bytes(content)
    with pytest.raises(Refusal) as refused:
        bulletin.desk.publish(POSYANDU, key="wish-0001", file=file)
    assert (refused.value.code, [*bulletin.desk.album.blobs.names()]) == ("picture-unreadable", [])


def test_what_a_power_cut_left_of_an_upload_is_deleted(bulletin: Bulletin) -> None:
    """At the next start the place for files that come is empty."""
    bulletin.desk.album.sweep()
    (bulletin.desk.album.arrivals / "kiriman-1.part").write_bytes(b"half a film")
    bulletin.desk.album.sweep()
    assert [*bulletin.desk.album.arrivals.iterdir()] == []


class CutStore:
    """A store that keeps what lies on the card when a fact is about to be written, as a power cut would leave it."""

    def __init__(self, store: Store, left: Path) -> None:
        self._store = store
        self._left = left

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Keep a copy, then go on."""
        shutil.copytree(self._store.directory, self._left)
        return self._store.transaction()


def test_a_picture_whose_announcement_the_power_cut_is_deleted(
    bulletin: Bulletin, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The plug is pulled when the picture is kept and nothing shows it yet: the next start leaves no trace of it."""
    left = tmp_path_factory.mktemp("cut") / "data"
    cut = cast("Store", CutStore(bulletin.store, left))
    kept = BulletinDesk(cut, bulletin.clock, WIB).publish(POSYANDU, key="wish-0001", file=bulletin.picture())
    with closing(open_test_store(left, bulletin.clock)) as store:
        after = BulletinDesk(store, bulletin.clock, WIB)
        before = len([*after.album.blobs.names()])
        after.album.sweep()
        assert (before, [*after.album.blobs.names()], [*after.album.arrivals.iterdir()], after.every()) == (1, [], [], [])
    bulletin.desk.album.sweep()
    assert (kept, len([*bulletin.desk.album.blobs.names()])) == (1, 1)


def test_a_file_that_the_card_could_not_take_is_refused_before_it_comes(bulletin: Bulletin) -> None:
    """The reserve stays free for the queue."""
    bulletin.desk.album.require_room(1000)
    with pytest.raises(Refusal, match="penuh"):
        bulletin.desk.album.require_room(10**15)


def test_no_more_than_boards_show(bulletin: Bulletin) -> None:
    """One too many is refused, and its picture does not stay."""
    for number in range(model.ANNOUNCEMENTS_LIMIT):
        bulletin.desk.publish(Draft({"id": f"Nomor {number}"}), key=f"wish-{number:04}")
    with pytest.raises(Refusal, match=str(model.ANNOUNCEMENTS_LIMIT)):
        bulletin.desk.publish(POSYANDU, key="wish-last", file=bulletin.picture())
    assert [*bulletin.desk.album.blobs.names()] == []


def test_the_halls_choices_are_the_boards(bulletin: Bulletin) -> None:
    """Chosen anew, the board has them without a restart."""
    assert bulletin.view.news("id").quiet_s == 20.0
    bulletin.choices.change(BoardChoices(quiet_s=60, lines=("surat",)))
    assert (bulletin.view.news("id").quiet_s, bulletin.view.news("id").lines) == (60.0, ("surat",))


def put_for_regency(bulletin: Bulletin, name: str, **data: object) -> None:
    """Let the regency announce something."""
    with bulletin.store.transaction() as tx:
        bulletin.desk.put_for_regency(tx, name, data)


def withdraw_for_regency(bulletin: Bulletin, name: str) -> None:
    """Let the regency take it back."""
    with bulletin.store.transaction() as tx:
        bulletin.desk.withdraw_for_regency(tx, name)


def test_what_the_regency_announces_says_whose_it_is(bulletin: Bulletin) -> None:
    """In the reader's language; put again it is replaced, withdrawn it is gone; nothing goes up but the command's answer."""
    put_for_regency(bulletin, "announcement/a", texts={"id": "Vaksin Senin.", "en": "Vaccines on Monday."})
    put_for_regency(bulletin, "announcement/b", texts={"id": "Pajak."}, starts_on="2026-11-24", important=True)
    first = [bulletin.view.news(language).texts for language in ("id", "en")]
    put_for_regency(bulletin, "announcement/a", texts={"id": "Vaksin Selasa."}, ends_on="2026-12-01")
    second = bulletin.view.news("id").texts
    withdraw_for_regency(bulletin, "announcement/a")
    withdraw_for_regency(bulletin, "announcement/unknown")

    assert first == [("Dari kabupaten: Vaksin Senin.",), ("From the regency: Vaccines on Monday.",)]
    assert (second, bulletin.view.news("id").texts) == (("Dari kabupaten: Vaksin Selasa.",), ())
    assert bulletin.events() == []


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({}, "field-invalid"),
        ({"texts": "Halo"}, "field-invalid"),
        ({"texts": {"id": 5}}, "field-invalid"),
        ({"texts": {"id": "x" * 301}}, "field-invalid"),
        ({"texts": {"id": "Halo"}, "starts_on": "besok"}, "field-invalid"),
        ({"texts": {"id": "Halo"}, "important": "ya"}, "field-invalid"),
        ({"texts": {"id": " "}}, "announcement-empty"),
        ({"texts": {"id": "Halo"}, "starts_on": "2026-12-02", "ends_on": "2026-12-01"}, "announcement-dates"),
    ],
)
def test_what_the_regency_cannot_announce_is_refused(bulletin: Bulletin, data: dict[str, object], code: str) -> None:
    """By the hall's own rules."""
    with pytest.raises(Refusal) as refused:
        put_for_regency(bulletin, "announcement/a", **data)
    assert refused.value.code == code


def test_the_hall_cannot_take_back_what_the_regency_announces(bulletin: Bulletin) -> None:
    """Neither counts among the other's."""
    put_for_regency(bulletin, "announcement/a", texts={"id": "Vaksin."})
    [announcement] = bulletin.desk.every()
    with pytest.raises(Refusal) as refused:
        bulletin.desk.withdraw(announcement.id)
    for number in range(model.ANNOUNCEMENTS_LIMIT):
        bulletin.desk.publish(POSYANDU, key=f"key-{number}")

    assert (refused.value.code, len(bulletin.desk.every())) == ("announcement-of-regency", model.ANNOUNCEMENTS_LIMIT + 1)
