"""How little the portal shows and takes: methods, kinds of body, and what an answer tells of the machine."""

from __future__ import annotations

import pytest

from tests.support.portal import PIN, RunningPortal


@pytest.mark.parametrize("method", ["TRACE", "PUT", "PATCH", "DELETE", "CONNECTED", "OPTIONS"])
@pytest.mark.parametrize("path", ["/", "/masuk", "/papan", "/atur", "/api/v1/session", "/api/v1/queue"])
def test_a_page_has_only_its_own_methods(portal: RunningPortal, method: str, path: str) -> None:
    """Everything else is refused, and nothing is echoed."""
    with portal.client() as client:
        answer = client.request(method, path, headers={"x-canary": "echo-me"})
    assert (answer.status_code in {400, 403, 405}, "echo-me" in answer.text) == (True, False)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""])
def test_the_api_takes_json_only(portal: RunningPortal, kind: str) -> None:
    """What a form of another site could send without being asked is not read as JSON."""
    body = f'{{"officer":"Siti","pin":"{PIN}"}}'
    headers = {"Idempotency-Key": "surface-kind", **({"content-type": kind} if kind else {})}
    with portal.client() as client:
        answer = client.post("/api/v1/session", content=body, headers=headers)
    assert (answer.status_code in {400, 415, 422}, "set-cookie" in answer.headers) == (True, False)


def test_an_answer_tells_nothing_of_the_machine(portal: RunningPortal) -> None:
    """No server, no version, no framework; an error tells no trace."""
    with portal.client() as client:
        for path in ("/", "/nope", "/api/v1/queue", "/api/v1/nope", "/masuk"):
            answer = client.get(path)
            assert {"server", "x-powered-by", "via"} & set(answer.headers) == set()
            assert "Traceback" not in answer.text


def test_every_answer_says_what_it_is(portal: RunningPortal) -> None:
    """A kind with its letters, so that no browser guesses."""
    with portal.client() as client:
        kinds = {
            path: client.get(path).headers["content-type"] for path in ("/", "/masuk", "/api/v1/queue", "/nope", "/api/v1/nope")
        }
    assert kinds == {
        "/": "text/html; charset=utf-8", "/masuk": "text/html; charset=utf-8", "/api/v1/queue": "application/json",
        "/nope": "text/html; charset=utf-8", "/api/v1/nope": "application/problem+json",
    }  # fmt: skip


def test_the_last_of_doubled_fields_counts(portal: RunningPortal) -> None:
    """A form in which a field stands twice means one thing, the same each time."""
    with portal.client() as client:
        headers = {"content-type": "application/x-www-form-urlencoded"}
        wrong = client.post("/masuk", content=f"officer=Siti&pin={PIN}&pin=000001".encode(), headers=headers)
        right = client.post("/masuk", content=f"officer=Siti&pin=000001&pin={PIN}".encode(), headers=headers)
    assert (wrong.status_code, right.status_code) == (401, 303)
