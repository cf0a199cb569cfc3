"""A new hall as the technician meets it: the code on the TV, the first head, then what can be set."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.people.model import FREE_TRIES, Role, spaced_code
from gateway.portal.visitor import Networks
from tests.support.portal import RunningPortal, running_portal

PIN = "604182"
HERE = {"x-real-ip": "127.0.0.1"}
ELSEWHERE = {"x-real-ip": "192.168.10.5"}


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[RunningPortal]:
    """Serve a new hall behind a front server."""
    with running_portal(tmp_path, networks=Networks(proxies=["127.0.0.1"]), claimed=False) as running:
        yield running


def test_the_code_is_shown_at_the_pi_only(hall: RunningPortal) -> None:
    """The TV shows it in place of the board; to everybody else no page tells it."""
    code = spaced_code(hall.people.setup_code())
    with hall.client() as client:
        assert code in client.get("/papan", headers=HERE).text
        pages = [client.get(path, headers=ELSEWHERE).text for path in ("/papan", "/atur", "/", "/kesehatan", "/masuk")]
        unnamed = client.get("/papan", headers={"x-forwarded-for": "127.0.0.1"}).text
    assert [page for page in (*pages, unnamed) if code in page or code.replace("-", "") in page] == []


def test_a_hall_is_claimed_in_two_steps(hall: RunningPortal) -> None:
    """Code, then name and PIN; who did it is signed in, sees what can be set, and the TV shows the board."""
    with hall.client(headers=ELSEWHERE) as client:
        assert 'name="code"' in client.get("/atur").text
        code = spaced_code(hall.people.setup_code()).lower()
        assert 'name="again"' in client.post("/atur", data={"code": code}).text
        claimed = client.post("/atur", data={"code": code, "name": "Wati", "pin": PIN, "again": PIN})
        assert (claimed.status_code, claimed.headers["location"]) == (303, "/atur")
        assert "/atur/langkah/1" in client.get("/atur").text
        assert "Kode pemasangan" not in client.get("/papan", headers=HERE).text
    assert [(one.name, one.role) for one in hall.people.officers()] == [("Wati", Role.HEAD)]


def test_nobody_claims_a_hall_without_the_code(hall: RunningPortal) -> None:
    """A wrong code is told and then delayed, also when name and PIN come with it at once."""
    form = {"code": "AAAA-AAAA", "name": "Maling", "pin": PIN, "again": PIN}
    with hall.client(headers=ELSEWHERE) as client:
        statuses = [client.post("/atur", data=form).status_code for _ in range(FREE_TRIES + 1)]
    assert (statuses, hall.people.officers()) == ([401] * FREE_TRIES + [429], [])


@pytest.mark.parametrize(
    ("name", "pin", "again", "status"), [("Wati", "123456", "123456", 422), ("Wati", PIN, "604183", 422), ("<b>", PIN, PIN, 422)]
)
def test_a_slip_in_the_second_step_is_told_there(hall: RunningPortal, name: str, pin: str, again: str, status: int) -> None:
    """The code need not be typed again, no PIN is shown again, and nothing was made."""
    code = hall.people.setup_code()
    with hall.client(headers=ELSEWHERE) as client:
        answer = client.post("/atur", data={"code": code, "name": name, "pin": pin, "again": again})
    assert (answer.status_code, f'value="{code}"' in answer.text, pin in answer.text) == (status, True, False)
    assert hall.people.officers() == []


def test_a_claimed_hall_is_not_claimed_again(hall: RunningPortal) -> None:
    """Whoever comes later is led to the sign-in, and the old code opens nothing."""
    code = hall.people.setup_code()
    hall.people.add_officer("Wati", PIN, Role.HEAD)
    with hall.client(headers=ELSEWHERE) as client:
        assert client.get("/atur").headers["location"] == "/masuk?lanjut=/atur"
        form = {"code": code, "name": "Maling", "pin": PIN, "again": PIN}
        assert client.post("/atur", data=form).status_code == 409
    assert [one.name for one in hall.people.officers()] == ["Wati"]


def test_steps_are_done_when_they_were_looked_at(hall: RunningPortal) -> None:
    """The door to a step leads to its page; when all were seen the page is a plain list."""
    hall.people.add_officer("Wati", PIN, Role.HEAD)
    with hall.client(headers=ELSEWHERE) as client:
        client.post("/masuk", data={"officer": "Wati", "pin": PIN})
        assert "Lanjut: Petugas" in client.get("/atur").text
        step = 1
        while (answer := client.get(f"/atur/langkah/{step}")).status_code == 303:
            assert client.get(answer.headers["location"]).status_code == 200
            step += 1
        assert (answer.status_code, step > 1) == (404, True)
        assert "Lanjut:" not in client.get("/atur").text
