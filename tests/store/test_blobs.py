"""Promises of attachments: named by their content, kept whole, never served damaged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.errors import Refusal
from gateway.store.blobs import Blobs


def test_what_was_put_is_read(tmp_path: Path) -> None:
    """The name is the SHA-256 of the content, and the content comes back."""
    blobs = Blobs(tmp_path)
    name = blobs.put([b"foto ", b"rumah"])
    assert (name, blobs.read(name)) == (hashlib.sha256(b"foto rumah").hexdigest(), b"foto rumah")


def test_the_same_content_is_kept_once(tmp_path: Path) -> None:
    """Sent twice, an attachment takes the room of one, and no leftover lies beside it."""
    blobs = Blobs(tmp_path)
    assert blobs.put([b"foto"]) == blobs.put([b"fo", b"to"])
    assert len([path for path in blobs.folder.rglob("*") if path.is_file()]) == 1


def test_a_damaged_attachment_is_not_served(tmp_path: Path) -> None:
    """What the card gives back wrong is refused."""
    blobs = Blobs(tmp_path)
    name = blobs.put([b"foto"])
    blobs.path_of(name).write_bytes(b"fotO")
    with pytest.raises(Refusal) as told:
        blobs.read(name)
    assert told.value.code == "storage-failed"


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64])
def test_what_is_not_there_is_not_found(tmp_path: Path, name: str) -> None:
    """No name leads out of the folder, and an unknown one is not found."""
    with pytest.raises(Refusal) as told:
        Blobs(tmp_path).read(name)
    assert told.value.code == "not-found"


def test_a_broken_upload_leaves_nothing(tmp_path: Path) -> None:
    """When the sender breaks off, nothing is kept."""

    def broken() -> Iterator[bytes]:
        yield b"foto"
        raise ConnectionError

    blobs = Blobs(tmp_path)
    with pytest.raises(ConnectionError):
        blobs.put(broken())
    assert list(blobs.folder.iterdir()) == []


def test_deleting_twice_is_harmless(tmp_path: Path) -> None:
    """A forgotten attachment is gone, however often it is forgotten."""
    blobs = Blobs(tmp_path)
    name = blobs.put([b"foto"])
    blobs.delete(name)
    blobs.delete(name)
    assert list(blobs.names()) == []
