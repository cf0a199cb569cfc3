"""Keeps tests on this machine: a socket to anywhere else is refused, and the test that tried fails.

Python's audit hook sees every socket of this process, whatever library opened it. Names of other machines are not
found, as on a machine without a network. Processes that a test starts are not seen: they are told to use loopback.
"""

from __future__ import annotations

import ipaddress
import socket
import sys
from typing import Any

FOREIGN: list[str] = []
"""Addresses that were refused since somebody last looked."""

_REACHING = {"socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind"}
_installed: list[bool] = []


class ForeignSocketError(PermissionError):
    """A test wanted to reach another machine."""


def install() -> None:
    """Refuse foreign sockets from now on, in this process, for good. Installing twice is harmless."""
    if not _installed:
        _installed.append(True)
        sys.addaudithook(_look)


def is_here(host: object) -> bool:
    """Tell whether a host is this machine: loopback, or no host in particular."""
    if host is None or host in {"", "localhost", b"localhost"}:
        return True
    text = host.decode() if isinstance(host, bytes) else str(host)
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _look(event: str, arguments: tuple[Any, ...]) -> None:
    if not event.startswith("socket."):
        return
    if event == "socket.getaddrinfo":
        host = arguments[0]
        if not is_here(host) and not _is_address(host):
            raise socket.gaierror(socket.EAI_NONAME, "tests find only this machine")
    elif event in _REACHING:
        address = arguments[1]
        if isinstance(address, tuple) and not is_here(address[0]):
            FOREIGN.append(f"{event} {address[0]}")
            raise ForeignSocketError(f"tests reach only this machine, not {address[0]}")


def _is_address(host: object) -> bool:
    try:
        ipaddress.ip_address(host.decode() if isinstance(host, bytes) else str(host))
    except ValueError:
        return False
    return True
