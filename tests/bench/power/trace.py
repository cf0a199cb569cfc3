"""What a process asked of its files and sockets, in order, as strace saw it.

Promises that every traced call is seen twice, at its begin and at its end, in the order in which the kernel
saw them: what two threads did at once stays visible. A line that is not understood ends the reading: nothing is skipped
in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

CALLS = (
    *(
        "openat",
        "open",
        "creat",
        "close",
        "lseek",
        "write",
        "pwrite64",
        "writev",
        "pwritev",
        "pwritev2",
        "sendfile",
    ),
    *(
        "copy_file_range",
        "fsync",
        "fdatasync",
        "sync_file_range",
        "ftruncate",
        "truncate",
        "fallocate",
        "rename",
    ),
    *(
        "renameat",
        "renameat2",
        "unlink",
        "unlinkat",
        "mkdir",
        "mkdirat",
        "rmdir",
        "link",
        "linkat",
        "symlink",
        "symlinkat",
    ),
    *("sendto", "sendmsg", "dup", "dup2", "dup3", "clone", "clone3", "fork", "vfork"),
)
"""All that changes a file or tells somebody something. What is changed through mmap is not seen: only SQLite's -shm is."""

LINE = re.compile(r"^(\d+) +(.*)$", re.DOTALL)
FINISHED = re.compile(r"^(\w+)\((.*)\) += (-?\d+|\?)(?:<(.*)>)?(?: .*)?$", re.DOTALL)
UNFINISHED = re.compile(r"^(\w+)\((.*?),? ?<(?:unfinished|detached) \.\.\.>$", re.DOTALL)
RESUMED = re.compile(r"^<\.\.\. (\w+) resumed>(.*)\) += (-?\d+|\?)(?:<(.*)>)?(?: .*)?$", re.DOTALL)
STARTED = re.compile(r"^(\d+) +(?:(v?fork\(|clone3?\()|<\.\.\. (?:v?fork|clone3?) resumed>)(.*?)(?: = (\d+))?$")
SOCKET = re.compile(r'<[A-Z0-9-]+:\[[^"\]]*(?:"[^"]*")?\]>')
QUOTED = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')


@dataclass(slots=True)
class Call:
    """One system call. ``result`` is None until it has ended, and -1 when it failed."""

    name: str
    arguments: str
    result: int | None = None
    result_path: str = ""

    def part(self, position: int) -> str:
        """Return the argument at ``position`` as strace wrote it."""
        return self.arguments.split(", ")[position]

    def descriptor(self, position: int = 0) -> int:
        """Return the file descriptor given as the argument at ``position``."""
        return int(self.part(position).split("<", 1)[0])

    def target(self, position: int = 0) -> str:
        """Return what the descriptor at ``position`` stands for: a path, or ``TCP:[...]``."""
        return _plain(self.part(position).split("<", 1)[1].split(">(deleted)", 1)[0].removesuffix(">"))

    def strings(self) -> list[bytes]:
        """Return all quoted arguments: paths or data."""
        found = QUOTED.findall(SOCKET.sub("", self.arguments))
        if any(cut for _, cut in found):
            raise ValueError(f"strace shortened a string of {self.name}: record with a larger -s")
        return [bytes.fromhex(text.replace("\\x", "")) for text, _ in found]

    def data(self) -> bytes:
        """Return what the call really wrote: a short write took only a part."""
        everything = b"".join(self.strings())
        return everything if self.result is None else everything[: self.result]


@dataclass(frozen=True, slots=True)
class Moment:
    """A call begins or ends."""

    call: Call
    begins: bool
    ends: bool = field(default=False)


def moments(lines: Iterable[str]) -> Iterator[Moment]:
    """Yield each call's begin and end in the order of the trace; failed calls are left out.

    Raises ValueError on a line that is not strace's.
    """
    open_calls: dict[str, Call] = {}
    for line in lines:
        found = LINE.match(line.rstrip("\n"))
        if found is None:
            raise ValueError(f"not a line of strace: {line[:200]!r}")
        thread, rest = found.groups()
        yield from _of_line(thread, rest, open_calls)


def read(path: Path) -> list[Moment]:
    """Return the moments of the trace file at ``path``, without those of processes that the traced one started."""
    with path.open(encoding="ascii") as lines:
        children = set(_children(lines))
    with path.open(encoding="ascii") as lines:
        return list(moments(line for line in lines if line.split(" ", 1)[0] not in children))


def _children(lines: Iterable[str]) -> Iterator[str]:
    """Yield the processes (not the threads) that were started: their descriptors are their own."""
    flags: dict[str, str] = {}
    for line in lines:
        if (found := STARTED.match(line)) is not None:
            thread, begun, rest, result = found.groups()
            flags[thread] = rest if begun else flags.get(thread, "") + rest
            if result is not None and "CLONE_THREAD" not in flags[thread]:
                yield result


def _of_line(thread: str, rest: str, open_calls: dict[str, Call]) -> Iterator[Moment]:
    if rest.startswith(("+++", "---", "???(")) or rest.endswith(("(", " resumed> <detached ...>")):
        return
    if (resumed := RESUMED.match(rest)) is not None:
        name, more, result, path = resumed.groups()
        call = open_calls.pop(thread, None)
        if call is None or call.name != name:
            raise ValueError(f"strace resumed a call that it had not begun: {rest[:200]!r}")
        call.arguments = ", ".join(part for part in (call.arguments, more.removeprefix(", ").strip()) if part)
        _finish(call, result, path)
        yield Moment(call, begins=False, ends=True)
    elif (unfinished := UNFINISHED.match(rest)) is not None:
        call = open_calls[thread] = Call(unfinished[1], unfinished[2])
        yield Moment(call, begins=True)
    elif (finished := FINISHED.match(rest)) is not None:
        name, arguments, result, path = finished.groups()
        call = Call(name, arguments)
        _finish(call, result, path)
        if call.result != -1:
            yield Moment(call, begins=True)
            yield Moment(call, begins=False, ends=True)
    else:
        raise ValueError(f"not a line of strace: {rest[:200]!r}")


def _finish(call: Call, result: str, path: str | None) -> None:
    call.result = -1 if result == "?" else max(int(result), -1)
    call.result_path = _plain(path or "")


def _plain(text: str) -> str:
    if "\\x" not in text:
        return text
    return re.sub(
        r"(?:\\x[0-9a-f]{2})+",
        lambda hexes: bytes.fromhex(hexes.group().replace("\\x", "")).decode(),
        text,
    )
