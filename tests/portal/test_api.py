"""The JSON API keeps its promises: shapes, keys, sessions and problems."""

from __future__ import annotations

import json

import pytest

from gateway.people.model import Role
from tests.support.portal import PIN, RunningPortal


def _key(name: str) -> dict[str, str]:
    return {"Idempotency-Key": f"api-test-{name}"}


def test_a_number_is_given_once_per_key_byte_for_byte(portal: RunningPortal) -> None:
    """201 with number, token, url, ahead and wait; the same key gives the same bytes; another wish is refused."""
    with portal.client() as client:
        first = client.post("/api/v1/tickets", json={"line": "surat"}, headers=_key("one"))
        again = client.post("/api/v1/tickets", json={"line": "surat"}, headers=_key("one"))
        other = client.post("/api/v1/tickets", json={"line": "bantuan"}, headers=_key("one"))
        ticket = client.get(f"/api/v1/tickets/{first.json()['token']}").json()
    assert (201, 201, first.content) == (first.status_code, again.status_code, again.content)
    assert {"number", "token", "url", "ahead", "estimated_wait"} == set(first.json())
    assert (other.status_code, other.json()["code"]) == (422, "key-reused")
    assert (first.json()["number"], "waiting") == (ticket["number"], ticket["state"])


def test_the_queue_has_an_etag(portal: RunningPortal) -> None:
    """The snapshot in its stated shape; 304 as long as nothing has changed."""
    with portal.client() as client:
        answer = client.get("/api/v1/queue")
        assert {"revision", "day", "lines", "counters", "calls"} == set(answer.json())
        assert client.get("/api/v1/queue", headers={"if-none-match": answer.headers["etag"]}).status_code == 304


@pytest.mark.parametrize(
    ("content", "headers", "status", "code"),
    [
        (b'{"line":"surat"}', {}, 400, "key-missing"),
        (b'{"line":"surat"}', {"Idempotency-Key": "short"}, 400, "key-missing"),
        (b"{not json", _key("bad"), 400, "body-unreadable"),
        (b'{"line":"\xff\xfe"}', _key("bad"), 400, "body-unreadable"),
        (b'{"line":"\\ud800"}', _key("bad"), 422, "field-invalid"),
        (b'{"line":7}', _key("bad"), 422, "field-invalid"),
        (b'{"line":"surat","more":1}', _key("bad"), 422, "field-invalid"),
        (b'{"line":"nowhere"}', _key("bad"), 404, "unknown-line"),
        (b'{"line":"surat","priority":"rich"}', _key("bad"), 422, "unknown-priority"),
        (b"[]", _key("bad"), 400, "body-unreadable"),
        (b"", _key("bad"), 400, "body-unreadable"),
    ],
)
def test_bad_input_is_a_problem_with_a_remedy(
    portal: RunningPortal, content: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    """RFC 9457 with type, title, status, detail, code and remedy; nothing is given."""
    before = portal.view.current.revision
    with portal.client() as client:
        answer = client.post("/api/v1/tickets", content=content, headers={**headers, "content-type": "application/json"})
    assert (status, code, "application/problem+json") == (
        answer.status_code,
        answer.json()["code"],
        answer.headers["content-type"],
    )
    assert {"type", "title", "status", "detail", "code", "remedy"} == set(answer.json())
    assert before == portal.view.current.revision


def test_a_counter_is_worked_by_bearer(portal: RunningPortal) -> None:
    """Without a session 401; with one the acts, each once per key."""
    portal.issue("surat")
    with portal.client() as client:
        assert client.post("/api/v1/counters/1/call-next", headers=_key("two")).status_code == 401
        credentials = {"officer": "Siti", "pin": PIN}
        session = client.post("/api/v1/session", json=credentials, headers=_key("in"))
        same = client.post("/api/v1/session", json=credentials, headers=_key("in"))
        assert (201, session.content) == (session.status_code, same.content)
    bearer = {"Authorization": f"Bearer {session.json()['token']}"}
    with portal.client() as client:
        called = client.post("/api/v1/counters/1/call-next", headers={**bearer, **_key("next")})
        again = client.post("/api/v1/counters/1/call-next", headers={**bearer, **_key("next")})
        assert (200, called.content) == (called.status_code, again.content)
        for act in ("recall", "complete"):
            answer = client.post(f"/api/v1/counters/1/{act}", headers={**bearer, **_key(act)})
            assert (200, called.json()["number"]) == (answer.status_code, answer.json()["number"])
        gone = client.post("/api/v1/counters/1/no-show", headers={**bearer, **_key("gone")})
        nowhere = client.post("/api/v1/counters/99/call-next", headers={**bearer, **_key("nowhere")})
    assert (gone.status_code, gone.json()["code"]) == (409, "no-current-ticket")
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "unknown-counter")


def test_the_holder_acts_by_the_tickets_token(portal: RunningPortal) -> None:
    """Later, back, rated once it is over, given back: each once per key, refused when it comes too late, needing nothing but the token."""
    first, second = portal.issue("surat"), portal.issue("surat")
    with portal.client() as client:

        def act(token: str, name: str, key: str = "", **said: object) -> tuple[int, object]:
            answer = client.post(f"/api/v1/tickets/{token}/{name}", json=said or None, headers=_key(key or f"hold-{name}"))
            return answer.status_code, answer.json().get("state", answer.json().get("code"))

        assert [act(first, "later") for _ in range(2)] == [(200, "held")] * 2
        assert act(first, "back") == (200, "waiting")
        assert act(second, "back", "second") == (409, "act-not-now")
        assert act(second, "later") == (422, "key-reused")
        assert act(first, "rate", "early", score=4) == (409, "act-not-now")
        portal.desk.counters.call("1", portal.view.current.tickets[first].number)
        portal.view.at_least(portal.desk.complete("1").revision)
        assert act(first, "rate") == (422, "field-invalid")
        assert act(first, "rate", score=5) == (422, "field-invalid")
        assert [act(first, "rate", score=4) for _ in range(2)] == [(200, "completed")] * 2
        assert act(first, "rate", score=1) == (422, "key-reused")
        assert act(second, "give-back") == (200, "cancelled")
        assert act("nobody", "give-back", "nobody") == (404, "unknown-ticket")
        assert act(second, "dance") == (404, "not-found")
        assert client.post(f"/api/v1/tickets/{second}/later").json()["code"] == "key-missing"
    assert portal.view.current.tickets[first].rated is True


def test_the_description_names_every_path(portal: RunningPortal) -> None:
    """OpenAPI lists what FastAPI serves and what is served beside it."""
    with portal.client() as client:
        paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert {
        "/queue",
        "/events",
        "/tickets",
        "/tickets/{token}",
        "/tickets/{token}/{act}",
        "/session",
        "/counters/{counter}/{act}",
    } == set(paths)


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/api/v1/nope", 404), ("DELETE", "/api/v1/tickets", 405), ("POST", "/papan", 405)]
)
def test_what_is_not_there_is_a_problem_too(portal: RunningPortal, method: str, path: str, status: int) -> None:
    """404 and 405 speak as everything else does."""
    with portal.client() as client:
        assert status == client.request(method, path).status_code


def test_the_stream_brings_each_change(portal: RunningPortal) -> None:
    """The present state at once, then the new one after a number is given."""
    with portal.client() as client, client.stream("GET", "/api/v1/events") as stream:
        revisions = (json.loads(line[6:])["revision"] for line in stream.iter_lines() if line.startswith("data: "))
        first = next(revisions)
        portal.issue("surat")
        assert first < next(revisions)


def test_every_act_of_the_console_is_a_request_too(portal: RunningPortal) -> None:
    """Each with what it is about; what is missing or stale is refused and nothing happens."""
    numbers = [portal.desk.issue("surat", origin="button").number for _ in range(2)]
    with portal.client() as client:
        token = client.post("/api/v1/session", json={"officer": "Siti", "pin": PIN}, headers=_key("every")).json()["token"]

        def act(name: str, **about: str) -> tuple[int, str]:
            made = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"every-{name}-{next(count)}"}
            answer = client.post(f"/api/v1/counters/1/{name}", json=about or None, headers=made)
            return answer.status_code, answer.json().get("number", answer.json().get("code"))

        count = iter(range(100))
        first, second = numbers
        assert act("call", number=first) == (200, first)
        assert act("serve", expected=first) == (200, first)
        assert act("serve", expected=second) == (409, "ticket-moved-on")
        assert act("hold", reason="papers") == (200, first)
        assert act("bring-back", number=first.lower()) == (200, first)
        assert act("call", number=second) == (200, second)
        assert act("transfer", line="bantuan", counter="2") == (200, second)
        assert act("undo") == (200, second)
        assert act("skip")[0] == 200
        assert act("pause") == (200, "")
        assert act("resume") == (200, "")
        assert act("cancel", number=second) == (200, second)
        assert act("hold") == (422, "field-invalid")
        assert act("call") == (422, "field-invalid")
        assert act("dance") == (404, "not-found")


def test_a_technician_serves_nobody(portal: RunningPortal) -> None:
    """403 for who has no right to serve, whatever the act."""
    portal.people.add_officer("Tono", PIN, Role.TECHNICIAN)
    with portal.client() as client:
        session = client.post("/api/v1/session", json={"officer": "Tono", "pin": PIN}, headers=_key("tono")).json()
    bearer = {"Authorization": f"Bearer {session['token']}", **_key("tono-pause")}
    with portal.client() as client:
        refused = client.post("/api/v1/counters/1/pause", headers=bearer)
    assert (refused.status_code, refused.json()["code"]) == (403, "right-missing")


def test_the_description_tells_what_an_act_may_be_about(portal: RunningPortal) -> None:
    """OpenAPI lists the acts and the fields of the body, which may be left out."""
    with portal.client() as client:
        described = client.get("/api/v1/openapi.json").json()
    operation = described["paths"]["/counters/{counter}/{act}"]["post"]
    acts = next(one["schema"]["enum"] for one in operation["parameters"] if one["name"] == "act")
    assert {"serve", "skip", "hold", "transfer", "call", "bring-back", "cancel", "pause", "resume", "undo"} <= set(acts)
    assert set(described["components"]["schemas"]["About"]["properties"]) == {"number", "reason", "line", "counter", "expected"}
    assert operation.get("requestBody", {}).get("required", False) is False
