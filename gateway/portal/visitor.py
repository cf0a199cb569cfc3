"""Where a request comes from: which address, the staff's network or not, the Pi itself or not.

Promises: what a request says about its own origin counts only from a front server that the settings name, and in one
form only (``X-Real-IP``, set by that server); where that is missing or odd, the visitor is a stranger.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import Scope

from gateway.errors import Refusal

UNIX = "unix"
"""Among the trusted proxies: whoever comes through a Unix socket."""

REAL_ADDRESS = "x-real-ip"
TOLD = (REAL_ADDRESS, "x-forwarded-for", "forwarded")
"""Headers by which a front server tells for whom it asks."""

IPV6_HOME_BITS = 64
"""So much of an address is a network's; the rest a single phone changes as it likes."""

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks, as far as the network tells."""

    device: str
    """Its address, or its network's in IPv6; ``unknown`` when nobody trustworthy tells it."""
    on_staff_network: bool
    at_the_hall: bool
    """Whether it is a browser of this machine itself, such as the TV's."""
    by_https: bool
    is_kiosk: bool = False
    """Whether it is one of the hall's own touch screens, or the Pi itself."""

    def require_staff_network(self) -> None:
        """Raise Refusal ``staff-network-only`` for a stranger."""
        if not self.on_staff_network:
            raise Refusal("staff-network-only")

    def require_kiosk(self) -> None:
        """Raise Refusal ``kiosk-only`` for a device that is none of the hall's own touch screens."""
        if not self.is_kiosk:
            raise Refusal("kiosk-only")


class Networks:
    """Tells visitors apart.

    ``staff`` are networks, none meaning every one; ``kiosks`` are networks, none meaning the Pi alone, for a touch page that
    answered every phone would know no limit; ``proxies`` are networks or ``unix``.
    """

    def __init__(self, staff: Iterable[str] = (), proxies: Iterable[str] = (), kiosks: Iterable[str] = ()) -> None:
        proxies = tuple(proxies)
        self._kiosks = _networks(kiosks)
        self._staff = _networks(staff)
        self._proxies = _networks(one for one in proxies if one != UNIX)
        self._trusts_sockets = UNIX in proxies

    def visitor(self, scope: Scope) -> Visitor:
        """Return who sends this request."""
        headers = Headers(scope=scope)
        peer = _address((scope.get("client") or ("",))[0])
        proxied = self._trusts_sockets if peer is None else _is_in(peer, self._proxies)
        if proxied:
            address = _address(headers.get(REAL_ADDRESS, ""))
        else:
            # A front server that nobody has named would make everybody the Pi itself.
            told = any(name in headers for name in TOLD)
            address = None if told and peer is not None and peer.is_loopback else peer
        here = address is not None and (address.is_loopback or (not proxied and address == _own(scope)))
        https = scope.get("scheme") == "https" or (proxied and headers.get("x-forwarded-proto", "") == "https")
        staff, touch = (here or (address is not None and _is_in(address, networks)) for networks in (self._staff, self._kiosks))
        return Visitor(_device(address), staff or not self._staff, here, https, touch)


def visitor_of(request: Request) -> Visitor:
    """Return who sends this request, as the portal's first guard has found out."""
    visitor: Visitor = request.scope["visitor"]
    return visitor


def _device(address: Address | None) -> str:
    if address is None:
        return "unknown"
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, IPV6_HOME_BITS), strict=False))
    return str(address)


def _networks(names: Iterable[str]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ipaddress.ip_network(name, strict=False) for name in names)


def _is_in(address: Address, networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    return any(address in network for network in networks)


def _own(scope: Scope) -> Address | None:
    server = scope.get("server")
    return _address(server[0]) if server else None


def _address(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
