"""The reading corner as a phone meets it: a real portal over a folder and a child that stands in for Kiwix."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import httpx
import pytest

from gateway.clock import SystemClock
from gateway.library.kiwix import Kiwix
from gateway.library.routes import LibraryPages, door
from gateway.library.shelf import Shelf
from gateway.portal.app import PortalParts, create_app
from gateway.portal.server import PortalServer
from tests.support.clock import FakeClock
from tests.support.kiwix import archive, stand_in
from tests.support.portal import SaidHealth
from tests.support.tickets import WIB
from tests.support.waiting import until

FILM = bytes(range(256)) * 400


@pytest.fixture(scope="module")
def phone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Open a phone at a portal with a reading corner."""
    folder = tmp_path_factory.mktemp("hall")
    clock = FakeClock()
    shelf = Shelf(folder / "bacaan", clock)
    (shelf.folder / "Anak & ibu").mkdir(parents=True)
    (shelf.folder / "Anak & ibu" / "Cerita 100% lucu.html").write_text("<script>alert(1)</script>")
    (shelf.folder / "tani.mp4").write_bytes(FILM)
    (shelf.folder / "buku.epub").write_bytes(b"PK")
    (shelf.folder / "obat.zim").write_bytes(archive())
    kiwix = Kiwix(shelf, clock, stand_in(folder))
    assert until(lambda: kiwix.step() > 0 and bool(kiwix.archives))
    parts = PortalParts(
        hall_id="3510012001", hall_name="Balai", language="id", zone=WIB, names=(), address="http://balai.lan", health=SaidHealth(),
        clock=clock, randomness=Random(1), features=(LibraryPages(shelf, kiwix),), doors=(door(shelf, kiwix),),
    )  # fmt: skip
    server = PortalServer(create_app(parts), "127.0.0.1", 0, SystemClock())
    server.start()
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=20, trust_env=False) as client:
        yield client
    server.stop()
    kiwix.stop()


def test_everything_is_listed_and_opens(phone: httpx.Client) -> None:
    """Names with signs of all sorts lead to their files; a film comes in parts; a book is kept, a page shown."""
    assert 'href="/bacaan"' in phone.get("/desa").text
    page = phone.get("/bacaan").text
    for said in ("Anak &amp; ibu", "Cerita 100% lucu", "Isi obat", "/bacaan/zim/obat", "102 KB"):
        assert said in page, said
    part = phone.get("/bacaan/berkas/tani.mp4", headers={"range": "bytes=1000-1099"})
    assert (part.status_code, part.content, part.headers["content-type"]) == (206, FILM[1000:1100], "video/mp4")
    book = phone.get("/bacaan/berkas/buku.epub")
    assert (book.headers["content-type"], book.headers["content-disposition"]) == (
        "application/epub+zip",
        'attachment; filename="buku.epub"',
    )
    assert phone.get("/bacaan").headers["etag"] == phone.get("/bacaan").headers["etag"]


def test_no_script_of_others_runs(phone: httpx.Client) -> None:
    """A page of the folder or of an archive has one policy, which forbids scripts; what the hall draws keeps its own."""
    policies = [
        phone.get(path).headers.get_list("content-security-policy")
        for path in ("/bacaan/berkas/Anak%20%26%20ibu/Cerita%20100%25%20lucu.html", "/bacaan/zim/obat/x", "/bacaan")
    ]
    assert [(len(one), "script-src 'none'" in one[0], "frame-ancestors 'none'" in one[0]) for one in policies] == [
        (1, True, True), (1, True, True), (1, False, True),
    ]  # fmt: skip


def test_archives_pass_as_content_only(phone: httpx.Client) -> None:
    """No cookie in either direction, no permission for other sites, no way elsewhere; what a phone has is not sent again."""
    phone.cookies.set("petugas", "secret")
    answer = phone.get("/bacaan/zim/obat/Jahe%20merah?a=b")
    assert (answer.status_code, answer.text) == (200, "<script>1</script>/bacaan/zim/obat/Jahe%20merah?a=b")
    told = set(answer.headers)
    assert told & {"set-cookie", "access-control-allow-origin", "x-saw-cookie"} == set()
    assert phone.get("/bacaan/zim/first").headers["location"] == "/bacaan/zim/page"
    assert phone.get("/bacaan/zim/away").status_code == 404
    assert phone.get("/bacaan/zim/x", headers={"if-none-match": '"e"'}).status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "/bacaan/berkas/..%2Fobat.zim",
        "/bacaan/berkas/obat.zim",
        "/bacaan/berkas/%2e%2e/obat.zim",
        "/bacaan/berkas/x/y/z",
        "/bacaan/berkas/%00",
    ],
)
def test_nothing_else_is_served(phone: httpx.Client, path: str) -> None:
    """Not what lies outside, not an archive as a file, not what is not there."""
    assert phone.get(path).status_code == 404
