"""Taking and following a number on a phone without scripts and without cookies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import httpx
import pytest

from gateway.portal.tries import GUESSES_OF_DEVICE
from gateway.tickets.choices import QueueRules
from tests.support.clock import MORNING
from tests.support.portal import RunningPortal, running_portal

OPEN_WEEK = ("08.00-15.00",) * 5 + ("", "")


@pytest.fixture
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPortal]:
    """Serve a furnished hall."""
    with running_portal(tmp_path_factory.mktemp("hall")) as running:
        yield running


def choose(hall: RunningPortal, **rules: object) -> None:
    """Let the hall decide something about its queue."""
    wished = QueueRules.model_validate({"double_press_s": 0.0, "calls_before_no_show": 1, **rules})
    hall.view.at_least(hall.desk.furniture.choose(wished))


def hidden(page: str, name: str = "key") -> str:
    """Return a hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, page
    return found[1]


def send(client: httpx.Client, path: str, **fields: str) -> httpx.Response:
    """Press a button of the page at ``path``; the browser forgets every cookie, as a sign-in window does."""
    client.cookies.clear()
    return client.post(path, data={"key": hidden(client.get(path).text), **fields})


def test_the_holder_comes_later_and_back_and_gives_back_without_a_cookie(hall: RunningPortal) -> None:
    """Each act shows the ticket as it is then, and the same form sent twice is one act."""
    token = hall.issue()
    path = f"/t/{token}"
    states = []
    with hall.client() as client:
        for act in ("later", "back"):
            form = {"key": hidden(client.get(path).text), "act": act}
            answers = [client.post(path, data=form) for _ in range(2)]
            assert [answer.headers["location"] for answer in answers] == [path, path]
            states.append(hall.view.current.tickets[token].state)
        asked = client.get(path + "/batal").text
        assert "Batalkan nomor A-001?" in asked
        client.post(path, data={"key": hidden(asked), "act": "give-back"})
        states.append(hall.view.current.tickets[token].state)
        assert "sudah Anda batalkan" in client.get(path).text
    assert states == ["held", "waiting", "cancelled"]


def test_an_act_that_comes_too_late_is_told_on_the_tickets_own_page(hall: RunningPortal) -> None:
    """Whoever presses later when just called sees where to go, not a dead end."""
    token = hall.issue()
    with hall.client() as client:
        key = hidden(client.get(f"/t/{token}").text)
        hall.call("1")
        answer = client.post(f"/t/{token}", data={"key": key, "act": "later"})
    assert (answer.status_code, "Silakan menuju" in answer.text, "Loket 1" in answer.text) == (409, True, True)


def test_whoever_was_served_is_asked_once_how_it_was(hall: RunningPortal) -> None:
    """Four faces, one answer, then thanks."""
    token = hall.issue()
    hall.call("1")
    hall.view.at_least(hall.desk.complete("1").revision)
    with hall.client() as client:
        page = client.get(f"/t/{token}").text
        assert [word in page for word in ("Sangat puas", "Puas", "Cukup puas", "Tidak puas")] == [True] * 4
        assert send(client, f"/t/{token}", act="rate", score="4").status_code == 303
        assert "Terima kasih atas penilaian" in client.get(f"/t/{token}").text
        key = hidden(page)
        answers = [client.post(f"/t/{token}", data={"key": key, "act": "rate", "score": score}) for score in ("4", "1", "9")]
        assert [answer.status_code for answer in answers] == [303, 303, 422]
        assert client.post(f"/t/{token}", data={"act": "dance"}).status_code == 422


def test_every_state_is_said_in_words(hall: RunningPortal) -> None:
    """Waiting, called, being served, put aside, missed."""
    token = hall.issue()
    path = f"/t/{token}"
    acts: list[tuple[Callable[[], object], str]] = [
        (lambda: None, "Menunggu"),
        (lambda: hall.desk.call_next("1"), "Silakan menuju"),
        (lambda: hall.desk.counters.serve("1"), "Sedang dilayani di"),
        (lambda: hall.desk.counters.hold("1", "papers"), "Lengkapi berkas"),
        (lambda: hall.desk.come_back(token), "Anda berikutnya"),
        (lambda: hall.desk.call_next("1"), "Sudah dipanggil"),
        (lambda: hall.desk.counters.transfer("1", "bantuan"), "Dialihkan ke layanan Bantuan sosial"),
        (lambda: hall.desk.call_next("1"), "Silakan menuju"),
        (lambda: hall.desk.no_show("1"), "terlewat"),
    ]
    said = []
    with hall.client() as client:
        for act, words in acts:
            done = act()
            hall.view.at_least(getattr(done, "revision", 0))
            said.append(words if words in client.get(path).text else client.get(path).text)
    assert said == [words for _, words in acts]


def test_a_number_carried_over_leads_to_its_new_one(hall: RunningPortal) -> None:
    """Yesterday's page names the new number and opens it; the new one names the old."""
    choose(hall, leftover="carry")
    old = hall.issue()
    hall.issue("bantuan")
    hall.desk.open_day((MORNING + timedelta(days=1)).date(), "7")
    hall.view.refresh()
    with hall.client() as client:
        page = client.get(f"/t/{old}").text
        assert 'Pindah ke nomor baru: <span class="once">A-001</span>' in page
        link = re.search(r'class="act main" href="(/t/[a-z2-7]+)"', page)
        assert link is not None
        assert "Pengganti nomor kemarin" in client.get(link[1]).text


def test_a_code_leads_to_its_ticket_however_it_is_typed(hall: RunningPortal) -> None:
    """Small letters, blanks and dashes do not matter; what was typed wrong stays in the field."""
    token = hall.issue()
    claim = hall.view.current.tickets[token].claim
    with hall.client() as client:
        for typed in (claim, claim.lower(), f"{claim[:3]}-{claim[3:]}", f" {claim[:3]} {claim[3:]} "):
            assert client.post("/kode", data={"kode": typed}).headers["location"] == f"/t/{token}"
        wrong = client.post("/kode", data={"kode": "QQQ QQQ"})
        assert (wrong.status_code, 'value="QQQ QQQ"' in wrong.text, "tidak cocok" in wrong.text) == (404, True, True)
        answers = [client.post("/kode", data={"kode": f"WWWWW{one}"}) for one in range(GUESSES_OF_DEVICE)]
        assert (answers[-1].status_code, int(answers[-1].headers["retry-after"]) > 60) == (429, True)


def test_the_front_page_says_when_the_hall_opens(hall: RunningPortal) -> None:
    """Closed, last number given, holiday, phones paused: words and remedy, no button, and another name for the page."""
    choose(hall, week=OPEN_WEEK, holidays=("2026-11-24 Hari Guru",), last_ticket_min=30)
    told, names, buttons = [], [], []
    with hall.client() as client:
        for hours in (0, 6.75, 9, 24.5):
            hall.clock.set_wall(MORNING + timedelta(hours=hours))
            answer = client.get("/")
            door = re.search(r'<div id="door" data-live>(.*?)</div>\s*<form', answer.text, re.DOTALL)
            assert door is not None
            told.append(" ".join(re.sub(r"<[^>]+>", " ", door[1]).split())[:39])
            buttons.append(answer.text.count('<button class="line"') - answer.text.count("disabled"))
            names.append(answer.headers["etag"])
        hall.clock.set_wall(MORNING)
        assert "Nomor dibagikan sampai pukul 14.30 WIB." in client.get("/").text
    assert (told, buttons, len(set(names))) == (
        [
            "",
            "Nomor terakhir hari ini sudah dibagikan",
            "Balai sedang tutup. Nomor dapat diambil",
            "Hari ini balai libur: Hari Guru. Nomor ",
        ],
        [2, 0, 0, 0],
        4,
    )


def test_hours_are_told_only_by_a_clock_that_can_be_trusted(hall: RunningPortal) -> None:
    """A hall that woke at night in the wrong year is not shut."""
    choose(hall, week=("",) * 6 + ("08.00-09.00",))
    with hall.client() as client:
        assert "Balai sedang tutup" in client.get("/").text
        hall.clock.set_state(type(hall.clock.state()).RESTORED)
        assert "Balai sedang tutup" not in client.get("/").text


def test_phones_are_told_of_their_limit_alike_on_page_and_api(hall: RunningPortal) -> None:
    """429 with Retry-After; paused is 409; the front page says so; the fairness sentence has the hall's own figure."""
    choose(hall, phone_per_address=1, priority_in_a_row=4)
    with hall.client() as client:
        page = client.get("/").text
        assert "paling banyak 4 nomor prioritas" in page
        assert send(client, "/", line="surat").status_code == 303
        refused = send(client, "/", line="bantuan")
        key, wish = {"Idempotency-Key": "by-the-api-1"}, {"line": "bantuan"}
        by_api = client.post("/api/v1/tickets", headers=key, json=wish)
        assert (refused.status_code, by_api.status_code, by_api.json()["code"]) == (429, 429, "phone-limit")
        assert [int(answer.headers["retry-after"]) for answer in (refused, by_api)] == [60, 60]
        choose(hall, phone_tickets=False)
        assert "Nomor lewat ponsel sedang dihentikan." in client.get("/").text
        assert client.post("/api/v1/tickets", headers=key, json=wish).json()["code"] == "phone-tickets-paused"


def test_who_closed_the_browser_finds_the_number_on_the_front_page(hall: RunningPortal) -> None:
    """The phone that took it, as long as it is of use; nobody else's, and a cookie that says nonsense finds nothing."""
    with hall.client() as phone, hall.client(cookies={"nomor": "../../etc"}) as other:
        send(phone, "/", line="surat")
        [token] = [token for token, ticket in hall.view.current.tickets.items() if ticket.number == "A-001"]
        shown = phone.get("/").text
        assert (f'href="/t/{token}"' in shown, "Anda berikutnya" in shown) == (True, True)
        assert token not in other.get("/").text
        hall.call()
        assert "Silakan menuju Loket 1" in phone.get("/").text
        hall.view.at_least(hall.desk.complete("1").revision)
        assert token not in phone.get("/").text
