"""The folder of the reading corner, as it is now.

Promises: nothing outside of the folder is ever offered or opened, whatever links stand in it and whatever an address says; the card
is read at most every some seconds, however many phones ask.
"""

from __future__ import annotations

import os
import stat
import threading
from dataclasses import dataclass
from pathlib import Path

from gateway.clock import Clock
from gateway.errors import Refusal
from gateway.library.model import FILES_LIMIT, ZIM, Item, ending, is_offered
from gateway.portal.hot import etag_of

LOOK_AGAIN_S = 20.0
ZIM_MARK = b"ZIM\x04"
ZIM_HEAD_BYTES = 80


@dataclass(frozen=True, slots=True)
class Content:
    """What is in the folder."""

    items: tuple[Item, ...] = ()
    """By shelf and title; those in no shelf first."""
    archives: tuple[Path, ...] = ()
    """ZIM files that are whole, by name."""
    broken: int = 0
    """ZIM files that were cut off, as a copy does when a stick is pulled out."""
    left_out: int = 0
    """Files that are not offered: of another kind, or too many."""
    etag: str = ""
    """A name of what is offered."""


class Shelf:
    """The folder. Safe from any thread."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder = folder
        self._clock = clock
        self._lock = threading.Lock()
        self._content = Content()
        self._looked_at_s = float("-inf")

    def make(self) -> None:
        """Make the folder, so that a technician finds where files go."""
        self.folder.mkdir(exist_ok=True)

    def content(self) -> Content:
        """Return what is in the folder."""
        with self._lock:
            now_s = self._clock.monotonic_s()
            if now_s - self._looked_at_s >= LOOK_AGAIN_S:
                self._content, self._looked_at_s = _look(self.folder), now_s
            return self._content

    def path_of(self, shelf: str, name: str) -> Path:
        """Return where an offered file lies. Raises Refusal ``not-found`` for whatever is not offered now."""
        if not any(item.shelf == shelf and item.name == name for item in self.content().items):
            raise Refusal("not-found")
        path = self.folder / shelf / name if shelf else self.folder / name
        # Looked at again: since the last look somebody may have put a link in its place.
        if not _is_file(path) or (shelf and (self.folder / shelf).is_symlink()):
            raise Refusal("not-found")
        return path


def _look(folder: Path) -> Content:
    items: list[Item] = []
    archives: list[Path] = []
    left_out = broken = 0
    for shelf, path in _files(folder):
        size_bytes = _size(path)
        if ending(path.name) == ZIM and not shelf and path.name.isprintable():
            if _is_whole(path, size_bytes or 0):
                archives.append(path)
            else:
                broken += 1
        elif is_offered(path.name) and len(items) < FILES_LIMIT and size_bytes is not None:
            items.append(Item(shelf, path.name, size_bytes))
        else:
            left_out += 1
    items.sort(key=lambda item: (item.shelf.casefold(), item.title.casefold()))
    return Content(tuple(items), tuple(sorted(archives)), broken, left_out, etag_of(items))


def _files(folder: Path) -> list[tuple[str, Path]]:
    """Return the files of the folder and of the folders in it, each with its shelf; no links, nothing deeper."""
    found: list[tuple[str, Path]] = []
    try:
        entries = sorted(folder.iterdir())
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if _is_file(entry):
                found.append(("", entry))
            elif entry.is_dir() and not entry.is_symlink() and entry.name.isprintable():
                found += [(entry.name, inner) for inner in sorted(entry.iterdir()) if _is_file(inner)]
    except OSError:  # a stick that was pulled out, a folder that is not ours
        return found
    return found


def _is_whole(path: Path, size_bytes: int) -> bool:
    """Return whether a ZIM file has the length that its head tells: Kiwix refuses all archives because of one that has not.

    The head is 80 bytes; at byte 72 it tells where the checksum of 16 bytes stands, with which the file ends.
    """
    try:
        with path.open("rb") as file:
            head = file.read(ZIM_HEAD_BYTES)
    except OSError:
        return False
    return head[:4] == ZIM_MARK and len(head) == ZIM_HEAD_BYTES and int.from_bytes(head[72:80], "little") + 16 == size_bytes


def _size(path: Path) -> int | None:
    """Return a file's size; None for one that is gone again."""
    try:
        return os.lstat(path).st_size
    except OSError:
        return None


def _is_file(path: Path) -> bool:
    """Return whether this is a regular file itself, and no link to one."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False
