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
