"""The pages as a phone without scripts meets them."""

from __future__ import annotations

import re

import pytest

from gateway.checks.finding import Finding, Level, Verdict
from tests.support.portal import PIN, RunningPortal


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return found[1]


def test_one_tap_is_one_number_however_often_it_is_sent(portal: RunningPortal) -> None:
    """The form sent twice leads to the same ticket; a fresh page gives another."""
    with portal.client() as client:
        form = {"key": _hidden(client.get("/").text, "key"), "line": "surat", "priority": ""}
        first, again = client.post("/", data=form), client.post("/", data=form)
        other = client.post("/", data={**form, "key": _hidden(client.get("/").text, "key")})
    assert (303, first.headers["location"]) == (again.status_code, again.headers["location"])
    assert first.headers["location"] != other.headers["location"]


def test_every_visitor_gets_another_key(portal: RunningPortal) -> None:
    """The page is drawn once, the key is each visitor's own."""
    with portal.client() as client:
        keys = {_hidden(client.get("/").text, "key") for _ in range(5)}
    assert len(keys) == 5


def test_a_page_is_not_sent_again_until_it_has_changed(portal: RunningPortal) -> None:
    """The same revision is 304; a new number makes it new, with a new key."""
    with portal.client() as client:
        etag = client.get("/").headers["etag"]
        assert client.get("/", headers={"if-none-match": etag}).status_code == 304
        portal.issue()
        assert client.get("/", headers={"if-none-match": etag}).status_code == 200


def test_the_ticket_tells_place_wait_and_counter(portal: RunningPortal) -> None:
    """Waiting: how many are ahead; called: where to go."""
    token = portal.issue("bantuan")
    with portal.client() as client:
        assert "Anda berikutnya" in client.get(f"/t/{token}").text
        while portal.view.current.tickets[token].state == "waiting":
            portal.call("1")
        page = client.get(f"/t/{token}").text
    assert ("Silakan menuju" if "Silakan menuju" in page else page, "Loket 1" in page) == ("Silakan menuju", True)


def test_an_unknown_ticket_is_a_sentence_with_a_remedy(portal: RunningPortal) -> None:
    """404 in the reader's language."""
    with portal.client() as client:
        answer = client.get("/t/nonsense?bahasa=en")
    assert (answer.status_code, "This queue number was not found." in answer.text) == (404, True)


def test_the_language_stays_in_links_and_cookie(portal: RunningPortal) -> None:
    """Chosen once, every link carries it, and the cookie remembers it."""
    with portal.client() as client:
        page = client.get("/?bahasa=en").text
        assert (
            'href="/papan?bahasa=en"' if 'href="/papan?bahasa=en"' in page else page,
            "Touch the service you need" if "Touch the service you need" in page else page,
        ) == ('href="/papan?bahasa=en"', "Touch the service you need")
        assert "Latest calls" in client.get("/papan").text


def test_the_counter_works_by_forms_and_applies_a_lost_answer_once(portal: RunningPortal) -> None:
    """Sign in, call; the same form again calls nobody else; a page left behind does nothing to another number."""
    for _ in range(3):
        portal.issue("surat")
    with portal.client() as client:
        assert client.get("/loket/2").headers["location"] == "/masuk?lanjut=/loket/2"
        signed = client.post("/masuk", data={"officer": "Siti", "pin": PIN, "lanjut": "/loket/2"})
        assert (signed.status_code, signed.headers["location"]) == (303, "/loket/2")
        cookie = signed.headers["set-cookie"].lower()
        assert (
            "httponly" if "httponly" in cookie else cookie,
            "samesite=strict" if "samesite=strict" in cookie else cookie,
        ) == ("httponly", "samesite=strict")
        page = client.get("/loket/2").text
        form = {name: _hidden(page, name) for name in ("key", "csrf", "expected")} | {"act": "call-next"}
        assert client.post("/loket/2", data=form).status_code == 303
        called = portal.view.current.counter("2")
        assert client.post("/loket/2", data=form).status_code == 303
        assert called == portal.view.current.counter("2")
        stale = client.post("/loket/2", data={**form, "key": "another-key-1", "act": "no-show"})
        assert (409, called) == (stale.status_code, portal.view.current.counter("2"))
        assert client.post("/loket/2", data={**form, "csrf": "wrong"}).status_code == 403


def test_a_wrong_pin_is_told_and_then_delayed(portal: RunningPortal) -> None:
    """401 at first; too many in a row are 429 with Retry-After; the PIN is never shown again."""
    with portal.client() as client:
        answers = [client.post("/masuk", data={"officer": "Siti", "pin": "000001"}) for _ in range(8)]
    assert answers[0].status_code == 401
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0
    assert "000001" not in answers[0].text
    portal.clock.advance(3600)


def test_health_is_told_in_plain_words(portal: RunningPortal) -> None:
    """Each finding with its remedy; healthz follows what is essential."""
    portal.health.said = [Finding("outbox", Verdict(Level.WARNING, "{depth} data menunggu.", "Periksa uplink."), {"depth": 7})]
    portal.health.lives = False
    with portal.client() as client:
        page = client.get("/kesehatan").text
        assert [words in page for words in ("7 data menunggu.", "Periksa uplink.", "Ada yang perlu dilihat")] == [True] * 3
        assert client.get("/healthz").status_code == 503
        portal.health.lives = True
        assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("first", ["front", "ticket"])
def test_the_first_visit_is_small(portal: RunningPortal, first: str) -> None:
    """At most six requests and 50 KB compressed, everything from the hall itself; also for whoever scans a slip."""
    path = "/" if first == "front" else f"/t/{portal.issue()}"
    with portal.client() as client:
        page = client.get(path)
        styles = [client.get(style).text for style in re.findall(r'href="(/static/[^"]+\.css)"', page.text)]
        parts = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)) | set(
            re.findall(r"url\((/static/[^)]+)\)", "".join(styles))
        )
        raw = 0
        for part in parts:
            with client.stream("GET", part) as answer:
                raw += sum(len(chunk) for chunk in answer.iter_raw())
                assert (answer.status_code, answer.headers["cache-control"]) == (200, "public, max-age=31536000, immutable")
    assert 1 + len(parts) <= 6
    assert raw + len(page.content) <= 50_000
    assert re.findall(r"""(?:src|href|action)=["']https?:""", page.text) == []
