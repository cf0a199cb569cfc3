"""``/atur/salinan``: a file goes out of a hall by its page, and another comes in, chosen or pasted, looked through before it is applied."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from pathlib import Path

import httpx
import pytest

from gateway.people.model import Role
from gateway.tickets.choices import QueueRules
from tests.support.portal import PIN, RunningPortal, running_portal
from tests.support.setting_up import fields_of, sign_in

PATH = "/atur/salinan"


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[RunningPortal]:
    """Serve a hall with a head, Siti, and a clerk, Budi."""
    with running_portal(tmp_path) as running:
        running.people.add_officer("Budi", PIN, Role.CLERK)
        yield running


@pytest.fixture
def head(hall: RunningPortal) -> Iterator[httpx.Client]:
    """A browser in which the head is signed in."""
    with hall.client() as client:
        sign_in(client)
        yield client


def send(client: httpx.Client, act: str, file: bytes = b"", text: str = "") -> httpx.Response:
    """Press a button of the page as a browser does: with a file, which is empty when none was chosen."""
    form = {**fields_of(client.get(PATH).text), "act": act, "text": text}
    return client.post(PATH, data=form, files={"file": ("balai.toml", file)})


def test_what_goes_out_comes_in_and_changes_nothing(hall: RunningPortal, head: httpx.Client) -> None:
    """The page's own file, chosen again."""
    file = head.get(f"{PATH}/berkas")
    assert (file.headers["content-disposition"], b"skip_places" in file.content) == ('attachment; filename="balai.toml"', True)
    assert "balai sudah seperti berkas ini" in send(head, "look", file.content).text


def test_a_chosen_file_is_looked_through_before_it_is_applied(hall: RunningPortal, head: httpx.Client) -> None:
    """Its text stands in the field, what would change beside it; only the second press changes the hall."""
    looked = send(head, "look", b"\xef\xbb\xbf[queue]\r\nskip_places = 7\r\n")
    assert (looked.status_code, "<dt>queue.skip_places</dt>" in looked.text) == (200, True)
    assert hall.desk.choices.current(QueueRules).skip_places != 7
    form = {**fields_of(looked.text), "act": "save"}
    assert form["text"].strip() == "[queue]\nskip_places = 7"
    assert head.post(PATH, data=form, files={"file": ("", b"")}).status_code == 303
    assert hall.desk.choices.current(QueueRules).skip_places == 7


def test_a_file_for_another_hall_is_told(head: httpx.Client) -> None:
    """An address by which nobody would reach this hall is named with those it answers to; what is no text is refused."""
    page = unescape(send(head, "look", b"[hall]\naddress = 'http://balai.example'").text)
    assert "Balai tidak menjawab dengan nama balai.example. Pakai salah satu: balai.lan." in page
    assert send(head, "look", b"\xff\xfe").status_code == 400
    assert send(head, "look", bytes(40 * 1024)).status_code == 413


def test_only_who_may_set_up_sees_and_sends_it(hall: RunningPortal, head: httpx.Client) -> None:
    """Neither page nor file for a clerk or a stranger; a form of another site changes nothing."""
    with hall.client() as client:
        assert [client.get(path).headers["location"].partition("?")[0] for path in (PATH, f"{PATH}/berkas")] == ["/masuk"] * 2
        sign_in(client, "Budi")
        assert [client.get(path).status_code for path in (PATH, f"{PATH}/berkas")] == [403, 403]
    assert head.post(PATH, data={"act": "save", "text": "[queue]\nskip_places = 7"}).status_code == 403
