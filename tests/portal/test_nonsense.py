"""Bytes that nobody should send: every answer is a refusal with a sentence, never a failure."""

from __future__ import annotations

import socket

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.portal import RunningPortal

PLACES = ("/", "/t/", "/loket/", "/masuk", "/papan?bahasa=", "/api/v1/tickets/", "/api/v1/counters/", "/static/", "/kesehatan?")
HEADERS = (
    "Cookie: petugas=",
    "Cookie: bahasa=",
    "Authorization: Bearer ",
    "If-None-Match: ",
    "Accept-Encoding: ",
    "Origin: ",
    "X: ",
)
LINE_SAFE = st.binary(max_size=40).map(lambda raw: raw.replace(b"\r", b"").replace(b"\n", b"").replace(b" ", b"%20"))


def _status(portal: RunningPortal, request: bytes) -> int:
    with socket.create_connection(("127.0.0.1", portal.server.port), timeout=10) as raw:
        raw.sendall(request)
        raw.shutdown(socket.SHUT_WR)
        answer = raw.recv(64)
    return int(answer[9:12]) if answer else 0


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from([b"GET", b"POST"]),
    place=st.sampled_from(PLACES),
    tail=LINE_SAFE,
    header=st.sampled_from(HEADERS),
    value=LINE_SAFE,
    body=st.binary(max_size=60),
)
def test_no_bytes_make_the_portal_fail(
    portal: RunningPortal, method: bytes, place: str, tail: bytes, header: str, value: bytes, body: bytes
) -> None:
    """Whatever stands in the path, a header or a body: an answer below 500, or a closed connection for what is no HTTP."""
    head = b"%s %s%s HTTP/1.1\r\nHost: balai.lan\r\n%s%s\r\n" % (method, place.encode(), tail, header.encode(), value)
    head += b"Content-Type: application/x-www-form-urlencoded\r\nIdempotency-Key: nonsense-1\r\nConnection: close\r\n"
    assert _status(portal, head + b"Content-Length: %d\r\n\r\n%s" % (len(body), body)) < 500
