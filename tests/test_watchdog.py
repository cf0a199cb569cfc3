"""What systemd hears from the hall."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.watchdog import Watchdog


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[socket.socket]:
    """A socket like the one on which systemd listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(1)
        yield listener


def test_ready_and_stopping_are_told(systemd: socket.socket) -> None:
    """The init system learns when the hall serves and when it ends on purpose."""
    watchdog = Watchdog(lambda: True, address=systemd.getsockname())
    watchdog.ready()
    watchdog.stopping()
    assert [systemd.recv(100), systemd.recv(100)] == [b"READY=1", b"STOPPING=1"]


def test_the_dog_is_fed_only_while_the_hall_lives(systemd: socket.socket) -> None:
    """A hall whose essential parts are dead is not kept alive."""
    alive = [False, True]
    watchdog = Watchdog(alive.pop, address=systemd.getsockname(), interval_s=3.0)
    assert [watchdog.step(), watchdog.step()] == [3.0, 3.0]
    assert systemd.recv(100) == b"WATCHDOG=1"
    systemd.setblocking(False)
    with pytest.raises(BlockingIOError):
        systemd.recv(100)


def test_nothing_is_sent_without_systemd() -> None:
    """On a laptop there is nobody to tell."""
    assert Watchdog(lambda: True, address="", interval_s=1.0).step() == 1.0
