"""The portal's life: a taken port, a heart that beats, an end within seconds with streams open."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from gateway.clock import SystemClock
from gateway.errors import Refusal
from gateway.portal.server import PortalServer
from tests.support.portal import RunningPortal, running_portal


def test_a_taken_port_is_refused_before_anything_starts(portal: RunningPortal) -> None:
    """The refusal names the port."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        server = PortalServer(None, "127.0.0.1", port, SystemClock())  # type: ignore[arg-type]  # never reached
        with pytest.raises(Refusal) as refused:
            server.start()
    assert ("port-taken", {"port": port}) == (refused.value.code, refused.value.facts)


def test_the_heart_beats_while_it_serves(portal: RunningPortal) -> None:
    """A running portal is alive."""
    assert portal.server.beats


def test_it_ends_with_streams_open(tmp_path: Path) -> None:
    """Open streams are ended first, so that stopping is done in time."""
    with running_portal(tmp_path) as portal, portal.client() as client, client.stream("GET", "/api/v1/events") as stream:
        lines = stream.iter_lines()
        next(lines)
        assert portal.server.stop(timeout_s=4.0)
        assert not portal.server.beats
        assert [line for line in lines if line.startswith("data") and '"revision"' not in line] == []
