"""Replays a trace on a model card: after each moment the card is as it was when the real process was there.

Only files below one folder count; SQLite's ``-shm`` files are left out, since SQLite rebuilds them from the WAL.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.bench.power.card import Card, Change, Data, Inode
from tests.bench.power.trace import Call, Moment

IGNORED = ("-shm", "hall.sock", "hall.lock")
"""Rebuilt at each start; nothing is kept in them."""


@dataclass(slots=True)
class _Open:
    inode: Inode
    offset: int = 0
    appends: bool = False


class Replay:
    """A card that lives through the moments given to ``step``.

    ``folder`` is the absolute folder of the recording; ``made`` are folders below it that were durably there before.
    """

    def __init__(self, folder: str, made: Sequence[str] = ()) -> None:
        self.card = Card()
        for path in made:
            self.card.name((path, Inode(is_directory=True)))
        self.card.end_sync(tuple(self.card.pending))
        self._folder = folder.rstrip("/")
        self._open: dict[int, _Open] = {}
        self._writing: dict[int, Data] = {}
        self._syncing: dict[int, Sequence[Change]] = {}

    def new_process(self) -> None:
        """Forget descriptors: another process begins; what it finds is the page cache of the former one."""
        self._open, self._writing, self._syncing = {}, {}, {}

    def step(self, moment: Moment) -> str:  # noqa: PLR0911 - one way out for each sort of moment
        """Take one moment; return ``write``, ``sync`` or ``name`` when the card's state has changed, else ``""``."""
        call = moment.call
        if call.result == -1:
            return ""
        name = call.name
        if moment.begins:
            if name in ("write", "pwrite64", "writev", "pwritev", "pwritev2"):
                return self._write(call)
            if name in ("fsync", "fdatasync", "sync_file_range"):
                if (opened := self._open.get(call.descriptor())) is not None and name != "sync_file_range":
                    self._syncing[id(call)] = self.card.begin_sync(opened.inode)
                return ""
        if not moment.ends:
            return ""
        if (data := self._writing.pop(id(call), None)) is not None:
            data.ended = True
            return ""
        if (covered := self._syncing.pop(id(call), None)) is not None:
            self.card.end_sync(covered)
            return "sync"
        after = _AFTER.get(name)
        return "" if after is None else after(self, call)

    def _path(self, path: str, base: str = "") -> str | None:
        """Return ``path`` relative to the recorded folder, or None when it lies outside or is ignored."""
        absolute = path if path.startswith("/") else f"{base}/{path}"
        if absolute.endswith(IGNORED):
            return None
        if absolute == self._folder:
            return ""
        return absolute.removeprefix(self._folder + "/") if absolute.startswith(self._folder + "/") else None

    def _after_open(self, call: Call) -> str:
        descriptor = call.result
        assert descriptor is not None, "an ended call has a result"
        self._open.pop(descriptor, None)
        path = self._path(call.result_path)
        if path is None:
            return ""
        flags, inode, changed = call.arguments, self.card.find(path), ""
        if inode is None:
            if "O_CREAT" not in flags:
                raise LookupError(f"the process opened {path!r}, which the trace has not made")
            inode = Inode()
            self.card.name((path, inode))
            changed = "name"
        elif "O_TRUNC" in flags and self.card.size_bytes(inode):
            self.card.resize(inode, 0)
            changed = "write"
        self._open[descriptor] = _Open(inode, appends="O_APPEND" in flags)
        return changed

    def _after_close(self, call: Call) -> str:
        self._open.pop(call.descriptor(), None)
        return ""

    def _after_duplicate(self, call: Call) -> str:
        assert call.result is not None, "an ended call has a result"
        if (opened := self._open.get(call.descriptor())) is not None:
            self._open[call.result] = opened
        else:
            self._open.pop(call.result, None)
        return ""

    def _after_seek(self, call: Call) -> str:
        if (opened := self._open.get(call.descriptor())) is not None and call.result is not None:
            opened.offset = call.result
        return ""

    def _write(self, call: Call) -> str:
        opened = self._open.get(call.descriptor())
        if opened is None:
            return ""
        content = call.data()
        if call.name.startswith("p"):
            offset = int(call.part(-1 if call.name != "pwritev2" else -2))
        else:
            offset = self.card.size_bytes(opened.inode) if opened.appends else opened.offset
            opened.offset = offset + len(content)
        self._writing[id(call)] = self.card.write(opened.inode, offset, content)
        return "write"

    def _after_resize(self, call: Call) -> str:
        opened = self._open.get(call.descriptor())
        if opened is None:
            return ""
        self.card.resize(opened.inode, int(call.part(1)))
        return "write"

    def _after_allocate(self, call: Call) -> str:
        opened = self._open.get(call.descriptor())
        if opened is None:
            return ""
        if call.part(1) != "0":
            raise ValueError(f"fallocate with mode {call.part(1)}")
        end = int(call.part(2)) + int(call.part(3))
        if end <= self.card.size_bytes(opened.inode):
            return ""
        self.card.resize(opened.inode, end)
        return "write"

    def _after_rename(self, call: Call) -> str:
        old, new = (self._path(text.decode(), base) for text, base in zip(call.strings(), _bases(call), strict=True))
        inode = self.card.find(old) if old is not None else None
        changes: list[tuple[str, Inode | None]] = []
        if old is not None:
            changes.append((old, None))
        if new is not None:
            if inode is None:
                raise LookupError(f"{new!r} was renamed from outside the recorded folder")
            changes.append((new, inode))
        if changes:
            self.card.name(*changes)
        return "name" if changes else ""

    def _after_unlink(self, call: Call) -> str:
        path = self._path(call.strings()[0].decode(), _bases(call)[0])
        if path is None:
            return ""
        self.card.name((path, None))
        return "name"

    def _after_make_directory(self, call: Call) -> str:
        path = self._path(call.strings()[0].decode(), _bases(call)[0])
        if not path:
            return ""
        self.card.name((path, Inode(is_directory=True)))
        return "name"

    def _after_link(self, call: Call) -> str:
        old, new = (self._path(text.decode(), base) for text, base in zip(call.strings(), _bases(call), strict=True))
        if new is None:
            return ""
        inode = self.card.find(old) if old is not None else None
        if inode is None:
            raise LookupError(f"{new!r} was linked from outside the recorded folder")
        self.card.name((new, inode))
        return "name"

    def _after_unseen(self, call: Call) -> str:
        for position in range(2):
            if "<" in call.part(position) and self._path(call.target(position)) is not None and position == 0:
                raise ValueError(f"{call.name} wrote to a file of the recording; its bytes are not in the trace")
        return ""


def _bases(call: Call) -> list[str]:
    """Return the folder from which each path of the call counts, for the calls that name one; else the call must be absolute."""
    if not call.name.endswith(("at", "at2")):
        return [""] * len(call.strings())
    parts = [part for part in call.arguments.split(", ") if "<" in part]
    return [Call("", part).target() for part in parts]


_AFTER: dict[str, Callable[[Replay, Call], str]] = {
    **dict.fromkeys(("openat", "open", "creat"), Replay._after_open),
    "close": Replay._after_close,
    **dict.fromkeys(("dup", "dup2", "dup3"), Replay._after_duplicate),
    "lseek": Replay._after_seek,
    **dict.fromkeys(("ftruncate", "truncate"), Replay._after_resize),
    "fallocate": Replay._after_allocate,
    **dict.fromkeys(("rename", "renameat", "renameat2"), Replay._after_rename),
    **dict.fromkeys(("unlink", "unlinkat", "rmdir"), Replay._after_unlink),
    **dict.fromkeys(("mkdir", "mkdirat"), Replay._after_make_directory),
    **dict.fromkeys(("link", "linkat"), Replay._after_link),
    **dict.fromkeys(("sendfile", "copy_file_range", "symlink", "symlinkat"), Replay._after_unseen),
}
