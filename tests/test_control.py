"""The hall's own door: commands beside a running hall."""

from __future__ import annotations

import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.control import LINE_LIMIT_BYTES, ControlDoor, Progress, ask, short_address
from gateway.errors import Refusal


def measure(parameters: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Report half-way and give back what was asked."""
    progress(0.5)
    return {"asked": parameters}


def refuse(_parameters: dict[str, Any], _progress: Progress) -> dict[str, Any]:
    """Refuse for a reason with facts."""
    raise Refusal("officer-exists", name="Siti")


def break_down(_parameters: dict[str, Any], _progress: Progress) -> dict[str, Any]:
    """Fail in a way nobody foresaw."""
    raise ZeroDivisionError


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Path]:
    """An open door in a folder whose name is too long for a socket."""
    folder = tmp_path / ("x" * 120)
    folder.mkdir()
    open_door = ControlDoor(folder / "hall.sock", {"measure": measure, "refuse": refuse, "break": break_down})
    open_door.start()
    yield folder / "hall.sock"
    open_door.stop()


def test_answer_and_progress_come_back(door: Path) -> None:
    """A command's answer and its progress reach who asked."""
    seen: list[float] = []
    assert ask(door, "measure", {"file": "x"}, seen.append) == {"asked": {"file": "x"}}
    assert seen == [0.5]


def test_refusal_crosses_the_door_whole(door: Path) -> None:
    """The hall's reason arrives with its code and its facts."""
    with pytest.raises(Refusal) as refused:
        ask(door, "refuse", {})
    assert (refused.value.code, refused.value.facts) == ("officer-exists", {"name": "Siti"})


def test_a_failing_command_leaves_the_door_open(door: Path) -> None:
    """A command that breaks is told as such, and the next one is served."""
    with pytest.raises(Refusal) as refused:
        ask(door, "break", {})
    assert refused.value.code == "internal"
    assert ask(door, "measure", {}) == {"asked": {}}


@pytest.mark.parametrize(
    "nonsense", [b"\xff\xfe\n", b"[]\n", b'{"act": "unknown"}\n', b"\n", b'{"act": ["x"]}\n', b"[" * 60_000 + b"\n"]
)
def test_nonsense_is_refused(door: Path, nonsense: bytes) -> None:
    """What is not a command is refused and harms nothing."""
    with socket.socket(socket.AF_UNIX) as visitor, short_address(door) as address:
        visitor.connect(address)
        visitor.sendall(nonsense)
        assert b"refused" in visitor.recv(1000)
    assert ask(door, "measure", {}) == {"asked": {}}


def test_a_command_longer_than_any_is_told_as_such(door: Path) -> None:
    """It is refused as too large, not as something else that is wrong."""
    with pytest.raises(Refusal) as refused:
        ask(door, "measure", {"text": "x" * LINE_LIMIT_BYTES})
    assert refused.value.code in {"body-too-large", "hall-not-running"}  # who still speaks may find the door closed
    assert ask(door, "measure", {}) == {"asked": {}}


def test_a_door_that_cannot_open_says_why_and_closes(tmp_path: Path) -> None:
    """Something else of that name is left alone, and the end finds nothing to wait for."""
    (tmp_path / "hall.sock").mkdir()
    closed = ControlDoor(tmp_path / "hall.sock", {})
    with pytest.raises(OSError, match=r"hall\.sock"):
        closed.start()
    closed.stop()


def test_only_root_may_knock(door: Path) -> None:
    """The socket's permissions let nobody else in."""
    assert stat.S_IMODE(door.stat().st_mode) == 0o600


def test_no_hall_is_told(tmp_path: Path) -> None:
    """Without a running hall the command says so."""
    with pytest.raises(Refusal) as refused:
        ask(tmp_path / "hall.sock", "measure", {})
    assert refused.value.code == "hall-not-running"


def test_a_silent_visitor_does_not_bar_the_door(tmp_path: Path) -> None:
    """Who connects and asks nothing is let go, and the next is served."""
    path = tmp_path / "hall.sock"
    open_door = ControlDoor(path, {"measure": measure}, ask_limit_s=0.05)
    open_door.start()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as silent:
        with short_address(path) as address:
            silent.connect(address)
        assert ask(path, "measure", {}) == {"asked": {}}
    open_door.stop()
