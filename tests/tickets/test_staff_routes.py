"""The counter by forms, as a clerk without scripts works it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.errors import Refusal
from gateway.people.model import Role
from gateway.tickets.routes import TicketPages
from gateway.tickets.snapshot import CounterView
from tests.support.portal import PIN, RunningPortal, running_portal


@pytest.fixture
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPortal]:
    """Serve a furnished hall in which four people wait."""
    with running_portal(tmp_path_factory.mktemp("hall")) as running:
        for line, priority in (("surat", ""), ("surat", ""), ("surat", "lansia"), ("bantuan", "")):
            running.issue(line, priority)
        yield running


@pytest.fixture
def clerk(portal: RunningPortal) -> Iterator[httpx.Client]:
    """Sign Siti in."""
    with portal.client() as client:
        client.post("/masuk", data={"officer": "Siti", "pin": PIN})
        yield client


def _form(page: str) -> dict[str, str]:
    """Return the hidden fields of the form of acts."""
    acts = page[page.index('id="acts"') :]
    return dict(re.findall(r'name="(key|csrf|expected)" value="([^"]*)"', acts)[:3])


def _offered(page: str) -> list[str]:
    """Return what the page lets a clerk do, in its order."""
    return re.findall(r'<button(?![^>]* disabled)[^>]*form="acts"[^>]*value="([^"]+)"', page)


def _press(client: httpx.Client, act: str, counter: str = "1", **more: str) -> str:
    """Press one button and return the page that follows."""
    page = client.get(f"/loket/{counter}").text
    answer = client.post(f"/loket/{counter}", data={**_form(page), "act": act, **more}, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return answer.text


def _counter(portal: RunningPortal, counter: str = "1") -> CounterView:
    found = portal.view.current.counter(counter)
    assert found is not None
    return found


def test_a_ticket_goes_through_the_counter_by_forms_alone(portal: RunningPortal, clerk: httpx.Client) -> None:
    """Call, serve, call again, finish: each page says where the ticket is."""
    assert "A-003" in _press(clerk, "call-next")
    assert _counter(portal).state == "called"
    assert "Sedang dilayani" in _press(clerk, "serve")
    assert "dipanggil 2 kali" in _press(clerk, "recall")
    assert "A-003 selesai" in _press(clerk, "complete")
    assert _counter(portal).ticket is None


def test_a_line_has_its_letter_colour_and_picture_here_too(clerk: httpx.Client) -> None:
    """On the console, for a transfer, and among the tools: as the crowd knows it."""
    for path in ("/loket/1", "/loket/alat"):
        badges = re.findall(r'<svg class="badge".*?</svg>', clerk.get(path).text)
        assert {re.findall(r'rect [^>]*fill="(#\w+)".*>(\w+)</text>.*<path d=', one)[0][1] for one in badges} == {"A", "B"}


def test_held_is_listed_and_comes_back(portal: RunningPortal, clerk: httpx.Client) -> None:
    """With its reason; it waits again at its old place, or is called at once."""
    _press(clerk, "call-next")
    page = _press(clerk, "hold:papers")
    assert ("ambil berkas" in page, "bring-back:A-003" in page) == (True, True)
    _press(clerk, "bring-back:A-003")
    assert portal.view.current.waiting["surat"][0].number == "A-003"
    _press(clerk, "call-next")
    _press(clerk, "hold:other")
    _press(clerk, "call:A-003")
    assert _counter(portal).ticket == "A-003"


@pytest.mark.parametrize(
    ("act", "state"),
    [("transfer:bantuan", "waiting"), ("transfer:surat:2", "waiting"), ("skip", "waiting"), ("no-show", "no_show"), ("cancel:A-003", "cancelled")],
)  # fmt: skip
def test_a_called_ticket_leaves_the_counter(portal: RunningPortal, clerk: httpx.Client, act: str, state: str) -> None:
    """Transferred, skipped, not present or cancelled: and each can be taken back."""
    _press(clerk, "call-next")
    page = _press(clerk, act)
    ticket = next(one for one in portal.view.current.tickets.values() if one.number == "A-003")
    assert ticket.state == state
    assert "Urungkan" in page
    _press(clerk, "undo")
    assert _counter(portal).ticket == "A-003"


def test_a_number_is_called_however_it_is_typed(portal: RunningPortal, clerk: httpx.Client) -> None:
    """From the list or typed, also in small letters and without the noughts."""
    page = _press(clerk, "call", number=" b 1 ")
    assert ("B-001" in page, _counter(portal).ticket) == (True, "B-001")


def test_a_counter_that_rests_calls_nobody_on_the_space_bar(portal: RunningPortal, clerk: httpx.Client) -> None:
    """Its green button ends the rest; with somebody there it finishes first."""
    assert _offered(_press(clerk, "pause"))[:1] == ["resume"]
    assert _offered(_press(clerk, "resume"))[:1] == ["call-next"]
    _press(clerk, "call-next")
    page = _press(clerk, "pause")
    assert ("istirahat setelah ini" in page, _offered(page)[:1]) == (True, ["complete"])
    assert _counter(portal).paused_at


def test_only_what_is_legal_is_offered(portal: RunningPortal, clerk: httpx.Client) -> None:
    """Idle, called and served each have their own acts; the first is always the one on the space bar."""
    portal.clock.advance(60)
    own = [one for one in _offered(clerk.get("/loket/1").text) if ":" not in one]
    called = [one for one in _offered(_press(clerk, "call-next")) if ":" not in one]
    serving = [one for one in _offered(_press(clerk, "serve")) if ":" not in one]
    assert own == ["call-next", "pause"]
    assert called == ["call-next", "serve", "recall", "no-show", "skip", "complete", "pause", "undo"]
    assert serving == ["call-next", "recall", "complete", "pause", "undo"]


def test_undo_is_offered_only_while_it_can_be_taken_back(portal: RunningPortal, clerk: httpx.Client) -> None:
    """After ten seconds it is gone; pressed on an old page it is refused with a sentence, and work goes on."""
    page = _press(clerk, "call-next")
    assert "undo" in _offered(page)
    portal.clock.advance(11)
    assert "undo" not in _offered(clerk.get("/loket/1").text)
    late = clerk.post("/loket/1", data={**_form(page), "act": "undo"})
    assert (late.status_code, "Sudah terlambat" in late.text, "call-next" in _offered(late.text)) == (409, True, True)


def test_an_act_is_done_once_however_often_it_is_sent(portal: RunningPortal, clerk: httpx.Client) -> None:
    """The same form twice is one act; another act of the same page is another wish, refused once the page is stale."""
    form = _form(clerk.get("/loket/1").text)
    for _ in range(3):
        assert clerk.post("/loket/1", data={**form, "act": "call-next"}).status_code == 303
    assert (_counter(portal).ticket, _counter(portal).calls) == ("A-003", 1)
    stale = clerk.post("/loket/1", data={**form, "act": "call:A-001"})
    assert (stale.status_code, _counter(portal).ticket) == (409, "A-003")


@pytest.mark.parametrize(
    ("act", "status", "said"),
    [
        ("recall", 409, "belum memanggil siapa pun"),
        ("call:Z-999", 404, "Nomor Z-999 tidak ada hari ini"),
        ("bring-back:A-001", 409, "tidak dapat dilakukan lagi"),
        ("call", 422, "Isian number tidak benar"),
        ("dance", 422, "Isian act tidak benar"),
        ("undo", 409, "Sudah terlambat"),
    ],
)
def test_what_is_refused_is_told_on_the_console(
    portal: RunningPortal, clerk: httpx.Client, act: str, status: int, said: str
) -> None:
    """A sentence above the work, which goes on from there; nothing has happened."""
    before = portal.view.current.revision
    answer = clerk.post("/loket/1", data={**_form(clerk.get("/loket/1").text), "act": act})
    assert (answer.status_code, said if said in answer.text else answer.text) == (status, said)
    assert _offered(answer.text)[0] == "call-next"
    assert portal.view.current.revision == before


def test_nobody_acts_without_right_and_a_form_of_this_session(portal: RunningPortal, clerk: httpx.Client) -> None:
    """No session leads to signing in, a technician is refused, and so is a form that was made for another session."""
    form = {**_form(clerk.get("/loket/1").text), "act": "call-next"}
    assert clerk.post("/loket/1", data={**form, "csrf": "0" * 32}).status_code == 403
    assert clerk.post("/loket/1", data={key: value for key, value in form.items() if key != "key"}).status_code == 400
    portal.people.add_officer("Tono", PIN, Role.TECHNICIAN)
    with portal.client() as stranger:
        assert stranger.post("/loket/1", data=form).headers["location"] == "/masuk?lanjut=/loket/1"
        stranger.post("/masuk", data={"officer": "Tono", "pin": PIN})
        for path in ("/loket", "/loket/1", "/loket/alat", "/loket/hari"):
            assert stranger.get(path).status_code == 403, path
    assert _counter(portal).ticket is None


def test_a_no_show_waits_until_it_was_called_often_enough(portal: RunningPortal, clerk: httpx.Client) -> None:
    """The button says how often is missing."""
    rules = portal.view.current.rules.model_copy(update={"calls_before_no_show": 3})
    portal.view.at_least(portal.desk.furniture.choose(rules))
    page = _press(clerk, "call-next")
    assert ("no-show" in _offered(page), "panggil 2 kali lagi" in page) == (False, True)
    _press(clerk, "recall")
    assert "no-show" in _offered(_press(clerk, "recall"))


def test_the_picker_shows_every_counter(clerk: httpx.Client) -> None:
    """With whom it serves, and whether it rests."""
    _press(clerk, "call-next")
    _press(clerk, "pause", "2")
    page = clerk.get("/loket").text
    assert [words in page for words in ("melayani A-003", "istirahat", 'data-digit="2"')] == [True] * 3


class Said:
    """A keypad at counter 1 that could not do what its clerk typed."""

    def keypad_says(self, counter: str) -> Refusal | None:
        """Say why."""
        return Refusal("unknown-number", number="7") if counter == "1" else None

    def has_keypad(self, counter: str) -> bool:
        """Say where it is."""
        return counter == "1"


class KeypadPages(TicketPages):
    """The pages of a hall with that keypad."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self._keypads = Said()


def test_what_a_keypad_could_not_do_is_told_on_its_counters_page(tmp_path: Path) -> None:
    """In the clerk's language, on a page that looks again every five seconds; the other counter's page says nothing of it."""
    with running_portal(tmp_path, pages=KeypadPages) as running, running.client() as client:
        client.post("/masuk", data={"officer": "Siti", "pin": PIN})
        page, english, other = (client.get(path).text for path in ("/loket/1", "/loket/1?bahasa=en", "/loket/2?bahasa=id"))
    assert "Keypad: Nomor 7 tidak ada hari ini. Periksa nomor pada struk." in page
    assert "Keypad: There is no number 7 today." in english
    assert ('data-look-s="5"' in page, "Keypad" in other, "data-look-s" in other) == (True, False, False)
