"""The guard that keeps tests on this machine is itself shown to work."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.support import loopback

ELSEWHERE = "192.0.2.1"
"""TEST-NET-1: belongs to nobody."""


def test_another_machine_cannot_be_reached() -> None:
    """A connection to elsewhere is refused before a packet leaves, and remembered."""
    with socket.socket() as wanderer, pytest.raises(loopback.ForeignSocketError):
        wanderer.connect((ELSEWHERE, 9))
    assert [f"socket.connect {ELSEWHERE}"] == loopback.FOREIGN
    loopback.FOREIGN.clear()


def test_no_datagram_leaves_either() -> None:
    """UDP needs no connection and is refused as well."""
    with socket.socket(type=socket.SOCK_DGRAM) as wanderer, pytest.raises(loopback.ForeignSocketError):
        wanderer.sendto(b"", (ELSEWHERE, 9))
    assert [f"socket.sendto {ELSEWHERE}"] == loopback.FOREIGN
    loopback.FOREIGN.clear()


def test_names_of_other_machines_are_not_found() -> None:
    """No name server is asked: the answer is that of a machine without a network."""
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("broker.example", 1883)
    assert loopback.FOREIGN == []


def test_this_machine_can_be_reached(tmp_path: Path) -> None:
    """Loopback and Unix sockets work as ever."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as visitor:
        assert visitor.getpeername() == server.getsockname()
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as door, socket.socket(socket.AF_UNIX) as visitor:
        door.bind(path)
        door.listen()
        visitor.connect(path)
        assert visitor.getpeername() == path


@pytest.mark.parametrize(
    ("host", "here"),
    [
        *((host, True) for host in ("127.0.0.1", "127.8.8.8", "::1", "localhost", "0.0.0.0", "::", "", None)),  # noqa: S104 - nothing is bound
        *((host, False) for host in (ELSEWHERE, "10.0.0.1", "2001:db8::1", "balai.lan", "localhost.example")),
    ],
)
def test_what_counts_as_this_machine(host: object, *, here: bool) -> None:
    """Loopback in both families and no host in particular are here; private networks are not."""
    assert loopback.is_here(host) is here
