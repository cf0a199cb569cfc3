"""Strangers' names, foreign forms and huge bodies are refused with a sentence; every answer is guarded."""

from __future__ import annotations

import socket

import pytest

from tests.support.portal import RunningPortal

WISH = {"line": "surat"}


def _key(name: str) -> dict[str, str]:
    return {"Idempotency-Key": f"access-{name}"}


@pytest.mark.parametrize("host", ["evil.example", "", "10.9.9.9", "balai.lan.evil.example", "[::1"])
def test_a_foreign_name_is_not_answered(portal: RunningPortal, host: str) -> None:
    """A name that is not the hall's gets 421 and the hall's address."""
    with portal.client() as client:
        answer = client.get("/", headers={"host": host})
    assert (answer.status_code, "http://balai.lan" in answer.text) == (421, True)


@pytest.mark.parametrize("host", ["balai.lan", "BALAI.LAN:80", "localhost", "127.0.0.1:9"])
def test_the_halls_names_are_answered(portal: RunningPortal, host: str) -> None:
    """Its names, localhost and its own address are good, whatever the port."""
    with portal.client() as client:
        assert client.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("headers", [{"origin": "http://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}])
def test_a_form_of_another_site_changes_nothing(portal: RunningPortal, headers: dict[str, str]) -> None:
    """A POST that a browser says comes from elsewhere is refused before anything is done."""
    before = portal.view.current.revision
    with portal.client() as client:
        answer = client.post("/api/v1/tickets", json=WISH, headers={**headers, **_key("foreign")})
    assert (403, "foreign-origin", before) == (answer.status_code, answer.json()["code"], portal.view.current.revision)


def test_a_large_body_is_refused_by_its_announcement(portal: RunningPortal) -> None:
    """One megabyte gets 413 and the limit."""
    with portal.client() as client:
        answer = client.post("/api/v1/tickets", content=b"x" * 1_000_000, headers=_key("large"))
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


def test_a_large_body_without_announcement_is_cut_off(portal: RunningPortal) -> None:
    """A chunked body is counted while it comes: no more than the limit is ever kept."""
    with portal.client() as client:
        answer = client.post("/api/v1/tickets", content=iter([b"x" * 16_384] * 20), headers=_key("chunks"))
    assert answer.status_code == 413


def test_every_answer_carries_the_security_headers(portal: RunningPortal) -> None:
    """Pages, API, errors and static files alike; and no page needs more than its own site."""
    with portal.client() as client:
        for path in ("/", "/papan", "/api/v1/queue", "/nope", "/api/v1/nope", "/healthz"):
            headers = client.get(path).headers
            assert "default-src 'self'" in headers["content-security-policy"]
            assert (
                headers["x-content-type-options"],
                headers["referrer-policy"],
                headers["x-frame-options"],
            ) == ("nosniff", "same-origin", "DENY")


def test_no_page_has_inline_script_or_style(portal: RunningPortal) -> None:
    """What the CSP would block is not there."""
    token = portal.issue()
    with portal.client() as client:
        for path in ("/", f"/t/{token}", "/papan", "/kesehatan", "/masuk"):
            text = client.get(path).text
            assert [part for part in ("<script>", " style=", "<style", " onclick", "javascript:") if part in text] == []


def test_nonsense_instead_of_http_harms_nobody(portal: RunningPortal) -> None:
    """A connection that speaks no HTTP is closed; the next visitor is served."""
    with socket.create_connection(("127.0.0.1", portal.server.port), timeout=5) as raw:
        raw.sendall(b"\x16\x03\x01nonsense\r\n\r\n")
        raw.recv(1000)
    with portal.client() as client:
        assert client.get("/").status_code == 200


def test_two_names_in_one_request_are_no_name(portal: RunningPortal) -> None:
    """What a front server and the hall could read differently is not answered."""
    with socket.create_connection(("127.0.0.1", portal.server.port), timeout=5) as raw:
        raw.sendall(b"GET / HTTP/1.1\r\nHost: balai.lan\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n")
        assert raw.recv(1000).startswith(b"HTTP/1.1 421")
