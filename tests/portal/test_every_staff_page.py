"""What holds of every staff page of the whole hall, also of those that are added later."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import pytest
from starlette.routing import Route

from gateway.hall import Hall
from gateway.people.model import Role
from gateway.portal.access import is_for_staff
from gateway.portal.i18n import words
from gateway.settings import Settings
from tests.support.hall_process import write_settings

PIN = "739164"
OPEN = frozenset({"/masuk"})
"""Where one signs in there is no session yet."""


@dataclass(frozen=True)
class Staffed:
    """A whole hall with a head, Siti."""

    hall: Hall

    @contextmanager
    def client(self, *, signed_in: bool = True) -> Iterator[httpx.Client]:
        """Open a browser without scripts."""
        with httpx.Client(base_url=self.hall.address, timeout=20, trust_env=False) as client:
            if signed_in:
                assert client.post("/masuk", data={"officer": "Siti", "pin": PIN}).status_code == 303
            yield client

    def paths(self, method: str) -> list[str]:
        """Return the addresses of staff pages that take ``method``, with something in place of their variable parts."""
        routes = self.hall.portal._app._guarded._app.routes  # type: ignore[attr-defined]
        patterns = [route.path for route in routes if isinstance(route, Route) and method in (route.methods or {"GET"})]
        return sorted({re.sub(r"\{\w+(:\w+)?\}", "1", path) for path in patterns if is_for_staff(path)} - OPEN)


@pytest.fixture(scope="module")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staffed]:
    """Run a whole hall."""
    with Hall(Settings.load(write_settings(tmp_path_factory.mktemp("hall"), devices=False))) as hall:
        hall.people.add_officer("Siti", PIN, Role.HEAD)
        yield Staffed(hall)


def test_the_staff_pages_are_found(staffed: Staffed) -> None:
    """The other tests of this file look at something."""
    assert {"/loket", "/loket/1", "/atur", "/atur/petugas", "/petugas/pin"} <= set(staffed.paths("GET"))
    assert {"/loket/1", "/atur/petugas", "/petugas/pin", "/keluar"} <= set(staffed.paths("POST"))


def test_no_staff_page_opens_without_a_session(staffed: Staffed) -> None:
    """Each leads to the sign-in and shows nothing; a made-up or foreign token is none."""
    with staffed.client(signed_in=False) as client:
        for cookies in ({}, {"petugas": "0" * 40}):
            client.cookies = httpx.Cookies(cookies)
            wrong = [path for path in staffed.paths("GET") if not _leads_to_sign_in(client.get(path))]
            assert wrong == []
            wrong = [path for path in staffed.paths("POST") if client.post(path).status_code not in {303, 403, 404, 409}]
            assert wrong == []


def _leads_to_sign_in(answer: httpx.Response) -> bool:
    return answer.status_code == 404 or (answer.status_code == 303 and answer.headers["location"].startswith("/masuk"))


def test_no_staff_form_counts_without_its_token(staffed: Staffed) -> None:
    """Signed in, but sent by who has not read the page: refused, whatever the form."""
    with staffed.client() as client:
        answers = {path: client.post(path, data={"csrf": "0" * 32}).status_code for path in staffed.paths("POST")}
        # 400: a form with a file, which another kind of body is not. /atur: claimed already, it takes no form any more.
        assert {path: status for path, status in answers.items() if status not in {400, 403, 404} and path != "/atur"} == {}
        assert answers["/atur"] in {401, 409}
        assert client.get("/petugas").status_code == 200


def test_no_staff_page_is_kept_by_a_browser(staffed: Staffed) -> None:
    """After signing out, going back shows nothing."""
    with staffed.client() as client:
        answers = {path: client.get(path) for path in staffed.paths("GET")}
    assert {path: answer.status_code for path, answer in answers.items() if answer.status_code >= 500} == {}
    kept = {path: answer.headers.get("cache-control") for path, answer in answers.items()}
    assert {path: how for path, how in kept.items() if how not in {"no-store", "private, no-store"}} == {}


def test_no_staff_page_tells_other_sites_anything(staffed: Staffed) -> None:
    """No answer allows a foreign origin, frames it, or carries a token in its address."""
    with staffed.client() as client:
        token = client.cookies["petugas"]
        for path in staffed.paths("GET"):
            answer = client.get(path, headers={"origin": "http://evil.example"})
            assert [name for name in answer.headers if name.startswith("access-control-")] == []
            assert (answer.headers["x-frame-options"], token in answer.text) == ("DENY", False)


def test_every_page_of_setting_up_opens_and_has_its_english(staffed: Staffed) -> None:
    """What the list at /atur names is there, and readers of English can read the list."""
    pages = staffed.hall.portal._app.site.set_up
    with staffed.client() as client:
        assert {page.path: client.get(page.path).status_code for page in pages} == {page.path: 200 for page in pages}
    english = words("en")
    assert [page.title for page in pages if english(page.title) == page.title] == []


def test_cookies_are_out_of_reach(staffed: Staffed) -> None:
    """Of scripts and of other sites; the keepsake goes to the sign-in alone."""
    with staffed.client(signed_in=False) as client:
        set_cookies = client.post("/masuk", data={"officer": "Siti", "pin": PIN}).headers.get_list("set-cookie")
    found = {cookie.partition("=")[0]: cookie.lower() for cookie in set_cookies}
    assert set(found) == {"petugas", "kenal"}
    assert [("httponly" in one, "samesite=strict" in one, "secure" in one) for one in found.values()] == [(True, True, False)] * 2
    assert ("path=/;" in found["petugas"] + ";", "path=/masuk" in found["kenal"]) == (True, True)


def test_what_is_typed_is_shown_as_text(staffed: Staffed) -> None:
    """A name that is a script stays a name."""
    typed = '"><script>alert(1)</script>'
    with staffed.client(signed_in=False) as client:
        page = client.post("/masuk", data={"officer": typed, "pin": "000001"}).text
    assert ("<script>alert" in page, "&lt;script&gt;" in page) == (False, True)


def test_a_form_is_read_strictly(staffed: Staffed) -> None:
    """Bad UTF-8, too many fields and endless names are refused with a sentence, never with a fault."""
    with staffed.client(signed_in=False) as client:
        bodies = [
            b"officer=%ff%fe&pin=1",
            b"&".join([b"a=1"] * 100),
            b"officer=" + b"x" * 30_000,
            b"\xff\xfe",
            b"pin=" + b"9" * 20_000,
        ]
        statuses = [
            client.post("/masuk", content=body, headers={"content-type": "application/x-www-form-urlencoded"}).status_code
            for body in bodies
        ]
    assert [status for status in statuses if status not in {400, 401, 429}] == []
