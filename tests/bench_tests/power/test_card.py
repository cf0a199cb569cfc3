"""The model card: what is certain, what is not, and what an image then holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bench.power.card import Card, Inode


def make_file(card: Card, name: str) -> Inode:
    """Give a new file its name."""
    inode = Inode()
    card.name((name, inode))
    return inode


def write(card: Card, inode: Inode, offset: int, content: bytes) -> None:
    """Write, and let the call return."""
    card.write(inode, offset, content).ended = True


def sync(card: Card, inode: Inode) -> None:
    """Sync from begin to end."""
    card.end_sync(card.begin_sync(inode))


def image(card: Card, folder: Path, *, everything: bool = False) -> dict[str, bytes]:
    """Return the files of an image."""
    folder.mkdir()
    card.render(folder, card.pending if everything else ())
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_synced_file_without_synced_folder_has_no_name(tmp_path: Path) -> None:
    """A file's sync is not assumed to make its name durable."""
    card = Card()
    inode = make_file(card, "a")
    write(card, inode, 0, b"x")
    sync(card, inode)
    assert image(card, tmp_path / "1") == {}
    sync(card, card.root)
    assert image(card, tmp_path / "2") == {"a": b"x"}


def test_named_file_without_sync_is_empty(tmp_path: Path) -> None:
    """A folder's sync does not make the content of its files durable."""
    card = Card()
    write(card, make_file(card, "a"), 0, b"x")
    sync(card, card.root)
    assert image(card, tmp_path / "1") == {"a": b""}
    assert image(card, tmp_path / "2", everything=True) == {"a": b"x"}


def test_write_during_a_sync_is_not_covered(tmp_path: Path) -> None:
    """A sync makes durable only what was written before it began."""
    card = Card()
    inode = make_file(card, "a")
    sync(card, card.root)
    write(card, inode, 0, b"early")
    covered = card.begin_sync(inode)
    write(card, inode, 5, b"late")
    card.end_sync(covered)
    assert image(card, tmp_path / "1") == {"a": b"early"}


def test_write_under_way_is_not_covered(tmp_path: Path) -> None:
    """A write that had not returned when the sync began may be missing."""
    card = Card()
    inode = make_file(card, "a")
    sync(card, card.root)
    card.write(inode, 0, b"x")
    sync(card, inode)
    assert image(card, tmp_path / "1") == {"a": b""}


def test_rename_is_one_step(tmp_path: Path) -> None:
    """Until the folder is synced the old name holds the old file, then the new one; never neither."""
    card = Card()
    for name, content in (("a", b"old"), ("a.part", b"new")):
        inode = make_file(card, name)
        write(card, inode, 0, content)
        sync(card, inode)
    sync(card, card.root)
    card.name(("a.part", None), ("a", card.find("a.part")))
    assert image(card, tmp_path / "1") == {"a": b"old", "a.part": b"new"}
    assert image(card, tmp_path / "2", everything=True) == {"a": b"new"}
    sync(card, card.root)
    assert image(card, tmp_path / "3") == {"a": b"new"}


def test_rename_between_folders_is_durable_with_either(tmp_path: Path) -> None:
    """A rename over two folders is one step for both, and brings what it depends on with it."""
    card = Card()
    card.name(("x", Inode(is_directory=True)))
    card.name(("y", Inode(is_directory=True)))
    sync(card, card.root)
    inode = make_file(card, "x/a")
    card.name(("x/a", None), ("y/a", inode))
    folder = card.find("y")
    assert folder is not None
    sync(card, folder)
    assert image(card, tmp_path / "1") == {"y/a": b""}


def test_truncated_file_keeps_its_content_until_synced(tmp_path: Path) -> None:
    """Cutting a file is a change like any other."""
    card = Card()
    inode = make_file(card, "a")
    write(card, inode, 0, b"abcdef")
    sync(card, inode)
    sync(card, card.root)
    card.resize(inode, 2)
    assert image(card, tmp_path / "1") == {"a": b"abcdef"}
    sync(card, inode)
    assert image(card, tmp_path / "2") == {"a": b"ab"}


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 2000), st.binary(min_size=1, max_size=900), st.booleans())))
def test_everything_is_what_an_ordinary_file_would_hold(
    tmp_path_factory: pytest.TempPathFactory, writes: list[tuple[int, bytes, bool]]
) -> None:
    """Whatever is synced in between, the image of everything is the file as every program sees it."""
    card, expected = Card(), bytearray()
    inode = make_file(card, "a")
    for offset, content, synced in writes:
        write(card, inode, offset, content)
        expected.extend(bytes(max(0, offset + len(content) - len(expected))))
        expected[offset : offset + len(content)] = content
        if synced:
            sync(card, inode)
    folder = tmp_path_factory.mktemp("image") / "everything"
    assert image(card, folder, everything=True) == {"a": bytes(expected)}
    assert card.size_bytes(inode) == len(expected)
