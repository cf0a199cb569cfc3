"""The reading corner's folder: what is offered, what never is, and Kiwix beside it."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.errors import Refusal
from gateway.library.kiwix import AGAIN_AFTER_S, ROOT, Kiwix, read_catalog
from gateway.library.model import size_said, title_of
from gateway.library.shelf import LOOK_AGAIN_S, Shelf
from tests.support.clock import FakeClock
from tests.support.kiwix import archive, stand_in
from tests.support.waiting import until


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """Fill a folder with what people put there, and with what must stay outside."""
    folder = tmp_path / "bacaan"
    (folder / "Kesehatan" / "dalam").mkdir(parents=True)
    (tmp_path / "rahasia.pdf").write_bytes(b"secret")
    (tmp_path / "luar").mkdir()
    (tmp_path / "luar" / "x.pdf").write_bytes(b"secret")
    for name in (
        "Cara_menanam-jahe.pdf",
        "Kesehatan/Gizi.PDF",
        "Kesehatan/film.mp4",
        "Kesehatan/dalam/x.pdf",
        ".x.pdf",
        "setup.exe",
        "w.zim",
    ):
        (folder / name).write_bytes(archive() if name == "w.zim" else b"12345")
    (folder / "tautan.pdf").symlink_to(tmp_path / "rahasia.pdf")
    (folder / "Luar").symlink_to(tmp_path / "luar")
    return Shelf(folder, FakeClock())


def test_only_what_lies_in_the_folder_is_offered(shelf: Shelf) -> None:
    """By shelf and title; no links, nothing hidden, nothing deep, no other kinds; archives apart."""
    content = shelf.content()
    assert [(item.shelf, item.title, item.size_bytes) for item in content.items] == [
        ("", "Cara menanam jahe", 5), ("Kesehatan", "Film", 5), ("Kesehatan", "Gizi", 5),
    ]  # fmt: skip
    assert ([path.name for path in content.archives], content.left_out) == (["w.zim"], 1)
    assert shelf.path_of("Kesehatan", "Gizi.PDF").read_bytes() == b"12345"


@pytest.mark.parametrize(
    ("folder", "name"),
    [("", "tautan.pdf"), ("Luar", "x.pdf"), ("..", "rahasia.pdf"), ("", "../rahasia.pdf"), ("", "setup.exe"), ("", ".x.pdf"),
     ("Kesehatan/dalam", "x.pdf"), ("Kesehatan", "dalam"), ("", "w.zim"), ("", ""), ("", "\0.pdf"), ("Kesehatan/..", "Cara_menanam-jahe.pdf")],
)  # fmt: skip
def test_nothing_else_is_opened(shelf: Shelf, folder: str, name: str) -> None:
    """Links, dots, deeper folders, hidden and other files are not there, whatever an address says."""
    with pytest.raises(Refusal, match="tidak ada"):
        shelf.path_of(folder, name)


def test_a_link_put_in_place_of_a_file_is_not_followed(shelf: Shelf, tmp_path: Path) -> None:
    """Even before the folder is looked at again; the control is the file itself."""
    (path := shelf.path_of("", "Cara_menanam-jahe.pdf")).unlink()
    path.symlink_to(tmp_path / "rahasia.pdf")
    with pytest.raises(Refusal):
        shelf.path_of("", "Cara_menanam-jahe.pdf")


def test_a_stick_that_is_pulled_out_leaves_an_empty_corner(tmp_path: Path) -> None:
    """No folder, no fault; what comes is seen after some seconds, not at each request."""
    clock = FakeClock()
    shelf = Shelf(tmp_path / "bacaan", clock)
    assert shelf.content().items == ()
    shelf.make()
    (shelf.folder / "a.pdf").write_bytes(b"1")
    assert shelf.content().items == ()
    clock.advance(LOOK_AGAIN_S)
    assert [item.title for item in shelf.content().items] == ["A"]


def test_names_and_sizes_as_people_read_them() -> None:
    """Underlines and hyphens are spaces; sizes are round."""
    assert [title_of(name) for name in ("buku_ke-2.pdf", "A - B.pdf", "x")] == ["Buku ke 2", "A - B", "X"]
    assert [size_said(size) for size in (5, 340_000, 12_300_000, 1_500_000_000)] == ["1 KB", "340 KB", "12 MB", "1,5 GB"]


class Corner:
    """Kiwix over a folder in a test."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.shelf = Shelf(folder / "bacaan", self.clock)
        self.shelf.make()
        self.kiwix = Kiwix(self.shelf, self.clock, stand_in(folder))

    def put(self, name: str, content: bytes = archive()) -> None:
        """Put an archive there, and let it be seen."""
        (self.shelf.folder / name).write_bytes(content)
        self.clock.advance(LOOK_AGAIN_S)

    def read(self) -> list[str]:
        """Step until the child answers; return the titles."""
        until(lambda: self.kiwix.step() > 0 and bool(self.kiwix.archives))
        return [one.title for one in self.kiwix.archives]


@pytest.fixture
def corner(tmp_path: Path) -> Iterator[Corner]:
    """Open one, and end its child."""
    one = Corner(tmp_path)
    yield one
    one.kiwix.stop()


def test_kiwix_comes_and_goes_with_its_archives(corner: Corner) -> None:
    """None without archives; titles of those that are there, and none that lead elsewhere; a new file is seen; the last one gone, it ends."""
    corner.kiwix.step()
    assert (corner.kiwix.archives, corner.kiwix.ask(ROOT, {})) == ((), None)
    corner.put("obat.zim")
    corner.kiwix.step()
    assert corner.read() == ["Isi obat"]
    child = corner.kiwix._child
    assert child is not None
    corner.put("wiki.zim")
    corner.kiwix.step()
    assert (corner.read(), child.poll() is not None) == (["Isi obat", "Isi wiki"], True)
    for path in corner.shelf.folder.iterdir():
        path.unlink()
    corner.clock.advance(LOOK_AGAIN_S)
    corner.kiwix.step()
    assert (corner.kiwix.archives, corner.kiwix.ask(ROOT, {})) == ((), None)


def test_an_archive_that_was_cut_off_does_not_take_the_others_away(corner: Corner) -> None:
    """Half a copy, a foreign file and an empty one are told as broken; the whole one is read."""
    for name, content in {"half.zim": archive(b"x" * 99)[:120], "other.zim": b"PK" * 99, "none.zim": b""}.items():
        corner.put(name, content)
    corner.put("obat.zim")
    assert (corner.read(), corner.shelf.content().broken) == (["Isi obat"], 3)


def test_a_child_that_dies_is_started_again_in_its_time(corner: Corner) -> None:
    """A broken archive does not make the hall start children without end; killed by the system, it comes back."""
    corner.put("rusak.zim", archive(b"broken"))
    corner.kiwix.step()
    first = corner.kiwix._child
    assert first is not None
    first.wait(20)
    for _ in range(5):
        corner.kiwix.step()
    assert corner.kiwix._child is None
    corner.put("rusak.zim")
    corner.clock.advance(AGAIN_AFTER_S)
    corner.kiwix.step()
    assert corner.read() == ["Isi rusak"]


def test_no_program_no_archives(tmp_path: Path) -> None:
    """Where Kiwix is not installed nothing is started and nothing is offered."""
    clock = FakeClock()
    shelf = Shelf(tmp_path, clock)
    (tmp_path / "a.zim").write_bytes(archive())
    kiwix = Kiwix(shelf, clock, str(tmp_path / "nowhere"))
    kiwix.step()
    assert (kiwix.is_installed, kiwix.archives, kiwix._child) == (False, (), None)


@pytest.mark.parametrize(
    "content", [b"", b"<feed", b"<a/>", b"\xff\xfe", b'<feed xmlns="http://www.w3.org/2005/Atom"><entry/></feed>']
)
def test_a_catalogue_that_is_none_names_nothing(content: bytes) -> None:
    """Whatever the child says."""
    assert read_catalog(content) == ()


def test_what_kiwix_says_is_passed_in_pieces(corner: Corner) -> None:
    """Status, kind and body as they are."""
    corner.put("obat.zim")
    corner.read()
    answer = corner.kiwix.ask(f"{ROOT}/obat/x?y=1", {})
    assert answer is not None
    assert (answer.status, b"".join(answer.pieces())) == (http.client.OK, b"<script>1</script>/bacaan/zim/obat/x?y=1")
