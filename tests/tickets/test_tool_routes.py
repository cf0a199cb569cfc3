"""The quieter page of a clerk: numbers for somebody, slips, doors, and a day on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from gateway.tickets import slips
from tests.support.portal import PIN, RunningPortal, running_portal


@pytest.fixture
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPortal]:
    """Serve a furnished hall."""
    with running_portal(tmp_path_factory.mktemp("hall")) as running:
        yield running


@pytest.fixture
def clerk(portal: RunningPortal) -> Iterator[httpx.Client]:
    """Sign Siti in."""
    with portal.client() as client:
        client.post("/masuk", data={"officer": "Siti", "pin": PIN})
        yield client


def _form(client: httpx.Client) -> dict[str, str]:
    page = client.get("/loket/alat?loket=2").text
    return dict(re.findall(r'name="(key|csrf|loket)" value="([^"]*)"', page))


def test_a_number_is_taken_for_somebody_once(portal: RunningPortal, clerk: httpx.Client) -> None:
    """With priority, told on the page, and once however often it is sent; the way back leads to the clerk's counter."""
    form = {**_form(clerk), "act": "issue", "line": "surat", "priority": "lansia"}
    first, again = (clerk.post("/loket/alat", data=form, follow_redirects=True) for _ in range(2))
    assert ("A-001" in first.text, first.url, 'href="/loket/2"' in first.text) == (True, again.url, True)
    ticket = next(iter(portal.view.current.tickets.values()))
    assert (ticket.origin, ticket.priority, len(portal.view.current.tickets)) == ("staff", "lansia", 1)


def test_staff_take_a_number_also_in_a_closed_line(portal: RunningPortal, clerk: httpx.Client) -> None:
    """Closing is for newcomers; who stands at the counter is not sent away."""
    clerk.post("/loket/alat", data={**_form(clerk), "act": "close-line:surat"})
    assert [line.open for line in portal.view.current.lines] == [False, True]
    taken = clerk.post("/loket/alat", data={**_form(clerk), "act": "issue", "line": "surat"}, follow_redirects=True)
    assert "A-001" in taken.text
    page = clerk.post("/loket/alat", data={**_form(clerk), "act": "open-line:surat"}, follow_redirects=True).text
    assert ("Layanan dibuka." in page, portal.view.current.lines[0].open) == (True, True)


def test_phone_numbers_are_paused_and_continued(portal: RunningPortal, clerk: httpx.Client) -> None:
    """The console says so meanwhile; the other rules of the hall stay as they are."""
    before = portal.view.current.rules
    clerk.post("/loket/alat", data={**_form(clerk), "act": "phone-off"})
    assert portal.view.current.rules == before.model_copy(update={"phone_tickets": False})
    assert "nomor ponsel berhenti" in clerk.get("/loket/1").text
    clerk.post("/loket/alat", data={**_form(clerk), "act": "phone-on"})
    assert portal.view.current.rules == before


def test_a_slip_is_printed_again(portal: RunningPortal, clerk: httpx.Client) -> None:
    """For a number of today, however it is typed; another is refused with a sentence."""
    portal.view.at_least(portal.desk.issue("surat", origin="button").revision)
    done = clerk.post("/loket/alat", data={**_form(clerk), "act": "print", "number": "a1"}, follow_redirects=True)
    assert (done.status_code, "Struk dicetak lagi." in done.text) == (200, True)
    unknown = clerk.post("/loket/alat", data={**_form(clerk), "act": "print", "number": "A-099"})
    assert (unknown.status_code, "Nomor A-099 tidak ada hari ini." in unknown.text) == (404, True)


def test_a_form_sent_twice_prints_one_slip(portal: RunningPortal, clerk: httpx.Client) -> None:
    """A second tap on a slow line finds the slip printed and asks for no other; a new form does."""
    issued = portal.desk.issue("surat", origin="button")
    portal.view.at_least(issued.revision)

    def wanted() -> bool:
        with portal.desk._store.reader() as db:
            return bool(slips.slips_waiting(db))

    form = {**_form(clerk), "act": "print", "number": issued.number}
    found = []
    for again in (form, form, {**_form(clerk), "act": "print", "number": issued.number}):
        with portal.desk._store.transaction() as tx:
            slips.slip_printed(tx, 1, "2026-11-23T09:00:00+07:00")
        clerk.post("/loket/alat", data=again)
        found.append(wanted())
    assert found == [True, False, True]


class Roll:
    """The printer of a hall, as far as a page knows of it."""

    def __init__(self) -> None:
        self.reason: str | None = "kertas habis"

    def __call__(self) -> str | None:
        """Return why no slip comes out."""
        return self.reason


@pytest.fixture
def roll() -> Roll:
    """A printer without paper."""
    return Roll()


@pytest.fixture
def printing(tmp_path_factory: pytest.TempPathFactory, roll: Roll) -> Iterator[RunningPortal]:
    """Serve a hall with that printer, in which one number was taken long ago and one just now."""
    with running_portal(tmp_path_factory.mktemp("hall"), paper=roll) as running:
        running.desk.issue("surat", origin="button")
        running.clock.advance(12 * 60)
        running.view.at_least(running.desk.issue("bantuan", origin="button").revision)
        yield running


def test_slips_that_have_not_come_out_are_listed_with_their_age(printing: RunningPortal, roll: Roll) -> None:
    """The young one comes by itself, the old one when the clerk says so; the counter's page tells of it, and why nothing comes."""
    with printing.client() as clerk:
        clerk.post("/masuk", data={"officer": "Siti", "pin": PIN})
        page = clerk.get("/loket/alat").text
        assert re.findall(r'value="print:([^"]+)"', page) == ["A-001"]
        assert all(
            words in page for words in ("2 struk belum keluar", "12 mnt", "keluar sendiri bila printer siap", "kertas habis")
        )
        assert "1 struk belum keluar" in clerk.get("/loket/1").text
        asked = clerk.post("/loket/alat", data={**_form(clerk), "act": "print:A-001"}, follow_redirects=True).text
        assert (re.findall(r'value="print:([^"]+)"', asked), "Struk menunggu printer." in asked) == ([], True)
        assert "struk belum keluar" not in clerk.get("/loket/1").text
        roll.reason = None
        assert "struk belum keluar" not in clerk.get("/loket/alat").text


def test_the_slip_of_a_number_that_is_done_is_refused_with_a_sentence(portal: RunningPortal, clerk: httpx.Client) -> None:
    """It would never come out, and the page would have said that it does."""
    portal.issue()
    portal.call("1")
    portal.view.at_least(portal.desk.complete("1").revision)
    done = clerk.post("/loket/alat", data={**_form(clerk), "act": "print", "number": "A-001"})
    assert (done.status_code, "tidak dapat dilakukan lagi untuk nomor A-001" in done.text) == (409, True)


def test_the_line_continues_after_a_day_on_paper(portal: RunningPortal, clerk: httpx.Client) -> None:
    """The next number follows the last on paper; one that was given already is refused."""
    clerk.post("/loket/alat", data={**_form(clerk), "act": "continue", "line": "surat", "number": "40"})
    assert portal.desk.issue("surat", origin="button").number == "A-041"
    low = clerk.post("/loket/alat", data={**_form(clerk), "act": "continue", "line": "surat", "number": "12"})
    nonsense = clerk.post("/loket/alat", data={**_form(clerk), "act": "continue", "line": "surat", "number": "empat"})
    assert (low.status_code, nonsense.status_code) == (422, 422)
    assert "Nomor terakhir sudah A-041" in low.text


def test_a_form_of_another_session_changes_nothing(portal: RunningPortal, clerk: httpx.Client) -> None:
    """Neither taken nor closed; and an act that does not exist is refused on the page."""
    form = _form(clerk)
    assert clerk.post("/loket/alat", data={**form, "csrf": "x", "act": "close-line:surat"}).status_code == 403
    assert clerk.post("/loket/alat", data={**form, "act": "dance"}).status_code == 422
    assert clerk.get("/loket/alat?selesai=A-777&loket=nowhere").text.count("A-777") == 0
    assert portal.view.current.lines[0].open
