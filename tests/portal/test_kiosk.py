"""The touch page in the hall, and the faces at a counter."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from gateway.devices.plugged import Devices
from gateway.devices.simulated_printer import SimulatedPrinter
from gateway.portal.i18n import LANGUAGES
from gateway.portal.visitor import Networks
from gateway.tickets.rating_routes import ASKED_S
from tests.portal.test_phone_pages import choose, hidden
from tests.support.clock import FakeClock
from tests.support.portal import RunningPortal, running_portal

TABLET = {"x-real-ip": "192.168.10.20"}
GUEST = {"x-real-ip": "192.168.20.77"}


@pytest.fixture
def printer() -> SimulatedPrinter:
    """Return the hall's printer."""
    return SimulatedPrinter("printer", FakeClock())


@pytest.fixture
def hall(tmp_path_factory: pytest.TempPathFactory, printer: SimulatedPrinter) -> Iterator[RunningPortal]:
    """Serve a hall that has named its tablet, behind a front server."""
    networks = Networks((), ["127.0.0.1"], ["192.168.10.20"])
    paper = Devices([printer]).paper
    with running_portal(tmp_path_factory.mktemp("hall"), networks=networks, paper=paper) as running:
        yield running


def links(page: str) -> set[str]:
    """Return where a page leads: links and forms."""
    return set(re.findall(r'<(?:a|form)\b[^>]*? (?:href|action)="([^"]+)"', page))


def take(client: httpx.Client, **fields: str) -> httpx.Response:
    """Touch a tile."""
    return client.post("/anjungan", data={"key": hidden(client.get("/anjungan").text), **fields})


def complete(hall: RunningPortal, counter: str = "1") -> str:
    """Let somebody be served; return the ticket's token."""
    token = hall.issue()
    hall.desk.counters.call(counter, hall.view.current.tickets[token].number)
    hall.view.at_least(hall.desk.complete(counter).revision)
    return token


def test_a_double_tap_is_one_number_and_one_slip(hall: RunningPortal) -> None:
    """The same form twice leads to the same number, which gets a slip."""
    with hall.client(headers=TABLET) as client:
        form = {"key": hidden(client.get("/anjungan").text), "line": "surat", "priority": "lansia"}
        answers = [client.post("/anjungan", data=form) for _ in range(2)]
        page = client.get(answers[0].headers["location"]).text
    assert {answer.headers["location"] for answer in answers} == {answers[0].headers["location"]}
    [ticket] = hall.view.current.tickets.values()
    assert (ticket.origin, ticket.priority) == ("kiosk", "lansia")
    assert [words in page for words in ("A-001", ticket.claim[:3], "Ambil struk", 'content="30;url=/anjungan"')] == [True] * 4


def test_only_the_halls_own_screens_open_it(hall: RunningPortal) -> None:
    """A phone gets the way to the front page, and cannot print by sending the form."""
    with hall.client(headers=GUEST) as client:
        answers = [client.get(path) for path in ("/anjungan", "/nilai/1", "/anjungan/x")]
        answers += [client.post(path, data={"key": "a-phones-key", "line": "surat"}) for path in ("/anjungan", "/nilai/1")]
        assert client.get("/").status_code == 200
    assert ({answer.status_code for answer in answers}, len(hall.view.current.tickets)) == ({403}, 0)


def test_no_link_leads_elsewhere(hall: RunningPortal) -> None:
    """From every page of the touch screens one comes only to the start, or to another language of it."""
    with hall.client(headers=TABLET) as client:
        number = take(client, line="surat").headers["location"]
        token = complete(hall)
        assert hall.view.current.tickets[token].state == "completed"
        found = {
            path: links(client.get(path).text) for path in ("/anjungan", number, "/nilai/1", "/nilai/2", "/nilai/1/terima-kasih")
        }
    assert found == {
        "/anjungan": {"/anjungan", "/anjungan/permohonan", *(f"/anjungan?bahasa={code}" for code in LANGUAGES)},
        number: {"/anjungan"},
        "/nilai/1": {"/nilai/1"},
        "/nilai/2": set(),
        "/nilai/1/terima-kasih": set(),
    }


def test_a_language_is_not_left_to_the_next_person(hall: RunningPortal) -> None:
    """The number is shown in the language that was touched; the start is the hall's own again."""
    with hall.client(headers=TABLET) as client:
        page = client.get("/anjungan?bahasa=en").text
        assert "Touch the service you need" in page
        answer = client.post("/anjungan?bahasa=en", data={"key": hidden(page), "line": "surat"})
        given = client.get(answer.headers["location"]).text
        assert ("Take your slip below." in given, 'href="/anjungan"' in given) == (True, True)
        assert "Sentuh layanan" in client.get("/anjungan").text


def test_a_printer_without_paper_costs_no_number(hall: RunningPortal, printer: SimulatedPrinter) -> None:
    """Both pages say that no slip comes, why, and how to keep the number."""
    printer.take_paper()
    with hall.client(headers=TABLET) as client:
        start = client.get("/anjungan").text
        given = client.get(take(client, line="surat").headers["location"]).text
        printer.give_paper()
        assert "Struk tidak keluar" not in client.get("/anjungan").text
    assert ["kertas habis" in page and "oto" in page for page in (start, given)] == [True, True]
    assert "A-001" in given


def test_a_hall_without_a_printer_says_how_to_keep_the_number() -> None:
    """No printer is no trouble: the number is photographed."""
    assert [Devices([]).paper(), Devices([SimulatedPrinter("printer", FakeClock())]).paper()] == [None, ""]


def test_a_refusal_stays_on_the_screen(hall: RunningPortal) -> None:
    """A line that closed meanwhile, or a key that is none, is told on the touch page itself; an old number leads to the start."""
    with hall.client(headers=TABLET) as client:
        key = hidden(client.get("/anjungan").text)
        hall.view.at_least(hall.desk.furniture.open_line("surat", is_open=False))
        refused = client.post("/anjungan", data={"key": key, "line": "surat"})
        assert (refused.status_code, "sedang ditutup" in refused.text, "disabled" in refused.text) == (409, True, True)
        assert links(refused.text) == {"/anjungan", "/anjungan/permohonan", *(f"/anjungan?bahasa={code}" for code in LANGUAGES)}
        assert client.post("/anjungan", data={"line": "bantuan"}).status_code == 400
        assert client.get("/anjungan/nonsense").headers["location"] == "/anjungan"
        choose(hall, week=("09.00-15.00",) * 7)
        closed = client.get("/anjungan").text
        assert ("Balai sedang tutup." in closed, "hari ini mulai pukul 09.00" in closed) == (True, True)


def test_phones_paused_or_full_do_not_stop_the_touch_page(hall: RunningPortal) -> None:
    """Whoever has no phone is never the one who waits for phones."""
    choose(hall, phone_tickets=False, phone_waiting=1, phone_per_minute=1)
    with hall.client(headers=TABLET) as client:
        assert [take(client, line="surat").status_code for _ in range(5)] == [303] * 5


def test_the_latest_visit_is_rated_once_and_without_a_name(hall: RunningPortal) -> None:
    """The face counts for the visit the page was drawn for; neither number nor token is on the page."""
    token = complete(hall)
    with hall.client(headers=TABLET) as client:
        page = client.get("/nilai/1").text
        assert ("Bagaimana pelayanan" in page, token in page, "A-001" in page) == (True, False, False)
        form = {"visit": hidden(page, "visit"), "score": "3"}
        assert [client.post("/nilai/1", data=form).headers["location"] for _ in range(2)] == ["/nilai/1/terima-kasih"] * 2
        hall.view.refresh()
        assert hall.view.current.tickets[token].rated
        assert "Bagaimana pelayanan" not in client.get("/nilai/1").text
        assert 'content="5;url=/nilai/1"' in client.get("/nilai/1/terima-kasih").text


def test_a_face_is_never_refused_and_never_counts_for_somebody_else(hall: RunningPortal) -> None:
    """Too late, nonsense, or meant for the visit before: thanks, and nothing is kept."""
    with hall.client(headers=TABLET) as client:
        assert "Terima kasih atas kunjungan" in client.get("/nilai/1").text
        complete(hall)
        form = {"visit": hidden(client.get("/nilai/1").text, "visit"), "score": "1"}
        newer = complete(hall)
        answers = [client.post("/nilai/1", data=data) for data in (form, {}, {"visit": "x", "score": "9"})]
        hall.clock.advance(ASKED_S + 1)
        assert "Bagaimana pelayanan" not in client.get("/nilai/1").text
        assert client.get("/nilai/9").status_code == 404
    hall.view.refresh()
    assert ([answer.status_code for answer in answers], hall.view.current.tickets[newer].rated) == ([303] * 3, False)
