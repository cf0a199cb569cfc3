"""A file system that remembers what has reached the card and what only the page cache knows.

What is assumed, and it is assumed against the product wherever ext4 would be kinder:

- ``fsync`` and ``fdatasync`` of a file make durable what had been written to it *before the sync began*: its data and
  size, but not its name.
- A name (create, rename, unlink, mkdir) is durable once a directory that it touches has been synced *after* it. A
  rename is one step: the old and the new name are never both there or both gone.
- What is not synced may have reached the card or not: the cuts choose (see ``cuts.py``). Names reach it in their order,
  as they do through ext4's journal; data may overtake names and names may overtake data, sector by sector.
- A sector that was never written reads as noughts, never as somebody else's old data.
- The card obeys a flush. One that lies about it is another promise (R2 and the restore of snapshots).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(slots=True, eq=False)
class Inode:
    """A file or a directory, as it certainly is on the card."""

    is_directory: bool = False
    content: bytearray = field(default_factory=bytearray)
    names: dict[str, Inode] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Data:
    """Bytes written and not yet synced."""

    inode: Inode
    offset: int
    content: bytes
    ended: bool = False


@dataclass(slots=True, eq=False)
class Size:
    """A file cut or lengthened to ``size_bytes`` and not yet synced."""

    inode: Inode
    size_bytes: int
    ended: bool = False


@dataclass(slots=True, eq=False)
class Names:
    """Names given or taken away in one step and not yet synced: (directory, name, inode or None)."""

    changes: tuple[tuple[Inode, str, Inode | None], ...]
    ended: bool = False


Change = Data | Size | Names


class Card:
    """The durable state and, in ``pending``, every change since, in order."""

    def __init__(self) -> None:
        self.root = Inode(is_directory=True)
        self.pending: list[Change] = []
        self.version = 0
        """Grows with each sync that changed what is durable: two images of one version differ only in pending changes."""
        self._now: dict[Inode, dict[str, Inode]] = {self.root: {}}

    def find(self, path: str) -> Inode | None:
        """Return what ``path`` (relative to the root, ``""`` is the root) names at this moment, for the running process."""
        inode: Inode | None = self.root
        for part in _parts(path):
            inode = None if inode is None else self._now.get(inode, {}).get(part)
        return inode

    def name(self, *changes: tuple[str, Inode | None]) -> None:
        """Give or take away names in one step."""
        steps = []
        for path, inode in changes:
            *above, last = _parts(path)
            directory = self.find("/".join(above))
            if directory is None:
                raise LookupError(f"the trace names {path!r} in a directory that it never made")
            steps.append((directory, last, inode))
            if inode is None:
                self._now[directory].pop(last, None)
            else:
                self._now[directory][last] = inode
                if inode.is_directory:
                    self._now.setdefault(inode, {})
        self.pending.append(Names(tuple(steps), ended=True))

    def write(self, inode: Inode, offset: int, content: bytes) -> Data:
        """Begin to write; set ``ended`` on the answer when the call has returned."""
        change = Data(inode, offset, content)
        self.pending.append(change)
        return change

    def resize(self, inode: Inode, size_bytes: int) -> None:
        """Cut or lengthen a file."""
        self.pending.append(Size(inode, size_bytes, ended=True))

    def size_bytes(self, inode: Inode) -> int:
        """Return the file's size for the running process."""
        size = len(inode.content)
        for change in self.pending:
            if isinstance(change, Data) and change.inode is inode:
                size = max(size, change.offset + len(change.content))
            elif isinstance(change, Size) and change.inode is inode:
                size = change.size_bytes
        return size

    def begin_sync(self, inode: Inode) -> Sequence[Change]:
        """Return the changes that a sync beginning now makes durable once it has ended."""
        if not inode.is_directory:
            return [c for c in self.pending if not isinstance(c, Names) and c.inode is inode and c.ended]
        directories: set[Inode] = {inode}
        taken: list[Names] = []
        for change in reversed(self.pending):
            if isinstance(change, Names) and any(directory in directories for directory, _, _ in change.changes):
                directories.update(directory for directory, _, _ in change.changes)
                taken.append(change)
        return taken[::-1]

    def end_sync(self, covered: Iterable[Change]) -> None:
        """Make ``covered`` durable."""
        done = set(map(id, covered))
        if not done:
            return
        for change in self.pending:
            if id(change) in done:
                _apply(change)
        self.pending = [change for change in self.pending if id(change) not in done]
        self.version += 1

    def render(self, folder: Path, chosen: Iterable[Change]) -> None:
        """Write into the empty ``folder`` what the card holds if exactly ``chosen`` of the pending changes have reached it."""
        names: dict[Inode, dict[str, Inode]] = {}
        overlay: dict[Inode, list[Data | Size]] = {}
        for change in chosen:
            if isinstance(change, Names):
                for directory, name, inode in change.changes:
                    entries = names.setdefault(directory, dict(directory.names))
                    entries.pop(name, None)
                    if inode is not None:
                        entries[name] = inode
            else:
                overlay.setdefault(change.inode, []).append(change)
        _render(self.root, str(folder), names, overlay)


def _render(
    directory: Inode,
    folder: str,
    names: dict[Inode, dict[str, Inode]],
    overlay: dict[Inode, list[Data | Size]],
) -> None:
    for name, inode in names.get(directory, directory.names).items():
        path = f"{folder}/{name}"
        if inode.is_directory:
            Path(path).mkdir()
            _render(inode, path, names, overlay)
            continue
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        if inode.content:
            os.write(descriptor, inode.content)
        for change in overlay.get(inode, ()):
            if isinstance(change, Data):
                os.pwrite(descriptor, change.content, change.offset)
            else:
                os.ftruncate(descriptor, change.size_bytes)
        os.close(descriptor)


def _apply(change: Change) -> None:
    if isinstance(change, Names):
        for directory, name, inode in change.changes:
            directory.names.pop(name, None)
            if inode is not None:
                directory.names[name] = inode
    elif isinstance(change, Size):
        content = change.inode.content
        del content[change.size_bytes :]
        content.extend(bytes(change.size_bytes - len(content)))
    else:
        content, end = change.inode.content, change.offset + len(change.content)
        content.extend(bytes(max(0, end - len(content))))
        content[change.offset : end] = change.content


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part and part != "."]
