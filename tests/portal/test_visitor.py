"""Who asks: addresses of staff, of strangers, of the Pi itself, and front servers that are believed or not."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.portal.visitor import Networks, Visitor

STAFF = ("192.168.10.0/24", "fd00:10::/64")


def scope(client: str | None, headers: dict[str, str] | None = None, server: str = "192.168.10.1") -> dict[str, Any]:
    """Return a request from ``client``; None comes through a Unix socket."""
    raw = [(name.encode(), text.encode()) for name, text in (headers or {}).items()]
    return {
        "type": "http", "scheme": "http", "headers": raw, "client": (client, 5000) if client else None,
        "server": (server, 80) if client else ("/run/balai.sock", None),
    }  # fmt: skip


def visitor(client: str | None, headers: dict[str, str] | None = None, *, proxies: tuple[str, ...] = ()) -> Visitor:
    """Return the visitor of a hall with a staff network."""
    return Networks(STAFF, proxies).visitor(scope(client, headers))


@pytest.mark.parametrize(
    ("client", "allowed"),
    [
        ("192.168.10.77", True), ("::ffff:192.168.10.77", True), ("fd00:10::5", True), ("127.0.0.1", True), ("::1", True),
        ("192.168.20.77", False), ("fd00:20::5", False), ("10.0.0.1", False), ("", False), ("no address", False), (None, False),
    ],
)  # fmt: skip
def test_staff_pages_are_for_the_staff_network_and_the_pi(client: str | None, allowed: bool) -> None:
    """Whoever has another address, or none that can be read, is a stranger."""
    assert visitor(client).on_staff_network is allowed


def test_without_networks_everybody_may_try() -> None:
    """A hall that has named none keeps its staff pages open, behind the PIN."""
    assert Networks().visitor(scope("10.0.0.1")).on_staff_network


def test_without_a_named_tablet_only_the_pi_itself_is_a_touch_screen() -> None:
    """A touch page that answered every phone would know no limit."""
    assert [Networks().visitor(scope(client)).is_kiosk for client in ("127.0.0.1", "10.0.0.1")] == [True, False]


@pytest.mark.parametrize("header", ["x-real-ip", "x-forwarded-for", "forwarded"])
def test_a_strangers_word_about_the_own_address_counts_for_nothing(header: str) -> None:
    """No header lets a guest in, and none makes a device out of another."""
    said = visitor("192.168.20.77", {header: "192.168.10.5"})
    assert (said.device, said.on_staff_network, said.at_the_hall) == ("192.168.20.77", False, False)


@pytest.mark.parametrize("header", ["x-real-ip", "x-forwarded-for", "forwarded"])
def test_a_front_server_that_nobody_named_makes_nobody_the_pi(header: str) -> None:
    """On loopback but asking for somebody: a stranger, who sees no setup code and no staff page."""
    said = visitor("127.0.0.1", {header: "10.0.0.1"})
    assert (said.device, said.on_staff_network, said.at_the_hall) == ("unknown", False, False)


@pytest.mark.parametrize("peer", [None, "127.0.0.1"])
@pytest.mark.parametrize(
    ("told", "device", "allowed", "here"),
    [
        ("192.168.10.5", "192.168.10.5", True, False), ("192.168.20.5", "192.168.20.5", False, False), ("127.0.0.1", "127.0.0.1", True, True),
        ("192.168.10.5, 10.0.0.1", "unknown", False, False), ("", "unknown", False, False), ("nonsense", "unknown", False, False),
    ],
)  # fmt: skip
def test_a_named_front_server_is_believed_in_one_form(
    peer: str | None, told: str, device: str, allowed: bool, here: bool
) -> None:
    """Through its socket or address; what it does not tell clearly is a stranger's."""
    said = visitor(peer, {"x-real-ip": told}, proxies=("unix", "127.0.0.1"))
    assert (said.device, said.on_staff_network, said.at_the_hall) == (device, allowed, here)


def test_a_named_front_server_that_tells_nothing_brings_strangers() -> None:
    """One that forgot the header must not make everybody the Pi itself."""
    said = visitor("127.0.0.1", proxies=("127.0.0.1",))
    assert (said.on_staff_network, said.at_the_hall) == (False, False)


def test_a_browser_of_the_pi_is_known_by_the_pis_own_address_too() -> None:
    """The TV may ask by the name of the hall, which leads to its address in the network."""
    assert visitor("192.168.10.1").at_the_hall
    assert not visitor("192.168.10.2").at_the_hall


def test_a_phone_that_changes_its_ipv6_address_stays_one_device() -> None:
    """Its network counts: a new address for each guess gives no new guesses."""
    devices = {visitor(f"fd00:20::{number:x}").device for number in range(1, 50)}
    assert devices == {"fd00:20::/64"}


def test_only_a_named_front_server_tells_of_https() -> None:
    """Then the cookie is for HTTPS alone."""
    headers = {"x-real-ip": "192.168.10.5", "x-forwarded-proto": "https"}
    assert [visitor(None, headers, proxies=proxies).by_https for proxies in (("unix",), ())] == [True, False]
