"""The reading of strace's lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.power.trace import moments, read


def hexed(text: str) -> str:
    """Return ``text`` as strace writes it."""
    return "".join(f"\\x{byte:02x}" for byte in text.encode())


def test_finished_call_begins_and_ends() -> None:
    """A call on one line is seen at its begin and at its end, with path, data and offset."""
    [begin, end] = moments([f'7 pwrite64(3<{hexed("/d/hall.db-wal")}>, "{hexed("abc")}", 3, 4096) = 3\n'])
    assert (begin.begins, begin.ends, end.begins, end.ends) == (
        True,
        False,
        False,
        True,
    )
    assert begin.call.target() == "/d/hall.db-wal"
    assert begin.call.data() == b"abc"
    assert begin.call.part(-1) == "4096"


def test_a_call_in_which_the_recording_ended_has_begun() -> None:
    """Strace was told to let go while a thread was in a call: nobody knows its end."""
    lines = [
        f"7 fdatasync(3<{hexed('/d/w')}> <unfinished ...>\n",
        f'8 sendto(9<UNIX-STREAM:[4->5]>, "{hexed("hi")}", 2, 0, NULL, 0 <detached ...>\n',
        "7 <... fdatasync resumed> <detached ...>\n",
    ]
    assert [(moment.call.name, moment.begins) for moment in moments(lines)] == [("fdatasync", True), ("sendto", True)]


def test_what_two_threads_did_at_once_keeps_its_order() -> None:
    """A sync that another thread's write interrupts begins before that write and ends after it."""
    lines = [
        f"7 fdatasync(3<{hexed('/d/w')}> <unfinished ...>\n",
        f'8 sendto(9<TCP:[127.0.0.1:80->127.0.0.1:5]>, "{hexed("hi")}", 2, 0, NULL, 0) = 2\n',
        "7 <... fdatasync resumed>) = 0\n",
    ]
    assert [(moment.call.name, moment.begins) for moment in moments(lines)] == [
        ("fdatasync", True),
        ("sendto", True),
        ("sendto", False),
        ("fdatasync", False),
    ]


def test_socket_is_named_by_both_ends() -> None:
    """The arrow in a connection's name does not cut it short."""
    [begin, _] = moments([f'8 sendto(9<TCP:[127.0.0.1:80->127.0.0.1:5]>, "{hexed("hi")}", 2, 0, NULL, 0) = 2\n'])
    assert begin.call.target() == "TCP:[127.0.0.1:80->127.0.0.1:5]"


def test_name_of_a_unix_socket_is_not_data() -> None:
    """What is sent over a named socket is only what stands behind its name."""
    [begin, _] = moments([f'8 sendto(9<UNIX-STREAM:[1->2,"{hexed("/d/hall.sock")}"]>, "{hexed("hi")}", 2, 0, NULL, 0) = 2\n'])
    assert begin.call.data() == b"hi"


def test_short_write_counts_only_what_was_written() -> None:
    """Of a write that the kernel cut short only the written part is data."""
    [begin, _] = moments([f'8 write(3<{hexed("/d/f")}>, "{hexed("abcdef")}", 6) = 4\n'])
    assert begin.call.data() == b"abcd"


def test_failed_call_is_left_out() -> None:
    """A call that failed has changed nothing."""
    assert list(moments([f'8 openat(AT_FDCWD, "{hexed("/d/f")}", O_RDONLY) = -1 ENOENT (No such file or directory)\n'])) == []


def test_foreign_line_is_refused() -> None:
    """Nothing of a trace is skipped in silence."""
    with pytest.raises(ValueError, match="not a line of strace"):
        list(moments(["8 something else\n"]))


def test_shortened_string_is_refused() -> None:
    """Data that strace has cut off would make a wrong image."""
    [begin, _] = moments([f'8 write(3<{hexed("/d/f")}>, "{hexed("abc")}"..., 6) = 6\n'])
    with pytest.raises(ValueError, match="larger -s"):
        begin.call.data()


def test_threads_are_kept_and_child_processes_left_out(tmp_path: Path) -> None:
    """A thread shares the process's descriptors, also when its start was interrupted; a child process has its own."""
    trace = tmp_path / "trace"
    closes = "".join(f"{thread} close(3<{hexed('/d/f')}>) = 0\n" for thread in (1, 2, 3, 4))
    trace.write_text(
        "1 clone3({flags=CLONE_VM|CLONE_THREAD, exit_signal=0}, 88 <unfinished ...>\n"
        "1 <... clone3 resumed> => {parent_tid=[2]}, 88) = 2\n"
        "1 clone3({flags=CLONE_VM|CLONE_THREAD} => {parent_tid=[3]}, 88) = 3\n"
        "1 vfork( <unfinished ...>\n"
        "1 <... vfork resumed>) = 4\n" + closes
    )
    assert sum(moment.begins for moment in read(trace) if moment.call.name == "close") == 3
