"""Who may ask, and how much: the first thing every request meets.

Promises: only the hall's own names are answered (so no foreign name can be pointed at it); staff pages are for the
staff's networks, before any PIN is looked at; a form of another site changes nothing; a body is never read beyond its limit; every answer carries the security headers; what
goes wrong anywhere behind is answered with a sentence.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from types import MappingProxyType
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.errors import Refusal
from gateway.portal.i18n import known_language
from gateway.portal.site import LANGUAGE_COOKIE, LANGUAGE_PARAMETER
from gateway.portal.visitor import Networks

BODY_LIMIT_BYTES = 32 * 1024
BODY_LIMIT_S = 10.0
"""A body that takes longer is a connection that drips."""
SLOWEST_BYTES_PER_S = 64 * 1024
"""A larger body may take as much longer as a weak Wi-Fi needs."""
LARGE_BODIES_AT_ONCE = 2
"""So many bodies over the usual limit are kept in memory at a time: whoever sends one need not be signed in yet."""
PIECE_LIMIT_S = 20.0
"""A file that is passed on in pieces may take its time, but its next piece comes within this."""

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})

STAFF_PAGES = (
    "/masuk",
    "/keluar",
    "/petugas",
    "/loket",
    "/atur",
    "/statistik",
    "/perangkat",
    "/api/v1/session",
    "/api/v1/counters",
)
"""These, and what lies below them. Whatever else asks for a session is guarded there, by the same rule."""

SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (
        b"content-security-policy",
        b"default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    # Not "no-referrer": browsers would then send "Origin: null" with the hall's own forms.
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
"""An answer that brings one of them itself, as a page that others have made, keeps its own."""

LANGUAGE_COOKIE_S = 365 * 24 * 3600


class Access:
    """ASGI middleware around the whole portal.

    ``names`` are the host names by which the hall may be asked; its own addresses count besides.
    ``networks`` tells visitors apart; ``answer`` turns an error into a response. ``larger`` gives the limit of a body for
    the addresses, and those below them, where it is not the usual one; ``files`` gives it for those whose forms bring a
    file: these are passed on in pieces, and whoever reads them judges first who sends them.
    """

    def __init__(
        self,
        app: ASGIApp,
        names: Iterable[str],
        address: str,
        networks: Networks,
        answer: Callable[[Request, Exception], Response],
        larger: Mapping[str, int] = MappingProxyType({}),
        files: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self._app = app
        self._names = frozenset({"localhost", *(name.lower() for name in names)})
        self._address = address
        self._networks = networks
        self._answer = answer
        self._larger = dict(larger)
        self._files = dict(files)
        self._large_bodies = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check one request, then pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False
        visitor = scope["visitor"] = self._networks.visitor(scope)

        async def send_with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                own = {name for name, _ in message["headers"]}
                secure = [(name, value) for name, value in SECURITY_HEADERS if name not in own]
                message = {**message, "headers": [*message["headers"], *secure, *_language_cookie(scope)]}
            await send(message)

        try:
            headers = Headers(scope=scope)
            self._check_host(headers, scope)
            if is_for_staff(scope["path"]):
                visitor.require_staff_network()
            if scope["method"] in UNSAFE:
                _check_origin(headers)
                receive = await self._body(headers, receive, scope["path"])
            await self._app(scope, receive, send_with_headers)
        except Exception as error:
            if begun:
                raise
            response = self._answer(Request(scope), error)
            if isinstance(error, Refusal) and error.code in {"body-too-large", "body-slow", "uploads-full"}:
                response.headers["connection"] = "close"
            await response(scope, receive, send_with_headers)

    def _check_host(self, headers: Headers, scope: Scope) -> None:
        try:
            [named] = headers.getlist("host")
            host = urlsplit("//" + named).hostname or ""
        except ValueError:
            host = ""
        if host not in self._names and not _is_own_address(host, scope):
            raise Refusal("unknown-host", address=self._address)

    async def _body(self, headers: Headers, receive: Receive, path: str) -> Receive:
        """Read the body; of those that may be large only a few at once."""
        file_bytes = _limit_at(path, self._files)
        if file_bytes and headers.get("content-type", "").startswith("multipart/form-data"):
            return _in_pieces(headers, receive, file_bytes)
        limit_bytes = _limit_at(path, self._larger) or BODY_LIMIT_BYTES
        if limit_bytes <= BODY_LIMIT_BYTES or _announced(headers) <= BODY_LIMIT_BYTES:
            return await _whole_body(headers, receive, BODY_LIMIT_BYTES)
        if self._large_bodies >= LARGE_BODIES_AT_ONCE:
            raise Refusal("uploads-full")
        self._large_bodies += 1
        try:
            return await _whole_body(headers, receive, limit_bytes)
        finally:
            self._large_bodies -= 1


def _limit_at(path: str, limits: Mapping[str, int]) -> int:
    """Return the limit at ``path``, which counts below its page too; 0 when there is none."""
    return next((limit for page, limit in limits.items() if f"{path}/".startswith(f"{page}/")), 0)


def is_for_staff(path: str) -> bool:
    """Return whether a page is the staff's by its address."""
    return any(path == page or path.startswith(f"{page}/") for page in STAFF_PAGES)


def _is_own_address(host: str, scope: Scope) -> bool:
    try:
        asked = ipaddress.ip_address(host)
        server = scope.get("server")
        return server is not None and asked == ipaddress.ip_address(server[0])
    except ValueError:
        return False


def _check_origin(headers: Headers) -> None:
    """Refuse what a browser says comes from elsewhere. Programs that are no browsers send neither header."""
    if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise Refusal("foreign-origin")
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower():
        raise Refusal("foreign-origin")


def _announced(headers: Headers) -> int:
    """Return how many bytes the body has by its own account; 0 when it does not say."""
    announced = headers.get("content-length", "0")
    if not announced.isdecimal():
        raise Refusal("body-unreadable")
    return int(announced)


def _in_pieces(headers: Headers, receive: Receive, limit_bytes: int) -> Receive:
    """Return a ``receive`` that passes the body on as it comes, up to its limit; each piece must come in time."""
    too_large = Refusal("body-too-large", limit_kib=limit_bytes // 1024)
    if _announced(headers) > limit_bytes:
        raise too_large
    taken_bytes, ended = 0, False

    async def receive_piece() -> Message:
        nonlocal taken_bytes, ended
        if ended:
            return await receive()
        try:
            async with asyncio.timeout(PIECE_LIMIT_S):
                message = await receive()
        except TimeoutError as error:
            raise Refusal("body-slow") from error
        if message["type"] == "http.disconnect":
            raise Refusal("body-unreadable")
        taken_bytes += len(message.get("body", b""))
        ended = not message.get("more_body", False)
        if taken_bytes > limit_bytes:
            raise too_large
        return message

    return receive_piece


async def _whole_body(headers: Headers, receive: Receive, limit_bytes: int) -> Receive:
    """Read the body up to its limit; return a ``receive`` that gives it in one piece."""
    too_large = Refusal("body-too-large", limit_kib=limit_bytes // 1024)
    if _announced(headers) > limit_bytes:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_LIMIT_S + (limit_bytes - BODY_LIMIT_BYTES) / SLOWEST_BYTES_PER_S):
            more = True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Refusal("body-unreadable")
                body += message.get("body", b"")
                more = message.get("more_body", False)
                if len(body) > limit_bytes:
                    raise too_large
    except TimeoutError as error:
        raise Refusal("body-slow") from error
    whole: list[MutableMapping[str, object]] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

    async def receive_whole() -> Message:
        return whole.pop() if whole else await receive()

    return receive_whole


def _language_cookie(scope: Scope) -> list[tuple[bytes, bytes]]:
    """Remember the language that the address asks for."""
    query = scope.get("query_string", b"")
    if LANGUAGE_PARAMETER.encode() not in query:
        return []
    asked = parse_qs(query.decode("latin-1")).get(LANGUAGE_PARAMETER, [""])[0]
    if known_language(asked) != asked:
        return []
    return [(b"set-cookie", f"{LANGUAGE_COOKIE}={asked}; Path=/; Max-Age={LANGUAGE_COOKIE_S}; SameSite=Lax".encode())]
