"""Signing in, the own PIN, and the head's page of officers, as browsers without scripts meet them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from gateway.people.model import Role
from tests.support.portal import PIN, RunningPortal, running_portal

OTHER_PIN = "604182"
NEW_PIN = "918273"


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[RunningPortal]:
    """Serve a hall with a head, Siti, a clerk and a technician."""
    with running_portal(tmp_path) as running:
        running.people.add_officer("Budi", OTHER_PIN)
        running.people.add_officer("Tono", OTHER_PIN, Role.TECHNICIAN)
        yield running


def sign_in(client: httpx.Client, officer: str = "Siti", pin: str = PIN, onward: str = "") -> httpx.Response:
    """Sign in by the page."""
    return client.post("/masuk", data={"officer": officer, "pin": pin, "lanjut": onward})


def hidden(page: str, name: str) -> str:
    """Return a hidden field of a form."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return found[1]


def send(client: httpx.Client, **fields: str) -> httpx.Response:
    """Send a form of the officers' page as the head."""
    page = client.get("/atur/petugas").text
    own = {"csrf": hidden(page, "csrf"), "key": hidden(page, "key"), "own": PIN}
    return client.post("/atur/petugas", data=own | fields)


@pytest.mark.parametrize(
    ("officer", "allowed"),
    [("Siti", {"/loket", "/atur", "/atur/petugas"}), ("Budi", {"/loket"}), ("Tono", {"/atur"})],
)
def test_each_role_gets_its_pages(hall: RunningPortal, officer: str, allowed: set[str]) -> None:
    """What is not one's task is 403 with the way out, never a loop through the sign-in."""
    with hall.client() as client:
        sign_in(client, officer, PIN if officer == "Siti" else OTHER_PIN)
        statuses = {path: client.get(path).status_code for path in ("/loket", "/loket/1", "/atur", "/atur/petugas")}
        assert client.get("/petugas").status_code == 200
    assert statuses == {path: 200 if path in allowed or path.removesuffix("/1") in allowed else 403 for path in statuses}


def test_a_sign_in_leads_to_ones_work(hall: RunningPortal) -> None:
    """A clerk to the counters, a technician to setting up, and whoever was on the way there to that page."""
    with hall.client() as client:
        ways = [
            sign_in(client, "Budi", OTHER_PIN).headers["location"],
            sign_in(client, "Tono", OTHER_PIN).headers["location"],
            sign_in(client, "Budi", OTHER_PIN, "/loket/2").headers["location"],
        ]
    assert ways == ["/loket", "/atur", "/loket/2"]


@pytest.mark.parametrize(
    "onward", ["//evil.example", "https://evil.example", "/loket/../../x", "/loket//evil", "/t/x", "/loket\r\nX: 1", "/loket?x", "javascript:1"]
)  # fmt: skip
def test_no_link_leads_a_sign_in_elsewhere(hall: RunningPortal, onward: str) -> None:
    """Neither from the address nor from the form, nor after signing out."""
    with hall.client() as client:
        assert hidden(client.get("/masuk", params={"lanjut": onward}).text, "lanjut") == ""
        assert sign_in(client, onward=onward).headers["location"] == "/loket"
        csrf = hidden(client.get("/petugas").text, "csrf")
        assert client.post("/keluar", data={"csrf": csrf, "lanjut": onward}).headers["location"] == "/masuk"


def test_the_counter_stays_when_officers_change(hall: RunningPortal) -> None:
    """Signed out at counter 2, the next officer is at counter 2; the first session is over."""
    with hall.client() as client:
        sign_in(client, "Budi", OTHER_PIN)
        former = client.cookies["petugas"]
        csrf = hidden(client.get("/petugas").text, "csrf")
        out = client.post("/keluar", data={"csrf": csrf, "lanjut": "/loket/2"})
        assert out.headers["location"] == "/masuk?lanjut=/loket/2"
        onward = hidden(client.get(out.headers["location"]).text, "lanjut")
        assert sign_in(client, onward=onward).headers["location"] == "/loket/2"
    assert hall.people.session(former) is None


def test_every_sign_in_has_a_token_of_its_own_and_ends_the_former(hall: RunningPortal) -> None:
    """No session is fixed beforehand: a token that the browser brought along is not taken over."""
    with hall.client() as client:
        sign_in(client)
        former = client.cookies["petugas"]
        sign_in(client)
        assert client.cookies["petugas"] != former
        assert hall.people.session(former) is None
    with hall.client(cookies={"petugas": "f" * 40}) as client:
        sign_in(client)
        assert "f" * 40 not in {cookie.value for cookie in client.cookies.jar if cookie.domain}


def test_ones_own_pin_is_changed_on_the_page(hall: RunningPortal) -> None:
    """With the present one; slips are told on the page, and one stays signed in."""
    with hall.client() as client:
        sign_in(client, "Budi", OTHER_PIN)
        csrf = hidden(client.get("/petugas/pin").text, "csrf")
        form = {"csrf": csrf, "own": OTHER_PIN, "pin": NEW_PIN, "again": NEW_PIN}
        slips = [form | {"own": "000000"}, form | {"again": "1"}, form | {"pin": "1", "again": "1"}, form | {"csrf": ""}]
        assert [client.post("/petugas/pin", data=slip).status_code for slip in slips] == [401, 422, 422, 403]
        assert client.post("/petugas/pin", data=form).status_code == 303
        assert client.get("/petugas").status_code == 200
    assert hall.people.sign_in("Budi", NEW_PIN, "elsewhere").name == "Budi"


def test_the_head_looks_after_officers_on_one_page(hall: RunningPortal) -> None:
    """Add, give a PIN, give a role, sign out, end: each is done and said."""
    with hall.client() as client:
        sign_in(client)
        acts = [
            {"act": "add", "name": "  Ayu  Lestari ", "role": "clerk", "pin": NEW_PIN, "again": NEW_PIN},
            {"act": "pin", "officer": "Budi", "pin": NEW_PIN, "again": NEW_PIN},
            {"act": "role", "officer": "Budi", "role": "technician"},
            {"act": "sign-out", "officer": "Budi", "own": ""},
            {"act": "end", "officer": "Tono"},
        ]
        for act in acts:
            answer = send(client, **act)
            assert (answer.status_code, answer.headers["location"]) == (303, f"/atur/petugas?sudah={act['act']}")
            assert 'role="status"' in client.get(answer.headers["location"]).text
    assert {one.name: one.role for one in hall.people.officers()} == {
        "Ayu Lestari": Role.CLERK, "Budi": Role.TECHNICIAN, "Siti": Role.HEAD,
    }  # fmt: skip
    assert hall.people.sign_in("Budi", NEW_PIN, "elsewhere").name == "Budi"


def test_a_browser_left_alone_makes_no_officer(hall: RunningPortal) -> None:
    """Whoever sits down at the head's page does not know the head's PIN."""
    with hall.client() as client:
        sign_in(client)
        acts = [
            {"act": "add", "name": "Maling", "role": "head", "pin": NEW_PIN, "again": NEW_PIN},
            {"act": "pin", "officer": "Siti", "pin": NEW_PIN, "again": NEW_PIN},
            {"act": "end", "officer": "Budi"},
        ]
        answers = [send(client, own="000000", **act) for act in acts]
        assert [answer.status_code for answer in answers] == [401] * 3
        assert [NEW_PIN in answer.text for answer in answers] == [False] * 3
    assert [one.name for one in hall.people.officers()] == ["Budi", "Siti", "Tono"]


def test_a_form_sent_twice_adds_one_officer(hall: RunningPortal) -> None:
    """The lost answer is asked again and is the same."""
    with hall.client() as client:
        sign_in(client)
        page = client.get("/atur/petugas").text
        form = {
            "csrf": hidden(page, "csrf"),
            "key": hidden(page, "key"),
            "own": PIN,
            "act": "add",
            "name": "Ayu",
            "role": "clerk",
        }
        form |= {"pin": NEW_PIN, "again": NEW_PIN}
        assert [client.post("/atur/petugas", data=form).status_code for _ in range(2)] == [303, 303]
        assert client.post("/atur/petugas", data=form | {"name": "Ayu Dua"}).status_code == 422
    assert [one.name for one in hall.people.officers()].count("Ayu") == 1


def test_foreign_forms_change_no_officer(hall: RunningPortal) -> None:
    """Without the session's own token, an unknown act or an unknown role: nothing."""
    with hall.client() as client:
        sign_in(client)
        refused = [
            send(client, act="end", officer="Budi", csrf="0" * 32).status_code,
            send(client, act="fly", officer="Budi").status_code,
            send(client, act="role", officer="Budi", role="king").status_code,
            send(client, act="end", officer="Nobody").status_code,
            send(client, act="end", officer="Siti").status_code,
        ]
    assert (refused, len(hall.people.officers())) == ([403, 422, 422, 404, 409], 3)
