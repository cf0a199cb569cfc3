"""Staff pages and acts from the guests' Wi-Fi: refused before a PIN is looked at."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from gateway.people.model import FREE_TRIES
from gateway.portal.visitor import Networks
from tests.support.portal import PIN, RunningPortal, running_portal

GUEST = {"x-real-ip": "192.168.20.77"}
STAFF = {"x-real-ip": "192.168.10.5"}


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPortal]:
    """Serve a hall behind a front server, with a network for staff."""
    networks = Networks(["192.168.10.0/24"], ["127.0.0.1"])
    with running_portal(tmp_path_factory.mktemp("hall"), networks=networks) as running:
        yield running


@pytest.mark.parametrize(
    "path", ["/masuk", "/petugas", "/petugas/pin", "/loket", "/loket/1", "/atur", "/atur/petugas", "/statistik", "/perangkat"]
)
def test_a_guest_gets_no_staff_page(hall: RunningPortal, path: str) -> None:
    """403 with the way to the right network; staff get the page or the way to sign in."""
    with hall.client() as client:
        refused, served = client.get(path, headers=GUEST), client.get(path, headers=STAFF)
    assert (refused.status_code, "jaringan petugas" in refused.text) == (403, True)
    assert served.status_code in {200, 303, 404}


def test_a_guest_cannot_even_try_a_pin(hall: RunningPortal) -> None:
    """Not by the page, not by the API; so no guest can delay an officer."""

    def tries(client: httpx.Client) -> Iterator[int]:
        for number in range(FREE_TRIES + 2):
            yield client.post("/masuk", data={"officer": "Siti", "pin": "000001"}, headers=GUEST).status_code
            key = {"Idempotency-Key": f"guest-try-{number}"}
            credentials = {"officer": "Siti", "pin": PIN}
            yield client.post("/api/v1/session", json=credentials, headers=GUEST | key).status_code

    with hall.client() as client:
        assert set(tries(client)) == {403}
        assert client.post("/masuk", data={"officer": "Siti", "pin": PIN}, headers=STAFF).status_code == 303


def test_a_session_is_worth_nothing_on_the_guests_wifi(hall: RunningPortal) -> None:
    """A cookie or token carried away opens neither page nor act."""
    with hall.client() as client:
        client.post("/masuk", data={"officer": "Siti", "pin": PIN}, headers=STAFF)
        assert client.get("/loket", headers=STAFF).status_code == 200
        assert client.get("/loket", headers=GUEST).status_code == 403
        key = {"Idempotency-Key": "carried-away"}
        assert client.post("/api/v1/counters/1/call-next", headers=GUEST | key).json()["code"] == "staff-network-only"


def test_guests_keep_what_is_theirs(hall: RunningPortal) -> None:
    """Numbers, the board and the hall's health are everybody's."""
    with hall.client() as client:
        assert [client.get(path, headers=GUEST).status_code for path in ("/", "/papan", "/kesehatan", "/api/v1/queue")] == [
            200
        ] * 4
